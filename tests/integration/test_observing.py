"""What operators see of each request: its id, its line in the log, how long it took."""

import json
import re
import socket
import threading
import time

import pytest

from support.client import document, split_answers
from support.model import ATTRIBUTES, bulk, unique

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
FIELDS = {"time", "level", "message", "method", "route", "status", "duration_ms", "bytes", "peer", "request_id", "path"}


@pytest.fixture
def logged(fresh_service):
    """A service that logs JSON, with a function that returns the access line of a request id."""
    service = fresh_service(log_format="json")

    def line_of(request_id):
        service.wait_for_log(f'"request_id":{re.escape(json.dumps(request_id))}')
        lines = [json.loads(line) for line in service.log().splitlines()]
        found = [line for line in lines if line.get("request_id") == request_id]
        assert len(found) == 1, found
        return found[0]

    service.line_of = line_of
    return service


def ask_unix(path, request_id):
    """The answer to GET /healthz over a unix socket that somebody is about to listen on."""
    deadline = time.monotonic() + 20
    while True:
        with socket.socket(socket.AF_UNIX) as peer:
            try:
                peer.connect(path)
            except OSError:
                assert time.monotonic() < deadline, "nobody listens"
                time.sleep(0.05)
                continue
            peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: "
                         + request_id.encode() + b"\r\n\r\n")
            return b"".join(iter(lambda: peer.recv(65536), b""))


# -- ids -------------------------------------------------------------------------------------

def test_every_answer_has_an_id_of_its_own(api):
    created = api.post("/persons", document("persons", {"name": unique()}))
    answers = [created, api.get("/"), api.get("/nope"), api.get("/persons?foo=1"), api.options("/persons"), api.put("/"),
               api.head("/persons"), api.get(created.headers["Location"], {"If-None-Match": "*"}), api.get("/metrics"),
               api.get("/persons", {"Accept": "text/html"}), api.post("/persons", raw=b" " * (2**20 + 1))]
    ids = [answer.headers["X-Request-Id"] for answer in answers]
    assert all(re.fullmatch(r"[0-9a-f]{16}", one) for one in ids), ids
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("given", ["a", "7b1f-44/!\"\\~{}", "x" * 128, "f47ac10b-58cc-4372-a567-0e02b2c3d479"])
def test_a_sane_id_is_taken(api, given):
    for path in ("/persons/1", "/nope"):
        assert api.get(path, {"X-Request-Id": given}).headers["X-Request-Id"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "\xe9", "a\tb", "1, 2"])
def test_another_is_replaced(api, given):
    answer = api.get("/persons/1", {"X-Request-Id": given})
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-Id"])


def test_the_id_of_a_trace(api):
    parent = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    assert api.get("/persons/1", parent).headers["X-Request-Id"] == TRACE
    assert api.get("/persons/1", {**parent, "X-Request-Id": "mine"}).headers["X-Request-Id"] == "mine"
    assert api.get("/persons/1", {"traceparent": f"00-{TRACE}"}).headers["X-Request-Id"] != TRACE


def test_the_log_speaks_of_the_request_that_postgresql_refused(logged):
    logged.sql.run("alter table persons rename column email to electronic_mail")
    with logged.client() as client:
        answer = client.get("/persons", {"X-Request-Id": "find-me"})
        assert answer.status == 503
    logged.wait_for_log(r"PostgreSQL refused .*\(request find-me\)")


# -- the access log --------------------------------------------------------------------------

def test_a_line(logged):
    with logged.client() as client:
        id_ = client.create("persons", ATTRIBUTES["persons"]())
        answer = client.get(f"/persons/{id_}?fields[persons]=secret-query", {"X-Request-Id": "one"})
        line = logged.line_of("one")
        assert set(line) == FIELDS
        assert (line["level"], line["message"], line["method"]) == ("info", "request", "GET")
        assert (line["route"], line["path"]) == ("/{type}/{id}", f"/persons/{id_}")
        assert (line["status"], line["bytes"]) == (answer.status, len(answer.body))
        assert line["peer"] == "127.0.0.1"
        assert 0 < line["duration_ms"] < 60_000
        assert "secret-query" not in logged.log()


def test_lines_of_other_answers(logged):
    with logged.client() as client:
        phone = client.create("phones", ATTRIBUTES["phones"]())
        tag = client.get(f"/phones/{phone}").headers["ETag"]
        cases = [
            ("GET", f"/phones/{phone}", {"If-None-Match": tag}, "/{type}/{id}", 304),
            ("HEAD", f"/phones/{phone}", {}, "/{type}/{id}", 200),
            ("GET", f"/phones/{phone}/relationships/owners", {}, "/{type}/{id}/relationships/{relationship}", 200),
            ("DELETE", f"/phones/{phone}", {}, "/{type}/{id}", 204),
            ("OPTIONS", "/phones", {}, "/{type}", 204),
            ("GET", "/nope", {}, "/{type}", 404),
            ("GET", "/a/b/c/d/e/f", {}, "-", 404),
            ("PUT", "/phones", {}, "/{type}", 405),
            ("GET", "/phones?x=hidden", {}, "/{type}", 400),
            ("GET", "/phones", {"Accept": "text/html"}, "/{type}", 406),
            ("GET", "/phones", {"X-A": "\x7f"}, "-", 400),
            ("BREW", "/phones", {}, "-", 501),
            ("GET", "/" + "x" * 9000, {}, "-", 414),
            ("GET", "/metrics", {}, "/metrics", 200),
        ]
        for n, (method, path, headers, route, status) in enumerate(cases):
            answer = client.request(method, path, headers={"X-Request-Id": f"case-{n}", **headers})
            assert answer.status == status, answer
            line = logged.line_of(f"case-{n}")
            assert (line["status"], line["route"]) == (status, route)
            assert line["method"] == (method if method != "BREW" else "-")
            assert path.partition("?")[0].startswith(line["path"].rstrip("…")) and line["path"]
            assert line["bytes"] == len(answer.body)
            assert "hidden" not in json.dumps(line)


