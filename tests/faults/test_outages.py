"""PostgreSQL is restarted, killed or frozen under load.

Throughout: /healthz answers 200, requests answer 2xx or 503 with Retry-After and never later than the
request timeout. Afterwards: no acknowledged change is lost and nothing is half done. The service is back
within two seconds of PostgreSQL being back (asserted with as much again for a busy machine).
FAULT_ROUNDS repeats each.
"""

import os
import signal
import statistics
import time

import pytest

from oracle.crew import together
from support.client import Client

from .load import Load, Probe
from .processes import SLACK, signal_all, wait_until

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "1"))
REQUEST_SECONDS, STATEMENT_SECONDS = 5, 3
RECOVERY_SECONDS = 2 * 2 * SLACK
READY = "database system is ready to accept connections"  # what PostgreSQL's log says
LIMIT_SECONDS = REQUEST_SECONDS + 1 * SLACK
TIMEOUTS = {"request_timeout": f"{REQUEST_SECONDS}s", "statement_timeout": f"{STATEMENT_SECONDS}s"}


def fast_restart(cluster, _probe, _name):
    cluster.restart("fast")


def immediate_restart(cluster, _probe, _name):
    cluster.restart("immediate")


def kill_postmaster(cluster, probe, _name):
    cluster.kill9_postmaster()
    probe.await_ready(503, RECOVERY_SECONDS)
    cluster.start()


def down_for_a_while(cluster, probe, _name):
    cluster.stop("fast")
    probe.await_ready(503, RECOVERY_SECONDS)
    time.sleep(2)  # the outage itself has a length: long enough for clients to pile up, if they would
    cluster.start()


def kill_a_backend(cluster, _probe, name):
    """PostgreSQL then cuts every session and recovers by itself."""
    starts = cluster.log().count(READY)
    assert cluster.kill9_one_backend(name) is not None
    wait_until(lambda: cluster.log().count(READY) > starts, 30, "PostgreSQL recovers from a killed backend")


def await_every_worker(service, since):
    """All of many new connections, which spread over the workers, get their answers; seconds since then."""
    end = since + RECOVERY_SECONDS
    while True:
        clients = [Client(service.base_url, timeout=LIMIT_SECONDS + 5) for _ in range(24)]
        statuses = [client.get("/persons?page[size]=1").status for client in clients]
        for client in clients:
            client.close()
        if set(statuses) == {200}:
            return time.monotonic() - since
        assert set(statuses) <= {200, 503}, statuses
        assert time.monotonic() < end, f"{RECOVERY_SECONDS} s after PostgreSQL: {statuses}"


@pytest.mark.parametrize("round_", range(ROUNDS))
@pytest.mark.parametrize(
    "event", [fast_restart, immediate_restart, kill_a_backend, kill_postmaster, down_for_a_while],
    ids=lambda event: event.__name__,
)
def test_outage(cluster, database, open_sql, start, event, round_):
    service = start(**TIMEOUTS)
    before = service.pid
    with Probe(service) as probe, Load(service, open_sql(), LIMIT_SECONDS) as load:
        probe.await_ready(200, RECOVERY_SECONDS)
        load.await_acknowledged(400, 30 * SLACK)
        event(cluster, probe, database[1])
        back = time.monotonic()
        took = await_every_worker(service, back)
        probe.await_ready(200, RECOVERY_SECONDS)
        load.await_acknowledged(400, 30 * SLACK)
        load.finish(open_sql())
        probe.check()
    assert took < RECOVERY_SECONDS
    assert service.is_running() and service.pid == before
    if event is down_for_a_while:
        assert load.refusals, "two seconds without PostgreSQL, and no request was refused"
        typical = statistics.median(load.refusals)
        assert typical < 0.25 * SLACK, f"a refusal typically took {typical:.3f} s: requests pile up"
    assert service.stop() == 0


def test_a_frozen_postgresql(cluster, open_sql, start):
    """Nothing answers and nothing breaks: only the service's own deadlines can help."""
    service = start(**TIMEOUTS)
    sql = open_sql()
    with Probe(service) as probe, Load(service, sql, LIMIT_SECONDS) as load:
        load.await_acknowledged(200, 30 * SLACK)
        load.stop()
        assert not load.failures, load.failures[0]
        signal_all(cluster, signal.SIGSTOP)
        try:
            clients = [Client(service.base_url, timeout=LIMIT_SECONDS + 5) for _ in range(6)]
            began = time.monotonic()
            for client in clients:
                client.get("/healthz")  # connected; from here on only the service can delay it
            answers = _all_at_once(clients, load.writers[0])
            took = time.monotonic() - began
            probe.await_ready(503, LIMIT_SECONDS)
        finally:
            signal_all(cluster, signal.SIGCONT)
        back = time.monotonic()
        for answer in answers:
            assert answer.status in (503, 504), answer
        assert took < LIMIT_SECONDS, f"answers took {took:.1f} s"
        await_every_worker(service, back)
        probe.await_ready(200, RECOVERY_SECONDS)
        load.finish(sql)
        probe.check()
    assert service.stop() == 0


def _all_at_once(clients, writer):
    path = f"/persons/{writer.person}"
    works = [lambda c=client: c.get(path) for client in clients[::2]]
    works += [lambda c=client: c.put(f"{path}/phones/{writer.phones[-1]}") for client in clients[1::2]]
    return together(works)


@pytest.mark.parametrize("round_", range(2 * ROUNDS))
def test_the_service_is_killed(open_sql, start, round_):
    """SIGKILL in the middle of writes: acknowledged changes are there, the others whole or not at all."""
    service = start(**TIMEOUTS)
    sql = open_sql()
    with Load(service, sql, LIMIT_SECONDS, may_break=True) as load:
        load.await_acknowledged(400, 30 * SLACK)
        service.kill()
        load.stop()
    wait_until(
        lambda: sql.value("select count(*) from pg_stat_activity where datname = current_database()") == 1,
        10, "PostgreSQL ended the killed service's sessions",
    )
    load.finish(sql)
    assert sql.value("select count(*) from pg_locks where locktype = 'advisory'") == 0
    again = start(**TIMEOUTS)
    with Client(again.base_url) as client:
        shown = {item["attributes"]["email"] for item in client.walk("/persons?page[size]=1000")}
    for writer in load.writers:
        assert set(writer.created) <= shown
    assert again.stop() == 0
