"""The lint that every response goes through: it accepts a sound answer and notices each flaw."""

import copy
import json

import pytest

from support.client import Response, split_answers
from support.lint import JSONAPI, flaws, lint, resolve_pointer
from support.rules import DOCUMENT_RULES, RESPONSE_RULES
from support.service import refuse_findings

SENT = json.dumps({"data": {"type": "persons", "attributes": {"a/b": 1, "name": "select * from x"}}}).encode()
HEADERS = {"Content-Type": JSONAPI, "Vary": "Accept, Origin"}
PERSON = {"type": "persons", "id": "1", "attributes": {"name": "delete from person_phones"},
          "relationships": {"phones": {"links": {"self": "/persons/1/relationships/phones"}}},
          "links": {"self": "/persons/1"}}
GOOD = {"jsonapi": {"version": "1.1"}, "data": PERSON, "links": {"self": "/persons/1", "next": None}}
ERROR = {"status": "409", "code": "lint-test", "title": "For this test", "detail": "what was wrong",
         "source": {"pointer": "/data/attributes/a~1b"}}


def answer(document, status=200, headers=None, method="POST", path="/persons?page%5Bsize%5D=1", accept=JSONAPI):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Response(method, path, {"Accept": accept}, SENT, status, HEADERS if headers is None else headers, body)


ATOMIC = {**HEADERS, "Content-Type": JSONAPI + ';ext="https://jsonapi.org/ext/atomic"'}
PAGED = {**HEADERS, "Content-Type": JSONAPI + ';profile="https://jsonapi.org/profiles/ethanresnick/cursor-pagination"'}
PHONE = {"type": "phones", "id": "7"}
ENDS = {"prev": None, "next": None}


def linked(*members, **others):
    """PERSON with linkage; others are further members of the relationship."""
    held = {"links": {"self": "/persons/1/relationships/phones"}, "data": list(members), **others}
    return {**PERSON, "relationships": {"phones": held}}


def page(links=None, headers=None, path="/persons?sort=name&page%5Bsize%5D=1", **others):
    """A page of a list."""
    self = {"self": "/persons?sort=name&page%5Bsize%5D=1"}
    return answer({"data": [PERSON], "links": {**self, **(ENDS if links is None else links)}, **others},
                  200, headers, "GET", path)


def error(**changes):
    return answer({"errors": [{**ERROR, **changes}]}, 409)


def changed(path, value):
    """GOOD with one place changed; path is a list of member names."""
    document = copy.deepcopy(GOOD)
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return answer(document)


