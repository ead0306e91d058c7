"""POST /operations: several writes in one transaction, in order, and all of them or none."""

import itertools
import re

import pytest

from support.client import Client, ident, idents
from support.database import Sql
from support.lint import JSONAPI
from support.model import ATTRIBUTES, MISSING, SIDES, TYPES, assert_both_sides, unique, unique_number
from support.service import Service

EXTENSION = "https://jsonapi.org/ext/atomic"
ATOMIC = f'{JSONAPI};ext="{EXTENSION}"'
PHONES = SIDES[0]
each_side = pytest.mark.parametrize("side", SIDES, ids=str)
each_type = pytest.mark.parametrize("type_", TYPES)


def perform(client, *operations, headers=None, **others):
    return client.post("/operations", {"atomic:operations": list(operations), **others},
                       {"Content-Type": ATOMIC, "Accept": ATOMIC, **(headers or {})})


def results(answer, count):
    assert answer.status == 200, answer
    assert answer.headers["Content-Type"] == ATOMIC
    found = answer.json["atomic:results"]
    assert len(found) == count
    return found


def add(type_, relationships=None, attributes=None, **members):
    data = {"type": type_, **members, "attributes": attributes or ATTRIBUTES[type_]()}
    if relationships:
        data["relationships"] = {name: {"data": linkage} for name, linkage in relationships.items()}
    return {"op": "add", "data": data}


def local(type_, lid):
    return {"type": type_, "lid": lid}


def change(op, side, owner, members):
    """Linkage by "ref"; owner: an id, or an identity."""
    owner = owner if isinstance(owner, dict) else ident(side.type, owner)
    return {"op": op, "ref": {**owner, "relationship": side.rel}, "data": members}


def refused(api, sql, *operations, status=400, pointer=None, says=None):
    """The refusal of operations of which the first could have been performed."""
    before, name = sql.counts(), unique("rolled-back")
    answer = perform(api, add("persons", attributes={"name": name}), *operations)
    assert answer.status == status, answer
    if pointer is not None:
        assert answer.pointers == [f"/atomic:operations/1{pointer}"], answer
    if says is not None:
        assert says in answer.errors[0]["detail"]
    assert sql.counts() == before
    assert sql.value("select count(*) from persons where name = %s", name) == 0
    return answer


# ---- each verb, and each way to say what it is about -----------------------------------------

@each_type
@pytest.mark.parametrize("href", [False, True])
def test_add(api, type_, href):
    operation = add(type_)
    if href:
        operation["href"] = f"/{type_}"
    found = results(perform(api, operation), 1)[0]["data"]
    assert operation["data"]["attributes"].items() <= found["attributes"].items()
    assert api.get(f"/{type_}/{found['id']}").data == found


@each_type
@pytest.mark.parametrize("by", ["data", "ref", "href"])
def test_update(api, type_, by):
    id_ = api.create(type_, ATTRIBUTES[type_]())
    attributes = ATTRIBUTES[type_]()
    operation = {"op": "update", "data": {**ident(type_, id_), "attributes": attributes}}
    operation |= {"data": {}, "ref": {"ref": ident(type_, id_)}, "href": {"href": f"/{type_}/{id_}"}}[by]
    found = results(perform(api, operation), 1)[0]["data"]
    assert attributes.items() <= found["attributes"].items()
    assert api.get(f"/{type_}/{id_}").data == found


@each_type
@pytest.mark.parametrize("by", ["ref", "href"])
def test_remove(api, type_, by):
    id_ = api.create(type_, ATTRIBUTES[type_]())
    target = {"ref": ident(type_, id_)} if by == "ref" else {"href": f"/{type_}/{id_}"}
    assert results(perform(api, {"op": "remove", **target}), 1) == [{}]
    assert api.get(f"/{type_}/{id_}").status == 404


