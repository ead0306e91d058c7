"""Bytes that no well-behaved client sends: request smuggling, limits, slow and rude peers.

Everything here goes over plain sockets. After each case the service must still answer others.
"""

import json
import socket
import time

import pytest

from support.client import document, split_answers
from support.model import ATTRIBUTES, unique
from support.service import run

JSONAPI = "application/vnd.api+json"
# A second request hidden behind the first: it must never be executed.
GHOST = b"DELETE /persons/%s HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def victim(api):
    """A person that a smuggled request would delete."""
    return api.create("persons", ATTRIBUTES["persons"]())


@pytest.fixture(autouse=True)
def still_alive(api, service):
    yield
    assert service.is_running()
    assert api.sibling().get("/persons?page[size]=1").status == 200


def send(api, head, body=b"", timeout=10, **options):
    """head: request line and header lines, joined by \\n. Returns the answers."""
    lines = [line for line in head.split("\n") if line]
    raw = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
    received = api.raw_exchange(raw, timeout, **options)
    heads = received.split(b"\r\n\r\n")
    if len(heads) > 2 and heads[0] == heads[1]:  # libmicrohttpd writes some heads twice
        received = received[len(heads[0]) + 4:]
    return split_answers(received)


def refused(answers, *statuses):
    """One answer with one of these statuses and a JSON:API body or none; then the end."""
    assert len(answers) == 1, answers
    assert answers[0].status in statuses, answers
    assert answers[0].closes, answers
    if answers[0].body:
        assert answers[0].headers["content-type"] == JSONAPI
        error = json.loads(answers[0].body)["errors"][0]
        assert error["code"] and error["title"] and error["detail"]
        # Where libmicrohttpd chooses the status by itself, the document leaves it to the status line.
        assert error.get("status", str(answers[0].status)) == str(answers[0].status)


# -- the request line and Host ---------------------------------------------------------------

@pytest.mark.parametrize("head", [
    "GET /persons HTTP/1.1\n", "GET /persons HTTP/1.1\nHost: a\nHost: b", "GET /persons HTTP/1.1\nHost: a\nHost: a",
], ids=["none", "two", "twice"])
def test_host(api, head):
    refused(send(api, head), 400)


@pytest.mark.parametrize("version", ["HTTP/2.0", "HTTP/9.9", "HTTP/0.9", "HTTP/1.2", "HTTP/1", "http/1.1", "HTTP",
                                     "X/1.1", "HTTP/1.1x", "HTTP/11"])
def test_versions(api, version):
    answers = send(api, f"GET /persons?page[size]=1 {version}\nHost: x\nConnection: close", timeout=5)
    if version == "HTTP/1.2" and answers and answers[0].status == 200:
        return  # a higher minor version of 1 is still version 1
    assert len(answers) <= 1
    if answers:
        assert answers[0].status in (400, 505), answers


def test_http_1_0(api):
    answers = send(api, "GET /persons?page[size]=1 HTTP/1.0")
    assert [a.status for a in answers] == [200]
    assert json.loads(answers[0].body)["links"]["self"]


