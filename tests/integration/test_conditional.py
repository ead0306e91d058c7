"""Reads that depend on what the client has already: ETag, If-None-Match, If-Match."""

import re
import threading

import pytest

from support.client import document, split_answers
from support.lint import JSONAPI
from support.model import ATTRIBUTES, SIDES, unique

STRONG = re.compile(r'"[^"]+"')
OPERATORS = ("/healthz", "/readyz", "/metrics")


@pytest.fixture
def paths(api):
    """One URL of each kind that can be read."""
    side = SIDES[0]
    owner, member = side.new_owner(api), side.new_member(api)
    assert api.put(side.one(owner, member)).status == 201
    return {"entry": "/", "description": "/openapi.json", "yaml": "/openapi.yaml", "list": f"/{side.type}?page[size]=2",
            "one": f"/{side.type}/{owner}", "related": side.related(owner), "linkage": side.relationship(owner),
            "link": side.one(owner, member)}


KINDS = ["entry", "description", "yaml", "list", "one", "related", "linkage", "link"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_read_has_a_tag_and_is_left_out_when_it_is_known(api, paths, kind):
    path = paths[kind]
    read = api.get(path)
    tag = read.headers["ETag"]
    assert read.status == 200 and STRONG.fullmatch(tag)
    for method in ("GET", "HEAD"):
        answer = api.request(method, path, headers={"If-None-Match": tag})
        assert answer.status == 304
        assert answer.body == b""
        assert answer.headers["ETag"] == tag
        assert "accept" in answer.headers["Vary"].lower()
        assert "Content-Type" not in answer.headers
        assert answer.headers["Content-Length"] in (None, read.headers["Content-Length"])
        assert api.request(method, path).status == 200, "the connection is in step"
    again = api.get(path)
    assert (again.headers["ETag"], again.body) == (tag, read.body)


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '{}, "other"', 'W/"other",W/{} ', " ,, {}", "*", " * "])
def test_fields_that_name_the_tag(api, paths, form):
    path = paths["one"]
    tag = api.get(path).headers["ETag"]
    assert api.get(path, {"If-None-Match": form.format(tag)}).status == 304


@pytest.mark.parametrize("field", ['"other"', 'W/"other"', '"*"', '""', '"a", "b", W/"c"'])
def test_fields_that_do_not(api, paths, field):
    path = paths["one"]
    plain, asked = api.get(path), api.get(path, {"If-None-Match": field})
    assert (asked.status, asked.body) == (200, plain.body)
    assert asked.headers["ETag"] == plain.headers["ETag"]


def test_several_fields_are_one_list(api, paths):
    tag = api.get(paths["one"]).headers["ETag"]
    raw = (f"GET {paths['one']} HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"a\"\r\nIf-None-Match: {tag}\r\n"
           "Connection: close\r\n\r\n")
    assert split_answers(api.raw_exchange(raw.encode()))[0].status == 304


@pytest.mark.parametrize("name", ["If-None-Match", "If-Match"])
@pytest.mark.parametrize("field", ["abc", "'abc'", '"abc', 'abc"', 'w/"abc"', '"a" "b"', '*, "a"', "**", "", ",", "W/", '"a b"'])
def test_what_is_no_list_of_tags(api, sql, name, field):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    before = sql.counts()
    headers = {name: field}
    for answer in (api.get(f"/persons/{id_}", headers), api.delete(f"/persons/{id_}", headers=headers),
                   api.post("/persons", document("persons", {"name": unique()}), headers),
                   api.patch(f"/persons/{id_}", document("persons", {"name": "x"}, id_=id_), headers)):
        assert answer.status == 400
        assert answer.source_headers == [name]
        assert "entity tags" in answer.errors[0]["detail"]
    assert sql.counts() == before


def test_tags_change_with_what_is_shown(api):
    side = SIDES[0]
    owner, member = side.new_owner(api), side.new_member(api)
    linkage, inverse, own = side.relationship(owner), side.inverse_relationship(member), f"/{side.type}/{owner}"
    before = {path: api.get(path).headers["ETag"] for path in (linkage, inverse, own)}
    assert api.put(side.one(owner, member)).status == 201
    for path in (linkage, inverse):
        answer = api.get(path, {"If-None-Match": before[path]})
        assert answer.status == 200 and answer.headers["ETag"] != before[path], "both sides have changed"
    name = {"data": {"type": side.type, "id": owner, "attributes": {"name": unique()}}}
    assert api.patch(own, name).status == 200
    assert api.get(own, {"If-None-Match": before[own]}).status == 200


def test_tags_differ_by_media_type(api, paths):
    tags = {api.get(paths["one"], {"Accept": accept}).headers["ETag"] for accept in (JSONAPI, "application/json")}
    assert len(tags) == 2


def test_if_match_on_a_read(api, paths):
    tag = api.get(paths["one"]).headers["ETag"]
    for field in (tag, "*", f'"other", {tag}'):
        assert api.get(paths["one"], {"If-Match": field}).status == 200
    for field in ('"other"', f"W/{tag}"):
        answer = api.get(paths["one"], {"If-Match": field})
        assert answer.status == 412
        assert answer.source_headers == ["If-Match"]
        assert "ETag" not in answer.headers
        assert api.get(paths["one"], {"If-Match": field, "If-None-Match": tag}).status == 412, "If-Match comes first"
    assert api.get(paths["one"], {"If-Match": tag, "If-None-Match": tag}).status == 304
    assert api.get("/openapi.json", {"If-Match": '"other"'}).errors[0]["code"] == "precondition-failed"


@pytest.mark.parametrize("path", OPERATORS)
def test_what_is_for_operators_has_no_tag(api, path):
    answer = api.get(path, {"If-None-Match": "*"})
    assert answer.status == 200 and answer.body
    assert "ETag" not in answer.headers


def test_refusals_and_writes_have_none_made_up(api):
    created = api.post("/persons", document("persons", {"name": unique()}))
    for answer in (api.get("/nope"), api.get("/persons/abc"), api.put("/persons"), api.options("/persons"),
                   api.get("/persons?foo=1", {"If-None-Match": "*"}), api.delete(created.headers["Location"])):
        assert "ETag" not in answer.headers


def test_head_has_the_header_of_get(api, paths):
    changing = ("date", "x-request-id")
    for path in [*paths.values(), *OPERATORS[:2], "/nope", "/persons/abc", "/persons?foo=1"]:
        get, head = api.get(path), api.head(path)
        assert head.status == get.status and head.body == b""
        assert ({n: v for n, v in head.headers.items() if n.lower() not in changing}
                == {n: v for n, v in get.headers.items() if n.lower() not in changing}), path


def test_many_clients_see_their_own_answers(api, paths):
    """304s and 200s of one connection do not mix up those of another."""
    wanted = list(paths.values())
    plain = {path: api.get(path) for path in wanted}
    failures = []

    def ask(number):
        with api.sibling() as client:
            for i in range(60):
                path = wanted[(number + i) % len(wanted)]
                known = (number + i) % 3 == 0
                headers = {"If-None-Match": plain[path].headers["ETag"]} if known else {}
                answer = client.get(path, headers)
                if path != paths["list"] and (answer.status != (304 if known else 200)
                                              or (not known and answer.body != plain[path].body)):
                    failures.append((path, answer))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
