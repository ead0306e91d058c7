"""Content-Type and Accept: which media types are taken, which are given, and what else is said."""

import re

import pytest

from support.client import document
from support.lint import JSONAPI
from support.model import ATTRIBUTES, unique

UNKNOWN = "https://example.com/unknown"
ATOMIC = "https://jsonapi.org/ext/atomic"
CURSOR = "https://jsonapi.org/profiles/ethanresnick/cursor-pagination"


def person():
    return document("persons", {"name": unique()})


@pytest.mark.parametrize("content_type", [
    JSONAPI,
    "Application/VND.API+JSON",
    f'{JSONAPI};profile="{UNKNOWN}"',
    f'{JSONAPI} ; profile="{UNKNOWN} {CURSOR}"',
    f'{JSONAPI}; PROFILE="{UNKNOWN}"',
    f'{JSONAPI};profile="{CURSOR}"',
    f'{JSONAPI};profile="{CURSOR}/"',
    "application/json",
    "APPLICATION/JSON",
    "application/json; charset=utf-8",
])
def test_media_types_that_are_taken(api, content_type):
    answer = api.post("/persons", person(), {"Content-Type": content_type})
    assert answer.status == 201
    assert api.get(answer.headers["Location"]).status == 200


@pytest.mark.parametrize("content_type", [
    f"{JSONAPI};charset=utf-8",
    f'{JSONAPI};profile="{UNKNOWN}";v=1',
    f'{JSONAPI};ext="{UNKNOWN}"',
    f'{JSONAPI};ext="{ATOMIC} {UNKNOWN}"',
    f'{JSONAPI};ext="{ATOMIC}"',
    f'{JSONAPI} ; EXT="{ATOMIC}"',
    f"{JSONAPI};q=1",
    "text/plain", "text/html", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
    "application/xml", "application/*", "*/*", "application/vnd.api+jsonx", "application/jsonp",
    "application", "/", ";", "", "json", f"{JSONAPI}, text/plain",
    f'{JSONAPI};profile="unfinished',
    None,
])
@pytest.mark.parametrize("method", ["POST", "PATCH", "LINK"])
def test_media_types_that_are_refused(api, sql, content_type, method):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    stored, before = api.get(f"/persons/{id_}").data, sql.counts()
    headers = {"Content-Type": content_type}
    if method == "POST":
        answer = api.post("/persons", person(), headers)
    elif method == "PATCH":
        answer = api.patch(f"/persons/{id_}", document("persons", {"name": "x"}, id_=id_), headers)
    else:
        answer = api.post(f"/persons/{id_}/relationships/phones", {"data": []}, headers)
    assert answer.status == 415
    assert answer.source_headers == ["Content-Type"]
    assert re.search(r"application/vnd\.api\+json|extension", answer.errors[0]["detail"])
    assert sql.counts() == before
    assert api.get(f"/persons/{id_}").data == stored


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, identity", "x"])
def test_content_codings_are_refused(api, sql, coding):
    before = sql.counts()
    answer = api.post("/persons", person(), {"Content-Encoding": coding})
    assert answer.status == 415
    assert answer.source_headers == ["Content-Encoding"]
    assert sql.counts() == before


def test_no_body_needs_no_media_type(api):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    assert api.delete(f"/persons/{id_}", headers={"Content-Type": None}).status == 204


