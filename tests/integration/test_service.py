"""The process itself: its own endpoints, its command line, and how it stops."""

import http.client
import json
import os
import re
import signal
import socket
import threading
import time

import pytest

from support.client import Client, document
from support.given import skip_when_given
from support.model import ATTRIBUTES, TYPES, bulk
from support.service import SANITIZER_OPTIONS, Service, run


def test_the_entry_document(api):
    answer = api.get("/")
    assert answer.status == 200
    links = answer.json["links"]
    for type_ in TYPES:
        link = links[type_]
        href = link["href"] if isinstance(link, dict) else link
        assert href == f"/{type_}"
        assert api.get(href).status == 200
    assert re.search(r"\d+\.\d+", json.dumps(answer.json.get("meta", {}))), "the version is named"
    assert answer.json["jsonapi"]["version"] == "1.1"


def test_health_and_readiness(api):
    for path in ("/healthz", "/readyz"):
        answer = api.get(path)
        assert answer.status == 200, answer
        assert answer.body


def test_metrics(api):
    api.get("/persons?page[size]=1")
    api.get("/nope")
    answer = api.get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    names = set()
    for line in answer.text.splitlines():
        if line.startswith("#") or not line:
            continue
        found = re.fullmatch(r'([a-z_:][a-z0-9_:]*)(\{[^{}]*\})? (-?[0-9.e+]+|NaN|\+Inf)', line, re.I)
        assert found, f"not the Prometheus text format: {line!r}"
        names.add(found.group(1))
    assert any(name.startswith("backref_") for name in names)
    assert "persons/1" not in answer.text, "no row data"


def test_counters_of_requests_grow(api):
    skip_when_given("each of its replicas counts for itself")

    def total():
        lines = [line for line in api.get("/metrics").text.splitlines()
                 if re.match(r"backref_\w*requests\w*total", line)]
        assert lines, "requests are counted"
        return sum(float(line.rpartition(" ")[2]) for line in lines)

    before = total()
    for _ in range(5):
        api.get("/persons?page[size]=1")
    assert total() >= before + 5


def test_openapi(api):
    answer = api.get("/openapi.json")
    assert answer.status == 200
    described = json.loads(answer.body)
    assert described["openapi"].startswith("3.1")
    for type_ in TYPES:
        assert f"/{type_}" in described["paths"]
    yaml = api.get("/openapi.yaml")
    assert yaml.status == 200
    assert "openapi: 3.1" in yaml.text.replace('"', "").replace("'", "")


# -- stopping --------------------------------------------------------------------------------

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_service_stops_at_once(fresh_service, number):
    """Kept-alive connections do not hold it, also when their last answer has only just left."""
    for _ in range(8):
        service = fresh_service()
        with service.client() as client:
            assert client.get("/persons").status == 200
            begun = time.monotonic()
            service.signal(number)
            assert service.wait() == 0
            assert time.monotonic() - begun < 5