@each_side
@pytest.mark.parametrize("by", ["ref", "href"])
def test_linkage(api, sql, side, by):
    owner, members = side.new_owner(api), side.new_members(api, 4)

    def operation(op, *chosen):
        made = change(op, side, owner, idents(side.target, chosen))
        if by == "href":
            del made["ref"]
            made["href"] = side.relationship(owner)
        return made

    assert results(perform(api, operation("add", *members[:2])), 1) == [{}]
    assert_both_sides(api, sql, side, owner, members[:2])
    assert results(perform(api, operation("update", *members[1:])), 1) == [{}]
    assert_both_sides(api, sql, side, owner, members[1:])
    assert results(perform(api, operation("remove", members[1])), 1) == [{}]
    assert_both_sides(api, sql, side, owner, members[2:])


def test_href_with_a_public_prefix(fresh_service):
    service = fresh_service(public_url="https://api.example.org/v1")
    with service.client() as api:
        id_ = api.create("persons", ATTRIBUTES["persons"]())
        for href in (f"https://api.example.org/v1/persons/{id_}", f"/persons/{id_}"):
            name = unique()
            data = {**ident("persons", id_), "attributes": {"name": name}}
            assert results(perform(api, {"op": "update", "href": href, "data": data}), 1)
            assert service.sql.value("select name from persons where id = %s", id_) == name


# ---- order -----------------------------------------------------------------------------------

def test_in_order(api, sql):
    owner, member = PHONES.new_owner(api), PHONES.new_member(api)
    link = change("add", PHONES, owner, idents("phones", [member]))
    unlink = change("remove", PHONES, owner, idents("phones", [member]))
    assert results(perform(api, link, unlink), 2) == [{}, {}]
    assert_both_sides(api, sql, PHONES, owner, [])
    assert results(perform(api, unlink, link), 2) == [{}, {}]
    assert_both_sides(api, sql, PHONES, owner, [member])


def test_results_are_those_of_their_own_operation(api):
    """Each shows what was there when it was performed, not what came later."""
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    names = [unique() for _ in range(3)]
    updates = [{"op": "update", "data": {**ident("persons", id_), "attributes": {"name": name}}} for name in names]
    found = results(perform(api, *updates, add("phones", attributes={"number": unique_number(), "label": names[0]}),
                            {"op": "remove", "ref": ident("persons", id_)}), 5)
    assert [found[i]["data"]["attributes"]["name"] for i in range(3)] == names
    assert found[3]["data"]["attributes"]["label"] == names[0]
    assert found[4] == {}
    assert api.get(f"/persons/{id_}").status == 404


def test_a_link_that_is_named_twice(api, sql):
    owner, member = PHONES.new_owner(api), PHONES.new_member(api)
    twice = [change("add", PHONES, owner, idents("phones", [member, member]))] * 2
    mirrored = change("add", SIDES[1], member, idents("persons", [owner]))
    assert results(perform(api, *twice, mirrored), 3) == [{}] * 3
    assert_both_sides(api, sql, PHONES, owner, [member])


# ---- all or nothing --------------------------------------------------------------------------

