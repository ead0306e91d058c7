"""Rules that hold for every answer, whatever the request was.

`lint(response)` raises AssertionError. Client runs it on each response it captures, so every test
of every suite also checks JSON:API document structure, the error format and that nothing of the
database's inside is shown. `flaws(response)` names all that is wrong, by row of the conformance
table. What concerns the whole answer is here; lint_document.py and lint_error.py have the rest.
"""

import json
import re
import urllib.parse

from . import lint_document, lint_error  # noqa: F401 (they register their rules)
from .lint_error import resolve_pointer  # noqa: F401 (tests take it from here)
from .rules import DOCUMENT_RULES, RESPONSE_RULES, document_rule, response_rule

JSONAPI = "application/vnd.api+json"
WITH_PARAMETERS = re.compile(r'application/vnd\.api\+json(; ?(ext|profile)="[^"]+")*')
PLAIN_PATHS = ("/metrics", "/openapi.json", "/openapi.yaml", "/healthz", "/readyz")

# What an answer must not show. A word that the request itself contained may be quoted back.
LEAKS = re.compile(
    r"person_(?:phones|friends|hobbies|knows)|friend_hobbies|schema_migrations|unnest|\bpg_\w+|SQLSTATE"
    r"|\b(?:select\b.+\bfrom|insert into|update \w+ set|delete from|violates|duplicate key value)\b"
    r"|\w+_(?:pkey|fkey|key|check|idx)\b|(?:/usr|/work|/home|/tmp|/etc)/\w+|\b\w+\.[ch]:\d+"
    r"|\b(?:libpq|postgres(?:ql)?://|FATAL:|ERROR:|STATEMENT:)", re.IGNORECASE)


def lint(response):
    """Check one response by every rule; what they find is raised."""
    found = flaws(response)
    if found:
        raise AssertionError(
            "; ".join(sentence for _, sentence in found)
            + f"\n  request:  {response.method} {response.path}\n"
            f"  response: {response.status} {dict(response.headers)}\n"
            f"  body:     {response.body[:2000]!r}")


def flaws(response):
    """Every (rows, sentence) that is wrong with a response."""
    found = []
    try:
        for rows, judge, arguments in _applicable(response):
            try:
                judge(*arguments)
            except AssertionError as failure:
                found.append((rows, str(failure)))
            except (AttributeError, KeyError, TypeError, ValueError) as failure:
                found.append((rows, f"cannot be judged: {type(failure).__name__} {failure}"))
    except (AssertionError, ValueError) as failure:
        found.append((("DOC-01",), f"the body is no JSON document: {failure}"))
    return found


def _applicable(response):
    for rows, judge in RESPONSE_RULES:
        yield rows, judge, (response,)
    if has_document(response):
        document = response.json
        for rows, judge in DOCUMENT_RULES:
            yield rows, judge, (response, document)


def has_document(response):
    """Is there a body that has to be a JSON:API document?"""
    is_plain = response.path.split("?")[0] in PLAIN_PATHS and response.status < 400
    return bool(response.body) and not is_plain


@response_rule("HTTP-03")
def no_body_has_no_type(response):
    if response.status in (204, 304):
        assert response.body == b"", "this response has no body"
        assert "Content-Type" not in response.headers, "no body, no Content-Type"


@response_rule("HTTP-02")
def head_has_no_body(response):
    if response.method == "HEAD":
        assert response.body == b"", "this response has no body"


@response_rule("NEG-01", "NEG-02")
def media_type(response):
    if not has_document(response):
        return
    got = response.headers.get("Content-Type")
    accept = response.sent_headers.get("Accept") or ""
    if "application/json" in accept.lower() and JSONAPI not in accept.lower():
        assert got in ("application/json", JSONAPI), f"media type {got!r}"
    else:
        assert WITH_PARAMETERS.fullmatch(got or ""), f"media type {got!r}"


@response_rule("NEG-19")
def vary(response):
    if has_document(response) or response.status == 304:
        names = [v.strip().lower() for v in (response.headers.get("Vary") or "").split(",")]
        assert "accept" in names, "Vary names Accept"


def _without_attributes(value):
    if isinstance(value, dict):
        return {k: _without_attributes(v) for k, v in value.items() if k != "attributes"}
    if isinstance(value, list):
        return [_without_attributes(v) for v in value]
    return value


@document_rule("ERR-13")
def leaks(response, document):
    text = json.dumps(_without_attributes(document), ensure_ascii=False)
    asked = (urllib.parse.unquote_plus(response.path, errors="replace")
             + (response.sent_body or b"").decode("utf-8", "replace")).lower()
    for found in LEAKS.finditer(text):
        word = found.group(0)
        assert word.lower() in asked, f"the answer shows {word!r}"
