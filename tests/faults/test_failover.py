"""A standby takes over: several hosts in the connection string, and the service finds the one that takes writes."""

import signal
import subprocess

import pytest

from support.client import Client, document
from support.database import Sql
from support.postgres import SUPERUSER, Cluster, bin_folder
from support.service import Service, migrate

from .load import Load
from .processes import SLACK, signal_all, wait_until

LIMIT_SECONDS = 10 + SLACK
RECOVERY_SECONDS = 10 * SLACK


class Standby(Cluster):
    """A copy of another cluster that follows it."""

    def __init__(self, primary):
        super().__init__(fsync=True)
        self.primary = primary

    def _create(self):
        super()._create()
        subprocess.run(["rm", "-rf", str(self.data)], check=True)
        subprocess.run(
            [str(bin_folder() / "pg_basebackup"), "-D", str(self.data), "-h", self.primary.socket_folder,
             "-U", SUPERUSER, "-R", "-X", "stream", "-c", "fast"],
            check=True, cwd=self.folder, env=self._environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **self._identity())

    def promote(self):
        sql = Sql(self.connect("postgres"))
        assert sql.value("select pg_promote(true, 30)")
        sql.close()


@pytest.fixture
def pair():
    """A primary that confirms nothing before its standby has it, and that standby."""
    with Cluster(fsync=True) as primary:
        migrate(primary.create_database("pair"))
        with Standby(primary) as standby:
            sql = Sql(primary.connect("postgres"))
            sql.run("alter system set synchronous_standby_names = '*'")
            sql.run("select pg_reload_conf()")
            wait_until(lambda: sql.value("select count(*) from pg_stat_replication where sync_state = 'sync'") == 1,
                       30, "the standby follows")
            sql.close()
            yield primary, standby


def test_writes_resume_on_the_new_primary(pair):
    primary, standby = pair
    url = (f"postgresql:///pair?host={primary.socket_folder},{standby.socket_folder}&user={SUPERUSER}"
           "&target_session_attrs=read-write")
    with Service(url, request_timeout="5s", statement_timeout="3s") as service:
        with Load(service, Sql(primary.connect("pair")), LIMIT_SECONDS) as load:
            load.await_acknowledged(200, 30)
            primary.stop("immediate")
            standby.promote()
            load.await_acknowledged(200, RECOVERY_SECONDS)
            load.finish(Sql(standby.connect("pair")))


def test_a_primary_that_was_demoted_is_left(pair):
    """It still answers, but read-only: its sessions refuse writes until the service has moved."""
    primary, standby = pair
    url = (f"postgresql:///pair?host={primary.socket_folder},{standby.socket_folder}&user={SUPERUSER}"
           "&target_session_attrs=read-write")
    with Service(url, request_timeout="5s", statement_timeout="3s") as service:
        admin = Sql(primary.connect("pair"))
        with Load(service, Sql(primary.connect("pair")), LIMIT_SECONDS) as load:
            load.await_acknowledged(100, 30)
            admin.run("alter system set default_transaction_read_only = on")
            admin.run("select pg_reload_conf()")
            wait_until(lambda: load.refusals or load.stopping.is_set(), 20, "the primary refuses")
            standby.promote()
            load.await_acknowledged(200, RECOVERY_SECONDS)
            load.finish(Sql(standby.connect("pair")))
        admin.close()


@pytest.mark.parametrize("has_cancelled", [False, True])
def test_a_primary_that_falls_silent_is_left(pair, has_cancelled):
    """As a machine that is gone: connections are neither refused nor answered, each has to be given up.
    Also the one that cancels, which is opened when something has to be cancelled for the first time."""
    primary, standby = pair
    url = (f"postgresql:///pair?host={primary.socket_folder},{standby.socket_folder}&user={SUPERUSER}"
           "&target_session_attrs=read-write")
    with Service(url, request_timeout="2s", statement_timeout="60s", lock_timeout="60s", workers=1,
                 connections=1) as service, \
            Client(service.base_url, timeout=60) as client:
        assert client.post("/hobbies", document("hobbies", {"name": "before"})).status == 201
        if has_cancelled:
            have_one_cancelled(client, *(Sql(primary.connect("pair")) for _ in range(2)))
        signal_all(primary, signal.SIGSTOP)
        try:
            standby.promote()
            wait_until(lambda: client.get("/hobbies/1").status == 200, 4 * RECOVERY_SECONDS, "the standby is found")
            assert client.post("/hobbies", document("hobbies", {"name": "after"})).status == 201
        finally:
            signal_all(primary, signal.SIGCONT)
        assert Sql(standby.connect("pair")).column("select name from hobbies order by id") == ["before", "after"]


def have_one_cancelled(client, locker, watcher):
    """A write that waits for a lock until its time is over."""
    locker.run("begin")
    locker.run("select from hobbies where id = 1 for update")
    body = {"data": {"type": "hobbies", "id": "1", "attributes": {"name": "never"}}}
    assert client.patch("/hobbies/1", body).status == 504
    wait_until(lambda: watcher.value("select count(*) from pg_stat_activity where state = 'idle'"
                                     " and query like 'select pg_cancel_backend%'"), 20, "it is cancelled")
    locker.run("rollback")
    for sql in (locker, watcher):
        sql.close()