SOUND = {
    "resource": answer(GOOD),
    "list": answer({"data": [PERSON], "links": {}}),
    "empty list": answer({"data": []}),
    "no content": answer(b"", 204, {"Vary": "Accept"}),
    "head": answer(b"", 200, HEADERS, "HEAD"),
    "error": error(),
    "error at a parameter": error(source={"parameter": "page[size]"}),
    "error at a header": error(source={"header": "Accept"}),
    "word of the request": error(detail='"select * from x" is not a name'),
    "plain json when asked": answer(GOOD, 200, {**HEADERS, "Content-Type": "application/json"}, accept="application/json"),
    "included": answer({"data": linked(PHONE), "included": [PHONE]}),
    "fields leave the link out": answer({"data": PERSON, "included": [PHONE]}, path="/persons?fields%5Bpersons%5D=name"),
    "included beside identifiers": answer({"data": [PHONE], "included": [PHONE]}, path="/persons/1/relationships/phones"),
    "page": page({"prev": None, "next": "/persons?sort=name&page%5Bsize%5D=1&page%5Bafter%5D=x"}),
    "total": page(headers=PAGED, meta={"page": {"total": 3, "estimatedTotal": {"bestGuess": 4}}}),
    "results": answer({"atomic:results": [{"data": PERSON}, {}]}, 200, ATOMIC),
    "results with linkage": answer({"atomic:results": [{"data": [{"type": "phones", "id": "1"}], "meta": {}}]},
                                   200, ATOMIC),
    "link object": changed(["links", "self"], {"href": "/persons/1", "rel": "self", "hreflang": ["en", "pt-BR"]}),
    "entry": answer({"meta": {}, "links": {"persons": "/persons"}}),
    "not modified": answer(b"", 304, {"Vary": "Accept"}),
    "metrics": answer(b"backref_requests_total 1\n", 200, {"Content-Type": "text/plain"}, "GET", "/metrics"),
}
FLAWED = {
    "body of a 204": answer(b"{}", 204, {"Vary": "Accept"}),
    "type of a 204": answer(b"", 204, HEADERS),
    "body of a HEAD": answer(GOOD, 200, HEADERS, "HEAD"),
    "charset": answer(GOOD, 200, {**HEADERS, "Content-Type": JSONAPI + "; charset=utf-8"}),
    "plain json unasked": answer(GOOD, 200, {**HEADERS, "Content-Type": "application/json"}),
    "html": answer(b"<html></html>", 404, {**HEADERS, "Content-Type": "text/html"}),
    "no Vary": answer(GOOD, 200, {"Content-Type": JSONAPI}),
    "array": answer([]), "empty object": answer({}), "only links": answer({"links": {}}),
    "unknown top member": changed(["extra"], 1),
    "errors on success": answer({"errors": [ERROR]}, 200), "data on failure": answer(GOOD, 404),
    "both": answer({"data": None, "errors": [ERROR]}, 409),
    "included alone": answer({"meta": {}, "included": []}),
    "version": changed(["jsonapi", "version"], "1.0"),
    "meta": changed(["meta"], []), "links": changed(["links"], []), "link": changed(["links", "self"], 1),
    "raw bracket": changed(["links", "self"], "/persons?page[size]=1"),
    "space in a link": changed(["links", "self"], "/persons?filter=a b"),
    "number as id": changed(["data", "id"], 1), "no type": changed(["data", "type"], None),
    "unknown resource member": changed(["data", "extra"], 1),
    "empty relationship": changed(["data", "relationships", "phones"], {}),
    "number in linkage": changed(["data", "relationships", "phones", "data"], [{"type": "phones", "id": 7}]),
    "attributes array": changed(["data", "attributes"], []),
    "member name": changed(["data", "attributes"], {"_name": 1}),
    "twice in data": answer({"data": [PERSON, PERSON]}),
    "twice in included": answer({"data": PERSON, "included": [PERSON]}),
    "duplicate member": answer(b'{"data":null,"data":null}'),
    "table name": changed(["meta"], {"x": "person_phones"}),
    "errors object": answer({"errors": {}}, 409), "no errors": answer({"errors": []}, 409),
    "status number": error(status=409), "another status": error(status="404"), "no code": error(code=None),
    "code in words": error(code="Not Found"), "no title": error(title=""), "second title": error(title="Another title"),
    "two sources": error(source={"pointer": "", "header": "Accept"}), "no source": error(source={}),
    "pointer to nothing": error(source={"pointer": "/data/attributes/nope"}),
    "pointer unescaped": error(source={"pointer": "/data/attributes/a/b"}),
    "parameter never sent": error(source={"parameter": "sort"}),
    "constraint": error(detail="breaks phones_number_key"), "key": error(detail="persons_pkey"),
    "path": error(detail="cannot open /usr/share/x"), "source line": error(detail="at conn.c:12"),
    "not JSON": answer(b"{"), "Vary of a 304": answer(b"", 304, {}),
    "results and data": answer({"atomic:results": [], "data": None}, 200, ATOMIC),
    "results and errors": answer({"atomic:results": [], "errors": [ERROR]}, 409, ATOMIC),
    "extension unasked": answer({"atomic:results": [{"data": PERSON}]}),
    "jsonapi.profile": changed(["jsonapi", "profile"], ["https://example.com/p"]),
    "rel": changed(["links", "self"], {"href": "/persons/1", "rel": "Self!"}),
    "hreflang": changed(["links", "self"], {"href": "/persons/1", "hreflang": "no language"}),
    "relationships array": changed(["data", "relationships"], []),
    "links of a relationship": changed(["data", "relationships", "phones", "links"], {"next": "/x"}),
    "linkage text": changed(["data", "relationships", "phones", "data"], "7"),
    "included object": answer({"data": PERSON, "included": {}}),
    "included unlinked": answer({"data": PERSON, "included": [PHONE]}),
    "member twice": answer({"data": linked(PHONE, PHONE)}),
    "next loses the order": page({"prev": None, "next": "/persons?page%5Bsize%5D=1&page%5Bafter%5D=x"}),
    "no prev": page({"next": None}),
    "next of linkage alone": answer({"data": linked(links={"self": "/x", "next": None})}),
    "total in words": page(headers=PAGED, meta={"page": {"total": "3"}}),
    "estimate": page(headers=PAGED, meta={"page": {"estimatedTotal": 4}}),
    "page without profile": page(meta={"page": {"total": 3}}),
    "unknown error member": error(extra=1), "link of an error": error(links={"about": None}),
    "detail": error(detail=5), "two headers": error(source={"header": "Accept, Host"}),
    "SQL": error(detail="INSERT INTO persons"), "catalog": error(detail="pg_class"),
    "state": error(detail="SQLSTATE 23505"), "library": error(detail="libpq says no"),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_answer_passes(name):
    lint(SOUND[name])


@pytest.mark.parametrize("name", FLAWED)
def test_a_flaw_is_noticed(name):
    lint(error())  # the title of the code is known
    with pytest.raises(AssertionError):
        lint(FLAWED[name])


@pytest.mark.parametrize("rule", RESPONSE_RULES + DOCUMENT_RULES, ids=lambda rule: rule.judge.__name__)
def test_every_rule_notices_something(rule):
    assert any(rule.rows == rows for flawed in FLAWED.values() for rows, _ in flaws(flawed))


def test_ids_of_errors_are_of_one_occurrence():
    lint(error(id="occurrence-1"))
    with pytest.raises(AssertionError):
        lint(error(id="occurrence-1"))


def test_pointers():
    document = {"a": [{"b/c": {"": 1}}]}
    assert resolve_pointer(document, "") == document
    assert resolve_pointer(document, "/a/0/b~1c/") == 1
    for pointer in ("a", "/a/1", "/a/x", "/a/0/b", "/nope"):
        with pytest.raises(AssertionError):
            resolve_pointer(document, pointer)


def test_answers_are_cut_apart():
    received = (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
                b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    assert [(a.status, a.body, a.closes) for a in split_answers(received)] == [
        (100, b"", False), (200, b"{}", False), (204, b"", True)]
    for broken in (b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", b"junk\r\n\r\n"):
        with pytest.raises(AssertionError):
            split_answers(broken)


@pytest.mark.parametrize("line", ["==7==ERROR: AddressSanitizer: heap-use-after-free", "WARNING: ThreadSanitizer: data race",
                                  "a.c:1:2: runtime error: signed integer overflow", "SUMMARY: LeakSanitizer: 8 bytes"])
def test_a_sanitizer_finding_in_the_log_is_noticed(line):
    refuse_findings("listening on 127.0.0.1:1\n")
    with pytest.raises(AssertionError):
        refuse_findings(f"listening on 127.0.0.1:1\n{line}\n")
