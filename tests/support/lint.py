"""Rules that hold for every answer, whatever the request was.

`lint(response)` raises AssertionError. Client runs it on each response it captures, so every test
of every suite also checks JSON:API document structure, the error format and that nothing of the
database's inside is shown.
"""

import json
import re
import threading
import urllib.parse

JSONAPI = "application/vnd.api+json"
WITH_PARAMETERS = re.compile(r'application/vnd\.api\+json(; ?(ext|profile)="[^"]+")*')
PLAIN_PATHS = ("/metrics", "/openapi.json", "/openapi.yaml", "/healthz", "/readyz")

TOP = {"data", "errors", "meta", "links", "included", "jsonapi", "atomic:results"}
RESOURCE = {"type", "id", "attributes", "relationships", "links", "meta"}
IDENTIFIER = {"type", "id", "meta"}
RELATIONSHIP = {"links", "data", "meta"}
ERROR = {"id", "links", "status", "code", "title", "detail", "source", "meta"}
LINK = {"href", "rel", "describedby", "title", "type", "hreflang", "meta"}
MEMBER_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_\- ]*[A-Za-z0-9])?")
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

# What an answer must not show. A word that the request itself contained may be quoted back.
LEAKS = re.compile(
    r"person_phones|person_friends|friend_hobbies|schema_migrations|unnest|\bpg_\w+|SQLSTATE"
    r"|\b(?:select\b.+\bfrom|insert into|update \w+ set|delete from|violates|duplicate key value)\b"
    r"|\w+_(?:pkey|fkey|key|check|idx)\b|(?:/usr|/work|/home|/tmp|/etc)/\w+|\b\w+\.[ch]:\d+"
    r"|\b(?:libpq|postgres(?:ql)?://|FATAL:|ERROR:|STATEMENT:)", re.IGNORECASE)

_titles = {}
_titles_lock = threading.Lock()


def lint(response):
    """Check one response; see the rules below, each with the sentence it comes from."""
    try:
        _lint(response)
    except AssertionError as failure:
        raise AssertionError(
            f"{failure}\n  request:  {response.method} {response.path}\n"
            f"  response: {response.status} {dict(response.headers)}\n"
            f"  body:     {response.body[:2000]!r}") from None


def _lint(response):
    if response.status in (204, 304) or response.method == "HEAD":
        assert response.body == b"", "this response has no body"
    if response.status in (204, 304):
        assert "Content-Type" not in response.headers, "no body, no Content-Type"
        return
    if response.path.split("?")[0] in PLAIN_PATHS and response.status < 400:
        return
    if response.body:
        _lint_negotiation(response)
        _lint_document(response)


def _lint_negotiation(response):
    got = response.headers.get("Content-Type")
    accept = response.sent_headers.get("Accept") or ""
    if "application/json" in accept.lower() and JSONAPI not in accept.lower():
        assert got in ("application/json", JSONAPI), f"media type {got!r}"
    else:
        assert WITH_PARAMETERS.fullmatch(got or ""), f"media type {got!r}"
    vary = [v.strip().lower() for v in (response.headers.get("Vary") or "").split(",")]
    assert "accept" in vary, "Vary names Accept"


def _lint_document(response):
    document = response.json
    assert isinstance(document, dict), "the root is an object"
    assert set(document) <= TOP, f"top-level members {set(document) - TOP}"
    assert {"data", "errors", "meta", "atomic:results"} & set(document), "data, errors or meta"
    assert not {"data", "errors"} <= set(document), "data and errors never together"
    assert "included" not in document or "data" in document, "no included without data"
    assert (response.status >= 400) == ("errors" in document), "errors exactly when status >= 400"
    if "jsonapi" in document:
        assert document["jsonapi"].get("version") == "1.1", "jsonapi.version"
    _lint_common(document)
    if "errors" in document:
        _lint_errors(response, document["errors"])
    else:
        _lint_data(document)
    _lint_leaks(response, document)


def _lint_common(thing):
    """`meta` is an object and `links` an object of links."""
    if "meta" in thing:
        assert isinstance(thing["meta"], dict), "meta is an object"
    if "links" in thing:
        assert isinstance(thing["links"], dict), "links is an object"
        for name, link in thing["links"].items():
            _lint_link(name, link)


def _lint_link(name, link):
    if link is None:
        return
    if isinstance(link, dict):
        assert "href" in link and set(link) <= LINK, f"link object {name}"
        link = link["href"]
    assert isinstance(link, str) and link, f"link {name} is a string"
    assert not re.search(r"[\[\]\s<>\"\x00-\x1f]|[^\x00-\x7f]", link), f"link {name}: {link!r} is not encoded"


