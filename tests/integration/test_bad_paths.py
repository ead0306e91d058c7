"""Paths, ids and methods: what is not there is 404, what cannot be done there is 405."""

import pytest

from support.client import document, split_answers
from support.model import ATTRIBUTES, MISSING, RELATIONSHIPS, SIDES, TYPES

BAD_IDS = [
    "0", "-1", "+1", "01", "%201", "1%20", "1.0", "1e0", "0x1", "1_0", "abc", "%EF%BC%91", "%D9%A1",
    "9223372036854775808", "18446744073709551617", "9" * 40, "9" * 2000, "1%00", "1%00x", "%00", "%2F",
    "1%2F", "1%2Frelationships", "1%20OR%201=1", "1'", "1%27%20OR%20%271%27=%271", "1;select", "1,2",
    "*", "%", "%2e%2e", "..", ".", "null", "1%0d%0aX:%20y", "%ff", "%c0%af", "%ed%a0%80", "%zz", "%1",
    "{id}", "1%3Fx", "1%23", "~", "@", "1:1", "(1)", "%E2%80%8B1",
]


@pytest.mark.parametrize("bad", BAD_IDS)
def test_ids_that_cannot_be_keys(api, sql, bad):
    """Judged before any SQL, and never taken for another row (row 1 is always there)."""
    stored, before = api.get("/persons/1").data, sql.counts()
    meant = bad if bad in ("0", "-1") else "1"  # these two are numbers; the rest would mean row 1
    undecodable = bad in ("%", "%ff", "%c0%af", "%ed%a0%80", "%zz", "%1")
    for method, path, body in (
            ("GET", f"/persons/{bad}", None),
            ("PATCH", f"/persons/{bad}", document("persons", {"name": "taken over"}, id_=meant)),
            ("DELETE", f"/persons/{bad}", None),
            ("GET", f"/persons/{bad}/phones", None),
            ("GET", f"/persons/{bad}/relationships/phones", None),
            ("PATCH", f"/persons/{bad}/relationships/phones", {"data": []})):
        answer = api.request(method, path, body)
        assert answer.status == 404 or (undecodable and answer.status == 400), answer
    assert sql.counts() == before
    assert api.get("/persons/1").data == stored


@pytest.mark.parametrize("path", [
    "//", "//persons", "/persons/", "/persons//1", "/persons/1/", "/PERSONS", "/Persons", "/person",
    "/persons.json", "/persons/1/nope", "/persons/1/Phones", "/persons/1/phones/", "/persons/1/name",
    "/persons/1/relationships", "/persons/1/relationships/", "/persons/1/relationships/nope",
    "/persons/1/relationships/phones/1", "/persons/1/phones/1/1", "/persons/1/phones/1/owners",
    "/person_phones", "/person_phones/1", "/schema_migrations", "/pg_class", "/pg_catalog.pg_class",
    "/information_schema", "/../persons", "/persons/../phones", "/./persons", "/../../etc/passwd",
    "/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "/%70ersons%00", "/persons%00", "/persons%20",
    "/%20persons", "/persons%2F1", "/persons;x=1", "/nope", "/favicon.ico", "/robots.txt", "/.env",
    "/.git/config", "/admin", "/server-status", "/" + "a" * 3000, "/" + "a/" * 500, "/healthz/", "/Healthz",
    "/metrics/x", "/*",
])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_paths_that_lead_nowhere(api, path, method):
    body = document("persons", {"name": "x"}) if method == "POST" else None
    answer = api.request(method, path, body)
    assert answer.status == 404 or (method != "GET" and answer.status == 405)
    assert answer.errors[0]["code"] in ("not-found", "method-not-allowed")
    assert len(answer.errors[0]["detail"]) < 500


@pytest.mark.parametrize("path", ["/%zz", "/%", "/%c0%af", "/persons/%ff", "/%ff%fe", "/persons/1/%zz"])
def test_paths_with_broken_escapes(api, path):
    assert api.get(path).status in (400, 404)