LATE_FAILURES = {
    "missing resource": lambda ids: ({"op": "remove", "ref": ident("persons", MISSING)}, 404, "/ref"),
    "missing member": lambda ids: (change("add", PHONES, ids["persons"], idents("phones", [ids["phones"], MISSING])),
                                   404, "/data/1"),
    "missing member of a new one": lambda ids: (add("hobbies", {"friends": idents("friends", [MISSING])}), 404,
                                                "/data/relationships/friends/data/0"),
    "missing owner": lambda ids: (change("add", PHONES, MISSING, idents("phones", [ids["phones"]])), 404, None),
    "taken number": lambda ids: (add("phones", attributes={"number": ids["number"]}), 409, "/data/attributes/number"),
    "wrong type of a member": lambda ids: (change("add", PHONES, ids["persons"], idents("hobbies", ["1"])), 409, "/data/0/type"),
    "required attribute": lambda ids: (add("persons", attributes={"email": "x@example.org"}), 422, None),
    "unknown attribute": lambda ids: (add("persons", attributes={"name": "x", "nope": 1}), 400, "/data/attributes/nope"),
    "client's id": lambda ids: (add("persons", id="5"), 403, "/data/id"),
    "unknown type": lambda ids: (add("persons") | {"data": {"type": "nopes"}}, 404, "/data/type"),
    "unknown relationship": lambda ids: ({"op": "add", "ref": {**ident("persons", ids["persons"]), "relationship": "nope"},
                                          "data": []}, 404, "/ref/relationship"),
    "unknown type in ref": lambda ids: ({"op": "remove", "ref": ident("nopes", "1")}, 404, "/ref/type"),
    "no id in ref": lambda ids: ({"op": "remove", "ref": ident("persons", "x")}, 404, "/ref/id"),
    "no id in data": lambda ids: ({"op": "update", "data": {**ident("persons", "01"), "attributes": {}}}, 404, "/data/id"),
    "unknown type in href": lambda ids: ({"op": "remove", "href": "/nopes/1"}, 404, "/href"),
}


@pytest.mark.parametrize("failure", LATE_FAILURES)
@pytest.mark.parametrize("at", [0, 3, 7])
def test_a_failure_takes_everything_back(api, sql, failure, at):
    """Creates, an update, a removal and links of every kind, around the one that fails."""
    number = unique_number()
    ids = {type_: api.create(type_, ATTRIBUTES[type_]()) for type_ in TYPES}
    sql.run("update phones set number = %s where id = %s", number, ids["phones"])
    gone = api.create("hobbies", ATTRIBUTES["hobbies"]())
    assert api.put(SIDES[2].one(ids["persons"], ids["friends"])).status == 201
    operations = [
        add("persons"),
        add("phones", {"owners": [ident("persons", ids["persons"])]}),
        {"op": "update", "data": {**ident("friends", ids["friends"]), "attributes": {"nickname": unique()}}},
        {"op": "remove", "ref": ident("hobbies", gone)},
        change("add", PHONES, ids["persons"], idents("phones", [ids["phones"]])),
        change("update", SIDES[2], ids["persons"], []),
        change("add", SIDES[5], ids["hobbies"], idents("friends", [ids["friends"]])),
    ]
    failing, status, pointer = LATE_FAILURES[failure]({**ids, "number": number})
    operations.insert(at, failing)
    before = sql.counts()
    shown = api.get(f"/friends/{ids['friends']}").data
    answer = perform(api, *operations)
    assert answer.status == status, answer
    place = f"/atomic:operations/{at}"
    if pointer is None:
        assert all(found == place or found.startswith(place + "/") for found in answer.pointers), answer
    else:
        assert answer.pointers == [place + pointer] or answer.pointers == [place], answer
    assert sql.counts() == before
    assert api.get(f"/friends/{ids['friends']}").data == shown
    assert api.get(f"/hobbies/{gone}").status == 200
    assert_both_sides(api, sql, SIDES[2], ids["persons"], [ids["friends"]])


def test_a_constraint_that_is_judged_at_the_end(cluster, fresh_database):
    """PostgreSQL does not say who broke it: no operation is named, unless there is only one."""
    name = fresh_database()
    sql = Sql(cluster.connect(name))
    sql.run("alter table friends add unique (nickname) deferrable initially deferred")
    with Service(cluster.url(name)) as service, Client(service.base_url) as client:
        def add_nicknames(*nicknames):
            return perform(client, *(add("friends", attributes={"name": "x", "nickname": one}) for one in nicknames))

        assert add_nicknames("taken").status == 200
        answer = add_nicknames("fresh", "taken")
        assert (answer.status, answer.errors[0]["code"]) == (409, "taken")
        assert "source" not in answer.errors[0] and "fresh" not in answer.text, answer
        answer = add_nicknames("taken")
        assert (answer.status, answer.errors[0]["code"]) == (409, "taken")
        assert answer.errors[0]["source"]["pointer"] == "/atomic:operations/0/data/attributes/nickname"
    assert sql.count("friends") == 1
    sql.close()


