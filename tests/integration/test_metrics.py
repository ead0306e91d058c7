"""GET /metrics: what is counted, and that a Prometheus can read it."""

import math
import pathlib
import re
import shutil
import subprocess
import threading
import time

import psycopg2
import pytest

from support.client import document
from support.model import ATTRIBUTES, MISSING, SIDES, bulk

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^{}]*)\})? (\S+)')
LABEL = re.compile(r'([a-z_]+)="([^"]*)"')
SUFFIXES = re.compile(r"_(bucket|sum|count)$")


class Metrics:
    """One scrape."""

    def __init__(self, client):
        answer = client.get("/metrics")
        assert answer.status == 200, answer
        self.text = answer.text
        self.types, self.samples = {}, {}
        for line in self.text.splitlines():
            if line.startswith("# TYPE "):
                name, type_ = line.split()[2:]
                assert name not in self.types, f"{name} twice"
                self.types[name] = type_
            elif not line.startswith("#"):
                name, labels, value = SAMPLE.fullmatch(line).groups()
                key = name, frozenset(LABEL.findall(labels or ""))
                assert key not in self.samples, line
                self.samples[key] = float(value)

    def value(self, name, **labels):
        """0 when there is no such sample: what has not happened is not shown."""
        return self.samples.get((name, frozenset(labels.items())), 0)

    def of(self, name):
        """label value -> sample, for a metric with one label."""
        return {dict(labels)["state"]: value for (found, labels), value in self.samples.items() if found == name}

    def answers(self, operation, status):
        return self.value("backref_requests_total", operation=operation, status=status)


def await_metrics(client, condition, seconds=10):
    """Gauges are brought up to date a few times a second."""
    end = time.monotonic() + seconds
    while True:
        found = Metrics(client)
        if condition(found):
            return found
        assert time.monotonic() < end, found.text
        time.sleep(0.05)


def test_every_metric_is_described_once_and_named_as_is_usual(api):
    found = Metrics(api)
    for name, type_ in found.types.items():
        assert f"# HELP {name} " in found.text
        assert name.startswith(("backref_", "process_"))
        assert (type_ == "counter") == name.endswith("_total"), name
    for name, _ in found.samples:
        base = SUFFIXES.sub("", name)
        assert name in found.types or found.types[base] == "histogram"