def allowed_methods():
    """Every kind of URL with the methods it knows."""
    rows = [("/", {"GET", "HEAD"}), ("/healthz", {"GET", "HEAD"}), ("/readyz", {"GET", "HEAD"}),
            ("/metrics", {"GET", "HEAD"}), ("/openapi.json", {"GET", "HEAD"})]
    for type_ in TYPES:
        rows += [(f"/{type_}", {"GET", "HEAD", "POST"}),
                 (f"/{type_}/{MISSING}", {"GET", "HEAD", "PATCH", "DELETE"})]
        for side in RELATIONSHIPS[type_]:
            rows += [(side.related(MISSING), {"GET", "HEAD"}),
                     (side.relationship(MISSING), {"GET", "HEAD", "POST", "PATCH", "DELETE"}),
                     (side.one(MISSING, MISSING), {"GET", "HEAD", "PUT", "DELETE"})]
    return rows


@pytest.mark.parametrize("path, methods", allowed_methods(), ids=lambda v: v if isinstance(v, str) else "")
def test_methods_that_are_not_known_there(api, path, methods):
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods:
        body = document("persons", {"name": "x"}) if method in ("POST", "PUT", "PATCH") else None
        answer = api.request(method, path, body)
        assert answer.status == 405, answer
        assert answer.allowed == methods
        assert answer.errors[0]["code"] == "method-not-allowed"


@pytest.mark.parametrize("path, methods", allowed_methods(), ids=lambda v: v if isinstance(v, str) else "")
def test_options(api, path, methods):
    answer = api.options(path)
    assert answer.status in (200, 204)
    assert answer.body == b""
    assert answer.allowed == methods


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "FOO", "get", "Get", "QUERY", "LINK",
                                    "UNLINK", "PATCHX", "M" * 3000, "G-T", "DELETE1"])
def test_methods_that_nobody_knows(api, method):
    received = api.raw_exchange(f"{method} /persons HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = split_answers(received)[0]
    assert answer.status in (400, 405, 414, 431, 501)
    assert b'"data"' not in answer.body


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/persons", "/nope",
                                  "/persons/abc", "/persons?foo=1", "{own}", "{rel}", "{related}", "{one}"])
def test_head_is_get_without_the_body(api, path):
    side = SIDES[0]
    owner, member = side.new_owner(api), side.new_member(api)
    assert api.put(side.one(owner, member)).status == 201
    path = path.format(own=f"/persons/{owner}", rel=side.relationship(owner),
                       related=side.related(owner), one=side.one(owner, member))
    get, head = api.get(path), api.head(path)
    assert head.status == get.status
    assert head.body == b""
    for name in ("Content-Type", "ETag", "Vary", "Allow", "Content-Length"):
        if path != "/metrics" or name != "Content-Length":
            assert head.headers[name] == get.headers[name], name


def test_an_id_with_escaped_digits_is_that_id_or_nothing(api):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    escaped = "".join(f"%{ord(c):02x}" for c in id_)
    answer = api.get(f"/persons/{escaped}")
    assert answer.status in (200, 404)
    if answer.status == 200:
        assert answer.id == id_


@pytest.mark.parametrize("query", [
    "%", "%zz", "a=%ff", "page[size]=%00", "page[size]=%c0%af", "=", "&&&", "a", "=1", "[", "]", "[]=1",
    "page[=1", "page]=1", "page[size", "page[size]]=1", "page[size]x=1", "%5B%5D=%5B", "filter[_]=1",
    "filter]a[=1", "sort=(select+1)", "sort=ctid", "sort=name;select+pg_sleep(6)", "sort=", "sort=--name",
    "fields[persons]=version()", "fields=name", "fields[nope]=x", "include=.", "include=phones.",
    "filter=x", "filter[nosuch]=1", "filter[name][nosuch]=1", "page[number]=abc", "x:foo=1", "a" * 5000 + "=1",
    "&".join(f"page[size]={i}" for i in range(1, 300)), "&".join(f"p{i}=1" for i in range(400)),
    "include=" + ".".join(["phones", "owners"] * 100),
], ids=lambda q: q[:30])
@pytest.mark.parametrize("path", ["/persons", "/persons/1", "/persons/1/relationships/phones"])
def test_query_strings_that_are_refused(api, path, query):
    answer = api.get(f"{path}?{query}")
    if query == "&&&":
        assert answer.status == 200  # four empty pairs ask for nothing
    else:
        assert answer.status in (400, 414), answer
        assert answer.errors[0]["code"] not in ("internal",)


def test_a_refused_query_has_no_effect(api, sql):
    before = sql.counts()
    answer = api.post("/persons?foo=1", document("persons", ATTRIBUTES["persons"]()))
    assert (answer.status, answer.parameters) == (400, ["foo"])
    assert sql.counts() == before
