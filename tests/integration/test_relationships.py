"""Link, unlink and replace from all six sides; every case ends by comparing both sides, the
related resources and the association table."""

import datetime

import pytest

from support.client import ident, idents
from support.model import (ATTRIBUTES, MISSING, RELATIONSHIPS, SIDES, assert_both_sides,
                           assert_not_linked, bulk)

each_side = pytest.mark.parametrize("side", SIDES, ids=str)
WRITES = ("POST", "PATCH", "DELETE")
RETURN = {"Prefer": "return=representation"}


def write(api, method, side, owner, *members, headers=None):
    return api.request(method, side.relationship(owner), side.body(*members), headers)


def linked(api, side, count):
    """An owner with `count` members."""
    owner, members = side.new_owner(api), side.new_members(api, count)
    assert write(api, "POST", side, owner, *members).status == 204
    return owner, members


@each_side
def test_link_one(api, sql, side):
    owner, member = side.new_owner(api), side.new_member(api)
    answer = write(api, "POST", side, owner, member)
    assert answer.status == 204
    assert_both_sides(api, sql, side, owner, [member])


@each_side
def test_link_several(api, sql, side):
    owner, members = linked(api, side, 3)
    assert_both_sides(api, sql, side, owner, members)


@each_side
def test_link_adds_to_what_is_there(api, sql, side):
    owner, members = linked(api, side, 2)
    more = side.new_members(api, 2)
    assert write(api, "POST", side, owner, members[0], *more).status == 204
    assert_both_sides(api, sql, side, owner, members + more)


@each_side
def test_link_twice_is_one_link(api, sql, side):
    owner, members = linked(api, side, 1)
    before = sql.rows(f"select xmin::text, linked_at from {side.table}"
                      f" where {side.own_column} = %s", owner)
    assert write(api, "POST", side, owner, *members).status == 204
    assert write(api, "POST", side, owner, *members, *members).status == 204
    assert_both_sides(api, sql, side, owner, members)
    assert before == sql.rows(f"select xmin::text, linked_at from {side.table}"
                              f" where {side.own_column} = %s", owner)


@each_side
def test_link_again_from_the_other_side(api, sql, side):
    owner, (member,) = linked(api, side, 1)
    again = api.post(side.inverse_relationship(member), {"data": idents(side.type, [owner])})
    assert again.status == 204
    assert_both_sides(api, sql, side, owner, [member])


@each_side
def test_a_member_named_twice_is_one_link(api, sql, side):
    owner, member = side.new_owner(api), side.new_member(api)
    assert write(api, "POST", side, owner, member, member).status == 204
    assert_both_sides(api, sql, side, owner, [member])
    assert write(api, "PATCH", side, owner, member, member).status == 204
    assert_both_sides(api, sql, side, owner, [member])
    assert write(api, "DELETE", side, owner, member, member).status == 204
    assert_both_sides(api, sql, side, owner, [])


@each_side
def test_two_owners_share_a_member(api, sql, side):
    first, (member,) = linked(api, side, 1)
    second = side.new_owner(api)
    assert write(api, "POST", side, second, member).status == 204
    assert api.linkage(side.inverse_relationship(member)) == {first, second}
    assert_both_sides(api, sql, side, first, [member])
    assert write(api, "DELETE", side, first, member).status == 204
    assert api.linkage(side.inverse_related(member)) == {second}
    assert_both_sides(api, sql, side, second, [member])


@each_side
def test_other_relationships_of_the_owner_are_left_alone(api, sql, side):
    owner, members = linked(api, side, 1)
    for other in RELATIONSHIPS[side.type]:
        if other != side:
            member = other.new_member(api)
            assert write(api, "POST", other, owner, member).status == 204
            assert write(api, "PATCH", side, owner).status == 204
            assert_both_sides(api, sql, other, owner, [member])
            assert_both_sides(api, sql, side, owner, [])
            assert write(api, "POST", side, owner, *members).status == 204
    assert_both_sides(api, sql, side, owner, members)


@each_side
def test_unlink(api, sql, side):
    owner, members = linked(api, side, 3)
    assert write(api, "DELETE", side, owner, members[0], members[2]).status == 204
    assert_both_sides(api, sql, side, owner, [members[1]])
    assert_not_linked(api, side, owner, members[0], members[2])
    assert api.get(f"/{side.target}/{members[0]}").status == 200


@each_side
def test_unlink_from_the_other_side(api, sql, side):
    owner, members = linked(api, side, 2)
    answer = api.delete(side.inverse_relationship(members[0]), {"data": [ident(side.type, owner)]})
    assert answer.status == 204
    assert_both_sides(api, sql, side, owner, members[1:])