def test_lines_cannot_be_forged(logged):
    forged = '{"level":"info","message":"forged"}'
    with logged.client() as client:
        for path in (f"/persons/\n{forged}", f"/persons/\r\n{forged}", "/persons/\x1b[31m\"\\\x01", "/\xff\xfe", "/%0a%22"):
            raw = b"GET " + path.encode("latin-1") + b" HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\"b\\c\r\nConnection: close\r\n\r\n"
            client.raw_exchange(raw, timeout=2)
        client.get("/persons", {"X-Request-Id": "last"})
    logged.line_of("last")
    assert logged.stop() == 0
    for line in logged.log().splitlines():
        assert json.loads(line).get("message") != "forged"
    assert "\x1b" not in logged.log()


def test_lines_for_people(fresh_service):
    service = fresh_service(log_format="text")
    with service.client() as client:
        client.get("/persons?a=b", {"X-Request-Id": 'a"=b'})
    service.wait_for_log(r'info  request method=GET route=/\{type\} status=400 duration_ms=\d+\.\d{3} bytes=\d+ '
                         r'peer=127\.0\.0\.1 request_id="a\\"=b" path=/persons\n')


@pytest.mark.parametrize("flags", [{"access_log": "off"}, {"log_level": "warning"}])
def test_the_log_can_be_quiet(fresh_service, tmp_path, flags):
    service = fresh_service(listen=f"unix:{tmp_path}/b.sock", wait=False, **flags)
    assert ask_unix(f"{tmp_path}/b.sock", "unseen").startswith(b"HTTP/1.1 200")
    assert service.stop() == 0
    assert "unseen" not in service.log() and "request_id" not in service.log()


def test_peers_on_a_unix_socket(fresh_service, tmp_path):
    service = fresh_service(listen=f"unix:{tmp_path}/b.sock", log_format="json")
    assert ask_unix(f"{tmp_path}/b.sock", "u").startswith(b"HTTP/1.1 200")
    service.wait_for_log('"peer":"unix","request_id":"u"')


def test_lines_under_load_are_whole(fresh_service):
    """Two workers write to one pipe: a line is never torn, none is missing, none comes twice."""
    service = fresh_service(log_format="json", workers=2)
    n_clients, n_each = 16, 150

    def ask(number):
        with service.client() as client:
            for i in range(n_each):
                client.get("/persons", {"X-Request-Id": f"load-{number}-{i}"})

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(n_clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert service.stop() == 0
    seen = [json.loads(line).get("request_id", "") for line in service.log().splitlines()]
    seen = [one for one in seen if one.startswith("load-")]
    assert len(seen) == len(set(seen)) == n_clients * n_each


# -- Server-Timing ---------------------------------------------------------------------------

def test_server_timing(fresh_service):
    service = fresh_service(server_timing="on")
    id_ = bulk(service.sql, "persons", 1)[0]
    with service.client() as client:
        for path in (f"/persons/{id_}", "/", "/nope"):
            found = re.fullmatch(r"total;dur=(\d+\.\d+), db;dur=(\d+\.\d+)", client.get(path).headers["Server-Timing"])
            total, db = map(float, found.groups())
            assert total >= db
            assert (db > 0) == (path not in ("/", "/nope"))


def test_server_timing_sees_a_wait(fresh_service):
    service = fresh_service(server_timing="on", lock_timeout="300ms")
    id_ = bulk(service.sql, "persons", 1)[0]
    service.sql.connection.autocommit = False
    service.sql.run("update persons set name = 'locked' where id = %s", id_)
    with service.client() as client:
        answer = client.patch(f"/persons/{id_}", document("persons", {"name": "x"}, id_=id_))
    service.sql.connection.rollback()
    assert answer.status == 503
    assert float(re.search(r"db;dur=([\d.]+)", answer.headers["Server-Timing"]).group(1)) >= 300


def test_server_timing_is_off(api):
    assert "Server-Timing" not in api.get("/persons/1").headers


def test_ids_come_back_in_the_order_of_pipelined_requests(api):
    raw = b"".join(b"GET /persons/1 HTTP/1.1\r\nHost: x\r\nX-Request-Id: p%d\r\n%s\r\n" %
                   (i, b"Connection: close\r\n" if i == 49 else b"") for i in range(50))
    answers = split_answers(api.raw_exchange(raw))
    assert [answer.headers["x-request-id"] for answer in answers] == [f"p{i}" for i in range(50)]
