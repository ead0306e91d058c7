"""PgBouncer between service and PostgreSQL: docker/operations.md says what works, here it does."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest

from support.client import Client
from support.model import bulk
from support.postgres import SUPERUSER
from support.service import Service, run

from .load import Load
from .processes import wait_until

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
LIMIT_SECONDS = 20
TWO = ("persons", "hobbies")


def version():
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, re.search(r"PgBouncer (\d+)\.(\d+)", said).groups()))


pytestmark = pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed")


class Pooler:
    """`with Pooler(cluster, "transaction") as pooler:` starts one on a unix socket of its own."""

    def __init__(self, cluster, mode, keeps_statements=True):
        self.cluster, self.mode, self.keeps_statements = cluster, mode, keeps_statements
        self.folder = None
        self.process = None

    def settings(self):
        kept = {"listen_addr": "", "unix_socket_dir": self.folder, "pool_mode": self.mode,
                "auth_type": "any", "default_pool_size": 8, "max_client_conn": 200,
                "server_lifetime": 3600}
        if version() >= (1, 21):
            kept["max_prepared_statements"] = 200 if self.keeps_statements else 0
        return "".join(f"{name} = {value}\n" for name, value in kept.items())

    @property
    def file(self):
        return self.folder / "pgbouncer.ini"

    def write_settings(self):
        self.file.write_text(f"[databases]\n* = host={self.cluster.socket_folder} user={SUPERUSER}\n"
                             f"[pgbouncer]\n{self.settings()}")

    def change(self, mode):
        """Another pool_mode, at once and for those who are connected."""
        self.mode = mode
        self.write_settings()
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "SIGHUP" in (self.folder / "log").read_text(), 20, "the pooler reads its settings again")

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="brpool-", dir="/tmp"))
        self.folder.chmod(0o777)
        self.write_settings()
        who = ["-u", "postgres"] if os.geteuid() == 0 else []
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen([PROGRAM, *who, self.file], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.folder)

    def url(self, name):
        """Of a database, once the pooler answers."""
        url = f"postgresql:///{name}?host={self.folder}&port=6432&user={SUPERUSER}"
        end = time.monotonic() + 20
        while True:
            try:
                psycopg2.connect(url).close()
                return url
            except psycopg2.OperationalError:
                assert time.monotonic() < end, (self.folder / "log").read_text()
                time.sleep(0.05)


@pytest.fixture
def pooled(cluster, database):
    """Factory: a service whose connections go through a pooler of this mode, and that pooler."""
    opened = []

    def start(mode):
        pooler = Pooler(cluster, mode).__enter__()
        opened.append((Service(pooler.url(database[1]), connections=3), pooler))
        return opened[-1]

    yield start
    for service, pooler in opened:
        service.__exit__(None, None, None)
        pooler.__exit__()


KEEPS_STATEMENTS = version() >= (1, 21) if PROGRAM else False


@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_no_request_notices(open_sql, pooled, mode):
    if mode == "transaction" and not KEEPS_STATEMENTS:
        pytest.skip("this pgbouncer knows no prepared statements outside of a session")
    service, _ = pooled(mode)
    with Load(service, open_sql(), LIMIT_SECONDS) as load:
        load.await_acknowledged(1000, 60)
        load.finish(open_sql())
    assert not load.refusals, service.log()[-3000:]


def test_a_pooler_that_mixes_up_statements_is_refused_at_start(cluster, database):
    """In words that name the remedy."""
    with Pooler(cluster, "transaction", keeps_statements=False) as pooler:
        done = run("serve", "--listen", "127.0.0.1:0", "--database", pooler.url(database[1]))
    assert done.returncode == 1
    assert "pool_mode = session" in done.stderr and "max_prepared_statements" in done.stderr, done.stderr


def test_a_pooler_that_begins_to_mix_up_statements(open_sql, pooled):
    """Its mode is changed while the service runs: 503 with the remedy, or the right answer, and nothing else."""
    service, pooler = pooled("session")
    sql = open_sql()
    persons, hobbies = (bulk(sql, type_, 20) for type_ in TWO)
    pooler.keeps_statements = False
    pooler.change("transaction")
    paths = [(f"/{type_}/{id_}", id_) for pair in zip(persons, hobbies) for type_, id_ in zip(TWO, pair)]

    def ask(_):
        with Client(service.base_url) as client:
            return [(client.get(path), id_) for path, id_ in [*paths, ("/readyz", None)] * 5]

    with ThreadPoolExecutor(8) as threads:
        answers = [one for some in threads.map(ask, range(8)) for one in some]
    for answer, id_ in answers:
        if answer.status == 503:
            assert "pool_mode" in answer.errors[0]["detail"] and answer.headers["Retry-After"], answer
        else:
            assert answer.status == 200 and (id_ is None or answer.data["id"] == id_), answer
