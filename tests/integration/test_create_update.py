"""POST /{type} and PATCH /{type}/{id}: attributes judged by the database's own rules, and
relationships written in the same transaction."""

import datetime

import pytest

from support.client import document, ident, idents
from support.model import (ATTRIBUTES, MISSING, SIDES, TYPES, assert_both_sides, assert_not_linked,
                           unique, unique_number)

each_side = pytest.mark.parametrize("side", SIDES, ids=str)
each_type = pytest.mark.parametrize("type_", TYPES)
OPTIONAL = {"persons": "email", "phones": "label", "friends": "nickname", "hobbies": "description"}
REQUIRED = {"persons": "name", "phones": "number", "friends": "name", "hobbies": "name"}
UNIQUE = {"persons": "email", "phones": "number", "hobbies": "name"}


@each_type
def test_create(api, sql, type_):
    answer = api.post(f"/{type_}", document(type_, ATTRIBUTES[type_]()))
    assert answer.status == 201
    assert answer.data["type"] == type_
    assert answer.headers["Location"] == answer.data["links"]["self"] == f"/{type_}/{answer.id}"
    assert sql.value(f"select count(*) from {type_} where id = %s", answer.id) == 1


@each_type
def test_create_with_what_is_required_only(api, type_):
    name = REQUIRED[type_]
    answer = api.post(f"/{type_}", document(type_, {name: ATTRIBUTES[type_]()[name]}))
    assert answer.status == 201
    assert answer.data["attributes"][OPTIONAL[type_]] is None


@each_side
def test_create_with_links(api, sql, side):
    members = side.new_members(api, 3)
    repeated = [members[0], *members]
    answer = api.post(f"/{side.type}", document(side.type, ATTRIBUTES[side.type](),
                                                {side.rel: idents(side.target, repeated)}))
    assert answer.status == 201
    assert_both_sides(api, sql, side, answer.id, members)


def test_create_with_two_relationships(api, sql):
    persons, hobbies = SIDES[2].new_owner(api), SIDES[4].new_member(api)
    friend = api.create("friends", ATTRIBUTES["friends"](),
                        {"persons": idents("persons", [persons]), "hobbies": idents("hobbies", [hobbies])})
    assert_both_sides(api, sql, SIDES[3], friend, [persons])
    assert_both_sides(api, sql, SIDES[4], friend, [hobbies])


@each_side
def test_create_with_a_missing_member_creates_nothing(api, sql, side):
    member = side.new_member(api)
    before = sql.counts()
    body = document(side.type, ATTRIBUTES[side.type](),
                    {side.rel: idents(side.target, [member, MISSING])})
    answer = api.post(f"/{side.type}", body)
    assert answer.status == 404
    assert answer.pointers == [f"/data/relationships/{side.rel}/data/1"]
    assert sql.counts() == before


@pytest.mark.parametrize("type_", UNIQUE)
def test_create_with_a_taken_value(api, sql, type_):
    attributes = ATTRIBUTES[type_]()
    api.create(type_, attributes)
    side = next(s for s in SIDES if s.type == type_)
    member = side.new_member(api)
    before = sql.counts()
    again = {**ATTRIBUTES[type_](), UNIQUE[type_]: attributes[UNIQUE[type_]]}
    answer = api.post(f"/{type_}", document(type_, again, {side.rel: idents(side.target, [member])}))
    assert answer.status == 409
    assert answer.pointers == [f"/data/attributes/{UNIQUE[type_]}"]
    assert answer.errors[0]["code"] == "taken"
    assert attributes[UNIQUE[type_]] in answer.errors[0]["detail"]
    assert sql.counts() == before


