"""SIGHUP: the model and the catalog are read again, and nobody's request notices."""

import json
import os
import pathlib
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.client import Client
from support.waiting import wait_until

DEFAULT_MODEL = pathlib.Path(__file__).parents[2] / "service" / "model" / "default.json"


def await_log(service, words, times=1, seconds=20):
    end = time.monotonic() + seconds
    while service.log().count(words) < times:
        assert time.monotonic() < end, f"{words!r} is not in the log:\n{service.log()}"
        time.sleep(0.01)


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(DEFAULT_MODEL.read_text())
    return path


def test_a_changed_model_is_served(fresh_service, model):
    service = fresh_service(model=str(model))
    with Client(service.base_url) as client:
        assert "nickname" in client.post("/friends", document("friends", "Ben")).json["data"]["attributes"]
        declared = json.loads(model.read_text())
        del declared["resources"]["friends"]["attributes"]["nickname"]
        model.write_text(json.dumps(declared))
        os.kill(service.pid, signal.SIGHUP)
        await_log(service, "the model is reloaded")
        assert "nickname" not in client.get("/friends/1").json["data"]["attributes"]


def test_a_wrong_model_changes_nothing(fresh_service, model):
    service = fresh_service(model=str(model))
    model.write_text('{"resources": {"persons": {"relationships": {"phones": {"target": "nothing"}}}}}')
    os.kill(service.pid, signal.SIGHUP)
    await_log(service, "the one before is served on")
    assert "nothing" in service.log()
    with Client(service.base_url) as client:
        assert client.get("/hobbies").status == 200
        ready = client.get("/readyz")
        assert (ready.status, ready.json["meta"]["status"]) == (200, "ready")
        assert "the one before is served on" in ready.json["meta"]["reload"]
        model.write_text(DEFAULT_MODEL.read_text())
        os.kill(service.pid, signal.SIGHUP)
        await_log(service, "the model is reloaded")
        assert client.get("/readyz").json["meta"] == {"status": "ready"}


class Crowd:
    """Clients that write and read hobbies without a pause; every answer has to be a good one."""

    def __init__(self, service, n=6):
        self.service, self.stop, self.wrong, self.answered = service, threading.Event(), [], [0] * n
        self.threads = [threading.Thread(target=self.work, args=(number,)) for number in range(n)]

    def work(self, number):
        with Client(self.service.base_url) as client:
            while not self.stop.is_set():
                one = client.post("/hobbies", document("hobbies", f"{number}-{self.answered[number]}"))
                two = client.get("/hobbies?page[size]=3&include=friends&sort=-name&filter[name][ne]=x")
                three = client.put(f"/friends/{1 + number}/hobbies/{one.id}") if one.status == 201 else one
                self.answered[number] += 1
                if (one.status, two.status, three.status) != (201, 200, 201):
                    self.wrong.append((one, two, three))
                    return

    def go_on(self):
        """Returns when each of them has been answered some more."""
        before = list(self.answered)
        while any(n < b + 4 for n, b in zip(self.answered, before)) and not self.wrong:
            time.sleep(0.005)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        self.go_on()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()
        assert not self.wrong, self.wrong[0]


@pytest.fixture
def befriended(fresh_service, model):
    """A service over a database with friends 1 to 6."""
    service = fresh_service(model=str(model), workers=2)
    with Client(service.base_url) as client:
        for number in range(6):
            assert client.post("/friends", document("friends", f"f{number}")).status == 201
    return service


def test_no_request_is_lost_under_load(befriended):
    """Reloads while clients write and read without a pause."""
    with Crowd(befriended) as crowd:
        for times in range(1, 6):
            os.kill(befriended.pid, signal.SIGHUP)
            await_log(befriended, "the model is reloaded", times)
            crowd.go_on()


def test_tables_change_under_load(befriended, model):
    """A column and a table are added, without and with a reload; one is let go by the model, then dropped."""
    service, sql = befriended, befriended.sql
    declared = json.loads(model.read_text())
    with Crowd(service) as crowd, Client(service.base_url) as client:
        sql.run("alter table hobbies add column place text; alter table hobbies alter column description type varchar(99)")
        crowd.go_on()
        assert "place" not in client.get("/hobbies?page[size]=1").data[0]["attributes"]
        sql.run("create table clubs (id bigint generated by default as identity primary key, name text not null,"
                " hobby_id bigint references hobbies on delete set null)")
        declared["resources"]["hobbies"]["attributes"]["place"] = {}
        declared["resources"]["clubs"] = {"relationships": {"hobby": {"target": "hobbies", "backref": "clubs"}}}
        model.write_text(json.dumps(declared))
        os.kill(service.pid, signal.SIGHUP)
        await_log(service, "the model is reloaded")
        club = client.post("/clubs", document("clubs", "Dive"))
        assert club.status == 201 and "hobby" in club.data["relationships"]
        hobby = client.get("/hobbies?page[size]=1&include=clubs").data[0]
        assert hobby["attributes"]["place"] is None and "clubs" in hobby["relationships"]
        crowd.go_on()
        del declared["resources"]["hobbies"]["attributes"]["place"]
        model.write_text(json.dumps(declared))
        os.kill(service.pid, signal.SIGHUP)
        await_log(service, "the model is reloaded", 2)
        crowd.go_on()
        sql.run("alter table hobbies drop column place")
        crowd.go_on()
        assert client.get("/readyz").json["meta"] == {"status": "ready"}


