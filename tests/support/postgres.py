"""A throwaway PostgreSQL in a temporary folder, reached over a unix socket.

The server is a direct child of the test process. PostgreSQL refuses to run as root, so root
starts it as the user `postgres` (which Debian's package creates); anybody else starts it as
themselves. Either way the database superuser is called `postgres` and needs no password.
"""

import atexit
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse

import psycopg2
import psycopg2.sql

from .given import skip_when_given

SUPERUSER = "postgres"
START_SECONDS = 30
STOP_SECONDS = 30


def bin_folder():
    """The newest PostgreSQL on this machine (Debian keeps one folder per major version)."""
    named = os.environ.get("BACKREF_PG_BIN")
    if named:
        return pathlib.Path(named)
    versions = [p for p in pathlib.Path("/usr/lib/postgresql").glob("*/bin") if (p / "initdb").exists()]
    if versions:
        return max(versions, key=lambda p: int(p.parent.name))
    found = shutil.which("initdb")
    if found:
        return pathlib.Path(found).resolve().parent
    raise RuntimeError("no PostgreSQL server found: apt-get install postgresql, or set BACKREF_PG_BIN")


def _process_is_alive(pid):
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def _children_of(pid):
    try:
        return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


class Cluster:
    """One PostgreSQL server: `with Cluster() as cluster:` makes, starts, stops and removes it."""

    def __init__(self, port=None, fsync=False, settings=None):
        """port: also listen on 127.0.0.1 at this port. fsync: durable writes, for kill tests.
        settings: further postgresql.conf settings, name to value."""
        self.port = port or 5432
        self.tcp = port is not None
        self.fsync = fsync
        self.settings = dict(settings or {})
        self.folder = None
        self.process = None
        self._orphans = []

    # -- life cycle ------------------------------------------------------------------------

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.remove()

    @staticmethod
    def _identity():
        """Keyword arguments for subprocess that drop root's rights."""
        if os.geteuid() != 0:
            return {}
        owner = pwd.getpwnam("postgres")
        return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def _environment(self):
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def _create(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="brpg-", dir="/tmp"))
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        self.folder.chmod(0o755)
        subprocess.run(
            [str(bin_folder() / "initdb"), "-D", str(self.data), "-U", SUPERUSER, "--auth=trust",
             "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True, cwd=self.folder, env=self._environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **self._identity())
        atexit.register(self.remove)

    @property
    def data(self):
        return self.folder / "data"

    @property
    def socket_folder(self):
        return str(self.folder)

    @property
    def log_path(self):
        return self.folder / "log"

    def _command(self):
        durable = "on" if self.fsync else "off"
        settings = {
            "unix_socket_directories": self.folder, "port": self.port,
            "listen_addresses": "127.0.0.1" if self.tcp else "", "max_connections": 100,
            "fsync": durable, "synchronous_commit": durable, "full_page_writes": durable,
            "shared_buffers": "64MB", "log_min_messages": "warning", "autovacuum": "off",
            "log_line_prefix": "%m [%p] ", **self.settings,
        }
        command = [str(bin_folder() / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return command

    def start(self):
        """Create the data folder at the first call; return when connections are accepted."""
        skip_when_given("it has a database of its own already")
        if self.folder is None:
            self._create()
        self._bury_orphans()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self._command(), cwd=self.folder, env=self._environment(), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, **self._identity())
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.connect("postgres").close()
                return
            except psycopg2.OperationalError as failure:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start: {failure}\n{self.log()}") from None
                time.sleep(0.02)

    def stop(self, mode="fast"):
        """mode: `smart`, `fast` (sessions are cut) or `immediate` (no checkpoint, as in a crash)."""
        if self.process is None:
            return
        number = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode]
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(STOP_SECONDS)
        self.process = None

    def restart(self, mode="fast"):
        self.stop(mode)
        self.start()

    def kill9_postmaster(self):
        """The main process dies at once, as by the kernel's out-of-memory killer."""
        self._orphans = _children_of(self.process.pid)
        self.process.kill()
        self.process.wait(STOP_SECONDS)
        self.process = None

    def kill9_one_backend(self, dbname=None):
        """One session's process dies at once: PostgreSQL then cuts all of them and recovers.
        Returns the process id, or None when no session was there."""
        with self.connect("postgres") as watcher, watcher.cursor() as cursor:
            cursor.execute(
                "select pid from pg_stat_activity where backend_type = 'client backend'"
                " and pid <> pg_backend_pid() and (%s::text is null or datname = %s)"
                " order by pid limit 1", (dbname, dbname))
            row = cursor.fetchone()
        if row is None:
            return None
        os.kill(row[0], signal.SIGKILL)
        return row[0]

    def _bury_orphans(self):
        """After kill9_postmaster: wait until its children left the shared memory."""
        deadline = time.monotonic() + 3
        for pid in self._orphans:
            while _process_is_alive(pid) and time.monotonic() < deadline:
                time.sleep(0.01)
            if _process_is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        if self._orphans:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        self._orphans = []

    def remove(self):
        """Stop and delete everything. Safe to call twice."""
        atexit.unregister(self.remove)
        if self.folder is None:
            return
        try:
            self.stop("immediate")
            self._bury_orphans()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None

    # -- use -------------------------------------------------------------------------------

    def log(self):
        return self.log_path.read_text(errors="replace")

    def url(self, dbname, tcp=False):
        """A connection URL as `--database` and DATABASE_URL take it."""
        host = "127.0.0.1" if tcp else self.socket_folder
        query = {"host": host, "user": SUPERUSER}
        if self.port != 5432:
            query["port"] = self.port
        return f"postgresql:///{dbname}?{urllib.parse.urlencode(query, safe='/')}"

    def connect(self, dbname):
        """A psycopg2 connection in autocommit mode."""
        connection = psycopg2.connect(
            host=self.socket_folder, port=self.port, user=SUPERUSER, dbname=dbname)
        connection.autocommit = True
        return connection

    def _administer(self, statement, **names):
        connection = self.connect("postgres")
        try:
            with connection.cursor() as cursor:
                identifiers = {k: psycopg2.sql.Identifier(v) for k, v in names.items()}
                cursor.execute(psycopg2.sql.SQL(statement).format(**identifiers))
        finally:
            connection.close()

    def create_database(self, name, template="template0"):
        self._administer("create database {name} template {template}", name=name, template=template)
        return self.url(name)

    def drop_database(self, name):
        self._administer("drop database if exists {name} with (force)", name=name)
