"""If-Match and If-None-Match on writes: judged in the transaction that writes, so that no editor's change is lost."""

import re
import threading

import pytest

from support.client import document, idents
from support.lint import JSONAPI
from support.model import ATTRIBUTES, MISSING, SIDES, TYPES, assert_both_sides, bulk, unique

TAG = re.compile(r'"([0-9a-f]+)-[0-9a-f]+"')
LARGEST_STATE = 1000
ROUNDS = 40
FIRST = SIDES[0]
each_side = pytest.mark.parametrize("side", SIDES, ids=str)
each_type = pytest.mark.parametrize("type_", TYPES)


def tag_of(api, path):
    answer = api.get(path)
    assert answer.status == 200, answer
    return answer.headers["ETag"]


def state_of(tag):
    """The half of a tag that writes compare."""
    return TAG.fullmatch(tag)[1]


def new_set(api, sql, side, count):
    """An owner with so many members, and these."""
    owner, members = side.new_owner(api), bulk(sql, side.target, count)
    sql.run(f"insert into {side.table} ({side.own_column}, {side.target_column})"
            " select %s, unnest(%s::bigint[])", owner, members)
    return owner, members


def assert_refused(answer, header):
    assert answer.status == 412, answer
    assert answer.errors[0]["code"] == "precondition-failed"
    assert answer.source_headers == [header]
    assert "ETag" not in answer.headers


# ---- resources -------------------------------------------------------------------------------

def rename(api, type_, id_, headers):
    field = "label" if type_ == "phones" else "name"
    return api.patch(f"/{type_}/{id_}", document(type_, {field: unique()}, id_=id_), headers)


@each_type
def test_a_resource_that_is_as_it_was(api, type_):
    id_ = api.create(type_, ATTRIBUTES[type_]())
    path = f"/{type_}/{id_}"
    tag = tag_of(api, path)
    assert rename(api, type_, id_, {"If-Match": tag}).status == 200
    assert_refused(rename(api, type_, id_, {"If-Match": tag}), "If-Match")
    assert_refused(api.delete(path, headers={"If-Match": tag}), "If-Match")
    assert api.get(path).status == 200
    assert api.delete(path, headers={"If-Match": f'"other", {tag_of(api, path)}'}).status == 204
    assert api.get(path).status == 404


@each_type
def test_what_may_not_be_there(api, type_):
    """If-None-Match: "*" is whatever there is, a tag is what it names."""
    id_ = api.create(type_, ATTRIBUTES[type_]())
    path = f"/{type_}/{id_}"
    before, tag = api.get(path).data, tag_of(api, path)
    for field in ("*", tag, f'"other", {tag}'):
        assert_refused(rename(api, type_, id_, {"If-None-Match": field}), "If-None-Match")
        assert_refused(api.delete(path, headers={"If-None-Match": field}), "If-None-Match")
    assert api.get(path).data == before
    assert rename(api, type_, id_, {"If-None-Match": '"other"'}).status == 200
    assert api.delete(path, headers={"If-None-Match": tag}).status == 204, "it has changed since"


@pytest.mark.parametrize("query", ["", "?fields[persons]=name", "?include=phones", "?fields[persons]="])
@pytest.mark.parametrize("accept", [JSONAPI, "application/json"])
def test_a_tag_is_good_however_the_resource_was_shown(api, query, accept):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    tag = api.get(f"/persons/{id_}{query}", {"Accept": accept}).headers["ETag"]
    assert state_of(tag) == state_of(tag_of(api, f"/persons/{id_}"))
    assert rename(api, "persons", id_, {"If-Match": tag}).status == 200
    assert_refused(rename(api, "persons", id_, {"If-Match": tag}), "If-Match")


def test_any_resource_will_do(api):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    assert rename(api, "persons", id_, {"If-Match": "*"}).status == 200
    assert api.delete(f"/persons/{id_}", headers={"If-Match": "*"}).status == 204


