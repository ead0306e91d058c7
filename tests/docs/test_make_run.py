"""`make run` as a newcomer types it, in a copy of the repository."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

from support.client import Client
from support.database import Sql
from support.postgres import Cluster

from markdown import ROOT


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Run:
    """A `make run` under way; what it prints is in a file."""

    def __init__(self, folder, log, port, **variables):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("BACKREF_", "PG", "MAKE")) and name != "DATABASE_URL"}
        environment["BACKREF_LISTEN"] = f"127.0.0.1:{port}"
        environment.update(variables)
        self.log = log
        with open(log, "w", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                ["make", "run"], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True)

    def text(self):
        return self.log.read_text(encoding="utf-8")

    def await_text(self, pattern, seconds):
        end = time.monotonic() + seconds
        while not re.search(pattern, self.text()):
            assert self.process.poll() is None, self.text()
            assert time.monotonic() < end, self.text()
            time.sleep(0.02)

    def interrupt(self):
        """Ctrl-C: SIGINT to everything in the foreground."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=30)


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """The repository as it is now, with what has been built, so that this tests the running."""
    folder = tmp_path_factory.mktemp("clone") / "backref"
    for name in ("Makefile", "service", "migrations", "docker"):
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    yield folder
    subprocess.run(["docker/local/postgres.sh", "stop"], cwd=folder, check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for data in re.findall(r"\S*/backref-local-\S+", "".join(
            log.read_text() for log in folder.parent.glob("*.log"))):
        shutil.rmtree(data.rstrip(".,"), ignore_errors=True)


def test_make_run(clone):
    port = free_port()
    first = Run(clone, clone.parent / "first.log", port)
    first.await_text(r"listening on 127\.0\.0\.1:\d+", 300)
    first.await_text(r"(?m)(^ +curl .*\n){3}", 10)
    lines = re.findall(r"^ +(curl .*)$", first.text(), re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        ran = subprocess.run(["sh", "-c", line + " -s -f"], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, (line, ran.stdout, ran.stderr)

    taken = Run(clone, clone.parent / "taken.log", port)
    assert taken.process.wait(timeout=60) != 0
    assert "BACKREF_LISTEN" in taken.text()

    assert first.interrupt() in (0, 2, 130, -signal.SIGINT), first.text()
    assert not postgres_of(clone), "the private PostgreSQL goes on"

    began = time.monotonic()
    second = Run(clone, clone.parent / "second.log", port)
    second.await_text(r"listening on", 20)
    assert time.monotonic() - began < 5
    second.interrupt()


def test_a_database_of_ones_own(clone):
    """DATABASE_URL is used as it is: nothing private is started, and no password is shown."""
    with Cluster() as cluster:
        url = cluster.create_database("own") + "&password=s3cret"
        port = free_port()
        run = Run(clone, clone.parent / "own.log", port, DATABASE_URL=url)
        run.await_text(r"(?m)(^ +curl .*\n){3}", 300)
        with Client(f"http://127.0.0.1:{port}") as client:
            assert client.get("/persons/1").data["attributes"]["name"] == "Alice"
        assert not postgres_of(clone)
        assert run.interrupt() in (0, 2, 130, -signal.SIGINT), run.text()
        assert "s3cret" not in run.text()
        sql = Sql(cluster.connect("own"))
        assert sql.count("persons") > 0, "it goes on, with what was loaded"
        sql.close()


def postgres_of(clone):
    """Processes whose command line names this clone's data folder."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if "postgres" in words and str(clone) in words:
            found.append(words)
    return found
