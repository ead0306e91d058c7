"""Addresses: what is answered where, to how many, and what an operator is told about it."""

import re
import socket
import time

import pytest

from support.client import Client, document
from support.model import unique
from support.service import run

OPERATORS = ("/healthz", "/readyz", "/metrics")


def admin_client(service):
    service.wait_for_log(r"/metrics are on 127\.0\.0\.1:\d+")
    port = re.search(r"/metrics are on 127\.0\.0\.1:(\d+)", service.log()).group(1)
    return Client(f"http://127.0.0.1:{port}")


# -- --admin-listen --------------------------------------------------------------------------

@pytest.fixture
def apart(fresh_service):
    service = fresh_service(admin_listen="127.0.0.1:0", workers=2)
    with service.client() as client, admin_client(service) as admin:
        yield service, client, admin


def test_operators_have_an_address_of_their_own(apart):
    _, client, admin = apart
    for path in OPERATORS:
        for method in ("GET", "HEAD", "POST", "OPTIONS", "DELETE"):
            answer = client.request(method, path)
            assert answer.status == 404, "as if it were not there at all"
            assert "Allow" not in answer.headers
        assert admin.get(path).status == 200
        assert admin.options(path).allowed == {"GET", "HEAD"}
        assert admin.post(path, {}).status == 405
    assert client.get("/").status == 200
    assert client.create("persons", {"name": unique()})


def test_nothing_else_is_there(apart):
    service, client, admin = apart
    id_ = client.create("persons", {"name": unique()})
    before = service.sql.counts()
    for method, path in (("GET", "/"), ("GET", "/openapi.json"), ("GET", "/persons"), ("GET", f"/persons/{id_}"),
                         ("DELETE", f"/persons/{id_}"), ("GET", "/nope"), ("OPTIONS", "/persons"), ("GET", "/healthz/")):
        answer = admin.request(method, path)
        assert answer.status == 404
        assert "/healthz" in answer.errors[0]["detail"]
    assert admin.post("/persons", document("persons", {"name": unique()})).status == 404
    assert service.sql.counts() == before


@pytest.mark.parametrize("path", ["/%68ealthz", "//healthz", "/healthz/", "/healthz?", "/HEALTHZ", "/healthz%00", "/metrics?x=1"])
def test_no_spelling_leads_there(apart, path):
    _, client, _ = apart
    assert client.get(path).status == 404


def test_counters_count_both(apart):
    _, client, admin = apart

    def value(name):
        return float(re.search(rf"^{name} (\S+)$", admin.get("/metrics").text, re.MULTILINE).group(1))

    client.get("/")
    assert value("backref_client_connections") == 2
    with client.sibling() as third:
        third.get("/")
        assert value("backref_client_connections") == 3
    deadline = time.monotonic() + 5
    while value("backref_client_connections") != 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_without_it_everything_is_everywhere(api):
    for path in OPERATORS:
        assert api.get(path).status == 200


def test_an_admin_address_on_a_unix_socket(fresh_service, tmp_path):
    path = tmp_path / "admin.sock"
    service = fresh_service(admin_listen=f"unix:{path}")
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(path))
        peer.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b"".join(iter(lambda: peer.recv(65536), b"")).startswith(b"HTTP/1.1 200")
    assert service.stop() == 0
    assert not path.exists()


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:99999", "8080"])
def test_an_admin_address_that_is_none(address):
    done = run("serve", "--admin-listen", address)
    assert done.returncode == 2
    assert "--admin-listen" in done.stderr and address in done.stderr


def test_an_admin_address_that_is_taken(service):
    done = run("serve", "--database", service.database, "--listen", "127.0.0.1:0", "--admin-listen",
               f"127.0.0.1:{service.port}", timeout=20)
    assert done.returncode == 1
    assert f"127.0.0.1:{service.port}" in done.stderr


# -- --max-connections-per-address -----------------------------------------------------------

def is_served(peer):
    try:
        peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        return peer.recv(1000).startswith(b"HTTP/1.1 200")
    except (ConnectionResetError, BrokenPipeError):
        return False


def from_address(service, address):
    return socket.create_connection((service.host, service.port), timeout=10, source_address=(address, 0))


def test_one_address_cannot_take_all_connections(fresh_service):
    service = fresh_service(workers=1, max_connections_per_address=3)
    peers = [from_address(service, "127.0.0.1") for _ in range(5)]
    assert [is_served(peer) for peer in peers] == [True] * 3 + [False] * 2
    others = [from_address(service, "127.0.0.2") for _ in range(3)]
    assert all(is_served(peer) for peer in others)
    peers.pop(0).close()
    deadline = time.monotonic() + 10
    while True:
        peers.append(from_address(service, "127.0.0.1"))
        if is_served(peers[-1]):
            break
        assert time.monotonic() < deadline, "a place becomes free when a connection ends"
        time.sleep(0.05)
    for peer in peers + others:
        peer.close()


def test_no_limit_by_default(service):
    peers = [socket.create_connection((service.host, service.port), timeout=10) for _ in range(50)]
    assert all(is_served(peer) for peer in peers)
    for peer in peers:
        peer.close()


# -- what is said at start -------------------------------------------------------------------

def test_an_address_that_others_reach_is_warned_of(fresh_service):
    service = fresh_service(listen=["0.0.0.0:0", "127.0.0.1:0"], log_format="text")
    warnings = [line for line in service.log().splitlines() if " warning " in line]
    assert len(warnings) == 1
    assert f"0.0.0.0:{service.port}" in warnings[0]
    for word in ("TLS", "proxy", "127.0.0.1"):
        assert word in warnings[0]


def test_an_address_that_only_this_machine_reaches_is_not(fresh_service, tmp_path):
    service = fresh_service(listen=["127.0.0.1:0", f"unix:{tmp_path}/b.sock"], admin_listen="127.0.0.1:0", log_format="text")
    assert " warning " not in service.log()