@pytest.mark.parametrize("form", ["W/{}", 'W/"other", W/{}', '"other"', '""'])
def test_tags_that_match_nothing(api, sql, form):
    """If-Match compares strongly: a weak tag names nothing."""
    owner, members = new_set(api, sql, FIRST, 2)
    for path, write in (
            (f"/persons/{owner}", lambda h: rename(api, "persons", owner, h)),
            (FIRST.relationship(owner), lambda h: api.patch(FIRST.relationship(owner), FIRST.body(), h)),
            (FIRST.one(owner, members[0]), lambda h: api.delete(FIRST.one(owner, members[0]), headers=h))):
        assert_refused(write({"If-Match": form.format(tag_of(api, path))}), "If-Match")
    assert_both_sides(api, sql, FIRST, owner, members)


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize("field", ["*", '"other"'])
def test_what_is_not_there_is_not_found(api, sql, header, field):
    before = sql.counts()
    headers = {header: field}
    member = FIRST.new_member(api)
    for answer in (rename(api, "persons", MISSING, headers), api.delete(f"/persons/{MISSING}", headers=headers),
                   api.post(FIRST.relationship(MISSING), FIRST.body(member), headers),
                   api.patch(FIRST.relationship(MISSING), FIRST.body(), headers),
                   api.delete(FIRST.relationship(MISSING), FIRST.body(member), headers),
                   api.put(FIRST.one(MISSING, member), headers=headers)):
        assert answer.status == 404, answer
    assert sql.counts() == {**before, "phones": before["phones"] + 1}


# ---- sets of links ---------------------------------------------------------------------------

WRITES = {
    "add": lambda api, side, owner, members, headers: api.post(
        side.relationship(owner), side.body(members[0], members[2]), headers),
    "replace": lambda api, side, owner, members, headers: api.patch(
        side.relationship(owner), side.body(*members[1:]), headers),
    "remove": lambda api, side, owner, members, headers: api.delete(
        side.relationship(owner), side.body(members[0]), headers),
}
AFTERWARDS = {"add": [0, 1, 2], "replace": [1, 2], "remove": [1]}


def two_and_one(api, side):
    """An owner with two members, and a third that is none."""
    owner, members = side.new_owner(api), side.new_members(api, 3)
    assert api.patch(side.relationship(owner), side.body(*members[:2])).status == 204
    return owner, members


@each_side
@pytest.mark.parametrize("write", WRITES)
def test_a_set_that_is_as_it_was(api, sql, side, write):
    owner, members = two_and_one(api, side)
    tag = tag_of(api, side.relationship(owner))
    assert WRITES[write](api, side, owner, members, {"If-Match": tag}).status == 204
    expected = [members[i] for i in AFTERWARDS[write]]
    assert_both_sides(api, sql, side, owner, expected)
    assert_refused(WRITES[write](api, side, owner, members[::-1], {"If-Match": tag}), "If-Match")
    assert_both_sides(api, sql, side, owner, expected)


@each_side
@pytest.mark.parametrize("write", WRITES)
def test_a_set_that_was_changed_from_the_other_side(api, sql, side, write):
    owner, members = two_and_one(api, side)
    tag = tag_of(api, side.relationship(owner))
    assert api.delete(side.inverse_relationship(members[1]), {"data": idents(side.type, [owner])}).status == 204
    assert_refused(WRITES[write](api, side, owner, members, {"If-Match": tag}), "If-Match")
    assert_both_sides(api, sql, side, owner, members[:1])
    assert api.post(side.inverse_relationship(members[1]), {"data": idents(side.type, [owner])}).status == 204
    assert WRITES[write](api, side, owner, members, {"If-Match": tag}).status == 204, "the links are those it names again"


@each_side
@pytest.mark.parametrize("write", WRITES)
def test_a_set_that_may_not_be(api, sql, side, write):
    owner, members = two_and_one(api, side)
    tag = tag_of(api, side.relationship(owner))
    for field in ("*", tag):
        assert_refused(WRITES[write](api, side, owner, members, {"If-None-Match": field}), "If-None-Match")
    assert_both_sides(api, sql, side, owner, members[:2])
    assert api.put(side.one(owner, members[2])).status == 201
    assert WRITES[write](api, side, owner, members, {"If-None-Match": tag}).status == 204, "it is another set by now"