def test_a_column_is_dropped_behind_the_services_back(befriended, model):
    """What needs it is 503 and says why, whether or not it was asked before; the rest goes on, and a reload mends it."""
    service, sql = befriended, befriended.sql
    paths = ("/friends", "/friends/1", "/friends?sort=nickname", "/persons?include=friends")
    with Client(service.base_url) as client:
        person = client.post("/persons", document("persons", "Ann")).id
        assert client.put(f"/persons/{person}/friends/1").status == 201
        assert all(client.get(path).status == 200 for path in paths)
        sql.run("alter table friends drop column nickname")
        for path in (*paths, "/friends?filter[nickname]=x", "/readyz"):
            answer = client.get(path)
            assert (answer.status, answer.errors[0]["code"]) == (503, "schema-mismatch"), answer
            assert "Retry-After" in answer.headers
        answer = client.post("/friends", {"data": {"type": "friends", "attributes": {"name": "x", "nickname": "y"}}})
        assert (answer.status, answer.errors[0]["code"]) == (503, "schema-mismatch")
        assert client.get("/hobbies").status == 200
        assert client.put(f"/persons/{person}/friends/2").status == 201
        os.kill(service.pid, signal.SIGHUP)
        await_log(service, "the one before is served on")
        assert "nickname" in service.log()
        declared = json.loads(model.read_text())
        del declared["resources"]["friends"]["attributes"]["nickname"]
        model.write_text(json.dumps(declared))
        os.kill(service.pid, signal.SIGHUP)
        await_log(service, "the model is reloaded")
        for path in (*paths[:2], paths[3], "/readyz"):
            assert client.get(path).status == 200
        assert client.post("/friends", document("friends", "x")).status == 201


CHANGES = {
    "wider": "alter column number type bigint",
    "narrower": "alter column number type smallint",
    "text from a number": "alter column number type text",
    "text from a numeric": "alter column amount type text using 'x'",
    "text from a uuid": "alter column code type text using 'x'",
    "text from json": "alter column facts type text using 'x'",
    "text from an array": "alter column tags type text using 'x'",
    "an array": "alter column number type integer[] using '{1,2}'",
    "a key": "alter column id type bigint",
    "another column of the name": "drop column number, add column number text default 'x'",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_column_changes_its_type_behind_the_services_back(fresh_service, change):
    """No value is misread, also by requests that come for the first time; what does not need it is served on."""
    service = fresh_service(reflect=True, workers=1)
    service.sql.run("""
        create table things (id integer generated by default as identity primary key, number integer, amount numeric,
            code uuid, facts jsonb, tags text[], name text);
        insert into things (number, amount, code, facts, tags, name)
        values (5, 1.5, '00000000-0000-4000-8000-000000000001', '{"a": 1}', '{b}', 'c');
        create table others (id integer generated by default as identity primary key, name text)""")
    os.kill(service.pid, signal.SIGHUP)
    await_log(service, "the model is reloaded")
    with service.client() as client:
        shown = client.get("/things/1").data["attributes"]
        service.sql.run("alter table things alter column name type varchar(40)")  # written alike
        assert client.get("/things/1").data["attributes"] == shown
        service.sql.run(f"alter table things {CHANGES[change]}")
        for path in ("/things/1", "/things", "/things/1", "/things?sort=-name", "/things?filter[name]=c"):
            answer = client.get(path)
            assert (answer.status, answer.errors[0]["code"]) == (503, "schema-mismatch"), answer
        changed = client.patch("/things/1", {"data": {"type": "things", "id": "1", "attributes": {"name": "d"}}})
        assert (changed.status, changed.errors[0]["code"]) == (503, "schema-mismatch"), changed
        assert client.get("/others").status == 200
        os.kill(service.pid, signal.SIGHUP)
        await_log(service, "the model is reloaded", 2)
        assert client.get("/things/1").status == 200
        assert client.get("/things?sort=-name").ids == ["1"]
        assert "error" not in {json.loads(line)["level"] for line in service.log().splitlines()}


def test_what_was_written_in_other_types_is_written_once(fresh_service):
    """Creates that share a transaction: it is committed when their rows come back, so none may be run again."""
    patient = dict.fromkeys(("statement_timeout", "lock_timeout", "request_timeout", "queue_timeout"), "60s")
    service = fresh_service(workers=1, connections=1, **patient)
    names = ["one", "two", "three"]

    def create(name):
        with Client(service.base_url, timeout=60) as client:
            return client.post("/friends", document("friends", name))

    def rename():
        with Client(service.base_url, timeout=60) as client:
            return client.patch("/hobbies/1", {"data": {"type": "hobbies", "id": "1", "attributes": {"name": "b"}}})

    with service.client() as client, ThreadPoolExecutor(4) as threads:
        assert client.post("/hobbies", document("hobbies", "a")).status == 201
        service.sql.run("begin")
        service.sql.run("select from hobbies where id = 1 for update")
        first = threads.submit(rename)
        wait_until(lambda: " 1" in waiting(client), 20, "the only connection waits for the row")
        others = [threads.submit(create, name) for name in names]
        wait_until(lambda: " 4" in waiting(client), 20, "the creates wait for the connection")
        service.sql.run("alter table friends drop column nickname, add column nickname integer")
        service.sql.run("commit")
        assert first.result().status == 200
        for answer in (other.result() for other in others):
            assert (answer.status, answer.errors[0]["code"]) == (503, "schema-mismatch"), answer
            assert "look whether it was made" in answer.errors[0]["detail"]
    assert sorted(service.sql.column("select name from friends")) == sorted(names)


def waiting(client):
    """The gauge of requests that wait for PostgreSQL."""
    return next(line for line in client.get("/metrics").text.splitlines() if line.startswith("backref_requests_waiting "))


def document(kind, name):
    return {"data": {"type": kind, "attributes": {"name": name}}}
