"""One link by URL: PUT, GET, DELETE /{type}/{id}/{relationship}/{related id}. No bodies."""

import pytest

from support.model import MISSING, SIDES, assert_both_sides

each_side = pytest.mark.parametrize("side", SIDES, ids=str)
BAD_IDS = ["0", "-1", "+1", "01", "%201", "1.0", "abc", "9223372036854775808", "1%00", "1%2F2",
           "1%20OR%201=1", "%EF%BC%91"]


@each_side
def test_the_life_of_a_link(api, sql, side):
    owner, member = side.new_owner(api), side.new_member(api)
    path, mirror = side.one(owner, member), f"/{side.target}/{member}/{side.inverse}/{owner}"
    assert api.get(path).status == 404
    assert api.put(path).status == 201
    assert_both_sides(api, sql, side, owner, [member])
    assert api.get(path).status == 200
    assert api.get(mirror).status == 200
    assert api.put(path).status == 204
    assert api.put(mirror).status == 204
    assert_both_sides(api, sql, side, owner, [member])
    assert api.delete(mirror).status == 204
    assert_both_sides(api, sql, side, owner, [])
    assert api.get(path).status == 404
    assert api.get(mirror).status == 404
    assert api.delete(path).status == 204
    assert api.delete(path).status == 204


@each_side
def test_what_a_link_shows(api, side):
    owner, member = side.new_owner(api), side.new_member(api)
    path = side.one(owner, member)
    assert api.put(path).status == 201
    answer = api.get(path)
    assert (answer.data["type"], answer.data["id"]) == (side.target, member)
    assert answer.data["meta"] == api.get(side.relationship(owner)).data[0]["meta"]
    assert answer.link("self") == path
    head = api.head(path)
    assert (head.status, head.headers["Content-Type"]) == (200, answer.headers["Content-Type"])


@each_side
def test_put_again_keeps_the_row(api, sql, side):
    owner, member = side.new_owner(api), side.new_member(api)
    assert api.put(side.one(owner, member)).status == 201
    stored = f"select xmin::text, linked_at from {side.table} where {side.own_column} = %s"
    before = sql.rows(stored, owner)
    assert api.put(side.one(owner, member)).status == 204
    assert sql.rows(stored, owner) == before


@each_side
def test_only_this_link_is_removed(api, sql, side):
    owner, other = side.new_owner(api), side.new_owner(api)
    kept, dropped = side.new_members(api, 2)
    for one in (owner, other):
        for member in (kept, dropped):
            assert api.put(side.one(one, member)).status == 201
    assert api.delete(side.one(owner, dropped)).status == 204
    assert_both_sides(api, sql, side, owner, [kept])
    assert_both_sides(api, sql, side, other, [kept, dropped])


@each_side
def test_either_end_missing(api, sql, side):
    owner, member = side.new_owner(api), side.new_member(api)
    before = sql.count(side.table)
    for path in (side.one(owner, MISSING), side.one(MISSING, member), side.one(MISSING, MISSING)):
        assert api.get(path).status == 404, path
        answer = api.put(path)
        assert answer.status == 404, path
        assert MISSING in answer.errors[0]["detail"]
    assert api.delete(side.one(owner, MISSING)).status == 204
    assert api.delete(side.one(MISSING, member)).status == 404
    assert sql.count(side.table) == before


@pytest.mark.parametrize("bad", BAD_IDS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_ids_that_cannot_be_keys(api, sql, method, bad):
    side = SIDES[0]
    owner, member = side.new_owner(api), side.new_member(api)
    assert api.put(side.one(owner, member)).status == 201
    for path in (side.one(bad, member), side.one(owner, bad), side.one(f"{owner}%00", member)):
        answer = api.request(method, path)
        ended_as_asked = method == "DELETE" and path == side.one(owner, bad)
        assert answer.status == 404 or (ended_as_asked and answer.status == 204), answer
    assert_both_sides(api, sql, side, owner, [member])


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_other_methods(api, method):
    side = SIDES[0]
    owner, member = side.new_owner(api), side.new_member(api)
    answer = api.request(method, side.one(owner, member), {"data": []})
    assert answer.status == 405
    assert answer.allowed == {"GET", "HEAD", "PUT", "DELETE"}


def test_unknown_relationship(api):
    owner = SIDES[0].new_owner(api)
    for name in ("nope", "owners", "name"):
        for method in ("GET", "PUT", "DELETE"):
            assert api.request(method, f"/persons/{owner}/{name}/1").status == 404, (method, name)


def test_an_unknown_parameter_has_no_effect(api, sql):
    side = SIDES[0]
    owner, member = side.new_owner(api), side.new_member(api)
    answer = api.put(side.one(owner, member) + "?foo=1")
    assert (answer.status, answer.parameters) == (400, ["foo"])
    assert side.rows(sql, owner) == []


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_curl_without_any_header(api, sql, method):
    """curl -X PUT sends no Content-Type and accepts anything."""
    side = SIDES[0]
    owner, member = side.new_owner(api), side.new_member(api)
    answer = api.request(method, side.one(owner, member), headers={"Accept": "*/*"})
    assert answer.status == (201 if method == "PUT" else 204)
    assert side.rows(sql, owner) == ([member] if method == "PUT" else [])
