"""Fixtures of every Python suite: one PostgreSQL and one migrated template per run, one service
shared by the tests that only add rows of their own, and fresh ones for those that need them."""

import itertools
import os
import pathlib
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import hypothesis
import pytest

from support.client import Client
from support.database import Sql
from support.description import Description
from support.lint import lint
from support.given import Given, add_first_rows, is_given, open_database
from support.postgres import Cluster
from support.service import Service, migrate

TEMPLATE = "backref_template"
SHARED = "backref_shared"
_names = itertools.count(1)

hypothesis.settings.register_profile(
    "suite", database=None, deadline=None, derandomize=not os.environ.get("BACKREF_RANDOM"),
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture,
                           hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("suite")


def pytest_configure(config):
    # A `timeout` around the suite sends SIGTERM: leave by way of the fixtures' clean-up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def pytest_unconfigure(config):
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or config.option.collectonly:
        return
    passed = len(reporter.stats.get("passed", []))
    failed = len(reporter.stats.get("failed", [])) + len(reporter.stats.get("error", []))
    first = config.args[0].partition("::")[0] if config.args else "tests"
    suite = os.environ.get("BACKREF_SUITE") or pathlib.Path(first).stem
    skipped = len(reporter.stats.get("skipped", []))
    if skipped:
        print(f"{suite}: {skipped} skipped, for the reasons above")
    print(f"{suite}: {passed} passed, {failed} failed")


@pytest.fixture(scope="session")
def cluster():
    """The PostgreSQL of this run."""
    with Cluster() as running:
        yield running


@pytest.fixture(scope="session")
def template(cluster):
    """Name of a migrated, empty database to copy from; nothing may connect to it."""
    migrate(cluster.create_database(TEMPLATE))
    return TEMPLATE


@pytest.fixture
def fresh_database(cluster, template):
    """Factory: the name of a new database, migrated unless `migrated=False`."""
    made = []

    def make(migrated=True):
        name = f"fresh_{next(_names)}"
        cluster.create_database(name, template if migrated else "template0")
        made.append(name)
        return name

    yield make
    for name in made:
        cluster.drop_database(name)


@pytest.fixture(scope="session")
def shared_database(request):
    """Factory: connections to the shared service's database."""
    if is_given():
        return open_database
    cluster, template = request.getfixturevalue("cluster"), request.getfixturevalue("template")
    cluster.create_database(SHARED, template)
    return lambda: Sql(cluster.connect(SHARED))


@pytest.fixture(scope="session")
def service(request, shared_database):
    """The shared service. Tests add rows of their own and never assume an empty database; row 1 of
    every type is there for those that try to reach it by a wrong name, and is left alone."""
    seed = shared_database()
    add_first_rows(seed)
    seed.close()
    if is_given():
        yield Given()
        return
    with Service(request.getfixturevalue("cluster").url(SHARED)) as running:
        yield running


@pytest.fixture(scope="session")
def description(service):
    """What the shared service says of itself."""
    with Client(service.base_url) as client:
        return Description(client.get("/openapi.json").json)


@pytest.fixture
def api(service, description):
    """A client of the shared service, which may only answer with what it describes."""
    def check(answer):
        lint(answer)
        description.judge_status(answer)

    assert service.is_running(), f"the shared service died:\n{service.log()[-6000:]}"
    with Client(service.base_url, check=check) as client:
        yield client


@pytest.fixture(scope="session")
def shared_sql(service, shared_database):
    sql = shared_database()
    yield sql
    sql.close()


@pytest.fixture
def sql(shared_sql):
    """The shared service's database."""
    return shared_sql


@pytest.fixture
def fresh_service(cluster, fresh_database):
    """Factory: a service with a database of its own; keyword arguments are flags of `serve`.

    The result also has `.client()` (a linted Client) and `.sql` for its database.
    """
    started = []

    def start(env=None, migrated=True, **flags):
        name = fresh_database(migrated)
        running = Service(cluster.url(name), env=env, **flags)
        running.database_name = name
        running.sql = Sql(cluster.connect(name))
        running.second_session = lambda: Sql(cluster.connect(name))
        running.client = lambda **options: Client(running.base_url, **options)
        started.append(running)
        return running

    yield start
    for running in started:
        running.sql.close()
    failures = []
    for running in started:
        try:
            running.__exit__(None, None, None)
        except AssertionError as failure:
            failures.append(str(failure))
    assert not failures, "\n".join(failures)
