"""SIGTERM: what is in flight is answered, then the process ends with status 0, within the grace period."""

import signal
import socket
import time

import psycopg2
import pytest

from support.client import Client, split_answers
from support.model import bulk

from .clients import LOCKS, read_to_the_end, request_bytes
from .processes import SLACK, signal_all, unread_bytes, wait_until, waiting_backends

IN_FLIGHT, IDLE = 50, 20
GRACE_SECONDS = 5


def refuses_connections(service):
    try:
        socket.create_connection((service.host, service.port), timeout=1).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return True
    return False


def connect_and_send(service, paths):
    """One connection per path, each with a PUT under way that the service has read."""
    peers = []
    for path in paths:
        peer = socket.create_connection((service.host, service.port))
        peer.sendall(request_bytes("PUT", path))
        peers.append(peer)
    ports = {peer.getsockname()[1] for peer in peers}
    wait_until(lambda: unread_bytes(service.port, ports) == 0, 5 * SLACK, "every request was read")
    return peers


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_requests_in_flight_are_answered(open_sql, start, lock, database, number):
    sql = open_sql()
    service = start(request_timeout=f"{GRACE_SECONDS}s", statement_timeout=f"{GRACE_SECONDS}s")
    persons, (phone,) = bulk(sql, "persons", IN_FLIGHT), bulk(sql, "phones", 1)
    idle = [Client(service.base_url) for _ in range(IDLE)]
    for client in idle:
        assert client.get("/healthz").status == 200
    release = lock(LOCKS["table"])
    peers = connect_and_send(service, [f"/persons/{one}/phones/{phone}" for one in persons])
    wait_until(lambda: waiting_backends(sql, database[1]), 5 * SLACK, "requests wait for the lock")
    service.signal(number)
    wait_until(lambda: refuses_connections(service), 2 * SLACK, "new connections are refused")
    assert service.is_running(), f"it ended with {IN_FLIGHT} requests unanswered"
    release()
    for peer in peers:
        answers = split_answers(read_to_the_end(peer))
        assert [answer.status for answer in answers] == [201], answers
        assert answers[0].closes, f"the last answer says so: {answers[0]}"
        peer.close()
    began = time.monotonic()
    assert service.wait(GRACE_SECONDS + 5) == 0
    assert time.monotonic() - began < 2 * SLACK, "idle connections held it up"
    for client in idle:
        client.close()
    assert set(sql.column("select person_id::text from person_phones")) == set(persons)


def test_an_idle_service_ends_at_once(start):
    service = start()
    with Client(service.base_url) as client:
        assert client.get("/healthz").status == 200
        began = time.monotonic()
        assert service.stop() == 0
    assert time.monotonic() - began < 2 * SLACK


def test_postgresql_hangs(cluster, open_sql, start):
    sql = open_sql()
    service = start(request_timeout=f"{GRACE_SECONDS}s", statement_timeout=f"{GRACE_SECONDS - 1}s")
    persons, (phone,) = bulk(sql, "persons", 8), bulk(sql, "phones", 1)
    with Client(service.base_url) as client:
        assert client.get(f"/persons/{persons[0]}").status == 200
    signal_all(cluster, signal.SIGSTOP)
    try:
        peers = connect_and_send(service, [f"/persons/{one}/phones/{phone}" for one in persons])
        began = time.monotonic()
        service.signal(signal.SIGTERM)
        assert service.wait(GRACE_SECONDS + 10) == 0
        took = time.monotonic() - began
    finally:
        signal_all(cluster, signal.SIGCONT)
    assert took < GRACE_SECONDS + 1 * SLACK, f"it took {took:.1f} s to end"
    for peer in peers:
        answer, = split_answers(read_to_the_end(peer))
        assert answer.status in (503, 504), answer
        peer.close()


def test_postgresql_is_away(cluster, open_sql, start):
    service = start(request_timeout=f"{GRACE_SECONDS}s")
    cluster.stop("immediate")
    with Client(service.base_url) as client:
        wait_until(lambda: client.get("/readyz").status == 503, 4 * SLACK, "the loss is noticed")
        began = time.monotonic()
        assert service.stop() == 0
    assert time.monotonic() - began < 2 * SLACK
    with pytest.raises(psycopg2.OperationalError):
        cluster.connect("postgres")
