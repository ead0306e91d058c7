"""Relationships of a type with itself: trees, two directions, and mutual links."""

import pytest

from support.client import document, ident, idents
from support.kinds import KINDS
from support.model import MISSING

RETURN = {"Prefer": "return=representation"}


# -- a tree: parent and children -------------------------------------------------------------------

def test_a_tree(world):
    root, left, right, leaf = world.several("nodes", 4)
    assert world.link("nodes.children", root, left, right).status == 204
    assert world.set("nodes.parent", leaf, left).status == 204
    world.holds("nodes.children", root, left, right)
    world.holds("nodes.children", left, leaf)
    world.free("nodes.parent", root)
    # the leaf goes up, its old parent below it
    assert world.update("nodes", leaf, {"name": "up"}, parent=root, children=[left]).status == 200
    world.holds("nodes.children", root, right, leaf)
    world.holds("nodes.children", leaf, left)
    world.holds("nodes.children", left)
    assert world.api.delete(f"/nodes/{root}").status == 204
    world.free("nodes.parent", right, leaf)


def test_a_node_as_its_own_child(world):
    node, other = world.several("nodes", 2)
    assert world.link("nodes.children", node, node).status == 204
    world.holds("nodes.children", node, node)
    answer = world.update("nodes", node, {"name": "renamed"}, children=[other])
    assert answer.status == 200 and answer.data["attributes"]["name"] == "renamed"
    assert answer.data["relationships"]["parent"]["data"] is None
    world.holds("nodes.children", node, other)
    answer = world.update("nodes", node, {"name": "again"}, children=[node, other], parent=node)
    assert answer.status == 200
    assert answer.data["relationships"]["parent"]["data"] == ident("nodes", node)
    world.holds("nodes.children", node, node, other)
    assert world.api.get(f"/nodes/{node}").data["attributes"]["name"] == "again"


def test_two_sides_that_contradict_each_other(world):
    node, other = world.several("nodes", 2)
    for parent, children in ((other, [node]), (node, []), (None, [other, node])):
        answer = world.update("nodes", node, {"name": "x"}, parent=parent, children=children)
        assert answer.status == 422 and answer.pointers == ["/data/relationships/children/data"]
    answer = world.update("persons", world.new("persons"), None, knows=[], known_by=[])
    assert answer.status == 200
    person = world.new("persons")
    answer = world.update("persons", person, None, knows=[person], known_by=[])
    assert answer.status == 422
    world.free("nodes.parent", node)
    world.holds("nodes.children", node)
    world.holds("persons.knows", person)


# -- two directions --------------------------------------------------------------------------------

def test_one_direction(world):
    one, two = world.several("persons", 2)
    assert world.set("persons.knows", one, two).status == 204
    world.holds("persons.knows", one, two)
    world.holds("persons.known_by", two, one)
    world.holds("persons.known_by", one)
    world.holds("persons.knows", two)


def test_both_directions_are_independent(world):
    one, two = world.several("persons", 2)
    world.link("persons.knows", one, two)
    assert world.link("persons.knows", two, one).status == 204
    world.holds("persons.knows", one, two)
    world.holds("persons.known_by", one, two)
    assert world.unlink("persons.knows", one, two).status == 204
    world.holds("persons.knows", one)
    world.holds("persons.known_by", one, two)
    assert world.set("persons.known_by", one).status == 204
    world.holds("persons.knows", two)


def test_itself_in_both(world):
    one, two, three = world.several("persons", 3)
    assert world.link("persons.knows", one, one).status == 204
    assert world.link("persons.known_by", one, one).status == 204
    world.holds("persons.knows", one, one)
    world.holds("persons.known_by", one, one)
    assert world.sql.value("select count(*) from acquaintances where knower_id = %s", one) == 1
    world.link("persons.knows", one, two)
    world.link("persons.knows", three, one)
    assert world.api.delete(f"/persons/{one}").status == 204
    world.holds("persons.known_by", two)
    world.holds("persons.knows", three)


def test_create_with_both_directions(world):
    two = world.new("persons")
    one = world.new("persons", {"knows": [two], "known_by": [two]})
    world.holds("persons.knows", one, two)
    world.holds("persons.known_by", one, two)


# -- mutual links ----------------------------------------------------------------------------------

def friends(world, person):
    shown = [world.api.linkage(f"/persons/{person}/{path}") for path in ("relationships/friends", "friends")]
    assert shown[0] == shown[1]
    return shown[0]


def are_friends(world, one, *others, table="friendships"):
    """Each sees the other, and each link is one row."""
    assert friends(world, one) == set(others)
    for other in others:
        assert one in friends(world, other)
    assert world.sql.value(f"select count(*) from {table} where %s in (one_id, other_id)", one) == len(others)


def link(world, method, person, *others, headers=None):
    return world.api.request(method, f"/persons/{person}/relationships/friends",
                             {"data": idents("persons", others)}, headers)


