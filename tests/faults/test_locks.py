"""Other sessions hold locks, clients leave while their statement waits, connections run out."""

import socket
import time

import psycopg2
import pytest

from support.client import Client, idents
from support.database import Sql
from support.model import bulk
from support.postgres import Cluster
from support.service import Service, migrate, run

from .clients import LOCKS, Answers, request_bytes
from .processes import SLACK, wait_until, waiting_backends

def link_requests(persons, phones):
    """A request for each person that links all the phones: POST and PATCH in turn."""
    return [
        (method, f"/persons/{one}/relationships/phones", {"data": idents("phones", phones)})
        for one, method in zip(persons, ("POST", "PATCH") * len(persons))
    ]


@pytest.fixture(params=LOCKS)
def linked(request, open_sql, lock):
    """(person ids, phone ids, lock): whoever links them after `release = lock()` waits until `release()`."""
    sql = open_sql()
    persons, phones = bulk(sql, "persons", 8), bulk(sql, "phones", 8)
    return persons, phones, lambda: lock(LOCKS[request.param], *([persons] if request.param == "row" else []))


@pytest.mark.parametrize("waiting", [pytest.param(1, id="one"), pytest.param(8, id="many")])
def test_links_wait_no_longer_than_the_statement_timeout(open_sql, start, linked, database, waiting):
    """They are refused while the lock is held still, and hold up no other write then."""
    sql, (persons, phones, lock) = open_sql(), linked
    service = start(statement_timeout="2s", request_timeout="5s", workers=1, connections=2)
    (friend,), (hobby,) = bulk(sql, "friends", 1), bulk(sql, "hobbies", 1)
    release = lock()
    links = Answers(service, link_requests(persons[:waiting], phones))
    wait_until(lambda: waiting_backends(sql, database[1]), 5 * SLACK, "a link request waits for the lock")
    for answer, _ in links.wait():
        assert answer.status in (503, 504), answer
        assert answer.status == 504 or answer.headers.get("Retry-After"), answer
    with Client(service.base_url) as client:
        assert client.put(f"/friends/{friend}/hobbies/{hobby}").status == 201
    release()
    assert sql.count("person_phones") == 0, "a refused link was written"

    with Client(service.base_url) as client:  # the connections that gave up are of use again
        for person in persons:
            path = f"/persons/{person}/relationships/phones"
            assert client.post(path, {"data": idents("phones", phones)}).status == 204
            assert client.linkage(path) == set(phones)
    assert service.stop() == 0


@pytest.mark.parametrize("waiting", [pytest.param(1, id="one"), pytest.param(8, id="many")])
def test_reads_do_not_wait_for_writers_that_wait(open_sql, start, linked, database, waiting):
    """Reads of another table are answered while each link request is pending and the lock is held."""
    sql, (persons, phones, lock) = open_sql(), linked
    service = start(
        lock_timeout="40s", statement_timeout="40s", request_timeout="50s", workers=1, connections=2
    )
    hobbies = bulk(sql, "hobbies", 500)
    release = lock()
    links = Answers(service, link_requests(persons[:waiting], phones))
    wait_until(lambda: waiting_backends(sql, database[1]), 5 * SLACK, "a link request waits for the lock")
    with Client(service.base_url, timeout=60) as client:
        for hobby in hobbies:
            assert client.get(f"/hobbies/{hobby}").status == 200
            assert not links.results, "the read was answered behind a link request"
    assert waiting_backends(sql, database[1])
    release()
    for answer, _ in links.wait():
        assert answer.status == 204, answer
    assert sql.count("person_phones") == waiting * len(phones)
    assert service.stop() == 0


def test_a_locked_table_is_no_reason_to_start_for_ever(lock, database):
    """A migration that somebody left open: the program ends, and says why."""
    release = lock(LOCKS["table"])
    done = run("serve", "--listen", "127.0.0.1:0", "--database", database[0])
    assert done.returncode == 1 and "lock timeout" in done.stderr, done.stderr
    release()
    assert run("model", "check", "--database", database[0]).returncode == 0


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("manner", ["close", "reset"])
def test_a_client_that_leaves_has_its_query_cancelled(open_sql, start, lock, database, method, manner):
    sql = open_sql()
    service = start(statement_timeout="20s", request_timeout="25s")
    person, = bulk(sql, "persons", 1)
    phone, = bulk(sql, "phones", 1)
    path = f"/persons/{person}/relationships/phones"
    body = {"data": idents("phones", [phone])} if method == "POST" else None
    if method == "PUT":
        path = f"/persons/{person}/phones/{phone}"
    release = lock(LOCKS["table"])
    peer = socket.create_connection((service.host, service.port))
    peer.sendall(request_bytes(method, path, body))
    wait_until(lambda: waiting_backends(sql, database[1]), 5 * SLACK, "the request waits for the lock")
    if manner == "reset":
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    peer.close()
    wait_until(
        lambda: not waiting_backends(sql, database[1]), 1 * SLACK,
        "the backend of a client that left is no longer active",
    )
    release()
    assert sql.count("person_phones") == 0
    with Client(service.base_url) as client:
        assert client.put(f"/persons/{person}/phones/{phone}").status == 201
    assert service.stop() == 0


