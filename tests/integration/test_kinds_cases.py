"""Single cases: relationships without another side, rows that change by SQL, reads that agree."""

import pytest

from support.client import document, ident, idents
from support.kinds import KINDS, WIDTH
from support.model import MISSING

RETURN = {"Prefer": "return=representation"}


def relationship(type_, id_, name):
    return f"/{type_}/{id_}/relationships/{name}"


# -- one-sided -------------------------------------------------------------------------------------

def test_many_to_one_without_another_side(world):
    match, member = world.new("matches"), world.new("members")
    path = relationship("matches", match, "referee")
    answer = world.api.patch(path, {"data": ident("members", member)}, RETURN)
    assert answer.status == 200 and answer.json["meta"]["changed"] == [path]
    assert world.api.get(path).data == ident("members", member)
    assert world.api.patch(path, {"data": ident("members", MISSING)}).status == 404
    assert world.api.delete(f"/members/{member}").status == 204
    assert world.api.get(path).data is None


def test_a_unique_foreign_key_without_another_side(world):
    """It moves all the same: the trophy stands in one place."""
    first, second = world.several("matches", 2)
    desk = world.new("desks")
    paths = [relationship("matches", match, "trophy") for match in (first, second)]
    assert world.api.patch(paths[0], {"data": ident("desks", desk)}).status == 204
    answer = world.api.patch(paths[1], {"data": ident("desks", desk)})
    assert answer.status == 200 and sorted(answer.json["meta"]["changed"]) == sorted(paths)
    assert world.api.get(paths[0]).data is None
    assert world.api.get(paths[1]).data == ident("desks", desk)
    created = world.new("matches", {"trophy": desk})
    assert world.api.get(relationship("matches", created, "trophy")).data == ident("desks", desk)
    assert world.sql.column("select id from matches where trophy_id = %s", desk) == [int(created)]


def test_one_to_many_without_another_side(world):
    first, second = world.several("rooms", 2)
    lamps = world.several("lamps", 2)
    paths = [relationship("rooms", room, "lamps") for room in (first, second)]
    assert world.api.post(paths[0], {"data": idents("lamps", lamps)}).status == 204
    answer = world.api.patch(paths[1], {"data": idents("lamps", lamps[:1])})
    assert answer.status == 200 and sorted(answer.json["meta"]["changed"]) == sorted(paths)
    assert [world.api.linkage(path) for path in paths] == [{lamps[1]}, {lamps[0]}]
    assert world.api.delete(paths[0], {"data": idents("lamps", lamps)}).status == 204
    assert [world.api.linkage(path) for path in paths] == [set(), {lamps[0]}]


def test_deleting_the_target_of_a_one_sided_link(world):
    project, room = world.new("projects"), world.new("rooms")
    path = relationship("projects", project, "rooms")
    assert world.api.post(path, {"data": idents("rooms", [room])}).status == 204
    assert world.api.delete(f"/rooms/{room}").status == 204
    assert world.api.linkage(path) == set()
    assert world.sql.value("select count(*) from bookings where project_id = %s", project) == 0


# -- rows that come and go -------------------------------------------------------------------------

@pytest.mark.parametrize("many", ["teams.members", "rooms.occupants"])
def test_a_link_that_was_taken_away_by_sql(world, many):
    owner, member = world.new(KINDS[many].type), world.new("members")
    world.link(many, owner, member)
    world.sql.run("update members set team_id = null where id = %s", member)
    world.sql.run("delete from seats where member_id = %s", member)
    world.holds(many, owner)
    assert world.unlink(many, owner, member).status == 204
    assert world.link(many, owner, member).status == 204
    world.holds(many, owner, member)


def test_a_new_resource_in_the_place_of_an_old_one(world):
    member = world.new("members")
    badge = world.new("badges", {"member": member}, code="the same")
    assert world.api.delete(f"/badges/{badge}").status == 204
    again = world.new("badges", {"member": member}, code="the same")
    world.holds("members.badges", member, again)
    answer = world.api.post("/badges", document("badges", {"code": "the same"}, {
        "member": ident("members", world.new("members"))}))
    assert answer.status == 409 and answer.pointers == ["/data/attributes/code"]
    world.holds("members.badges", member, again)