def _lint_errors(response, errors):
    assert isinstance(errors, list) and errors, "errors is an array of one or more"
    statuses = {error.get("status") for error in errors}
    assert str(response.status) in statuses or len(statuses) > 1, f"status {statuses}"
    for error in errors:
        assert isinstance(error, dict) and set(error) <= ERROR, f"error members of {error}"
        for name in ("status", "code", "title"):
            assert isinstance(error.get(name), str) and error[name], f"error.{name} is a string"
        assert re.fullmatch(r"[45]\d\d", error["status"]), f"error.status {error['status']!r}"
        assert CODE.fullmatch(error["code"]), f"code {error['code']!r} is kebab-case"
        if "detail" in error:
            assert isinstance(error["detail"], str) and error["detail"], "detail is a string"
        with _titles_lock:
            title = _titles.setdefault(error["code"], error["title"])
        assert title == error["title"], f"one title per code: {title!r} and {error['title']!r}"
        _lint_common(error)
        _lint_source(response, error)


def _lint_source(response, error):
    if "source" not in error:
        return
    source = error["source"]
    assert isinstance(source, dict) and len(source) == 1, f"source {source} has one member"
    (kind, value), = source.items()
    assert kind in ("pointer", "parameter", "header") and isinstance(value, str), f"source {source}"
    if kind == "pointer" and response.sent_json is not None:
        resolve_pointer(response.sent_json, value)
    if kind == "parameter":
        query = response.path.partition("?")[2]
        names = {n for n, _ in urllib.parse.parse_qsl(query, keep_blank_values=True, errors="replace")}
        names |= {pair.partition("=")[0] for pair in query.split("&")}  # what cannot be decoded
        known = value in names or (  # a name of any length is not repeated whole
            len(value) > 40 and value.endswith("…") and any(n.startswith(value[:-1]) for n in names))
        assert known, f"source.parameter {value!r} is one of the request's {names}"


def resolve_pointer(document, pointer):
    """The value at an RFC 6901 pointer; AssertionError when it points at nothing."""
    assert pointer == "" or pointer.startswith("/"), f"{pointer!r} is a JSON pointer"
    value = document
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, dict) and name in value:
            value = value[name]
        else:
            raise AssertionError(f"source.pointer {pointer!r} points at nothing in the request")
    return value


def _lint_data(document):
    data = document.get("data")
    items = data if isinstance(data, list) else [data] if data is not None else []
    seen = set()
    for item in items:
        _lint_resource(item)
        assert (item["type"], item["id"]) not in seen, f"{item['type']} {item['id']} appears twice"
        seen.add((item["type"], item["id"]))
    included = document.get("included", [])
    assert isinstance(included, list), "included is an array"
    for item in included:
        _lint_resource(item)
        assert (item["type"], item["id"]) not in seen, f"{item['type']} {item['id']} appears twice"
        seen.add((item["type"], item["id"]))


def _lint_resource(item):
    assert isinstance(item, dict) and set(item) <= RESOURCE, f"resource members of {item}"
    assert isinstance(item.get("type"), str) and isinstance(item.get("id"), str), "type and id strings"
    _lint_common(item)
    for group in ("attributes", "relationships"):
        assert isinstance(item.get(group, {}), dict), f"{group} is an object"
        for name in item.get(group, {}):
            assert MEMBER_NAME.fullmatch(name), f"member name {name!r}"
    for name, relationship in item.get("relationships", {}).items():
        assert relationship and set(relationship) <= RELATIONSHIP, f"relationship {name}"
        assert {"self", "related"} & set(relationship.get("links", {"self": ""})), f"links of {name}"
        _lint_common(relationship)
        linkage = relationship.get("data") or []
        for identifier in linkage if isinstance(linkage, list) else [linkage]:
            assert set(identifier) <= IDENTIFIER, f"identifier {identifier}"
            assert isinstance(identifier["id"], str), "identifier ids are strings"


def _without_attributes(value):
    if isinstance(value, dict):
        return {k: _without_attributes(v) for k, v in value.items() if k != "attributes"}
    if isinstance(value, list):
        return [_without_attributes(v) for v in value]
    return value


def _lint_leaks(response, document):
    text = json.dumps(_without_attributes(document), ensure_ascii=False)
    asked = (urllib.parse.unquote_plus(response.path, errors="replace")
             + (response.sent_body or b"").decode("utf-8", "replace")).lower()
    for found in LEAKS.finditer(text):
        word = found.group(0)
        assert word.lower() in asked, f"the answer shows {word!r}"