def test_what_an_earlier_operation_did_is_seen_by_a_later_one(api, sql):
    """A resource that is gone, and a number that is taken, only since this request began."""
    person = api.create("persons", ATTRIBUTES["persons"]())
    number = unique_number()
    update = {"op": "update", "data": {**ident("persons", person), "attributes": {"name": "x"}}}
    refused(api, sql, {"op": "remove", "ref": ident("persons", person)}, update, status=404)
    assert api.get(f"/persons/{person}").status == 200
    answer = refused(api, sql, *[add("phones", attributes={"number": number})] * 2, status=409)
    assert answer.pointers == ["/atomic:operations/2/data/attributes/number"]
    phone = api.create("phones", {"number": number})
    results(perform(api, {"op": "remove", "ref": ident("phones", phone)}, add("phones", attributes={"number": number})), 2)


def test_every_mistake_is_told(api, sql):
    before = sql.counts()
    answer = perform(api, {"op": "nope"}, add("persons"), {"op": "remove"}, {"op": "add", "data": []}, 5)
    assert answer.status == 400
    assert answer.pointers == ["/atomic:operations/0/op", "/atomic:operations/2", "/atomic:operations/3/data",
                               "/atomic:operations/4"]
    assert sql.counts() == before


# ---- what is malformed -----------------------------------------------------------------------

