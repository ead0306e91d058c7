"""Reading, deleting and the shape of single resources, over all four types."""

import datetime
import re

import pytest

from support.client import document, idents
from support.model import ATTRIBUTES, MISSING, RELATIONSHIPS, SIDES, TYPES, unique, unique_number

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


def parse_time(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


@pytest.mark.parametrize("type_", TYPES)
def test_get_gives_what_create_stored(api, sql, type_):
    wanted = ATTRIBUTES[type_]()
    created = api.post(f"/{type_}", document(type_, wanted))
    assert created.status == 201
    read = api.get(f"/{type_}/{created.id}")
    assert read.status == 200
    assert read.data == created.data
    attributes = read.data["attributes"]
    assert {k: attributes[k] for k in wanted} == wanted
    assert set(attributes) == set(wanted) | {"created_at", "updated_at"}
    for name in ("created_at", "updated_at"):
        assert TIMESTAMP.fullmatch(attributes[name]), attributes[name]
        stored = sql.value(f"select {name} from {type_} where id = %s", created.id)
        assert abs(parse_time(attributes[name]) - stored) < datetime.timedelta(milliseconds=1)


@pytest.mark.parametrize("type_", TYPES)
def test_resource_object_shape(api, type_):
    id_ = api.create(type_, ATTRIBUTES[type_]())
    data = api.get(f"/{type_}/{id_}").data
    assert (data["type"], data["id"]) == (type_, id_)
    assert data["links"]["self"] == f"/{type_}/{id_}"
    expected = {side.rel: {"self": side.relationship(id_), "related": side.related(id_)}
                for side in RELATIONSHIPS[type_]}
    assert {name: r["links"] for name, r in data["relationships"].items()} == expected
    # A to-many relationship that was not asked for says where it is, never that it is empty.
    assert all("data" not in r for r in data["relationships"].values())


@pytest.mark.parametrize("type_", TYPES)
def test_no_key_or_foreign_key_among_the_attributes(api, type_):
    id_ = api.create(type_, ATTRIBUTES[type_]())
    attributes = api.get(f"/{type_}/{id_}").data["attributes"]
    assert not [name for name in attributes if name == "id" or name.endswith("_id")]


@pytest.mark.parametrize("type_", TYPES)
def test_every_link_of_a_resource_can_be_fetched(api, type_):
    id_ = api.create(type_, ATTRIBUTES[type_]())
    read = api.get(f"/{type_}/{id_}")
    again = api.get(read.data["links"]["self"])
    assert (again.status, again.data) == (200, read.data)
    assert api.get(read.link("self")).data == read.data
    for name, relationship in read.data["relationships"].items():
        for kind in ("self", "related"):
            followed = api.get(relationship["links"][kind])
            assert (followed.status, followed.data) == (200, []), (name, kind)


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
@pytest.mark.parametrize("type_", TYPES)
def test_missing_resource_is_404(api, type_, method):
    body = document(type_, {}, id_=MISSING) if method == "patch" else None
    answer = api.request(method.upper(), f"/{type_}/{MISSING}", body)
    assert answer.status == 404
    assert [e["code"] for e in answer.errors] == ["not-found"]
    assert MISSING in answer.errors[0]["detail"]


@pytest.mark.parametrize("type_", TYPES)
def test_delete(api, sql, type_):
    id_ = api.create(type_, ATTRIBUTES[type_]())
    gone = api.delete(f"/{type_}/{id_}")
    assert gone.status == 204
    assert sql.value(f"select count(*) from {type_} where id = %s", id_) == 0
    assert api.get(f"/{type_}/{id_}").status == 404
    assert api.delete(f"/{type_}/{id_}").status == 404


@pytest.mark.parametrize("side", SIDES, ids=str)
def test_delete_removes_the_links_and_never_the_other_end(api, sql, side):
    first, second = side.new_owner(api), side.new_owner(api)
    shared, alone = side.new_members(api, 2)
    assert api.post(side.relationship(first), side.body(shared, alone)).status == 204
    assert api.post(side.relationship(second), side.body(shared)).status == 204
    assert api.delete(f"/{side.type}/{first}").status == 204
    assert api.linkage(side.inverse_relationship(shared)) == {second}
    assert api.linkage(side.inverse_related(alone)) == set()
    assert side.rows(sql, first) == []
    assert side.rows(sql, second) == [shared]
    for member in (shared, alone):
        assert api.get(f"/{side.target}/{member}").status == 200


@pytest.mark.parametrize("side", SIDES, ids=str)
def test_relationships_of_a_deleted_resource_are_404(api, side):
    owner, member = side.new_owner(api), side.new_member(api)
    assert api.put(side.one(owner, member)).status == 201
    assert api.delete(f"/{side.type}/{owner}").status == 204
    for path in (side.relationship(owner), side.related(owner), side.one(owner, member)):
        assert api.get(path).status == 404, path
    for method in ("POST", "PATCH", "DELETE"):
        answer = api.request(method, side.relationship(owner), side.body(member))
        assert answer.status == 404, method
    assert api.put(side.one(owner, member)).status == 404
    assert api.linkage(side.inverse_relationship(member)) == set()


def test_a_deleted_unique_value_is_free_again(api, sql):
    number = unique_number()
    person = api.create("persons", {"name": unique()})
    first = api.create("phones", {"number": number}, {"owners": idents("persons", [person])})
    assert api.delete(f"/phones/{first}").status == 204
    second = api.create("phones", {"number": number})
    assert second != first
    assert api.linkage(f"/phones/{second}/relationships/owners") == set()
    assert api.linkage(f"/persons/{person}/relationships/phones") == set()


def test_rows_deleted_behind_the_back_of_the_service_are_gone(api, sql):
    person = api.create("persons", {"name": unique()})
    phone = api.create("phones", {"number": unique_number()},
                       {"owners": idents("persons", [person])})
    sql.run("delete from person_phones where person_id = %s", person)
    assert api.linkage(f"/persons/{person}/relationships/phones") == set()
    assert api.linkage(f"/phones/{phone}/owners") == set()
    unlink = api.delete(f"/persons/{person}/relationships/phones", {"data": idents("phones", [phone])})
    assert unlink.status == 204


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_writes_that_a_resource_does_not_know(api, method):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    answer = api.request(method, f"/persons/{id_}", document("persons", {"name": "x"}, id_=id_))
    assert answer.status == 405
    assert answer.allowed == {"GET", "HEAD", "PATCH", "DELETE"}


def test_delete_takes_no_include(api, sql):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    answer = api.delete(f"/persons/{id_}?include=phones")
    assert (answer.status, answer.parameters) == (400, ["include"])
    assert sql.value("select count(*) from persons where id = %s", id_) == 1
