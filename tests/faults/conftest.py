"""A PostgreSQL of its own, with durable writes, for tests that kill it."""

import signal

import psycopg2
import pytest

from support.database import Sql
from support.postgres import Cluster
from support.service import Service, migrate

from .processes import signal_all

TEMPLATE = "backref_template"


@pytest.fixture(scope="session")
def cluster():
    """Durable, and restarted by these tests: what was acknowledged must outlive a kill."""
    with Cluster(fsync=True) as running:
        yield running


@pytest.fixture(scope="session")
def template(cluster):
    migrate(cluster.create_database(TEMPLATE))
    return TEMPLATE


@pytest.fixture
def database(cluster, fresh_database):
    """(URL, name) of a migrated database of this test's own.

    Whatever the test did to PostgreSQL, and however it ended, the next one finds it up.
    """
    name = fresh_database()
    yield cluster.url(name), name
    signal_all(cluster, signal.SIGCONT)
    if cluster.process is None or cluster.process.poll() is not None:
        cluster.stop("immediate")
        cluster.start()


@pytest.fixture
def open_sql(cluster, database):
    """A function that opens a connection to this test's database; a restart breaks the ones before."""
    opened = []

    def connect():
        opened.append(Sql(cluster.connect(database[1])))
        return opened[-1]

    yield connect
    for one in opened:
        one.close()


@pytest.fixture
def lock(database):
    """A function that takes locks in a session of its own; returns a function that gives them up."""
    opened = []

    def take(statement, *parameters):
        holder = psycopg2.connect(database[0])
        opened.append(holder)
        with holder.cursor() as cursor:
            cursor.execute(statement, parameters)
        return holder.rollback

    yield take
    for holder in opened:
        holder.close()


@pytest.fixture
def start(database):
    """A function that starts the service on this test's database; keyword arguments are flags."""
    started = []

    def run(**flags):
        started.append(Service(database[0], **flags))
        return started[-1]

    yield run
    for one in started:
        one.__exit__(None, None, None)