def test_a_leading_blank_line_and_absolute_form(api):
    received = api.raw_exchange(b"\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert split_answers(received)[0].status == 200
    answers = send(api, "GET http://x/persons?page[size]=1 HTTP/1.1\nHost: x\nConnection: close")
    assert answers[0].status in (200, 400, 404)


@pytest.mark.parametrize("target", ["/persons/%s\0x", "/persons/%s\0", "/persons/%s\0?a=b", "/persons/%s?a\0=b",
                                    "\0/persons/%s", "/persons/%s\0/phones", "/persons/%s?\0"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_nul_does_not_cut_the_target_short(api, victim, method, target):
    """What stands before it is a resource that nobody named."""
    answers = send(api, f"{method} {target % victim} HTTP/1.1\nHost: x\nConnection: close")
    assert not answers or answers[0].status == 400  # libmicrohttpd 1.0 closes without a word
    assert api.get(f"/persons/{victim}").status == 200


@pytest.mark.parametrize("query", ["?page[size]=1", "?page[size]=1&" + "&".join(f"a{i}=1" for i in range(90)), "?", "?a?b",
                                   "??page[size]=1", "?page[size]=1&page[size]=1"])
def test_query_strings_on_a_connection_that_goes_on(api, query):
    """The query is taken out of the library's memory: what is behind it there is another request."""
    path = "/persons" + query
    alone = send(api, f"GET {path} HTTP/1.1\nHost: x\nConnection: close")[0]
    one = f"GET {path} HTTP/1.1\r\nHost: x\r\nX-Filler: {'?' * 50}\r\n\r\n"
    last = "GET /persons/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answers = split_answers(api.raw_exchange((one * 20 + last).encode()))
    assert [a.status for a in answers[:-1]] == [alone.status] * 20
    assert {a.body for a in answers[:-1]} == {alone.body}
    assert answers[-1].status == 200


# -- message framing -------------------------------------------------------------------------

def chunked(body):
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"


FRAMING = {
    "length then chunked": ("Content-Length: 5\nTransfer-Encoding: chunked", b"0\r\n\r\n"),
    "chunked then length": ("Transfer-Encoding: chunked\nContent-Length: 5", b"0\r\n\r\n"),
    "case": ("content-length: 5\ntransfer-encoding: CHUNKED", b"0\r\n\r\n"),
    "xchunked": ("Transfer-Encoding: xchunked", b"0\r\n\r\n"),
    "identity": ("Transfer-Encoding: identity", b""),
    "gzip, chunked": ("Transfer-Encoding: gzip, chunked", b"0\r\n\r\n"),
    "chunked, chunked": ("Transfer-Encoding: chunked, chunked", b"0\r\n\r\n"),
    "comma first": ("Transfer-Encoding: ,chunked", b"0\r\n\r\n"),
    "vertical tab": ("Transfer-Encoding: \x0bchunked", b"0\r\n\r\n"),
    "empty encoding": ("Transfer-Encoding:", b"0\r\n\r\n"),
    "two encodings": ("Transfer-Encoding: chunked\nTransfer-Encoding: identity", b"0\r\n\r\n"),
    "quoted": ('Transfer-Encoding: "chunked"', b"0\r\n\r\n"),
    "parameter": ("Transfer-Encoding: chunked;x=1", b"0\r\n\r\n"),
    "two lengths": ("Content-Length: 2\nContent-Length: 40", b"{}"),
    "list of lengths": ("Content-Length: 2, 40", b"{}"),
    "space before colon": ("Content-Length : 2", b"{}"),
    "space in encoding name": ("Transfer-Encoding : chunked", b"0\r\n\r\n"),
    "folded encoding": ("Transfer-Encoding:\n chunked", b"0\r\n\r\n"),
    "folded length": ("Content-Length: 1\n 0", b"{}"),
    "glued encoding": ("Transfer-Encodingchunked: x", b"0\r\n\r\n"),
    "glued length": ("Content-Length0: 5", b""),
    "negative": ("Content-Length: -1", b""),
    "signed": ("Content-Length: +2", b"{}"),
    "hex": ("Content-Length: 0x2", b"{}"),
    "letters": ("Content-Length: 2z", b"{}"),
    "empty length": ("Content-Length:", b""),
    "2^64": ("Content-Length: 18446744073709551616", b""),
    "40 digits": ("Content-Length: " + "9" * 40, b""),
    "name with parentheses": ("Content(Length): 2", b""),
    "control byte in a name": ("X\x01Y: 1", b""),
}


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("name", FRAMING)
def test_framing_that_two_parsers_may_read_differently(api, victim, name, method):
    """Refused within a second, closed, and what follows is never executed."""
    headers, body = FRAMING[name]
    begun = time.monotonic()
    head = f"{method} /persons HTTP/1.1\nHost: x\nContent-Type: {JSONAPI}\n{headers}"
    answers = send(api, head, body + GHOST % victim.encode())
    refused(answers, 400, 413, 501)
    assert time.monotonic() - begun < 2
    assert api.get(f"/persons/{victim}").status == 200


@pytest.mark.parametrize("length", [2**63 - 1, 2**63, 2**64 - 1, 2**20 + 1, 10**12])
def test_lengths_over_the_limit_are_refused_at_once(api, length):
    begun = time.monotonic()
    answers = send(api, f"POST /persons HTTP/1.1\nHost: x\nContent-Type: {JSONAPI}\nContent-Length: {length}")
    refused(answers, 413, 400)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("body", [
    b"0x3\r\nabc\r\n0\r\n\r\n", b"-1\r\n\r\n0\r\n\r\n", b"\r\n0\r\n\r\n", b"10000000000000003\r\n{}\n\r\n0\r\n\r\n",
    b"3\r\n{} x0\r\n\r\n", b"3 \r\n{} \r\n0\r\n\r\n", b"g\r\n", b"ffffffffffffffff\r\n{}",
], ids=["0x", "negative", "empty", "17 digits", "no CRLF", "space", "letter", "2^64-1"])
def test_bad_chunks(api, victim, body):
    head = f"POST /persons HTTP/1.1\nHost: x\nContent-Type: {JSONAPI}\nTransfer-Encoding: chunked"
    answers = send(api, head, body + GHOST % victim.encode(), timeout=1.5)
    assert all(a.status in (400, 413, 415) for a in answers), answers
    assert api.get(f"/persons/{victim}").status == 200


def test_chunked_bodies(api, victim):
    """A chunked body, with a trailer that names headers, is a body."""
    data = json.dumps(document("persons", {"name": unique()})).encode()
    half = len(data) // 2
    body = (b"%x\r\n%s\r\n%X\r\n%s\r\n0\r\n" % (half, data[:half], len(data) - half, data[half:])
            + b"Content-Length: 1\r\nAuthorization: x\r\n\r\n")
    head = f"POST /persons HTTP/1.1\nHost: x\nContent-Type: {JSONAPI}\nTransfer-Encoding: chunked"
    follow = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answers = send(api, head, body + follow)
    assert [a.status for a in answers] == [201, 200]
    extended = b"%x;ext=1\r\n%s\r\n0\r\n\r\n" % (len(data), data)
    statuses = [a.status for a in send(api, head, extended + follow)]
    assert statuses in ([201, 200], [400]), "libmicrohttpd 1.0.1 refuses chunk extensions"
    phone = api.create("phones", ATTRIBUTES["phones"]())
    path = f"/persons/{victim}/relationships/phones"
    linkage = json.dumps({"data": [{"type": "phones", "id": phone}]}).encode()
    assert api.post(path, raw=chunked(linkage), headers={"Transfer-Encoding": "chunked"}).status in (204, 400)
    for method in ("POST", "DELETE"):
        head = (f"{method} {path} HTTP/1.1\nHost: x\nContent-Type: {JSONAPI}\nConnection: close\n"
                "Transfer-Encoding: chunked")
        assert [a.status for a in send(api, head, chunked(linkage))] == [204]
    assert api.linkage(path) == set()


# -- limits ----------------------------------------------------------------------------------

@pytest.mark.parametrize("path, headers, statuses", [
    ("/persons?" + "a" * 9000, "", (414,)), ("/" + "a" * 9000, "", (414,)),
    ("/persons?" + "a" * 200_000, "", (414, 431)),
    ("/persons", "X: " + "a" * 40_000, (431,)),
    ("/persons", "\n".join(f"X-{i}: 1" for i in range(2000)), (431,)),
    ("/persons", "X" * 40_000 + ": 1", (431,)),
], ids=["query 9 kB", "path 9 kB", "query 200 kB", "header 40 kB", "2000 headers", "header name 40 kB"])
def test_limits_of_the_head(api, path, headers, statuses):
    answers = send(api, f"GET {path} HTTP/1.1\nHost: x\nConnection: close\n{headers}")
    refused(answers, *statuses)


def test_a_body_over_the_limit_by_length(api):
    """Refused from the header: no 100 Continue, and nothing of the body is wanted."""
    head = (f"POST /persons HTTP/1.1\nHost: x\nContent-Type: {JSONAPI}\nExpect: 100-continue\n"
            f"Content-Length: {2**20 + 1}")
    refused(send(api, head), 413)


def test_a_chunked_body_over_the_limit(api, sql):
    before = sql.counts()
    head = f"POST /persons HTTP/1.1\nHost: x\nContent-Type: {JSONAPI}\nTransfer-Encoding: chunked"
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    valid = json.dumps(document("persons", {"name": unique()})).encode()
    first = b"%x\r\n%s\r\n" % (len(valid), valid)
    refused(send(api, head, first + piece * 17 + b"0\r\n\r\n" + GHOST % b"1"), 413)
    assert sql.counts() == before


def test_expect_100_continue(api):
    body = json.dumps(document("persons", {"name": unique()})).encode()
    head = (f"POST /persons HTTP/1.1\r\nHost: x\r\nContent-Type: {JSONAPI}\r\nExpect: 100-continue\r\n"
            f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    with socket.create_connection((api.host, api.port), timeout=10) as peer:
        peer.sendall(head)
        assert peer.recv(1000).startswith(b"HTTP/1.1 100 ")
        peer.sendall(body)
        received = b"".join(iter(lambda: peer.recv(65536), b""))
    assert split_answers(received)[0].status == 201


# -- the connection --------------------------------------------------------------------------

def test_keep_alive_after_every_kind_of_refusal(api):
    """A refusal that leaves the framing intact leaves the connection open too."""
    bad = json.dumps({"data": 1}).encode()
    requests = []
    for path, body in (("/persons?foo=1", b""), ("/nope", b""), ("/persons", bad), ("/persons/abc", b"")):
        method = "POST" if body else "GET"
        requests.append(f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {JSONAPI}\r\n"
                        f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    requests.append(b"GET /persons?page[size]=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answers = split_answers(api.raw_exchange(b"".join(requests)))
    assert [a.status for a in answers] == [400, 404, 400, 404, 200]


def test_a_refused_write_with_an_unread_body_does_not_desynchronise(api):
    body = json.dumps(document("persons", {"name": unique()})).encode() * 200
    for path, status in (("/nope", 404), ("/persons/1/phones", 405)):
        request = (f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {JSONAPI}\r\n"
                   f"Content-Length: {len(body)}\r\n\r\n").encode() + body
        last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        answers = split_answers(api.raw_exchange(request + last))
        assert answers[0].status == status
        assert answers[0].closes or [a.status for a in answers] == [status, 200]


def test_pipelining_in_order(api):
    names = [unique() for _ in range(20)]
    ids = [api.create("persons", {"name": name}) for name in names]
    wanted = ids * 25
    requests = "".join(f"GET /persons/{i} HTTP/1.1\r\nHost: x\r\n\r\n" for i in wanted[:-1])
    requests += f"GET /persons/{wanted[-1]} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answers = split_answers(api.raw_exchange(requests.encode(), timeout=30))
    assert [json.loads(a.body)["data"]["id"] for a in answers] == wanted


def test_pipelined_writes_and_reads_in_order(api):
    owner = api.create("persons", {"name": unique()})
    phone = api.create("phones", ATTRIBUTES["phones"]())
    path = f"/persons/{owner}/phones/{phone}"
    steps = [("PUT", 201), ("GET", 200), ("PUT", 204), ("DELETE", 204), ("GET", 404), ("PUT", 201)]
    raw = "".join(f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n" for method, _ in steps)
    raw += "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answers = split_answers(api.raw_exchange(raw.encode()))
    assert [a.status for a in answers] == [status for _, status in steps] + [200]


def test_one_byte_per_packet(api):
    name = "水泳 😀 " + unique()
    body = json.dumps(document("hobbies", {"name": name}), ensure_ascii=False).encode()
    raw = (f"POST /hobbies HTTP/1.1\r\nHost: x\r\nContent-Type: {JSONAPI}\r\nConnection: close\r\n"
           f"Content-Length: {len(body)}\r\n\r\n").encode() + body
    answer, = split_answers(api.raw_exchange(raw, pieces=1))
    assert answer.status == 201
    assert json.loads(answer.body)["data"]["attributes"]["name"] == name


def test_half_close_after_the_request(api):
    raw = b"GET /persons?page[size]=1 HTTP/1.1\r\nHost: x\r\n\r\n"
    answers = split_answers(api.raw_exchange(raw, half_close=True))
    assert [a.status for a in answers] == [200]


@pytest.mark.parametrize("raw", [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200, b"\x00" * 5000, b"\xff" * 5000,
    b"\r\n" * 5000, b"GET\r\n\r\n", b"GET  /persons HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /persons\r\n\r\n",
    b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /persons HTTP/1.1\nHost: x\n\n", b" GET / HTTP/1.1\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"SSH-2.0-OpenSSH_9\r\n", b"GET /\x00persons HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /persons\xff HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /persons HTTP/1.1\r\nHost: x\r\nnocolon\r\n\r\n",
    b"GET /persons HTTP/1.1\r\n: empty\r\nHost: x\r\n\r\n", b"GET /persons HTTP/1.1\r\nHost: x\x00y\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", b"GET persons HTTP/1.1\r\nHost: x\r\n\r\n",
], ids=lambda raw: repr(raw[:30]))
def test_garbage(api, raw):
    """Whatever it is, it is never a 5xx of our own making and never hurts the next client."""
    received = api.raw_exchange(raw, timeout=1.5, half_close=True)
    if received.startswith(b"HTTP/"):
        for answer in split_answers(received):
            assert answer.status < 500 or answer.status in (501, 505), answer


@pytest.mark.parametrize("value", ["a\r\nX-Injected: 1", "%0d%0aX-Injected:%201", "\x1b[31m\"\\"])
def test_nothing_sent_becomes_a_header_or_a_line_of_the_log(api, service, value):
    quoted = value.replace("\r", "%0d").replace("\n", "%0a").replace(" ", "%20")
    raw = f"GET /persons/{quoted} HTTP/1.1\r\nHost: x\r\nUser-Agent: u\x1b{quoted}\r\nConnection: close\r\n\r\n"
    for answer in split_answers(api.raw_exchange(raw.encode())):
        assert "x-injected" not in answer.headers
    assert "\x1b" not in service.log()
    assert not [line for line in service.log().splitlines() if line.startswith("X-Injected")]


def test_clients_that_leave_in_the_middle(api):
    body = json.dumps(document("persons", {"name": unique()})).encode()
    raw = (f"POST /persons HTTP/1.1\r\nHost: x\r\nContent-Type: {JSONAPI}\r\n"
           f"Content-Length: {len(body)}\r\n\r\n").encode() + body
    for length in range(0, len(raw), 7):
        with socket.create_connection((api.host, api.port)) as peer:
            peer.sendall(raw[:length])
    for _ in range(50):
        with socket.create_connection((api.host, api.port)) as peer:
            peer.sendall(b"GET /persons?page[size]=1000 HTTP/1.1\r\nHost: x\r\n\r\n")


# -- slow peers: only where the deadlines can be set -----------------------------------------

def has_flag(name):
    return name in run("help", "serve").stdout


def seconds_until_closed(service, parts, pause):
    with socket.create_connection((service.host, service.port), timeout=15) as peer:
        begun = time.monotonic()
        try:
            for part in parts:
                peer.sendall(part)
                peer.settimeout(pause)
                try:
                    if peer.recv(65536) == b"":
                        return time.monotonic() - begun
                except TimeoutError:
                    continue
            peer.settimeout(15)
            while peer.recv(65536):
                continue
        except (ConnectionResetError, BrokenPipeError):
            return time.monotonic() - begun
        return time.monotonic() - begun


@pytest.mark.parametrize("kind", ["silent", "half a line", "dripping head", "dripping body", "dripping chunks"])
def test_slow_clients_are_closed_at_the_deadline(fresh_service, kind):
    flags = {name.strip("-").replace("-", "_"): "1s" for name in ("--header-timeout", "--body-timeout",
                                                                  "--idle-timeout") if has_flag(name)}
    if len(flags) < 2:
        pytest.skip("this build has no settings for the deadlines of slow clients")
    service = fresh_service(**flags)
    head = f"POST /persons HTTP/1.1\r\nHost: x\r\nContent-Type: {JSONAPI}\r\n".encode()
    drip = [b"X-A: 1\r\n"] * 60
    parts = {"silent": [], "half a line": [b"GET /per"], "dripping head": [head, *drip],
             "dripping body": [head + b"Content-Length: 900\r\n\r\n", *[b" "] * 60],
             "dripping chunks": [head + b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\n \r\n"] * 60]}[kind]
    assert seconds_until_closed(service, parts, 0.1) < 4
    with service.client() as client:
        assert client.get("/persons").status == 200