def test_moving_on_before_the_owner_goes(world):
    first, second = world.several("teams", 2)
    member = world.new("members", {"team": first})
    assert world.set("members.team", member, second).status == 204
    assert world.api.delete(f"/teams/{first}").status == 204
    world.holds("teams.members", second, member)


# -- reads agree -----------------------------------------------------------------------------------

UNWRITTEN = {"members.former_teams"}
NEVER_EMPTY = {"members.licence", "members.badges", "badges.member", "licences.member"}


@pytest.mark.parametrize("side", sorted(set(KINDS) - UNWRITTEN - NEVER_EMPTY))
def test_linkage_related_and_include_agree(world, side):
    kind = KINDS[side]
    owner = world.new(kind.type)
    members = world.several(kind.target, 1 if kind.is_to_one else 3)
    assert world.set(side, owner, *members).status == 204
    answer = world.api.get(f"/{kind.type}/{owner}?include={kind.rel}.{kind.inverse}")
    assert answer.status == 200
    linkage = answer.data["relationships"][kind.rel]["data"]
    shown = [linkage] if kind.is_to_one else linkage
    assert {i["id"] for i in shown} == set(members) == world.members_of(side, owner)
    included = [(i["type"], i["id"]) for i in answer.json["included"]]
    assert set(included) == {(kind.target, m) for m in members} and len(included) == len(members)


def test_a_cycle_ends(world):
    one, two = world.several("nodes", 2)
    world.set("nodes.parent", one, two)
    world.set("nodes.parent", two, one)
    answer = world.api.get(f"/nodes/{one}?include=children.children")
    assert answer.status == 200
    assert [(i["type"], i["id"]) for i in answer.json["included"]] == [("nodes", two)]


def test_everything_about_a_missing_owner(world):
    member = world.new("members")
    for side in ("teams.members", "rooms.occupants", "persons.knows"):
        kind = KINDS[side]
        for method in ("POST", "PATCH", "DELETE"):
            assert world.api.request(method, kind.path(MISSING), kind.body()).status == 404
        for method in ("PUT", "DELETE"):
            assert world.api.request(method, kind.one(MISSING, member)).status == 404
    for side in ("members.team", "members.room", "members.passport", "passports.member"):
        assert world.set(side, MISSING).status == 404
        assert world.api.delete(KINDS[side].one(MISSING, MISSING)).status == 404


# -- tables in several parts -----------------------------------------------------------------------

def test_rows_at_the_same_place_of_another_partition(world):
    """Places are counted per partition: the first rows of each are at the same one."""
    readers, books = world.several("readers", 4), world.several("books", 4)
    path = "/readers/{}/relationships/{}"
    for reader in readers:
        assert world.api.post(path.format(reader, "books"), {"data": idents("books", books)}).status == 204
        assert world.api.patch(path.format(reader, "marks"), {"data": idents("marks", [])}).status == 204
    assert world.api.delete(path.format(readers[0], "books"), {"data": idents("books", books[:2])}).status == 204
    assert world.api.patch(path.format(readers[1], "books"), {"data": idents("books", books[:1])}).status == 204
    expected = [set(books[2:]), set(books[:1]), set(books), set(books)]
    assert [world.api.linkage(path.format(reader, "books")) for reader in readers] == expected
    marks = world.several("marks", 4)
    assert world.api.post(path.format(readers[0], "marks"), {"data": idents("marks", marks)}).status == 204
    assert world.api.post(path.format(readers[1], "marks"), {"data": idents("marks", marks[:1])}).status == 200
    assert world.api.delete(path.format(readers[0], "marks"), {"data": idents("marks", marks[1:2])}).status == 204
    shown = [world.api.linkage(path.format(reader, "marks")) for reader in readers[:2]]
    assert shown == [set(marks[2:]), {marks[0]}]


def test_a_table_of_many_columns(world):
    values = {f"c{i}": i for i in range(WIDTH)}
    answer = world.api.post("/sheets", document("sheets", values))
    assert answer.status == 201 and answer.data["attributes"] == values
    values = {name: value + 1 for name, value in values.items()}
    answer = world.api.patch(f"/sheets/{answer.id}", document("sheets", values, None, answer.id))
    assert answer.status == 200 and answer.data["attributes"] == values
