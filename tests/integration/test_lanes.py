"""Slow lists hold up nothing but each other, and nobody waits for a connection for ever.

A list is slow here because its view takes an advisory lock, which the test holds: what is answered
meanwhile was answered before it, whatever the clock says.
"""

import contextlib
import json
import threading

import pytest

from support.client import Client
from support.database import Sql
from support.model import bulk
from support.service import Service
from support.waiting import wait_until

LOCK = 4711
VIEW = f"""
create view naps as
select id, name from hobbies where pg_advisory_xact_lock_shared({LOCK})::text is not null
"""
MODEL = {"resources": {
    "persons": {"relationships": {"phones": {"target": "phones", "secondary": "person_phones"}}},
    "phones": {},
    "hobbies": {},
    "naps": {"key": "id", "attributes": {"name": {}}},
}}
SLOW_LIST = "/naps?sort=name"
PATIENT = {"workers": 1, "statement_timeout": "60s", "lock_timeout": "60s", "request_timeout": "60s"}


class Asking(threading.Thread):
    """A GET on a connection of its own."""

    def __init__(self, service, path):
        super().__init__(daemon=True)
        self.service, self.path, self.answer = service, path, None
        self.start()

    def run(self):
        with Client(self.service.base_url, timeout=60) as client:
            self.answer = client.get(self.path)

    def result(self):
        self.join(60)
        assert self.answer is not None, f"no answer to {self.path}"
        return self.answer


@pytest.fixture
def start(cluster, fresh_database, tmp_path):
    """Factory: a service whose lists of naps wait for the lock that the test's own session holds,
    and that session."""
    with contextlib.ExitStack() as stack:
        def begin(**flags):
            name = fresh_database()
            sql = stack.enter_context(contextlib.closing(Sql(cluster.connect(name))))
            sql.run(VIEW)
            bulk(sql, "hobbies", 1)
            sql.run(f"select pg_advisory_lock({LOCK})")
            model = tmp_path / "model.json"
            model.write_text(json.dumps(MODEL))
            return stack.enter_context(Service(cluster.url(name), model=model, **PATIENT, **flags)), sql

        yield begin


def sleepers(sql):
    return sql.value(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'advisory'")


@pytest.mark.parametrize("connections", [2, 3, 4])
def test_a_slow_list_holds_up_no_lookup_and_no_write(start, connections):
    service, sql = start(connections=connections)
    person, = bulk(sql, "persons", 1)
    phone, = bulk(sql, "phones", 1)
    slow = [Asking(service, SLOW_LIST) for _ in range(6)]
    wait_until(lambda: sleepers(sql) > 0, 30, "a list waits")
    with Client(service.base_url) as client:
        for _ in range(5):
            assert client.get(f"/persons/{person}").status == 200
            assert client.get(f"/persons/{person}?include=phones").status == 200
            assert client.get("/persons").status == 200
            assert client.get(f"/persons/{person}/relationships/phones").status == 200
        if connections > 2:
            assert client.put(f"/persons/{person}/phones/{phone}").status == 201
            assert client.delete(f"/persons/{person}/phones/{phone}").status == 204
        assert all(thread.is_alive() for thread in slow)
        wait_until(lambda: sleepers(sql) == max(1, connections - 2), 30, "as many lists wait as may")
        sql.run(f"select pg_advisory_unlock({LOCK})")
        assert [thread.result().status for thread in slow] == [200] * 6


def test_a_request_that_queues_too_long_is_told_to_come_back(start):
    service, sql = start(connections=1, queue_timeout="200ms")
    person, = bulk(sql, "persons", 1)
    slow = Asking(service, SLOW_LIST)
    wait_until(lambda: sleepers(sql) > 0, 30, "a list waits")
    with Client(service.base_url) as client:
        refused = client.get(f"/persons/{person}")
        assert slow.is_alive(), "the list must not have been given up for it"
        assert refused.status == 503 and refused.errors[0]["code"] == "overloaded", refused
        assert "--queue-timeout" in refused.errors[0]["detail"]
        assert refused.headers["Retry-After"] == "1"
        sql.run(f"select pg_advisory_unlock({LOCK})")
        assert slow.result().status == 200, "what had been sent does not queue"
        assert client.get(f"/persons/{person}").status == 200