PERSON = ident("persons", "1")
MALFORMED = {
    "no op": ({"data": {"type": "persons"}}, ""),
    "op of another kind": ({"op": 5, "data": {"type": "persons"}}, "/op"),
    "op in capitals": ({"op": "ADD", "data": {"type": "persons"}}, "/op"),
    "ref and href": ({"op": "remove", "ref": PERSON, "href": "/persons/1"}, ""),
    "ref is a string": ({"op": "remove", "ref": "x"}, "/ref"),
    "ref is null": ({"op": "remove", "ref": None}, "/ref"),
    "ref without a type": ({"op": "remove", "ref": {"id": "1"}}, "/ref"),
    "ref without an id": ({"op": "remove", "ref": {"type": "persons"}}, "/ref"),
    "ref with id and lid": ({"op": "remove", "ref": {**PERSON, "lid": "a"}}, "/ref"),
    "ref with a number as id": ({"op": "remove", "ref": {"type": "persons", "id": 1}}, "/ref/id"),
    "ref to a relationship of another kind": ({"op": "add", "ref": {**PERSON, "relationship": 5}, "data": []},
                                              "/ref/relationship"),
    "href is a number": ({"op": "remove", "href": 5}, "/href"),
    "href is empty": ({"op": "remove", "href": ""}, "/href"),
    "href to a collection": ({"op": "remove", "href": "/persons"}, "/href"),
    "href to related resources": ({"op": "remove", "href": "/persons/1/phones", "data": []}, None),
    "href to a link": ({"op": "remove", "href": "/persons/1/phones/1"}, "/href"),
    "href elsewhere": ({"op": "remove", "href": "https://example.org/persons/1"}, "/href"),
    "href without a slash": ({"op": "remove", "href": "persons/1"}, "/href"),
    "add without data": ({"op": "add"}, ""),
    "update without data": ({"op": "update", "ref": PERSON}, ""),
    "remove of nothing": ({"op": "remove"}, ""),
    "data is an array": ({"op": "add", "data": []}, "/data"),
    "data is null": ({"op": "add", "data": None}, "/data"),
    "data without a type": ({"op": "add", "data": {"attributes": {"name": "x"}}}, "/data"),
    "data with a number as type": ({"op": "add", "data": {"type": 5}}, "/data/type"),
    "lid is a number": ({"op": "add", "data": {"type": "persons", "lid": 5, "attributes": {"name": "x"}}}, "/data/lid"),
    "update of nothing": ({"op": "update", "data": {"type": "persons"}}, "/data"),
    "links without data": ({"op": "add", "ref": {**PERSON, "relationship": "phones"}}, ""),
    "linkage is an object": ({"op": "add", "ref": {**PERSON, "relationship": "phones"}, "data": ident("phones", "1")}, "/data"),
    "unknown lid": ({"op": "remove", "ref": local("persons", "nope")}, "/ref/lid"),
    "unknown lid in linkage": ({"op": "add", "ref": {**PERSON, "relationship": "phones"},
                                "data": idents("phones", ["1"]) + [local("phones", "nope")]}, "/data/1/lid"),
    "add to an id": ({"op": "add", "href": "/persons/1", "data": {"type": "persons", "attributes": {"name": "x"}}}, ""),
    "unlink by href without data": ({"op": "remove", "href": "/persons/1/relationships/phones"}, None),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_operations(api, sql, case):
    operation, pointer = MALFORMED[case]
    answer = refused(api, sql, operation, pointer=pointer)
    assert all(found.startswith("/atomic:operations/1") for found in answer.pointers), answer


def test_plain_json_names_no_extension(api):
    """jsonapi.ext says what the media type says: nothing, in an answer as application/json."""
    for accept, jsonapi in ((ATOMIC, {"version": "1.1", "ext": [EXTENSION]}), ("application/json", {"version": "1.1"})):
        answer = api.post("/operations", {"atomic:operations": [add("persons")]}, {"Content-Type": ATOMIC, "Accept": accept})
        assert (answer.status, answer.headers["Content-Type"]) == (200, accept)
        assert answer.json["jsonapi"] == jsonapi
        assert len(answer.json["atomic:results"]) == 1


@pytest.mark.parametrize("document, pointer", [
    ({}, ""), ([], ""), ({"atomic:operations": []}, "/atomic:operations"), ({"atomic:operations": {}}, "/atomic:operations"),
    ({"atomic:operations": None}, "/atomic:operations"), ({"atomic:operations": [5]}, "/atomic:operations/0"),
    ({"atomic:operations": [[]]}, "/atomic:operations/0")])
def test_documents_without_operations(api, document, pointer):
    answer = api.post("/operations", document, {"Content-Type": ATOMIC, "Accept": ATOMIC})
    assert (answer.status, answer.pointers) == (400, [pointer])


@pytest.mark.parametrize("name", ["data", "included", "errors", "atomic:results"])
def test_what_may_not_stand_beside_operations(api, sql, name):
    before = sql.counts()
    answer = perform(api, add("persons"), **{name: []})
    assert (answer.status, answer.pointers) == (400, [f"/{name}"])
    assert sql.counts() == before


@pytest.mark.parametrize("body", [b"", b"{", b"nope", b'{"atomic:operations":[', b"\xff", b'{"a":1,"a":2}'])
def test_bodies_that_are_no_json(api, body):
    answer = api.post("/operations", headers={"Content-Type": ATOMIC, "Accept": ATOMIC}, raw=body)
    assert answer.status == 400


def test_local_ids_given_twice_or_too_late(api, sql):
    person = add("persons", lid="a")
    refused(api, sql, person, person, says="assigned by an earlier operation")
    late = [add("phones", {"owners": [local("persons", "a")]}), person]
    refused(api, sql, *late, pointer="/data/relationships/owners/data/0/lid", says="no earlier operation adds")
    refused(api, sql, add("hobbies", lid="b"), change("add", PHONES, local("persons", "b"), []))


# ---- the media type --------------------------------------------------------------------------

@pytest.mark.parametrize("type_", [None, JSONAPI, "text/plain", f'{JSONAPI};ext="https://example.org/x"',
                                   f'{JSONAPI};ext="{EXTENSION} https://example.org/x"', f"{JSONAPI};charset=utf-8"])
def test_media_types_of_the_body(api, sql, type_):
    before = sql.counts()
    answer = perform(api, add("persons"), headers={"Content-Type": type_})
    assert answer.status == 415
    assert sql.counts() == before


@pytest.mark.parametrize("accept, status", [(None, 200), ("*/*", 200), (JSONAPI, 200), (f"{ATOMIC}, */*;q=0.1", 200),
                                            ("text/html", 406), (f'{JSONAPI};ext="https://example.org/x"', 406)])
def test_media_types_of_the_answer(api, sql, accept, status):
    before = sql.counts()["persons"]
    answer = perform(api, add("persons"), headers={"Accept": accept})
    assert answer.status == status
    assert sql.counts()["persons"] == before + (status == 200)
    if status == 200:
        assert answer.headers["Content-Type"] == ATOMIC


def test_the_extension_is_of_this_path_alone(api, sql):
    before = sql.counts()
    answer = api.post("/persons", {"data": {"type": "persons", "attributes": {"name": "x"}}}, {"Content-Type": ATOMIC})
    assert answer.status == 415
    assert sql.counts() == before


@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "DELETE"])
def test_other_methods(api, method):
    answer = api.request(method, "/operations")
    assert (answer.status, answer.allowed) == (405, {"POST"})