@pytest.mark.parametrize("order", [1, -1])
def test_one_row_whichever_end_links(world, order):
    one, two = world.several("persons", 2)[::order]
    assert link(world, "POST", one, two).status == 204
    are_friends(world, one, two)
    assert link(world, "POST", two, one).status == 204
    assert link(world, "POST", one, two, two).status == 204
    assert link(world, "PATCH", two, one).status == 204
    are_friends(world, two, one)
    answer = link(world, "POST", two, one, headers=RETURN)
    assert answer.json["meta"]["unchanged"] == idents("persons", [one])
    assert link(world, "DELETE", two, one).status == 204
    are_friends(world, one)
    are_friends(world, two)
    assert link(world, "DELETE", one, two).status == 204


def test_rows_stored_the_other_way_round(world):
    """A row that somebody else has stored in the other order is the same link."""
    one, two, three = sorted(world.several("persons", 3), key=int)
    world.sql.run("insert into friendships (one_id, other_id) values (%s, %s), (%s, %s)", two, one, three, one)
    assert link(world, "POST", one, two).status == 204
    are_friends(world, one, two, three)
    assert link(world, "PATCH", one, three).status == 204
    are_friends(world, one, three)
    assert link(world, "DELETE", one, three).status == 204
    are_friends(world, one)


def test_replace_considers_both_directions(world):
    one, two, three, four, five = world.several("persons", 5)
    link(world, "POST", three, one, two, four)
    answer = link(world, "PATCH", three, five, one, headers=RETURN)
    assert answer.status == 200 and answer.ids == [one, five]
    meta = answer.json["meta"]
    assert meta["added"] == idents("persons", [five]) and meta["unchanged"] == idents("persons", [one])
    assert meta["removed"] == idents("persons", [two, four])
    assert set(meta["changed"]) == {f"/persons/{p}/relationships/friends" for p in (two, three, four, five)}
    are_friends(world, three, one, five)
    assert link(world, "PATCH", three).status == 204
    are_friends(world, three)
    are_friends(world, one)


def test_nobody_is_their_own_friend(world):
    one, two = world.several("persons", 2)
    for method in ("POST", "PATCH"):
        answer = link(world, method, one, two, one)
        assert answer.status == 422 and answer.pointers == ["/data/1"]
    answer = world.api.put(f"/persons/{one}/friends/{one}")
    assert answer.status == 422
    answer = world.api.patch(f"/persons/{one}", document("persons", {"name": "x"}, {
        "friends": idents("persons", [one])}, one))
    assert answer.status == 422 and answer.pointers == ["/data/relationships/friends/data/0"]
    assert link(world, "DELETE", one, one).status == 204
    are_friends(world, one)


def test_a_vote_for_oneself(world):
    one, two = world.several("persons", 2)
    path = f"/persons/{one}/relationships/votes"
    assert world.api.post(path, {"data": idents("persons", [one, two])}).status == 204
    assert world.api.linkage(path) == {one, two}
    assert world.api.linkage(f"/persons/{two}/votes") == {one}
    assert world.api.post(path, {"data": idents("persons", [one])}).status == 204
    assert world.sql.value("select count(*) from votes where one_id = %s or other_id = %s", one, one) == 2
    assert world.api.patch(path, {"data": idents("persons", [two])}).status == 204
    assert world.api.linkage(path) == {two}


def test_mutual_with_the_resource_and_one_link(world):
    one, two = world.several("persons", 2)
    answer = world.api.post("/persons", document("persons", None, {"friends": idents("persons", [one, two])}))
    assert answer.status == 201
    are_friends(world, answer.id, one, two)
    assert world.api.put(f"/persons/{two}/friends/{one}").status == 201
    assert world.api.put(f"/persons/{one}/friends/{two}").status == 204
    assert world.api.get(f"/persons/{two}/friends/{one}").status == 200
    are_friends(world, two, one, answer.id)
    assert world.api.delete(f"/persons/{one}/friends/{two}").status == 204
    are_friends(world, two, answer.id)
    assert world.api.delete(f"/persons/{answer.id}").status == 204
    are_friends(world, two)


def test_a_mutual_link_to_nobody_changes_nothing(world):
    one, two = world.several("persons", 2)
    for method in ("POST", "PATCH"):
        answer = link(world, method, one, two, MISSING)
        assert answer.status == 404 and answer.pointers == ["/data/1"]
    are_friends(world, one)
    assert link(world, "DELETE", one, MISSING).status == 204
    assert link(world, "POST", MISSING, one).status == 404


def test_columns_of_a_mutual_link(world):
    one, two, three = world.several("persons", 3)
    path = "/persons/{}/relationships/friends"

    body = {"data": [{**ident("persons", two), "meta": {"since": "2001-02-03"}}, ident("persons", three)]}
    assert world.api.post(path.format(one), body).status == 204
    are_friends(world, one, two, three)
    metas = {i["id"]: i["meta"]["since"] for i in world.api.get(path.format(one)).data}
    assert metas == {two: "2001-02-03", three: None}
    assert world.api.get(path.format(two)).data[0]["meta"] == {"since": "2001-02-03"}
    body = {"data": [{**ident("persons", one), "meta": {"since": "1999-09-09"}}]}
    assert world.api.post(path.format(three), body).status == 204
    assert world.api.patch(path.format(two), body).status == 204
    metas = {i["id"]: i["meta"]["since"] for i in world.api.get(path.format(one)).data}
    assert metas == {two: "1999-09-09", three: "1999-09-09"}
    are_friends(world, one, two, three)
