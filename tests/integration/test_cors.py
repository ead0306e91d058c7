"""Browsers on other sites: off by default; with --cors-origin, what they may ask for and read."""

import pytest

from support.client import document, split_answers
from support.model import ATTRIBUTES, unique
from support.service import run

APP = "https://app.example.org"
DEV = "http://localhost:3000"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}
REQUEST_HEADERS = {"content-type", "accept", "if-match", "if-none-match", "prefer", "x-request-id"}
READABLE = {"etag", "location", "retry-after", "content-type"}


def names(value):
    return {name.strip().lower() for name in (value or "").split(",") if name.strip()}


def cors_headers(answer):
    return [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.fixture
def open_to_two(fresh_service):
    service = fresh_service(cors_origin=[APP, DEV])
    with service.client() as client:
        yield client


@pytest.mark.parametrize("origin", [APP, DEV])
def test_a_preflight(open_to_two, origin):
    for path in ("/persons", "/persons/1", "/persons/1/relationships/phones", "/persons/1/phones/2", "/", "/healthz"):
        for method in ("POST", "PATCH", "DELETE", "PUT", "GET"):
            answer = open_to_two.options(path, {"Origin": origin, "Access-Control-Request-Method": method,
                                                "Access-Control-Request-Headers": "content-type"})
            assert answer.status == 204
            assert answer.headers["Access-Control-Allow-Origin"] == origin
            assert {m.upper() for m in names(answer.headers["Access-Control-Allow-Methods"])} == METHODS
            assert REQUEST_HEADERS <= names(answer.headers["Access-Control-Allow-Headers"])
            assert int(answer.headers["Access-Control-Max-Age"]) > 0
            assert "origin" in names(answer.headers["Vary"])
            assert answer.allowed


def test_a_preflight_of_what_does_not_exist_lets_the_request_itself_say_so(open_to_two):
    answer = open_to_two.options("/nope", {"Origin": APP, "Access-Control-Request-Method": "PATCH"})
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    refused = open_to_two.patch("/nope", {}, {"Origin": APP})
    assert refused.status == 404
    assert refused.headers["Access-Control-Allow-Origin"] == APP
    assert open_to_two.options("/nope", {"Origin": APP}).status == 404, "no preflight"


def test_answers_can_be_read(open_to_two):
    created = open_to_two.post("/persons", document("persons", {"name": unique()}), {"Origin": APP})
    assert created.status == 201
    path = created.headers["Location"]
    for answer in (created, open_to_two.get(path, {"Origin": APP}), open_to_two.head(path, {"Origin": APP}),
                   open_to_two.delete(path, headers={"Origin": APP})):
        assert answer.headers["Access-Control-Allow-Origin"] == APP
        assert READABLE <= names(answer.headers["Access-Control-Expose-Headers"])
        assert {"accept", "origin"} <= names(answer.headers["Vary"])
        assert "Access-Control-Allow-Methods" not in answer.headers, "said in preflights only"
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("method, path, body, headers, status", [
    ("GET", "/persons/abc", None, {}, 404),
    ("GET", "/persons?foo=1", None, {}, 400),
    ("GET", "/persons", None, {"Accept": "text/html"}, 406),
    ("POST", "/persons", b"{}", {"Content-Type": "text/plain"}, 415),
    ("PUT", "/persons", None, {}, 405),
    ("GET", "/a...", None, {}, 414),
    ("POST", "/persons", b"{", {}, 400),
    ("POST", "/persons", b" ...", {}, 413),
])
def test_refusals_can_be_read_too(open_to_two, method, path, body, headers, status):
    path = path.replace("...", "a" * 9000)
    body = body and body.replace(b"...", b" " * 2**20)
    answer = open_to_two.request(method, path, raw=body, headers={"Origin": DEV, **headers})
    assert answer.status == status
    assert answer.headers["Access-Control-Allow-Origin"] == DEV
    assert READABLE <= names(answer.headers["Access-Control-Expose-Headers"])


@pytest.mark.parametrize("origin", ["https://evil.example", "null", APP + ".evil.example", APP + ":8443", APP.upper(),
                                    "http://app.example.org", APP + "/", f"{APP}, {DEV}", ""])
def test_other_origins_learn_nothing(open_to_two, origin):
    preflight = {"Origin": origin, "Access-Control-Request-Method": "DELETE"}
    for answer in (open_to_two.get("/persons", {"Origin": origin}), open_to_two.options("/persons", preflight),
                   open_to_two.get("/nope", {"Origin": origin})):
        assert not cors_headers(answer)
        assert {"accept", "origin"} <= names(answer.headers["Vary"])
    assert open_to_two.get("/persons", {"Origin": origin}).status == 200, "whoever is no browser is not kept out"


def test_two_origins_are_none(open_to_two):
    raw = f"GET /persons HTTP/1.1\r\nHost: x\r\nOrigin: {APP}\r\nOrigin: {APP}\r\nConnection: close\r\n\r\n"
    answer = split_answers(open_to_two.raw_exchange(raw.encode()))[0]
    assert answer.status == 200
    assert "access-control-allow-origin" not in answer.headers


def test_requests_that_name_no_origin(open_to_two):
    id_ = open_to_two.create("persons", ATTRIBUTES["persons"]())
    answer = open_to_two.get(f"/persons/{id_}")
    assert not cors_headers(answer)
    assert "origin" in names(answer.headers["Vary"]), "a cache must not give this answer to a page"
    assert open_to_two.options("/persons", {"Access-Control-Request-Method": "POST"}).allowed


def test_any_origin(fresh_service):
    service = fresh_service(cors_origin="*")
    assert "--cors-origin" in service.log() and "warning" in service.log()
    with service.client() as client:
        for origin in (APP, "null"):
            assert client.get("/persons", {"Origin": origin}).headers["Access-Control-Allow-Origin"] == "*"
            answer = client.options("/persons", {"Origin": origin, "Access-Control-Request-Method": "PATCH"})
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert "Access-Control-Allow-Credentials" not in answer.headers


def test_origins_from_the_environment(fresh_service):
    service = fresh_service(env={"BACKREF_CORS_ORIGIN": f"{APP},{DEV}"})
    with service.client() as client:
        for origin in (APP, DEV):
            assert client.get("/persons", {"Origin": origin}).headers["Access-Control-Allow-Origin"] == origin


@pytest.mark.parametrize("origin", ["app.example.org", "https://app.example.org/", "https://app.example.org/x", "null",
                                    "https://App.example.org", "https://app.example.org:443", "http://x:80", "https://",
                                    "https://*.example.org", "a b", "https://x y", "ftp"])
def test_what_browsers_would_never_send_is_refused_at_start(origin, cluster):
    done = run("serve", "--cors-origin", origin, env={"DATABASE_URL": cluster.url("postgres")}, timeout=20)
    assert done.returncode == 2
    assert "--cors-origin" in done.stderr and origin in done.stderr and "https://app.example.org" in done.stderr