INVALID = [
    ("persons", "name", None), ("persons", "name", ""), ("persons", "name", "x" * 201),
    ("persons", "email", "no-at-sign"), ("persons", "email", "@"), ("persons", "email", "a@"),
    ("persons", "email", "a@" + "b" * 253), ("persons", "email", ""),
    ("phones", "number", None), ("phones", "number", ""), ("phones", "number", "15550001"),
    ("phones", "number", "+1 555"), ("phones", "number", "+05550001"), ("phones", "number", "+"),
    ("phones", "number", "+1234567890123456"), ("phones", "number", "+1555000a"),
    ("phones", "number", "+15550001\n"), ("phones", "number", "\u200f+15550001"),
    ("phones", "number", "+１５５５０００１"), ("phones", "label", ""), ("phones", "label", "x" * 101),
    ("friends", "name", None), ("friends", "name", ""), ("friends", "name", "x" * 201),
    ("friends", "nickname", ""), ("friends", "nickname", "x" * 101),
    ("hobbies", "name", None), ("hobbies", "name", "x" * 201), ("hobbies", "description", ""),
    ("hobbies", "description", "x" * 2001),
    ("persons", "name", 7), ("persons", "name", True), ("persons", "name", ["a"]),
    ("persons", "name", {"first": "a"}), ("persons", "email", 1.5), ("phones", "number", 15550001),
    ("persons", "name", "x" * 20_000), ("hobbies", "name", "y" * 400_000),
]


@pytest.mark.parametrize("type_, name, value", INVALID, ids=lambda v: repr(v)[:40])
def test_values_that_break_a_rule(api, sql, type_, name, value):
    id_ = api.create(type_, ATTRIBUTES[type_]())
    before = sql.counts()
    stored = api.get(f"/{type_}/{id_}").data
    create = api.post(f"/{type_}", document(type_, {**ATTRIBUTES[type_](), name: value}))
    update = api.patch(f"/{type_}/{id_}", document(type_, {name: value}, id_=id_))
    for answer in (create, update):
        assert answer.status == 422, answer
        assert answer.pointers == [f"/data/attributes/{name}"]
        assert answer.errors[0]["code"] in ("invalid", "required")
        assert len(answer.errors[0]["detail"]) < 600
    assert sql.counts() == before
    assert api.get(f"/{type_}/{id_}").data == stored


@pytest.mark.parametrize("type_, name, value, sentence", [
    ("phones", "number", "123", "must be an E.164 number such as +15550001"),
    ("persons", "name", "x" * 201, "must be 1 to 200 characters long"),
    ("persons", "email", "nobody", "must have an @ between two parts"),
    ("hobbies", "description", "x" * 2001, "must be 1 to 2000 characters long"),
])
def test_a_refusal_quotes_the_rule(api, type_, name, value, sentence):
    answer = api.post(f"/{type_}", document(type_, {**ATTRIBUTES[type_](), name: value}))
    assert answer.status == 422
    assert name in answer.errors[0]["detail"] and sentence in answer.errors[0]["detail"]


@each_type
@pytest.mark.parametrize("with_attributes", [True, False])
def test_a_required_attribute_that_is_missing(api, sql, type_, with_attributes):
    before = sql.counts()
    attributes = {OPTIONAL[type_]: ATTRIBUTES[type_]()[OPTIONAL[type_]]} if with_attributes else None
    answer = api.post(f"/{type_}", document(type_, attributes))
    assert answer.status == 422
    assert answer.errors[0]["code"] == "required"
    assert REQUIRED[type_] in answer.errors[0]["detail"]
    assert answer.pointers == ["/data/attributes" if with_attributes else "/data"]
    assert sql.counts() == before


@pytest.mark.parametrize("length", [1, 200])
def test_lengths_at_the_limit_count_characters(api, length):
    for letter in ("x", "é", "水", "😀"):
        id_ = api.create("persons", {"name": letter * length})
        assert api.get(f"/persons/{id_}").data["attributes"]["name"] == letter * length