@each_side
def test_unlink_what_is_not_linked(api, sql, side):
    owner, members = linked(api, side, 1)
    stranger = side.new_member(api)
    assert write(api, "DELETE", side, owner, stranger).status == 204
    assert write(api, "DELETE", side, owner, MISSING).status == 204
    assert write(api, "DELETE", side, owner, stranger, MISSING).status == 204
    assert_both_sides(api, sql, side, owner, members)
    assert write(api, "DELETE", side, owner, members[0], MISSING).status == 204
    assert write(api, "DELETE", side, owner, members[0]).status == 204
    assert_both_sides(api, sql, side, owner, [])


@each_side
def test_unlink_ids_that_cannot_be_keys(api, sql, side):
    owner, members = linked(api, side, 1)
    assert write(api, "DELETE", side, owner, "abc", "01", "-1", "9" * 40).status == 204
    assert_both_sides(api, sql, side, owner, members)


@each_side
def test_replace(api, sql, side):
    owner, members = linked(api, side, 2)
    other_owner = side.new_owner(api)
    new = side.new_member(api)
    assert write(api, "POST", side, other_owner, new).status == 204
    assert write(api, "PATCH", side, owner, members[1], new).status == 204
    assert_both_sides(api, sql, side, owner, [members[1], new])
    assert_not_linked(api, side, owner, members[0])
    assert api.linkage(side.inverse_relationship(new)) == {owner, other_owner}


@each_side
def test_replace_by_nothing(api, sql, side):
    owner, members = linked(api, side, 2)
    assert write(api, "PATCH", side, owner).status == 204
    assert_both_sides(api, sql, side, owner, [])
    assert_not_linked(api, side, owner, *members)
    assert write(api, "PATCH", side, owner).status == 204


@each_side
def test_replace_by_the_same_rewrites_no_row(api, sql, side):
    owner, members = linked(api, side, 3)
    stored = f"select * , xmin::text from {side.table} where {side.own_column} = %s order by 1, 2"
    before = sql.rows(stored, owner)
    assert write(api, "PATCH", side, owner, *reversed(members)).status == 204
    assert sql.rows(stored, owner) == before
    assert_both_sides(api, sql, side, owner, members)


@each_side
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_an_empty_array_changes_nothing(api, sql, side, method):
    owner, members = linked(api, side, 2)
    assert write(api, method, side, owner).status == 204
    assert_both_sides(api, sql, side, owner, members)


@each_side
def test_link_then_unlink_across_sides(api, sql, side):
    owner, member = side.new_owner(api), side.new_member(api)
    inverse_body = {"data": [ident(side.type, owner)]}
    assert api.post(side.inverse_relationship(member), inverse_body).status == 204
    assert_both_sides(api, sql, side, owner, [member])
    assert write(api, "DELETE", side, owner, member).status == 204
    assert_both_sides(api, sql, side, owner, [])
    assert api.patch(side.inverse_relationship(member), inverse_body).status == 204
    assert_both_sides(api, sql, side, owner, [member])
    assert api.patch(side.inverse_relationship(member), {"data": []}).status == 204
    assert_both_sides(api, sql, side, owner, [])


# -- refusals leave both sides as they were --------------------------------------------------

@each_side
@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_missing_member_is_404_at_its_pointer(api, sql, side, method, at):
    owner, members = linked(api, side, 1)
    wanted = side.new_members(api, 2)
    wanted.insert(at, MISSING)
    answer = write(api, method, side, owner, *wanted)
    assert answer.status == 404
    assert answer.pointers == [f"/data/{at}"]
    assert answer.errors[0]["code"] == "not-found"
    assert MISSING in answer.errors[0]["detail"]
    assert_both_sides(api, sql, side, owner, members)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_of_several_missing_members_the_first_is_named(api, sql, method):
    side = SIDES[0]
    owner, members = linked(api, side, 1)
    gone = str(int(MISSING) + 1)
    answer = write(api, method, side, owner, members[0], gone, MISSING)
    assert answer.status == 404
    assert answer.pointers[0] == "/data/1"
    assert set(answer.pointers) <= {"/data/1", "/data/2"}
    assert_both_sides(api, sql, side, owner, members)


