"""Properties that must hold for any text and any document, found by hypothesis."""

import json

import hypothesis
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from support.client import document, ident, idents
from support.given import is_given
from support.model import ATTRIBUTES, SIDES, bulk, unique

# Any Unicode text that PostgreSQL can store: no NUL, no lone surrogates.
TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1, max_size=150)
few = hypothesis.settings(max_examples=60)
many = hypothesis.settings(max_examples=200)

SCALARS = (st.none() | st.booleans() | st.integers(-2**70, 2**70) | st.floats(allow_nan=False)
           | st.text(max_size=20) | st.sampled_from(["persons", "phones", "name", "1", "0", "-1", "data"]))
NAMES = st.sampled_from(["data", "type", "id", "lid", "attributes", "relationships", "meta", "links", "name",
                         "email", "phones", "friends", "created_at", "@x", ""]) | st.text(max_size=8)
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4)
                        | st.dictionaries(NAMES, inner, max_size=5), max_leaves=25)


@many
@given(TEXT, st.booleans())
def test_text_comes_back_as_it_was_sent(api, sql, text, escaped):
    name = text + unique()[-40:]
    raw = json.dumps(document("friends", {"name": name, "nickname": text[:100]}), ensure_ascii=escaped).encode()
    created = api.post("/friends", raw=raw)
    assert created.status == 201
    for answer in (created, api.get(f"/friends/{created.id}")):
        assert answer.data["attributes"]["name"] == name
        assert answer.data["attributes"]["nickname"] == text[:100]
    assert sql.value("select name from friends where id = %s", created.id) == name


@few
@given(TEXT)
def test_a_taken_text_is_quoted_back_or_left_out(api, text):
    """Whatever the value, the 409 is a well-formed document with the right pointer."""
    name = text + unique()[-40:]
    api.create("hobbies", {"name": name})
    answer = api.post("/hobbies", document("hobbies", {"name": name}))
    assert (answer.status, answer.pointers) == (409, ["/data/attributes/name"])


@pytest.mark.parametrize("target", ["create", "update", "link", "replace", "unlink"])
@many
@given(ANYTHING)
def test_any_json_is_answered_below_500(api, sql, target, body):
    """Fuzzed documents are refused, or do what they say, and never break anything."""
    refuse_or_obey(api, sql, target, body)


@pytest.mark.parametrize("target", ["create", "update"])
@many
@given(st.dictionaries(NAMES, ANYTHING, max_size=4), st.dictionaries(NAMES, ANYTHING, max_size=3))
def test_almost_right_documents_are_answered_below_500(api, sql, target, attributes, relationships):
    data = {"type": "persons", "attributes": attributes, "relationships": relationships}
    if target == "update":
        data["id"] = "1"
    refuse_or_obey(api, sql, target, {"data": data})


@pytest.mark.parametrize("target", ["link", "replace", "unlink"])
@many
@given(st.lists(st.fixed_dictionaries({"type": st.just("phones")}, optional={
    "id": SCALARS | st.integers(-5, 2**65).map(str), "lid": SCALARS, "meta": ANYTHING}), max_size=5))
def test_almost_right_linkage_is_answered_below_500(api, sql, target, members):
    refuse_or_obey(api, sql, target, {"data": members})


def refuse_or_obey(api, sql, target, body):
    path, method = {"create": ("/persons", "POST"), "update": ("/persons/1", "PATCH"),
                    "link": ("/persons/1/relationships/phones", "POST"),
                    "replace": ("/persons/1/relationships/phones", "PATCH"),
                    "unlink": ("/persons/1/relationships/phones", "DELETE")}[target]
    before = sql.counts()
    raw = json.dumps(body).encode("utf-8", "surrogatepass")
    answer = api.request(method, path, raw=raw)
    assert answer.status < 500, answer
    if answer.status >= 400:
        assert answer.status in (400, 403, 404, 409, 422), answer
        assert sql.counts() == before


@many
@given(st.binary(max_size=200))
def test_any_bytes_are_answered_with_400(api, raw):
    hypothesis.assume(raw)
    answer = api.post("/persons", raw=raw)
    assert answer.status == 400


@many
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60))
def test_any_path_is_answered_below_500(api, path):
    assume("#" not in path or not is_given())  # a proxy refuses it in words of its own
    assert api.get("/" + path).status < 500


@many
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, blacklist_characters="#"), max_size=60),
       st.sampled_from(["/persons", "/persons/1", "/persons/1/phones", "/persons/1/relationships/phones"]))
def test_any_query_is_answered_below_500(api, query, path):
    assert api.get(f"{path}?{query}").status in (200, 400)


@many
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60), st.sampled_from(
    ["Accept", "Content-Type", "Prefer", "If-Match", "If-None-Match", "Expect", "Accept-Encoding", "Range",
     "Content-Encoding", "Cookie", "Authorization", "User-Agent", "Origin", "X-HTTP-Method-Override"]))
def test_any_header_is_answered_below_500(api, value, name):
    get = api.get("/persons/1", {name: value})
    assert get.status in (200, 304, 400, 406, 412, 415, 417)
    write = api.patch("/persons/1/relationships/phones", {"data": []}, {name: value})
    assert write.status in (200, 204, 400, 406, 412, 415, 417)


@few
@given(st.lists(st.tuples(st.sampled_from(["POST", "PATCH", "DELETE", "PUT", "MIRROR", "UNMIRROR"]),
                          st.sets(st.integers(0, 4))), max_size=8), st.sampled_from(SIDES))
def test_any_sequence_of_link_writes_is_a_set(api, sql, steps, side):
    """The relationship behaves as a Python set does, and the other side as its mirror."""
    owner, members = bulk(sql, side.type, 1)[0], bulk(sql, side.target, 5)
    mirror = {"data": [ident(side.type, owner)]}
    expected = set()
    for kind, chosen in steps:
        named = [members[i] for i in sorted(chosen)]
        if kind in ("PUT", "MIRROR", "UNMIRROR"):
            for member in named:
                if kind == "PUT":
                    wanted = 204 if member in expected else 201
                    assert api.put(side.one(owner, member)).status == wanted
                else:
                    method = "POST" if kind == "MIRROR" else "DELETE"
                    answer = api.request(method, side.inverse_relationship(member), mirror)
                    assert answer.status == 204
                expected = expected - {member} if kind == "UNMIRROR" else expected | {member}
        else:
            answer = api.request(kind, side.relationship(owner), {"data": idents(side.target, named)})
            assert answer.status == 204
            expected = {"POST": expected | set(named), "PATCH": set(named),
                        "DELETE": expected - set(named)}[kind]
        assert api.linkage(side.relationship(owner)) == expected
    for member in members:
        assert (owner in api.linkage(side.inverse_relationship(member))) == (member in expected)


@few
@given(st.integers(0, 30), st.integers(1, 12))
def test_a_walk_gives_every_member_once(api, sql, count, size):
    side = SIDES[0]
    owner, members = bulk(sql, "persons", 1)[0], bulk(sql, "phones", count) if count else []
    assert api.post(side.relationship(owner), side.body(*members)).status == 204
    for path in (side.relationship(owner), side.related(owner)):
        assert [i["id"] for i in api.walk(f"{path}?page[size]={size}")] == members


def test_the_first_person_is_untouched_by_the_fuzzing_above(api):
    """Its attributes may have been changed by a document that was right; it is still one resource."""
    answer = api.get("/persons/1")
    assert answer.status == 200 and answer.id == "1"
    assert set(answer.data["attributes"]) >= set(ATTRIBUTES["persons"]())