@each_side
def test_a_set_without_members_is_a_set(api, sql, side):
    owner, member = side.new_owner(api), side.new_member(api)
    tag = tag_of(api, side.relationship(owner))
    assert_refused(api.post(side.relationship(owner), side.body(member), {"If-None-Match": "*"}), "If-None-Match")
    assert api.post(side.relationship(owner), side.body(member), {"If-Match": tag}).status == 204
    assert_refused(api.patch(side.relationship(owner), side.body(), {"If-Match": tag}), "If-Match")
    assert_both_sides(api, sql, side, owner, [member])
    assert api.patch(side.relationship(owner), side.body(), {"If-Match": "*"}).status == 204
    assert tag_of(api, side.relationship(owner)) == tag


@each_side
def test_a_set_has_one_state_whatever_page_shows_it(api, sql, side):
    owner, members = new_set(api, sql, side, 7)
    path, states = f"{side.relationship(owner)}?page[size]=2", set()
    while path:
        answer = api.get(path)
        tag = answer.headers["ETag"]
        states.add(state_of(tag))
        path = answer.link("next")
    for query in ("?page[size]=1000", f"?filter[id]={members[0]}", "?sort=-id", "?page[number]=2&page[size]=3",
                  f"?include={side.rel}"):
        states.add(state_of(tag_of(api, side.relationship(owner) + query)))
    assert len(states) == 1
    assert api.patch(side.relationship(owner), side.body(), {"If-Match": tag}).status == 204, "the last page's is as good"
    assert_both_sides(api, sql, side, owner, [])


@each_side
def test_any_member_changes_the_state(api, sql, side):
    owner, members = new_set(api, sql, side, 6)
    more = bulk(sql, side.target, 6)
    states = {state_of(tag_of(api, side.relationship(owner)))}
    for old, new in zip(members, more):
        assert api.delete(side.one(owner, old)).status == 204
        states.add(state_of(tag_of(api, side.relationship(owner))))
        assert api.put(side.one(owner, new)).status == 201
        states.add(state_of(tag_of(api, side.relationship(owner))))
    assert len(states) == 13
    assert tag_of(api, side.relationship(owner)) != tag_of(api, side.inverse_relationship(more[0]))


def test_what_is_linked_already_is_judged_as_well(api, sql):
    """A write that would change nothing is still refused: its sender has not seen what is there."""
    owner, members = new_set(api, sql, FIRST, 2)
    tag = tag_of(api, FIRST.relationship(owner))
    assert api.patch(FIRST.relationship(owner), FIRST.body(*members), {"If-Match": tag}).status == 204
    assert state_of(tag_of(api, FIRST.relationship(owner))) == state_of(tag)
    assert_refused(api.patch(FIRST.relationship(owner), FIRST.body(*members), {"If-Match": '"other"'}), "If-Match")
    assert_refused(api.post(FIRST.relationship(owner), FIRST.body(MISSING), {"If-Match": '"other"'}), "If-Match")


# ---- one link --------------------------------------------------------------------------------

@each_side
def test_one_link(api, sql, side):
    owner, member = side.new_owner(api), side.new_member(api)
    path, inverse = side.one(owner, member), f"/{side.target}/{member}/{side.inverse}/{owner}"
    assert_refused(api.put(path, headers={"If-Match": "*"}), "If-Match")
    assert_refused(api.delete(path, headers={"If-Match": "*"}), "If-Match")
    assert_both_sides(api, sql, side, owner, [])
    assert api.put(path, headers={"If-None-Match": "*"}).status == 201
    tag = tag_of(api, path)
    for one in (path, inverse):
        assert_refused(api.put(one, headers={"If-None-Match": "*"}), "If-None-Match")
        assert_refused(api.delete(one, headers={"If-None-Match": "*"}), "If-None-Match")
    assert api.put(path, headers={"If-Match": tag}).status == 204
    assert_refused(api.delete(path, headers={"If-Match": '"other"'}), "If-Match")
    assert_refused(api.delete(path, headers={"If-None-Match": tag}), "If-None-Match")
    assert_both_sides(api, sql, side, owner, [member])
    assert api.delete(inverse, headers={"If-Match": tag_of(api, inverse)}).status == 204
    assert_refused(api.delete(path, headers={"If-Match": tag}), "If-Match")
    assert_both_sides(api, sql, side, owner, [])


