"""Parts of the stack are killed under load: requests go on or get 503, nothing acknowledged is lost."""

import pytest

from faults.load import Load

from .stack import docker, inspect

LIMIT_SECONDS = 30  # the proxy's longest wait and a busy machine
RECOVERY_SECONDS = 60


@pytest.fixture
def load(stack):
    """Clients that keep a ledger; afterwards it is compared with what is stored."""
    with Load(stack, stack.sql(), LIMIT_SECONDS) as running:
        running.await_acknowledged(100, RECOVERY_SECONDS)
        yield running
        running.await_acknowledged(100, RECOVERY_SECONDS)
        running.finish(stack.sql())


@pytest.mark.parametrize("which", [0, 1])
def test_one_replica_is_killed(stack, load, which):
    """The other one serves alone; each in turn, so both are in use."""
    killed = sorted(stack.containers("backref"))[which]
    docker("kill", "--signal", "KILL", killed)
    try:
        assert inspect(killed, "State.ExitCode") == 137
        load.await_acknowledged(300, RECOVERY_SECONDS)
    finally:
        docker("start", killed)
    stack.await_health(killed)


def test_one_replica_is_stopped(stack, load):
    """As an upgrade does it: the replica finishes what it has."""
    stopped = stack.containers("backref")[0]
    docker("stop", "-t", "30", stopped)
    try:
        assert inspect(stopped, "State.ExitCode") == 0
        load.await_acknowledged(300, RECOVERY_SECONDS)
    finally:
        docker("start", stopped)
    stack.await_health(stopped)


def test_postgresql_is_killed(stack, load):
    database, = stack.containers("db")
    docker("kill", "--signal", "KILL", database)
    try:
        assert inspect(database, "State.ExitCode") == 137
    finally:
        docker("start", database)
    stack.await_health(database)
    load.await_acknowledged(300, RECOVERY_SECONDS)


def test_more_replicas_join(stack, load):
    """The proxy finds them by the name server; then the new one serves alone."""
    first = set(stack.containers("backref"))
    stack.compose("up", "-d", "--no-recreate", "--scale", "backref=3", "backref")
    added, = set(stack.containers("backref")) - first
    stack.await_health(added)
    try:
        for one in first:
            docker("stop", "-t", "30", one)
        load.await_acknowledged(300, RECOVERY_SECONDS)
    finally:
        for one in first:
            docker("start", one)
    for one in first:
        stack.await_health(one)
    stack.compose("up", "-d", "--no-recreate", "--scale", "backref=2", "backref")