def test_promtool_finds_nothing_to_complain_about(api):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian's package prometheus has it)")
    api.get("/nope")
    done = subprocess.run([promtool, "check", "metrics"], input=Metrics(api).text, text=True,
                          capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_answers_are_counted_by_operation_and_status(fresh_service):
    client = fresh_service(workers=1).client()
    first = client.create("persons", ATTRIBUTES["persons"]())
    second = client.create("phones", ATTRIBUTES["phones"]())
    for _ in range(3):
        client.get(f"/persons/{first}")
    client.get(f"/persons/{MISSING}")
    client.put(f"/persons/{first}/phones/{second}")
    client.put(f"/persons/{first}/phones/{second}")
    client.get("/nowhere")
    client.post("/persons", raw=b"{")
    found = Metrics(client)
    assert found.answers("resource-create", "2xx") == 2
    assert found.answers("resource-create", "4xx") == 1
    assert found.answers("resource-fetch", "2xx") == 3
    assert found.answers("resource-fetch", "4xx") == 1
    assert found.answers("link-add", "2xx") == 2
    assert found.answers("unmatched", "4xx") == 1
    assert found.answers("metrics-fetch", "2xx") == 0, "this very answer has not been sent"
    assert Metrics(client).answers("metrics-fetch", "2xx") == 1


def test_members_are_counted_by_relationship_and_change(fresh_service):
    service = fresh_service(workers=1)
    client, side = service.client(), SIDES[0]
    owner, members = side.new_owner(client), side.new_members(client, 5)
    path = side.relationship(owner)
    assert client.post(path, side.body(*members[:3])).status == 204
    assert client.post(path, side.body(MISSING)).status == 404
    assert client.put(side.one(owner, members[3])).status == 201
    assert client.delete(path, side.body(*members[:2])).status == 204
    assert client.delete(side.one(owner, members[3])).status == 204
    assert client.patch(path, side.body(*members)).status == 204
    linkage = {side.rel: side.body(*members[:4])["data"]}
    assert client.create(side.type, ATTRIBUTES[side.type](), linkage)
    update = document(side.type, None, {side.rel: []}, owner)
    assert client.patch(f"/{side.type}/{owner}", update).status == 200
    found = Metrics(client)

    def count(change, of=side):
        return found.value("backref_link_members_total", type=of.type, relationship=of.rel, change=change)

    assert (count("link"), count("unlink"), count("replace")) == (3 + 1 + 4, 2 + 1, 5)
    assert count("link", SIDES[1]) == 0, "the side that was written is counted"


def test_members_of_atomic_operations_are_counted_once_they_are_committed(fresh_service):
    client, side = fresh_service(workers=1).client(), SIDES[0]
    owner, member = side.new_owner(client), side.new_member(client)
    media = 'application/vnd.api+json;ext="https://jsonapi.org/ext/atomic"'

    def perform(*links):
        return client.post("/operations", {"atomic:operations": [
            {"op": "add", "ref": {"type": side.type, "id": owner, "relationship": side.rel},
             "data": side.body(id_)["data"]} for id_ in links
        ]}, {"Content-Type": media, "Accept": media})

    assert perform(member, member).status in (200, 204)
    assert perform(member, MISSING).status == 404
    labels = {"type": side.type, "relationship": side.rel, "change": "link"}
    assert Metrics(client).value("backref_link_members_total", **labels) == 2


def test_durations_are_histograms(fresh_service):
    client = fresh_service(workers=1).client()
    for _ in range(5):
        client.get("/persons")
    found = Metrics(client)
    labels = {"operation": "collection-fetch", "status": "2xx"}
    name = "backref_request_duration_seconds"
    buckets = sorted((math.inf if bound == "+Inf" else float(bound), value)
                     for (sample, pairs), value in found.samples.items()
                     if sample == f"{name}_bucket" and labels.items() <= dict(pairs).items()
                     for bound in [dict(pairs)["le"]])
    assert len(buckets) == 12
    assert [value for _, value in buckets] == sorted(value for _, value in buckets)
    assert buckets[-1] == (math.inf, 5) and found.value(f"{name}_count", **labels) == 5
    assert 0 < found.value(f"{name}_sum", **labels) < 5 * 10


def test_bytes_of_bodies(fresh_service):
    client = fresh_service(workers=1).client()
    before = Metrics(client)
    sent = client.post("/persons", document("persons", ATTRIBUTES["persons"]()))
    after = Metrics(client)

    def grown(name):
        return after.value(name) - before.value(name)

    assert grown("backref_request_body_bytes_total") == len(sent.sent_body)
    assert grown("backref_response_body_bytes_total") == len(sent.body) + len(before.text.encode())


def test_batches(fresh_service):
    service = fresh_service(workers=1, connections=1)
    client = service.client()
    person, = bulk(service.sql, "persons", 1)
    for _ in range(10):
        assert client.get(f"/persons/{person}").status == 200
    found = Metrics(client)
    sizes = {dict(labels)["le"]: value for (name, labels), value in found.samples.items()
             if name == "backref_batch_size_bucket"}
    assert sizes["1"] == sizes["+Inf"] == found.value("backref_batches_total") == 10
    assert found.value("backref_batch_size_sum") == found.value("backref_batched_requests_total") == 10


def test_who_waits_for_what(fresh_service):
    service = fresh_service(workers=1, connections=2, lock_timeout="20s", statement_timeout="25s",
                            request_timeout="30s")
    client, side = service.client(), SIDES[0]
    owner, member = side.new_owner(client), side.new_member(client)
    holder = psycopg2.connect(service.database)
    with holder.cursor() as cursor:
        cursor.execute("lock table person_phones in access exclusive mode")
    thread = threading.Thread(target=lambda: service.client().put(side.one(owner, member)))
    thread.start()
    try:
        found = await_metrics(client, lambda m: m.value("backref_queue_age_seconds") > 0.3)
        assert found.value("backref_requests_waiting") == 1
        assert found.value("backref_batches_in_flight") == 1
        assert found.value("backref_batches_waiting") == 0
        assert found.of("backref_database_states")["busy"] == 1
        assert found.of("backref_client_states")["working"] >= 1
    finally:
        holder.close()
        thread.join()
    found = await_metrics(client, lambda m: m.value("backref_queue_age_seconds") == 0)
    assert found.value("backref_requests_waiting") == 0
    assert found.of("backref_database_states")["busy"] == 0
    assert sum(found.of("backref_database_states").values()) == 2


def test_clients_by_what_they_do(fresh_service):
    service = fresh_service(workers=1)
    client = service.client()
    idle = [service.client() for _ in range(3)]
    for one in idle:
        one.get("/healthz")
    found = await_metrics(client, lambda m: m.of("backref_client_states")["idle"] >= 3)
    assert set(found.of("backref_client_states")) == {"idle", "reading", "working"}
    assert found.value("backref_client_connections") == 4
    for one in idle:
        one.close()
    await_metrics(client, lambda m: m.value("backref_client_connections") == 1)


def test_the_process(fresh_service):
    began = time.time()
    service = fresh_service(workers=1)
    client = service.client()
    found = Metrics(client)
    assert found.types["process_cpu_seconds_total"] == "counter"
    assert 0 < found.value("process_cpu_seconds_total") < 60
    assert began - 2 < found.value("process_start_time_seconds") < time.time() + 2
    assert found.value("process_open_fds") == len(list(pathlib.Path(f"/proc/{service.pid}/fd").iterdir()))
    assert found.value("process_open_fds") < found.value("process_max_fds")
    assert (1 << 20) < found.value("process_resident_memory_bytes") < found.value("process_virtual_memory_bytes")
    assert found.value("backref_workers") == 1
    assert re.search(r'backref_build_info\{version="\d+\.\d+[^"]*"\} 1', found.text)


def test_workers_are_added_up(fresh_service):
    service = fresh_service(workers=4)
    clients = [service.client() for _ in range(16)]
    for client in clients:
        for _ in range(2):
            assert client.get("/healthz").status == 200
    await_metrics(clients[0], lambda m: m.answers("health-fetch", "2xx") == 32)  # counted when they have been sent


def test_a_flood_of_shapes_leaves_the_plans_that_are_used(fresh_service):
    """Each shape is planned once by the worker, and prepared once by each of its connections."""
    service = fresh_service(workers=1, connections=1)
    with service.client() as client:
        def ask(path):
            assert client.get(path).status == 200
            scrape = Metrics(client)
            return {name: scrape.value(f"backref_{name}_total") for name in (
                "plans_made", "plans_known", "prepared_statements")}

        hot = "/persons?include=phones&sort=-name&page[size]="
        first, second = ask(hot + "1"), ask(hot + "2")
        assert second == {**first, "plans_known": first["plans_known"] + 1}
        operators = ("eq", "ne", "lt", "le", "gt", "ge", "in", "like", "ilike")
        flood = [f"/friends?filter[name][{one}]=x&filter[nickname][{two}]=x&sort={key}"
                 for one in operators for two in operators for key in ("name", "-name", "nickname", "id", "-id")]
        for path in flood:
            assert client.get(path).status == 200
        counted = "/persons?include=phones&page[total]=exact"
        assert client.get(counted).status == 200, "several statements that see one state, none of them prepared"
        before = ask("/healthz")
        assert before["plans_made"] >= second["plans_made"] + len(flood)
        after = ask(hot + "3")
        assert after == {**before, "plans_known": before["plans_known"] + 1}