def test_parameters_are_refused(api, sql):
    before = sql.counts()
    answer = api.post("/operations?include=phones", {"atomic:operations": [add("persons")]}, {"Content-Type": ATOMIC})
    assert (answer.status, answer.parameters) == (400, ["include"])
    assert sql.counts() == before


# ---- how many, and what they cost ------------------------------------------------------------

def counters(service):
    with service.client(check=None) as client:
        text = client.get("/metrics").text
    return {name: int(re.search(rf"^backref_{name}_total (\d+)$", text, re.M)[1])
            for name in ("batches", "database_sends")}


def test_too_many(fresh_service):
    service = fresh_service(max_operations=3)
    with service.client() as api:
        results(perform(api, *[add("persons") for _ in range(3)]), 3)
        answer = perform(api, *[add("persons") for _ in range(4)])
        assert (answer.status, answer.pointers) == (413, ["/atomic:operations"])
        assert "--max-operations" in answer.errors[0]["detail"] and "3" in answer.errors[0]["detail"]
        assert service.sql.count("persons") == 3


def test_as_many_as_may_be(api, sql):
    before = sql.counts()
    answer = perform(api, *[add("persons") for _ in range(1001)])
    assert (answer.status, answer.pointers) == (413, ["/atomic:operations"])
    assert sql.counts() == before
    results(perform(api, *[add("persons") for _ in range(1000)]), 1000)
    assert sql.counts()["persons"] == before["persons"] + 1000


def costs(service, *operations):
    """What these operations cost: groups of statements, and writes to PostgreSQL's sockets."""
    before = counters(service)
    with service.client() as api:
        results(perform(api, *operations), len(operations))
    after = counters(service)
    return after["batches"] - before["batches"], after["database_sends"] - before["database_sends"]


def test_a_thousand_operations_take_no_more_round_trips_than_one(fresh_service):
    """One group of statements, and its commit."""
    service = fresh_service(workers=1, connections=1)
    with service.client() as api:
        phones = [PHONES.new_member(api) for _ in range(10)]
        owners = [PHONES.new_owner(api) for _ in range(100)]
    links = [change("add", PHONES, owner, idents("phones", [phone]))
             for owner, phone in itertools.product(owners, phones)]
    one_batch, one_send = costs(service, links[0])
    batches, sends = costs(service, *links)
    assert batches == one_batch
    # what does not fit the socket at once goes in pieces: of kilobytes, never of single statements
    assert sends <= one_send + 100
    assert service.sql.count("person_phones") == 1000