def test_clients_that_reset_at_once_leave_nothing_behind(open_sql, start, lock, database):
    """Their connections end before the service has begun to wait for PostgreSQL in earnest."""
    sql = open_sql()
    service = start(statement_timeout="20s", request_timeout="25s")
    persons, (phone,) = bulk(sql, "persons", 50), bulk(sql, "phones", 1)
    release = lock(LOCKS["table"])
    for one in persons:
        peer = socket.create_connection((service.host, service.port))
        peer.sendall(request_bytes("PUT", f"/persons/{one}/phones/{phone}"))
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        peer.close()
    with Client(service.base_url) as client:
        def nobody_waits():
            return "backref_requests_waiting 0\n" in client.get("/metrics").text
        wait_until(nobody_waits, 5 * SLACK, "nobody waits any more")
        wait_until(lambda: not waiting_backends(sql, database[1]), 5 * SLACK, "nor does PostgreSQL")
        release()
        assert client.put(f"/persons/{persons[0]}/phones/{phone}").status in (201, 204)
    assert service.stop() == 0


def test_a_client_that_leaves_takes_nobody_with_it(open_sql, start, lock, database):
    """Requests that share a statement: one client leaves, the others still get their links."""
    sql = open_sql()
    service = start(statement_timeout="20s", request_timeout="25s", workers=1)
    persons, (phone,) = bulk(sql, "persons", 9), bulk(sql, "phones", 1)
    release = lock(LOCKS["table"])
    leaving = []
    staying = Answers(service, [("PUT", f"/persons/{one}/phones/{phone}") for one in persons[:6]])
    for one in persons[6:]:
        peer = socket.create_connection((service.host, service.port))
        peer.sendall(request_bytes("PUT", f"/persons/{one}/phones/{phone}"))
        leaving.append(peer)
    wait_until(lambda: waiting_backends(sql, database[1]), 5 * SLACK, "requests wait for the lock")
    for peer in leaving:
        peer.close()
    with Client(service.base_url) as client:  # a whole answer later, the service has seen them go
        assert client.get("/healthz").status == 200
    release()
    for answer, _ in staying.wait():
        assert answer.status == 201, answer
    linked = set(sql.column("select person_id::text from person_phones"))
    assert set(persons[:6]) <= linked <= set(persons)
    assert service.stop() == 0


def test_more_connections_wanted_than_postgresql_has():
    """Starts with what it gets, refuses at once when it has none, recovers when there are some again."""
    few = {"max_connections": 5, "superuser_reserved_connections": 0, "max_wal_senders": 0}
    with Cluster(settings=few) as cluster:
        migrate(cluster.create_database("backref_few"))
        url, flags = cluster.url("backref_few"), {"workers": 2, "connections": 8}
        ours = cluster.connect("postgres")  # before the service has all of them
        with Service(url, request_timeout="5s", **flags) as service:
            with Client(service.base_url) as client:
                wait_until(lambda: client.get("/readyz").status == 200, 4 * SLACK, "ready on few")
            wait_until(lambda: _statuses(service) == {200}, 10 * SLACK, "every worker has a connection")

            hoard = _take_every_slot(cluster, ours, 5)
            try:
                wait_until(lambda: _statuses(service) == {503}, 10 * SLACK, "without any connection: 503")
                began = time.monotonic()
                with Client(service.base_url) as client:
                    answer = client.get("/persons")
                    assert answer.status == 503 and answer.headers.get("Retry-After"), answer
                    assert client.get("/readyz").status == 503
                    assert client.get("/healthz").status == 200
                assert time.monotonic() - began < 2 * SLACK
            finally:
                for one in hoard:
                    one.close()
            wait_until(lambda: _statuses(service) == {200}, 10 * SLACK, "recovered once slots were free")


def _statuses(service):
    found = set()
    for _ in range(12):
        with Client(service.base_url) as client:
            answer = client.get("/persons?page[size]=1")
            assert answer.status in (200, 503), answer
            found.add(answer.status)
    return found


def _take_every_slot(cluster, ours, slots):
    """Connections of ours in every slot, by ending the service's sessions and being there first."""
    hoard, end = [ours], time.monotonic() + 20
    while len(hoard) < slots:
        assert time.monotonic() < end, f"only {len(hoard)} of {slots} slots could be taken"
        try:
            hoard.append(cluster.connect("postgres"))
        except psycopg2.OperationalError:
            Sql(ours).rows(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = 'backref_few' limit 1")
    return hoard
