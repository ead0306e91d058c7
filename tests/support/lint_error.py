"""Rules for error objects."""

import re
import threading
import urllib.parse

from .rules import document_rule, href

ERROR = {"id", "links", "status", "code", "title", "detail", "source", "meta"}
ERROR_LINKS = {"about", "type"}
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

# What is compared over all answers of a run.
_titles = {}
_ids = set()
_lock = threading.Lock()


@document_rule("ERR-01")
def errors_are_an_array(response, document):
    assert (response.status >= 400) == ("errors" in document), "errors exactly when status >= 400"
    if "errors" in document:
        errors = document["errors"]
        assert isinstance(errors, list) and errors, "errors is an array of one or more"
        for error in errors:
            assert isinstance(error, dict) and error, f"an error is an object with a member: {error}"


@document_rule("DOC-05")
def members_of_errors(_, document):
    for error in document.get("errors", []):
        assert set(error) <= ERROR, f"error members of {error}"
        assert set(error.get("links", {})) <= ERROR_LINKS, f"links of the error {error}"


@document_rule("ERR-02")
def status_is_the_status(response, document):
    errors = document.get("errors", [])
    statuses = {error.get("status") for error in errors}
    for status in statuses:
        assert isinstance(status, str) and re.fullmatch(r"[45]\d\d", status), f"error.status {status!r}"
    if errors:
        assert str(response.status) in statuses or len(statuses) > 1, f"status {statuses}"


@document_rule("ERR-09")
def texts_of_errors(_, document):
    for error in document.get("errors", []):
        for name in ("id", "code", "title", "detail"):
            assert isinstance(error.get(name, "-"), str), f"error.{name} is a string"
        if "id" in error:
            with _lock:
                assert error["id"] not in _ids, f"error.id {error['id']!r} was another occurrence's"
                _ids.add(error["id"])


@document_rule()
def what_our_errors_say(_, document):
    for error in document.get("errors", []):
        for name in ("status", "code", "title"):
            assert isinstance(error.get(name), str) and error[name], f"error.{name} is a string"
        assert CODE.fullmatch(error["code"]), f"code {error['code']!r} is kebab-case"
        assert error.get("detail", "-"), "detail is not empty"


@document_rule("ERR-08")
def one_title_per_code(_, document):
    for error in document.get("errors", []):
        if "code" in error and "title" in error:
            with _lock:
                title = _titles.setdefault(error["code"], error["title"])
            assert title == error["title"], f"one title per code: {title!r} and {error['title']!r}"


@document_rule("ERR-07")
def source_has_one_member(_, document):
    for error in document.get("errors", []):
        if "source" in error:
            source = error["source"]
            assert isinstance(source, dict) and len(source) == 1, f"source {source} has one member"
            (kind, value), = source.items()
            assert kind in ("pointer", "parameter", "header") and isinstance(value, str), f"source {source}"


def sources(document, kind):
    return [error["source"][kind] for error in document.get("errors", []) if kind in error.get("source", {})]


@document_rule("ERR-04", "ATO-23")
def pointers_exist(response, document):
    if response.sent_json is not None:
        for pointer in sources(document, "pointer"):
            resolve_pointer(response.sent_json, pointer)


@document_rule("ERR-06")
def parameters_exist(response, document):
    query = response.path.partition("?")[2]
    names = {n for n, _ in urllib.parse.parse_qsl(query, keep_blank_values=True, errors="replace")}
    names |= {pair.partition("=")[0] for pair in query.split("&")}  # what cannot be decoded
    for value in sources(document, "parameter"):
        known = value in names or (  # a name of any length is not repeated whole
            len(value) > 40 and value.endswith("…") and any(n.startswith(value[:-1]) for n in names))
        assert known, f"source.parameter {value!r} is one of the request's {names}"
    for value in sources(document, "header"):
        assert re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", value), f"source.header {value!r} is one name"


@document_rule("ERR-10")
def links_and_meta_of_errors(_, document):
    for error in document.get("errors", []):
        assert isinstance(error.get("meta", {}), dict), "an error's meta is an object"
        assert isinstance(error.get("links", {}), dict), "an error's links are an object"
        for name, link in error.get("links", {}).items():
            assert isinstance(href(link), str) and href(link), f"an error's link {name} is a link"


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