# ---- large sets ------------------------------------------------------------------------------

def test_the_largest_set_that_has_a_state(api, sql):
    owner, members = new_set(api, sql, FIRST, LARGEST_STATE)
    more = bulk(sql, "phones", 1)
    path = FIRST.relationship(owner)
    tag = tag_of(api, path)
    assert not tag.startswith("W/")
    assert api.post(path, FIRST.body(*more), {"If-Match": tag}).status == 204
    assert len(FIRST.rows(sql, owner)) == LARGEST_STATE + 1
    assert tag_of(api, path).startswith("W/")
    assert api.delete(path, FIRST.body(*more)).status == 204
    assert state_of(tag_of(api, path)) == state_of(tag)


def test_larger_sets_are_not_compared(api, sql):
    """Their tags are weak, which If-Match never matches; the refusal says what to do instead."""
    owner, members = new_set(api, sql, FIRST, LARGEST_STATE + 1)
    path = FIRST.relationship(owner)
    tag = tag_of(api, path)
    assert tag.startswith("W/")
    assert api.get(path, {"If-None-Match": tag}).status == 304
    for field in (tag, tag[2:], '"other"', '""'):
        for answer in (api.patch(path, FIRST.body(), {"If-Match": field}),
                       api.delete(path, FIRST.body(members[0]), {"If-Match": field})):
            assert_refused(answer, "If-Match")
            assert str(LARGEST_STATE) in answer.errors[0]["detail"]
    assert_refused(api.patch(path, FIRST.body(), {"If-None-Match": "*"}), "If-None-Match")
    assert len(FIRST.rows(sql, owner)) == LARGEST_STATE + 1


def test_any_large_set_will_do(api, sql):
    """"*" asks for no state: the relationship is there, however many links it holds."""
    owner, members = new_set(api, sql, FIRST, LARGEST_STATE + 5)
    path = FIRST.relationship(owner)
    assert api.delete(path, FIRST.body(members[0]), {"If-Match": "*"}).status == 204
    assert api.patch(path, FIRST.body(members[1]), {"If-Match": "*"}).status == 204
    assert_both_sides(api, sql, FIRST, owner, members[1:2])


# ---- editors at once -------------------------------------------------------------------------