@pytest.mark.parametrize("accept, given", [
    (None, JSONAPI),
    ("*/*", JSONAPI),
    ("application/*", JSONAPI),
    (JSONAPI, JSONAPI),
    ("Application/Vnd.Api+Json", JSONAPI),
    (f"{JSONAPI};q=0.5", JSONAPI),
    (f"{JSONAPI};charset=utf-8, {JSONAPI}", JSONAPI),
    (f'{JSONAPI};ext="{UNKNOWN}", {JSONAPI};q=0.1', JSONAPI),
    (f'{JSONAPI};profile="{UNKNOWN}"', JSONAPI),
    (f'{JSONAPI};profile="{CURSOR}"', JSONAPI),
    (f'{JSONAPI};profile="{CURSOR}/"', JSONAPI),
    (f'{JSONAPI};ext="{ATOMIC}", {JSONAPI}', JSONAPI),
    ("text/html, */*;q=0.8", JSONAPI),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSONAPI),
    (f"application/json, {JSONAPI}", JSONAPI),
    (f"application/json, text/plain, {JSONAPI};q=0.1", JSONAPI),
    ("application/json", "application/json"),
    ("application/json, text/plain, */*", "application/json"),
    ("application/json;q=0.9", "application/json"),
    ("Application/JSON", "application/json"),
])
def test_what_is_given(api, accept, given):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    for path in (f"/persons/{id_}", "/persons?page[size]=1", f"/persons/{id_}/relationships/phones"):
        answer = api.get(path, {"Accept": accept})
        assert answer.status == 200
        assert answer.headers["Content-Type"].partition(";")[0] == given
        assert UNKNOWN not in answer.headers["Content-Type"]
        assert "ext=" not in answer.headers["Content-Type"]
    missing = api.get("/persons/abc", {"Accept": accept})
    assert (missing.status, missing.headers["Content-Type"]) == (404, given)


@pytest.mark.parametrize("accept", [
    f"{JSONAPI};charset=utf-8",
    f'{JSONAPI};ext="{UNKNOWN}"',
    f'{JSONAPI};ext="{ATOMIC}"',
    f'{JSONAPI};ext="{ATOMIC}", */*',
    f"{JSONAPI};charset=utf-8, */*",
    f'{JSONAPI};charset=utf-8, {JSONAPI};ext="{UNKNOWN}"',
    f"{JSONAPI};q=0",
    "text/html", "image/*", "application/xml", "text/html;q=0.5, image/png",
])
def test_what_cannot_be_given_is_406(api, sql, accept):
    before = sql.counts()
    read = api.get("/persons?page[size]=1", {"Accept": accept})
    write = api.post("/persons", person(), {"Accept": accept})
    for answer in (read, write):
        assert answer.status == 406
        assert answer.source_headers == ["Accept"]
        assert answer.errors[0]["code"] == "not-acceptable"
    assert sql.counts() == before, "negotiation comes before any effect"


@pytest.mark.parametrize("accept", ["garbage", "", ",", ";;;", "a/b/c", "*", "application/", "\"", "\\",
                                    f"{JSONAPI};profile=\"", "x" * 4000, "*/*;q=abc", "*/*;q=99"])
def test_accept_that_is_no_accept(api, accept):
    assert api.get("/persons?page[size]=1", {"Accept": accept}).status in (200, 400, 406)


def test_curl_json(api):
    """curl --json sends and accepts application/json."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    created = api.post("/persons", person(), headers)
    assert (created.status, created.headers["Content-Type"]) == (201, "application/json")
    path = f"/persons/{created.id}/relationships/phones"
    assert api.post(path, {"data": []}, headers).status == 204
    bad = api.post("/persons", {}, headers)
    assert (bad.status, bad.headers["Content-Type"]) == (400, "application/json")


def test_vary_is_on_every_answer(api):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    for answer in (api.get(f"/persons/{id_}"), api.head(f"/persons/{id_}"), api.get("/nope"),
                   api.get("/persons", {"Accept": "text/html"}), api.get("/persons?foo=1"),
                   api.post("/persons", person(), {"Content-Type": "text/plain"}),
                   api.put("/persons")):
        assert "accept" in answer.headers["Vary"].lower(), answer


def test_a_body_never_takes_part_in_negotiation(api):
    body = {**person(), "jsonapi": {"version": "1.1", "ext": [UNKNOWN], "profile": [UNKNOWN]}}
    answer = api.post("/persons", body)
    assert answer.status == 201
    assert UNKNOWN not in answer.text


@pytest.mark.parametrize("override", ["DELETE", "PATCH", "PUT"])
def test_method_override_is_ignored(api, override):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    answer = api.get(f"/persons/{id_}", {"X-HTTP-Method-Override": override})
    assert answer.status == 200
    created = api.post("/persons", person(), {"X-HTTP-Method-Override": override})
    assert created.status == 201
    assert api.get(f"/persons/{id_}").status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:8080"])
def test_no_origin_is_let_in_unless_named(api, origin):
    for answer in (api.get("/persons?page[size]=1", {"Origin": origin}),
                   api.options("/persons", {"Origin": origin, "Access-Control-Request-Method": "DELETE"})):
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
