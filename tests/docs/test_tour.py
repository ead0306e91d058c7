"""README.md's tour, command by command, against the demo data."""

import os
import subprocess

import pytest

from support.postgres import Cluster
from support.service import Service, migrate

from markdown import ROOT, examples, masked

TOUR = [example for example in examples("README.md") if "curl " in example[0]]


@pytest.fixture(scope="module")
def address():
    with Cluster() as cluster:
        url = cluster.create_database("tour")
        migrate(url)
        demo = ROOT / "migrations" / "demo" / "demo.sql"
        for _ in range(2):  # loading it twice is loading it once
            subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", demo, url], check=True)
        with Service(url) as service:
            yield f"{service.host}:{service.port}"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home folder whose curl shows no progress."""
    folder = tmp_path_factory.mktemp("home")
    (folder / ".curlrc").write_text("silent\n")
    return folder


def test_there_is_a_tour():
    assert len(TOUR) >= 7
    assert all(shown for _, shown in TOUR)


def test_the_tour_prints_what_is_shown(address, home):
    """In order, since each step builds on those before it."""
    for commands, shown in TOUR:
        ran = subprocess.run(
            ["bash", "-euc", commands.replace("127.0.0.1:8080", address)], capture_output=True,
            text=True, timeout=30, env=dict(os.environ, CURL_HOME=str(home), HOME=str(home)))
        assert ran.returncode == 0, (commands, ran.stderr)
        assert masked(ran.stdout) == masked(shown), commands
