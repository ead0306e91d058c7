"""PgBouncer between service and PostgreSQL: docker/operations.md says what works, here it does."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import psycopg2
import pytest

from support.postgres import SUPERUSER
from support.service import Service

from .load import Load

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
LIMIT_SECONDS = 20


def version():
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, re.search(r"PgBouncer (\d+)\.(\d+)", said).groups()))


pytestmark = pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed")


class Pooler:
    """`with Pooler(cluster, "transaction") as pooler:` starts one on a unix socket of its own."""

    def __init__(self, cluster, mode):
        self.cluster, self.mode = cluster, mode
        self.folder = None
        self.process = None

    def settings(self):
        kept = {"listen_addr": "", "unix_socket_dir": self.folder, "pool_mode": self.mode,
                "auth_type": "any", "default_pool_size": 8, "max_client_conn": 200,
                "server_lifetime": 3600}
        if version() >= (1, 21):
            kept["max_prepared_statements"] = 200
        return "".join(f"{name} = {value}\n" for name, value in kept.items())

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="brpool-", dir="/tmp"))
        self.folder.chmod(0o777)
        file = self.folder / "pgbouncer.ini"
        file.write_text(f"[databases]\n* = host={self.cluster.socket_folder} user={SUPERUSER}\n"
                        f"[pgbouncer]\n{self.settings()}")
        who = ["-u", "postgres"] if os.geteuid() == 0 else []
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen([PROGRAM, *who, file], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
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
    """Factory: a service whose connections go through a pooler of this mode."""
    opened = []

    def start(mode):
        pooler = Pooler(cluster, mode).__enter__()
        opened.append((Service(pooler.url(database[1]), connections=3), pooler))
        return opened[-1][0]

    yield start
    for service, pooler in opened:
        service.__exit__(None, None, None)
        pooler.__exit__()


@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_no_request_notices(open_sql, pooled, mode):
    if mode == "transaction" and version() < (1, 21):
        pytest.skip("this pgbouncer knows no prepared statements outside of a session")
    service = pooled(mode)
    with Load(service, open_sql(), LIMIT_SECONDS) as load:
        load.await_acknowledged(1000, 60)
        load.finish(open_sql())
    assert not load.refusals, service.log()[-3000:]