def test_requests_in_flight_are_finished(fresh_service):
    """A row is locked while writers wait for it; SIGTERM comes; the lock goes; all are answered."""
    service = fresh_service()
    id_ = bulk(service.sql, "persons", 1)[0]
    blocker = service.sql.connection
    blocker.autocommit = False
    service.sql.run("update persons set name = 'locked' where id = %s", id_)
    answers = []

    def update(name):
        with service.client() as client:
            answers.append(client.patch(f"/persons/{id_}", document("persons", {"name": name}, id_=id_)))

    threads = [threading.Thread(target=update, args=(f"name {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    service.signal(signal.SIGTERM)
    time.sleep(0.5)
    assert service.is_running() and not answers
    with pytest.raises(OSError):
        socket.create_connection((service.host, service.port), timeout=1).close()
    blocker.rollback()
    blocker.autocommit = True
    for thread in threads:
        thread.join(20)
    assert [a.status for a in answers] == [200] * 6
    assert service.wait() == 0
    assert service.sql.value("select name from persons where id = %s", id_).startswith("name ")


def test_nothing_acknowledged_is_lost_when_it_stops_under_load(fresh_service):
    service = fresh_service()
    acknowledged, failed = [], []
    begun = threading.Event()

    def write():
        with service.client() as client:
            while True:
                attributes = ATTRIBUTES["persons"]()
                try:
                    answer = client.post("/persons", document("persons", attributes))
                except (OSError, http.client.HTTPException) as failure:  # the connection has ended
                    failed.append(failure)
                    return
                if answer.status != 201:
                    failed.append(answer)
                    return
                acknowledged.append(answer.id)
                begun.set()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert begun.wait(20)
    time.sleep(0.5)
    service.signal(signal.SIGTERM)
    assert service.wait() == 0
    for thread in threads:
        thread.join(20)
    stored = {str(i) for i in service.sql.column("select id from persons")}
    assert set(acknowledged) <= stored
    assert len(stored) - len(acknowledged) <= len(threads)
    assert not [a for a in failed if getattr(a, "status", 503) not in (503,)]


def test_a_second_signal_means_now(fresh_service):
    """Whoever asks twice does not want to wait for what is in flight, nor for threads to be joined."""
    service = fresh_service(env={
        name: f"{options}:report_thread_leaks=0" if name == "TSAN_OPTIONS" else f"{options}:detect_leaks=0"
        for name, options in SANITIZER_OPTIONS.items() if name != "UBSAN_OPTIONS"})
    id_ = bulk(service.sql, "persons", 1)[0]
    service.sql.connection.autocommit = False
    service.sql.run("update persons set name = 'locked' where id = %s", id_)

    def update():
        with service.client() as client, pytest.raises((OSError, http.client.HTTPException)):
            client.patch(f"/persons/{id_}", document("persons", {"name": "unknown"}, id_=id_))

    waiting = threading.Thread(target=update)
    waiting.start()
    time.sleep(0.3)
    service.signal(signal.SIGTERM)
    time.sleep(0.3)
    assert service.is_running()
    begun = time.monotonic()
    service.signal(signal.SIGTERM)
    assert service.wait() == 1
    assert time.monotonic() - begun < 1
    waiting.join()


# -- the command line ------------------------------------------------------------------------

def test_help():
    done = run("help")
    assert done.returncode == 0
    for command in ("serve", "migrate", "model", "version", "help"):
        assert command in done.stdout
    serve = run("help", "serve")
    assert serve.returncode == 0
    for flag in ("--database", "--listen", "--workers", "--connections", "--request-timeout",
                 "--statement-timeout", "--log-format", "--log-level", "--max-body"):
        assert flag in serve.stdout
    for variable in ("DATABASE_URL", "BACKREF_LISTEN", "BACKREF_LOG_FORMAT"):
        assert variable in serve.stdout
    assert run("serve", "--help").stdout == serve.stdout


def test_version():
    done = run("version")
    assert done.returncode == 0
    assert re.search(r"\d+\.\d+", done.stdout)


@pytest.mark.parametrize("words, named", [
    (("serv",), "serv"), (("serve", "--nope"), "--nope"), (("serve", "--nope=1"), "--nope"),
    (("serve", "stray"), "stray"), (("serve", "--workers", "abc"), "--workers"),
    (("serve", "--workers", "-1"), "--workers"), (("serve", "--workers", "99999999999"), "--workers"),
    (("serve", "--request-timeout", "soon"), "--request-timeout"), (("serve", "--listen"), "--listen"),
    (("serve", "--listen", "nowhere"), "nowhere"), (("serve", "--listen", "127.0.0.1:99999"), "99999"),
    (("serve", "--log-level", "loud"), "--log-level"), (("serve", "--max-body", "big"), "--max-body"),
    (("help", "nope"), "nope"), (("model", "nope"), "nope"),
])
def test_mistakes_on_the_command_line(cluster, words, named):
    done = run(*words, env={"DATABASE_URL": cluster.url("postgres")}, timeout=20)
    assert done.returncode not in (0, 99) and done.returncode > 0
    assert named in done.stderr
    assert "listening on" not in done.stderr


def test_a_mistake_in_a_variable_names_the_variable(cluster):
    done = run("serve", env={"DATABASE_URL": cluster.url("postgres"), "BACKREF_WORKERS": "many"}, timeout=20)
    assert done.returncode > 0
    assert "BACKREF_WORKERS" in done.stderr and "many" in done.stderr


def test_no_command():
    done = run()
    assert done.returncode > 0
    assert "backref help" in done.stderr


def test_a_taken_port(service):
    done = run("serve", "--database", service.database, "--listen", f"127.0.0.1:{service.port}", timeout=20)
    assert done.returncode > 0
    assert f"127.0.0.1:{service.port}" in done.stderr
    assert "--listen" in done.stderr, "the message says what to do"


def test_a_database_without_the_tables(cluster, fresh_database):
    done = run("serve", "--database", cluster.url(fresh_database(migrated=False)),
               "--listen", "127.0.0.1:0", timeout=30)
    assert done.returncode > 0
    for table in ("persons", "person_phones"):
        assert table in done.stderr, "every mistake is reported"
    assert "migrate" in done.stderr, "the message says what to do"


# -- settings --------------------------------------------------------------------------------

def test_database_url_from_the_environment(cluster, fresh_database):
    url = cluster.url(fresh_database())
    with Service("", env={"DATABASE_URL": url}) as service, Client(service.base_url) as client:
        assert client.get("/persons").status == 200


def test_a_flag_wins_over_its_variable(fresh_service):
    service = fresh_service(env={"BACKREF_MAX_BODY": "10KiB"}, max_body="2KiB")
    with service.client() as client:
        body = json.dumps(document("persons", {"name": "x"})).encode()
        assert client.post("/persons", raw=body + b" " * 1500).status == 201
        answer = client.post("/persons", raw=body + b" " * 3000)
        assert answer.status == 413
        assert re.search(r"2048|2 ?KiB", answer.errors[0]["detail"])


def test_a_variable_alone(fresh_service):
    service = fresh_service(env={"BACKREF_MAX_BODY": "2KiB"})
    with service.client() as client:
        assert client.post("/persons", raw=b" " * 3000).status == 413


def test_several_listeners_and_a_unix_socket(fresh_service, tmp_path):
    path = tmp_path / "b.sock"
    service = fresh_service(listen=["127.0.0.1:0", "127.0.0.1:0", f"unix:{path}"])
    assert len(set(service.addresses)) == 3
    tcp = [a for a in service.addresses if not a.startswith("unix:")]
    for address in tcp:
        with Client(f"http://{address}") as client:
            assert client.get("/persons").status == 200
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(path))
        peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert peer.recv(1000).startswith(b"HTTP/1.1 200")
    assert service.stop() == 0
    assert not path.exists(), "the socket file is removed"


def test_ipv6(fresh_service):
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    service = fresh_service(listen="[::1]:0")
    with service.client() as client:
        assert client.get("/persons").status == 200


@pytest.mark.parametrize("workers, connections", [(1, 1), (1, 4), (4, 1)])
def test_numbers_of_workers_and_connections(fresh_service, workers, connections):
    service = fresh_service(workers=workers, connections=connections)
    with service.client() as client:
        phone = client.create("phones", ATTRIBUTES["phones"]())
        person = client.create("persons", ATTRIBUTES["persons"]())
        assert client.put(f"/persons/{person}/phones/{phone}").status == 201
        assert client.linkage(f"/phones/{phone}/owners") == {person}
    sessions = service.sql.value("select count(*) from pg_stat_activity where datname = current_database()"
                                 " and pid <> pg_backend_pid()")
    assert sessions <= workers * connections + 1


def test_log_as_json_lines(fresh_service):
    service = fresh_service(log_format="json", log_level="debug")
    with service.client() as client:
        client.get("/persons/%22%0a%1b?foo=%22")
        client.post("/persons", raw=b"\xff")
    assert service.stop() == 0
    for line in service.log().splitlines():
        assert isinstance(json.loads(line), dict), line


def test_the_log_level_is_switched_by_signals(fresh_service):
    service = fresh_service(log_format="text")
    client = service.client()

    def switch(number, level):
        seen = service.log().count("the log level is")
        service.signal(number)
        service.wait_for_log(rf"(?s)(the log level is.*){{{seen}}}the log level is {level}\n")

    for level in ("warning", "error", "error"):
        switch(signal.SIGUSR2, level)
    assert client.get("/persons").status == 200
    for level in ("warning", "info", "debug", "debug"):
        switch(signal.SIGUSR1, level)
    assert client.get("/phones").status == 200
    service.wait_for_log("/phones")
    assert "/persons" not in service.log(), "nothing was logged of the request before"


def test_secrets_stay_out_of_the_log_and_the_answers(cluster, fresh_database):
    url = cluster.url(fresh_database()) + "&password=hunter2secret"
    with Service(url, log_level="debug") as service, Client(service.base_url) as client:
        for path in ("/", "/healthz", "/readyz", "/metrics"):
            assert b"hunter2secret" not in client.get(path).body
        client.get("/persons", {"Authorization": "Bearer topsecrettoken"})
        assert service.stop() == 0
        assert "hunter2secret" not in service.log()
        assert "topsecrettoken" not in service.log()


def test_descriptors_do_not_leak(service, api):
    def open_files():
        return len(os.listdir(f"/proc/{service.pid}/fd"))

    api.get("/healthz")
    before = open_files()
    for _ in range(100):
        with api.sibling() as client:
            client.get("/persons/1")
    deadline = time.monotonic() + 5
    while open_files() > before + 5 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert open_files() <= before + 5
