"""Requests that are refused before they are read: who sends on all the same still gets the answer.

A server that closes with bytes unread resets the connection, and the reset may overtake the answer (RFC 9112, section
9.6). Each case is asked several times, for then it is a matter of luck.
"""

import os
import pathlib
import signal
import socket
import ssl
import time

import pytest

from support.certificates import make_certificate
from support.client import skip_when_given, split_answers
from support.model import ATTRIBUTES
from support.service import Service, migrate
from support.waiting import wait_until

JSONAPI = "application/vnd.api+json"
TIMES = 5
BODY = b" " * (4 << 20)  # more than the buffers of both sides hold
LIMIT = 1 << 10

# head -> (header lines, what follows, status)
EARLY = {
    "too large by its length": (f"Content-Length: {len(BODY)}", BODY, 413),
    "expecting to be asked": (f"Expect: 100-continue\r\nContent-Length: {len(BODY)}", BODY, 413),
    "two lengths": ("Content-Length: 3\r\nContent-Length: 4", BODY, 400),
    "a length that is none": ("Content-Length: 3z", BODY, 400),
    "length and coding": ("Content-Length: 3\r\nTransfer-Encoding: chunked", BODY, 400),
    "a chunk that is none": ("Transfer-Encoding: chunked", b"zz\r\n" + BODY, 400),
    "a header without end": ("X: " + "a" * 100_000, BODY, 431),
    "an unknown method": (f"Content-Length: {len(BODY) // 8}", BODY[:len(BODY) // 8], 501),
}


def request(headers, body, method="POST"):
    return f"{method} /persons HTTP/1.1\r\nHost: x\r\nContent-Type: {JSONAPI}\r\n{headers}\r\n\r\n".encode() + body


def send_all_then_read(peer, raw):
    """Nothing is read before everything is sent; neither may fail."""
    with peer:
        peer.settimeout(30)
        peer.sendall(raw)
        return b"".join(iter(lambda: peer.recv(65536), b""))


@pytest.fixture(scope="module")
def doors(cluster, tmp_path_factory):
    """Services on TCP and a unix socket, and one with TLS: name -> a new connection."""
    skip_when_given("its socket may be a proxy's")
    folder = tmp_path_factory.mktemp("doors")
    certificate, key = make_certificate(folder, "early")
    url = cluster.create_database("backref_early")
    migrate(url)
    with (Service(url, listen=["127.0.0.1:0", f"unix:{folder}/socket"], workers=1) as plain,
          Service(url, tls_certificate=certificate, tls_key=key, workers=1) as secured):
        yield connectors(plain, folder / "socket", secured, certificate)


def connectors(plain, path, secured, certificate):
    trusting = ssl.create_default_context(cafile=str(certificate))

    def unix():
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(str(path))
        return peer

    def tls():
        return trusting.wrap_socket(socket.create_connection((secured.host, secured.port)), server_hostname=secured.host)

    return {"tcp": lambda: socket.create_connection((plain.host, plain.port)), "unix": unix, "tls": tls}


@pytest.mark.parametrize("case", EARLY)
@pytest.mark.parametrize("door", ["tcp", "unix", "tls"])
def test_who_sends_everything_first_reads_the_whole_answer(doors, door, case):
    headers, body, status = EARLY[case]
    raw = request(headers, body, "BREW" if status == 501 else "POST")
    for _ in range(TIMES):
        answer = split_answers(send_all_then_read(doors[door](), raw))[0]
        assert answer.status == status and answer.closes, answer


def test_what_follows_a_last_request_does_not_take_its_answer(api, service):
    """Pipelined behind "Connection: close": not executed, and no harm to the answer before it."""
    person = api.create("persons", ATTRIBUTES["persons"]())
    last = b"GET /persons HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    ghost = f"DELETE /persons/{person} HTTP/1.1\r\nHost: x\r\nX: {'a' * 4000}\r\n\r\n".encode() * 500
    for _ in range(TIMES):
        peer = socket.create_connection((service.host, service.port))
        answer, = split_answers(send_all_then_read(peer, last + ghost))
        assert answer.status == 200
    assert api.get(f"/persons/{person}").status == 200


def descriptors(service):
    return {os.readlink(one) for one in pathlib.Path(f"/proc/{service.pid}/fd").iterdir() if one.is_symlink()}


def await_end(service, before):
    """Nothing that was opened since is open still."""
    end = time.monotonic() + 60
    while descriptors(service) - before:
        assert time.monotonic() < end, descriptors(service) - before
        time.sleep(0.05)


@pytest.fixture
def small(fresh_service):
    """Its own sockets are open by the time they are counted: the one to PostgreSQL comes last."""
    service = fresh_service(max_body=LIMIT, workers=1)
    with service.client() as client:
        wait_until(lambda: "backref_database_connections 0\n" not in client.get("/metrics").text, 30, "it is connected")
    return service


def test_nobody_is_read_for_ever(small):
    """Who goes on sending is cut off: patience is counted in bytes."""
    before = descriptors(small)
    with socket.create_connection((small.host, small.port), timeout=30) as peer:
        peer.sendall(request("Content-Length: 99999999", b""))
        with pytest.raises(OSError) as caught:
            for _ in range(64):  # 64 thousand times the limit, and more than the buffers on the way hold
                peer.sendall(b" " * (LIMIT << 10))
        assert not isinstance(caught.value, TimeoutError)
        await_end(small, before)


def test_nobody_is_waited_for_for_ever(small):
    """Who neither sends nor closes is closed, and knows at once that no more comes."""
    before = descriptors(small)
    with socket.create_connection((small.host, small.port), timeout=30) as peer:
        peer.sendall(request("Content-Length: 99999999", b" " * 10))
        received = b"".join(iter(lambda: peer.recv(65536), b""))
        assert split_answers(received)[0].status == 413
        await_end(small, before)


def test_new_clients_go_before_those_who_linger(fresh_service):
    """Sockets that linger count among --max-connections, and are the first to go."""
    service = fresh_service(max_body="64KiB", workers=1, max_connections=4)
    before = descriptors(service)
    lingering = []
    try:
        for _ in range(12):
            peer = socket.create_connection((service.host, service.port), timeout=30)
            lingering.append(peer)
            peer.sendall(request("Content-Length: 99999999", b" " * 10))
            assert b"".join(iter(lambda one=peer: one.recv(65536), b"")).startswith(b"HTTP/1.1 413 ")
        with service.client() as client:
            assert client.get("/healthz").status == 200
            assert len(descriptors(service) - before) <= 4
    finally:
        for peer in lingering:
            peer.close()


def test_a_stop_lets_a_refusal_arrive(fresh_service):
    service = fresh_service(workers=1)
    headers, body, status = EARLY["too large by its length"]
    raw = request(headers, body)
    with socket.create_connection((service.host, service.port), timeout=30) as peer:
        peer.sendall(raw[:1000])  # the header; it is refused by it
        assert peer.recv(9) == b"HTTP/1.1 "
        service.signal(signal.SIGTERM)
        peer.sendall(raw[1000:])
        assert int(peer.recv(3)) == status
    assert service.wait() == 0