@pytest.mark.parametrize("bad", ["0", "-1", "+1", "01", " 1", "1 ", "1.0", "1e0", "0x1", "abc", "",
                                 "9223372036854775808", "9" * 40, "1 OR 1=1", "1'", "１", "1\n"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_member_id_that_cannot_be_a_key_is_404(api, sql, method, bad):
    side = SIDES[0]
    owner, members = linked(api, side, 1)
    answer = write(api, method, side, owner, members[0], bad)
    assert answer.status == 404
    assert answer.pointers in (["/data/1"], ["/data/1/id"])
    assert_both_sides(api, sql, side, owner, members)


@each_side
@pytest.mark.parametrize("method", WRITES)
def test_a_member_of_another_type_is_409(api, sql, side, method):
    owner, members = linked(api, side, 1)
    other = "hobbies" if side.target != "hobbies" else "phones"
    body = {"data": [ident(side.target, members[0]), ident(other, members[0])]}
    answer = api.request(method, side.relationship(owner), body)
    assert answer.status == 409
    assert answer.pointers == ["/data/1/type"]
    assert side.target in answer.errors[0]["detail"]
    assert_both_sides(api, sql, side, owner, members)


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("body, pointers", [
    ({}, [""]), ({"meta": {}}, [""]), ([], [""]), ("x", [None]), (7, [None]), (None, [None]),
    ({"data": None}, ["/data"]), ({"data": {}}, ["/data"]), ({"data": "1"}, ["/data"]),
    ({"data": ident("phones", 1)}, ["/data"]), ({"data": 1}, ["/data"]),
    ({"data": [None]}, ["/data/0"]), ({"data": ["1"]}, ["/data/0"]), ({"data": [[]]}, ["/data/0"]),
    ({"data": [{}]}, ["/data/0"]), ({"data": [{"type": "phones"}]}, ["/data/0"]),
    ({"data": [{"id": "1"}]}, ["/data/0"]),
    ({"data": [{"type": "phones", "id": 1}]}, ["/data/0/id"]),
    ({"data": [{"type": "phones", "id": None}]}, ["/data/0/id"]),
    ({"data": [{"type": 1, "id": "1"}]}, ["/data/0/type"]),
], ids=repr)
def test_bodies_that_are_not_linkage(api, sql, method, body, pointers):
    side = SIDES[0]
    owner, members = linked(api, side, 1)
    raw = None if body is not None else b"null"
    answer = api.request(method, side.relationship(owner), body, raw=raw)
    assert answer.status == 400
    assert answer.pointers == pointers
    assert_both_sides(api, sql, side, owner, members)


@pytest.mark.parametrize("method", WRITES)
def test_a_relationship_write_needs_a_body(api, sql, method):
    side = SIDES[0]
    owner, members = linked(api, side, 1)
    answer = api.request(method, side.relationship(owner))
    assert answer.status in (400, 415)
    assert_both_sides(api, sql, side, owner, members)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_lid_names_nothing_here(api, sql, method):
    side = SIDES[0]
    owner, members = linked(api, side, 1)
    answer = api.request(method, side.relationship(owner),
                         {"data": [{"type": "phones", "lid": "new"}]})
    assert answer.status == 400
    assert answer.pointers[0].startswith("/data/0")
    assert_both_sides(api, sql, side, owner, members)


@each_side
@pytest.mark.parametrize("method", WRITES)
def test_a_missing_owner_is_404(api, sql, side, method):
    member = side.new_member(api)
    answer = write(api, method, side, MISSING, member)
    assert answer.status == 404
    assert answer.pointers == [None]
    assert write(api, method, side, MISSING).status == 404
    assert sql.value(f"select count(*) from {side.table} where {side.target_column} = %s", member) == 0


@pytest.mark.parametrize("method", ("GET",) + WRITES)
@pytest.mark.parametrize("name", ["nope", "name", "Phones", "owners", "person_phones"])
def test_an_unknown_relationship_is_404(api, method, name):
    owner = SIDES[0].new_owner(api)
    body = None if method == "GET" else {"data": []}
    answer = api.request(method, f"/persons/{owner}/relationships/{name}", body)
    assert answer.status == 404


def test_writes_on_the_related_url_are_405(api):
    owner = SIDES[0].new_owner(api)
    for method in WRITES + ("PUT",):
        answer = api.request(method, f"/persons/{owner}/phones", {"data": []})
        assert answer.status == 405, method
        assert answer.allowed == {"GET", "HEAD"}


# -- link meta, representation, large sets ---------------------------------------------------

@each_side
def test_linked_at_is_meta_of_the_identifier(api, sql, side):
    owner, members = linked(api, side, 2)
    for item in api.get(side.relationship(owner)).data:
        shown = datetime.datetime.fromisoformat(item["meta"]["linked_at"].replace("Z", "+00:00"))
        stored = sql.value(f"select linked_at from {side.table} where {side.own_column} = %s"
                           f" and {side.target_column} = %s", owner, item["id"])
        assert abs(shown - stored) < datetime.timedelta(milliseconds=1)
    mirror = api.get(side.inverse_relationship(members[0])).data
    assert mirror[0]["meta"]["linked_at"] == api.get(side.relationship(owner)).data[0]["meta"]["linked_at"]


def test_meta_of_an_identifier_may_be_sent_back(api, sql):
    side = SIDES[0]
    owner, members = linked(api, side, 2)
    data = api.get(side.relationship(owner)).data
    assert all("meta" in item for item in data)
    assert api.patch(side.relationship(owner), {"data": data}).status == 204
    assert_both_sides(api, sql, side, owner, members)


@each_side
def test_prefer_representation(api, sql, side):
    """200 with the whole linkage, and in meta what the write did to both sides."""
    owner, (kept, dropped) = linked(api, side, 2)
    new = side.new_member(api)

    def check(answer, now, added=(), removed=(), unchanged=()):
        assert answer.status == 200
        assert answer.headers["Preference-Applied"] == "return=representation"
        assert set(answer.ids) == set(now)
        assert answer.data == api.get(side.relationship(owner)).data
        meta = answer.json["meta"]
        assert [meta["added"], meta["removed"], meta["unchanged"]] == [
            idents(side.target, sorted(members, key=int)) for members in (added, removed, unchanged)]
        moved = [*added, *removed]
        changed = {side.relationship(owner)} if moved else set()
        assert set(meta["changed"]) == changed | {side.inverse_relationship(m) for m in moved}
        assert_both_sides(api, sql, side, owner, now)

    check(write(api, "PATCH", side, owner, kept, new, headers=RETURN),
          [kept, new], added=[new], removed=[dropped], unchanged=[kept])
    check(write(api, "POST", side, owner, new, dropped, headers=RETURN),
          [kept, dropped, new], added=[dropped], unchanged=[new])
    check(write(api, "DELETE", side, owner, dropped, MISSING, headers=RETURN),
          [kept, new], removed=[dropped], unchanged=[MISSING])
    check(write(api, "PATCH", side, owner, new, kept, new, headers=RETURN),
          [kept, new], unchanged=[kept, new])


@pytest.mark.parametrize("prefer", ["return=minimal", "respond-async", "return=minimal, return=representation",
                                    "RETURN", "", ",", "return=\"x\""])
def test_other_preferences_change_nothing(api, prefer):
    side = SIDES[0]
    owner, member = side.new_owner(api), side.new_member(api)
    answer = write(api, "POST", side, owner, member, headers={"Prefer": prefer})
    assert answer.status == 204
    assert "Preference-Applied" not in answer.headers or "minimal" in answer.headers["Preference-Applied"]


@each_side
def test_ten_thousand_members(api, sql, side):
    """Linked in one request, replaced by a set that differs in three, and unlinked in one."""
    count = 10_000
    owner = side.new_owner(api)
    members = bulk(sql, side.target, count)
    assert write(api, "POST", side, owner, *members).status == 204
    assert side.rows(sql, owner) == members
    stored = f"select {side.target_column}::text, xmin::text from {side.table} where {side.own_column} = %s"
    before = dict(sql.rows(stored, owner))
    new = side.new_members(api, 3)
    wanted = members[3:] + new
    assert write(api, "PATCH", side, owner, *wanted).status == 204
    after = dict(sql.rows(stored, owner))
    assert set(after) == set(wanted)
    assert {m: after[m] for m in members[3:]} == {m: before[m] for m in members[3:]}
    assert len({after[m] for m in new}) == 1, "one transaction"
    assert api.linkage(side.relationship(owner) + "?page[size]=1000") == set(wanted)
    refused = write(api, "PATCH", side, owner, *members[:5000], MISSING)
    assert (refused.status, refused.pointers) == (404, ["/data/5000"])
    assert dict(sql.rows(stored, owner)) == after
    assert write(api, "DELETE", side, owner, *wanted).status == 204
    assert side.rows(sql, owner) == []


def test_a_limit_of_members(fresh_service):
    """The limit is a setting; a refusal names it and writes nothing."""
    service, side = fresh_service(max_members=5), SIDES[0]
    api = service.client()
    owner, members = side.new_owner(api), bulk(service.sql, side.target, 6)
    assert write(api, "POST", side, owner, *members[:5]).status == 204
    for method in WRITES:
        answer = write(api, method, side, owner, *members)
        assert answer.status == 413
        assert answer.errors[0]["code"] == "too-many-members"
        assert "5" in answer.errors[0]["detail"]
    assert_both_sides(api, service.sql, side, owner, members[:5])


def test_a_walk_over_many_members(api, sql):
    side = SIDES[4]
    owner = side.new_owner(api)
    members = bulk(sql, side.target, 50)
    assert write(api, "POST", side, owner, *members).status == 204
    assert api.linkage(side.relationship(owner) + "?page[size]=7") == set(members)
    assert api.linkage(side.related(owner) + "?page[size]=7") == set(members)


def test_updated_at_is_about_the_resource_not_its_links(api):
    """Linking writes one row of the association table and nothing else."""
    owner = api.create("persons", ATTRIBUTES["persons"]())
    before = api.get(f"/persons/{owner}").data
    phone = api.create("phones", ATTRIBUTES["phones"]())
    assert api.put(f"/persons/{owner}/phones/{phone}").status == 201
    assert api.get(f"/persons/{owner}").data == before