def test_two_spellings_of_one_text_are_two_texts(api):
    composed, decomposed = "caf\u00e9" + unique(), "cafe\u0301" + unique()
    for name in (composed, decomposed):
        id_ = api.create("hobbies", {"name": name})
        assert api.get(f"/hobbies/{id_}").data["attributes"]["name"] == name


# -- fields that cannot be written -----------------------------------------------------------

@each_type
@pytest.mark.parametrize("name", ["created_at", "updated_at"])
def test_read_only_attributes_on_create(api, sql, type_, name):
    before = sql.counts()
    answer = api.post(f"/{type_}", document(type_, {**ATTRIBUTES[type_](), name: "2020-01-01T00:00:00Z"}))
    assert (answer.status, answer.pointers) == (403, [f"/data/attributes/{name}"])
    assert sql.counts() == before


@each_type
def test_read_only_attributes_on_update(api, type_):
    id_ = api.create(type_, ATTRIBUTES[type_]())
    stored = api.get(f"/{type_}/{id_}").data
    for name in ("created_at", "updated_at"):
        change = {OPTIONAL[type_]: unique("new@"), name: "2020-01-01T00:00:00Z"}
        answer = api.patch(f"/{type_}/{id_}", document(type_, change, id_=id_))
        assert (answer.status, answer.pointers) == (403, [f"/data/attributes/{name}"])
    assert api.get(f"/{type_}/{id_}").data == stored


@each_type
def test_a_whole_record_sent_back_is_accepted(api, type_):
    id_ = api.create(type_, ATTRIBUTES[type_]())
    record = api.get(f"/{type_}/{id_}").data
    record["attributes"][OPTIONAL[type_]] = new = unique("new@")
    sent = {"data": {"type": type_, "id": id_, "attributes": record["attributes"]}}
    answer = api.patch(f"/{type_}/{id_}", sent)
    assert answer.status == 200
    assert answer.data["attributes"][OPTIONAL[type_]] == new
    assert answer.data["attributes"]["created_at"] == record["attributes"]["created_at"]


@each_type
@pytest.mark.parametrize("name", ["nope", "Name", "id", "type", "a/b", "a~b", "name2",
                                  "person_id", "xmin", "ctid"])
def test_unknown_attributes(api, sql, type_, name):
    id_ = api.create(type_, ATTRIBUTES[type_]())
    before = sql.counts()
    create = api.post(f"/{type_}", document(type_, {**ATTRIBUTES[type_](), name: "x"}))
    update = api.patch(f"/{type_}/{id_}", document(type_, {name: "x"}, id_=id_))
    pointer = "/data/attributes/" + name.replace("~", "~0").replace("/", "~1")
    for answer in (create, update):
        assert (answer.status, answer.pointers) == (400, [pointer]), answer
    if name not in ("id", "type"):
        assert REQUIRED[type_] in create.errors[0]["detail"], "the names that exist are listed"
    assert sql.counts() == before


@pytest.mark.parametrize("name", ["nope", "Phones", "owners"])
def test_unknown_relationships(api, sql, name):
    before = sql.counts()
    answer = api.post("/persons", document("persons", {"name": unique()}, {name: []}))
    assert (answer.status, answer.pointers) == (400, [f"/data/relationships/{name}"])
    assert sql.counts() == before


def test_an_id_that_is_null_is_none(api, sql):
    body = document("persons", {"name": unique("null")})
    body["data"]["id"] = None
    answer = api.post("/persons", body)
    assert answer.status == 201 and sql.value("select name from persons where id = %s", answer.id) \
        == body["data"]["attributes"]["name"]


@pytest.mark.parametrize("id_", ["5000", "abc", ""])
def test_client_generated_ids_are_forbidden(api, sql, id_):
    before = sql.counts()
    answer = api.post("/persons", document("persons", {"name": unique()}, id_=id_))
    assert (answer.status, answer.pointers) == (403, ["/data/id"])
    assert sql.counts() == before