class Editors:
    """Threads with a connection each, which do what they are told at the same moment."""

    def __init__(self, api, count):
        self.clients = [api.sibling(timeout=60) for _ in range(count)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for client in self.clients:
            client.close()

    def together(self, *tasks):
        """What task(client) returned, of each in its order."""
        barrier, found = threading.Barrier(len(tasks)), [None] * len(tasks)

        def work(i):
            barrier.wait(60)
            found[i] = tasks[i](self.clients[i])

        threads = [threading.Thread(target=work, args=(i,)) for i in range(len(tasks))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert None not in found, "an editor failed"
        return found


def test_of_editors_of_one_resource_one_wins(api):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    with Editors(api, 4) as editors:
        for turn in range(ROUNDS):
            tag = tag_of(api, f"/persons/{id_}")
            names = [unique() for _ in editors.clients]
            answers = editors.together(*[lambda c, n=n: c.patch(
                f"/persons/{id_}", document("persons", {"name": n}, id_=id_), {"If-Match": tag}) for n in names])
            won = [n for n, answer in zip(names, answers) if answer.status == 200]
            assert sorted(answer.status for answer in answers) == [200, 412, 412, 412], answers
            assert api.get(f"/persons/{id_}").data["attributes"]["name"] == won[0]


@each_side
def test_of_editors_of_one_set_one_wins(api, sql, side):
    """Each replaces the set it has read by that set and a member more: what one adds is never lost."""
    owner, members = side.new_owner(api), bulk(sql, side.target, 4 * ROUNDS)
    path, expected = side.relationship(owner), []
    with Editors(api, 4) as editors:
        for turn in range(ROUNDS):
            tag, new = tag_of(api, path), members[4 * turn:4 * turn + 4]
            answers = editors.together(*[
                lambda c, m=m: c.patch(path, side.body(*expected, m), {"If-Match": tag}) for m in new])
            won = [m for m, answer in zip(new, answers) if answer.status == 204]
            assert sorted(answer.status for answer in answers) == [204, 412, 412, 412], answers
            expected += won
            assert side.rows(sql, owner) == sorted(expected, key=int)
    assert_both_sides(api, sql, side, owner, expected)


@each_side
def test_editors_that_read_again_all_get_their_way(api, sql, side):
    """The loop that clients run: read, change, write if it is as it was, else read again."""
    owner, members = side.new_owner(api), bulk(sql, side.target, 24)
    path = side.relationship(owner)

    def add_all(client, mine):
        for member in mine:
            status = None
            while status != 204:
                read = client.get(path + "?page[size]=1000")
                status = client.patch(path, side.body(*read.ids, member), {"If-Match": read.headers["ETag"]}).status
                assert status in (204, 412)
        return True

    with Editors(api, 4) as editors:
        editors.together(*[lambda c, m=members[i::4]: add_all(c, m) for i in range(4)])
    assert_both_sides(api, sql, side, owner, members)


@each_side
@pytest.mark.parametrize("count", [1, 300])
def test_an_editor_at_the_other_end_loses_nothing(api, sql, side, count):
    """A replacement that was judged does not undo what it has not seen: links made from the other side."""
    owner, kept = new_set(api, sql, side, count)
    others = bulk(sql, side.target, ROUNDS)
    path = side.relationship(owner)
    with Editors(api, 2) as editors:
        for other in others:
            tag = tag_of(api, path)
            replaced, added = editors.together(
                lambda c: c.patch(path, side.body(*kept), {"If-Match": tag}),
                lambda c: c.put(f"/{side.target}/{other}/{side.inverse}/{owner}"))
            assert added.status == 201 and replaced.status in (204, 412)
            assert other in side.rows(sql, owner), replaced
            sql.run(f"delete from {side.table} where {side.own_column} = %s and {side.target_column} = %s", owner, other)


@each_side
def test_an_editor_at_the_other_end_takes_away_for_good(api, sql, side):
    """Nor does it bring back what was unlinked there since."""
    owner, members = new_set(api, sql, side, 2)
    path, gone = side.relationship(owner), members[1]
    with Editors(api, 2) as editors:
        for _ in range(ROUNDS):
            tag = tag_of(api, path)
            replaced, removed = editors.together(
                lambda c: c.patch(path, side.body(*members), {"If-Match": tag}),
                lambda c: c.delete(f"/{side.target}/{gone}/{side.inverse}/{owner}"))
            assert removed.status == 204 and replaced.status in (204, 412)
            assert gone not in side.rows(sql, owner), replaced
            assert api.put(side.one(owner, gone)).status == 201


@each_side
def test_editors_at_both_ends(api, sql, side):
    """Both add the same link to the sets they have read, each at its own end: nobody is broken off."""
    with Editors(api, 2) as editors:
        for _ in range(4):
            owner, member = side.new_owner(api), side.new_member(api)
            paths = side.relationship(owner), side.inverse_relationship(member)
            tags = [tag_of(api, path) for path in paths]
            answers = editors.together(
                lambda c: c.patch(paths[0], side.body(member), {"If-Match": tags[0]}),
                lambda c: c.patch(paths[1], {"data": idents(side.type, [owner])}, {"If-Match": tags[1]}))
            assert sorted(answer.status for answer in answers) == [204, 412], answers
            assert_both_sides(api, sql, side, owner, [member])