def test_several_mistakes_are_reported_together(api, sql):
    before = sql.counts()
    body = document("persons", {"nope": 1, "name": 7, "created_at": "2020-01-01T00:00:00Z"},
                    {"phones": [ident("hobbies", 1)], "nothing": []})
    answer = api.post("/persons", body)
    assert answer.status == 400
    assert set(answer.pointers) == {
        "/data/attributes/nope", "/data/attributes/name", "/data/attributes/created_at",
        "/data/relationships/phones/data/0/type", "/data/relationships/nothing"}
    assert {e["status"] for e in answer.errors} == {"400", "403", "409", "422"}
    assert sql.counts() == before


def test_a_value_too_long_and_a_value_of_the_wrong_type_share_a_status(api):
    answer = api.post("/persons", document("persons", {"name": 7, "email": False}))
    assert answer.status == 422
    assert set(answer.pointers) == {"/data/attributes/name", "/data/attributes/email"}


# -- the document ----------------------------------------------------------------------------

@pytest.mark.parametrize("lid", [True, False])
def test_unknown_members_and_at_members_are_ignored(api, lid):
    data = {"type": "persons", "bar": 2, "@note": 1,
            "attributes": {"name": unique(), "@context": "x"},
            "relationships": {"@nothing": 3}}
    if lid:
        data["lid"] = "local"
    answer = api.post("/persons", {"foo": 1, "@context": "x", "jsonapi": {"ext": ["https://e.org/x"]},
                                   "data": data})
    assert answer.status == 201
    assert not [n for n in answer.data["attributes"] if n.startswith("@")]


@each_type
def test_another_type_is_409(api, sql, type_):
    other = "hobbies" if type_ != "hobbies" else "phones"
    id_ = api.create(type_, ATTRIBUTES[type_]())
    before = sql.counts()
    create = api.post(f"/{type_}", document(other, ATTRIBUTES[type_]()))
    update = api.patch(f"/{type_}/{id_}", document(other, {}, id_=id_))
    for answer in (create, update):
        assert (answer.status, answer.pointers) == (409, ["/data/type"])
    assert sql.counts() == before


def test_another_id_is_409(api):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    stored = api.get(f"/persons/{id_}").data
    answer = api.patch(f"/persons/{id_}", document("persons", {"name": "x"}, id_=MISSING))
    assert (answer.status, answer.pointers) == (409, ["/data/id"])
    assert api.get(f"/persons/{id_}").data == stored


# -- update ----------------------------------------------------------------------------------

@each_type
def test_update_changes_what_it_names(api, sql, type_):
    wanted, new = ATTRIBUTES[type_](), unique("new@")
    id_ = api.create(type_, wanted)
    answer = api.patch(f"/{type_}/{id_}", document(type_, {OPTIONAL[type_]: new}, id_=id_))
    assert answer.status == 200
    assert answer.data == api.get(f"/{type_}/{id_}").data
    attributes = answer.data["attributes"]
    assert attributes[OPTIONAL[type_]] == new
    assert attributes[REQUIRED[type_]] == wanted[REQUIRED[type_]]
    stamps = [datetime.datetime.fromisoformat(attributes[n]) for n in ("created_at", "updated_at")]
    assert stamps[0] < stamps[1]
    cleared = api.patch(f"/{type_}/{id_}", document(type_, {OPTIONAL[type_]: None}, id_=id_))
    assert cleared.data["attributes"][OPTIONAL[type_]] is None
    assert sql.value(f"select {OPTIONAL[type_]} from {type_} where id = %s", id_) is None


@each_type
def test_an_empty_update_succeeds(api, type_):
    id_ = api.create(type_, ATTRIBUTES[type_]())
    before = api.get(f"/{type_}/{id_}").data["attributes"]
    for attributes in (None, {}):
        answer = api.patch(f"/{type_}/{id_}", document(type_, attributes, id_=id_))
        assert answer.status == 200
        unchanged = {k: v for k, v in answer.data["attributes"].items() if k != "updated_at"}
        assert unchanged == {k: v for k, v in before.items() if k != "updated_at"}


@each_side
def test_update_replaces_the_links_it_names(api, sql, side):
    owner, members = side.new_owner(api), side.new_members(api, 3)
    assert api.post(side.relationship(owner), side.body(*members[:2])).status == 204
    changed = ATTRIBUTES[side.type]()
    answer = api.patch(f"/{side.type}/{owner}", document(
        side.type, changed, {side.rel: idents(side.target, members[1:])}, id_=owner))
    assert answer.status == 200
    assert {k: answer.data["attributes"][k] for k in changed} == changed
    assert_both_sides(api, sql, side, owner, members[1:])
    assert_not_linked(api, side, owner, members[0])
    for relationships in (None, {}):
        kept = api.patch(f"/{side.type}/{owner}", document(side.type, {}, relationships, id_=owner))
        assert kept.status == 200
        assert_both_sides(api, sql, side, owner, members[1:])
    cleared = api.patch(f"/{side.type}/{owner}", document(side.type, None, {side.rel: []}, id_=owner))
    assert cleared.status == 200
    assert_both_sides(api, sql, side, owner, [])


@each_side
def test_update_is_all_or_nothing(api, sql, side):
    owner, members = side.new_owner(api), side.new_members(api, 2)
    assert api.post(side.relationship(owner), side.body(members[0])).status == 204
    stored = api.get(f"/{side.type}/{owner}").data
    answer = api.patch(f"/{side.type}/{owner}", document(
        side.type, ATTRIBUTES[side.type](),
        {side.rel: idents(side.target, [members[1], MISSING])}, id_=owner))
    assert answer.status == 404
    assert answer.pointers == [f"/data/relationships/{side.rel}/data/1"]
    assert api.get(f"/{side.type}/{owner}").data == stored
    assert_both_sides(api, sql, side, owner, members[:1])


@pytest.mark.parametrize("type_", UNIQUE)
def test_update_to_a_taken_value(api, sql, type_):
    taken, mine = ATTRIBUTES[type_](), ATTRIBUTES[type_]()
    api.create(type_, taken)
    id_ = api.create(type_, mine)
    side = next(s for s in SIDES if s.type == type_)
    member = side.new_member(api)
    name = UNIQUE[type_]
    answer = api.patch(f"/{type_}/{id_}", document(
        type_, {name: taken[name]}, {side.rel: idents(side.target, [member])}, id_=id_))
    assert (answer.status, answer.pointers) == (409, [f"/data/attributes/{name}"])
    assert api.get(f"/{type_}/{id_}").data["attributes"][name] == mine[name]
    assert side.rows(sql, id_) == []
    same = api.patch(f"/{type_}/{id_}", document(type_, {name: mine[name]}, id_=id_))
    assert same.status == 200


def test_update_of_both_relationships_at_once(api, sql):
    phones, friends = SIDES[0], SIDES[2]
    person = phones.new_owner(api)
    phone, friend = phones.new_member(api), friends.new_member(api)
    answer = api.patch(f"/persons/{person}", document(
        "persons", None, {"phones": [ident("phones", phone)], "friends": [ident("friends", friend)]},
        id_=person))
    assert answer.status == 200
    assert_both_sides(api, sql, phones, person, [phone])
    assert_both_sides(api, sql, friends, person, [friend])


def test_phone_number_moves_between_rows(api):
    """A unique value given up by one row can be taken by another at once."""
    number, other = unique_number(), unique_number()
    first, second = api.create("phones", {"number": number}), api.create("phones", {"number": other})
    assert api.patch(f"/phones/{first}", document("phones", {"number": unique_number()}, id_=first)).status == 200
    answer = api.patch(f"/phones/{second}", document("phones", {"number": number}, id_=second))
    assert (answer.status, answer.data["attributes"]["number"]) == (200, number)
