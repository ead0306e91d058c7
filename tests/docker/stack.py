"""The stack of docker/compose.yaml under a project name and ports of its own."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import psycopg2

from support.database import Sql

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROJECT = "backref-test"
PASSWORD = "s3cret"
START_SECONDS = 120
BUILD_SECONDS = 900
IMAGES = ["db", "backref", "proxy", "tests"]  # services of which each has an image of its own


def docker(*words, check=True, timeout=900):
    """Runs `docker WORDS`; returns what it printed. A failure's message has the end of its output."""
    return _run(["docker", *words], None, check, timeout)


def _run(command, environment, check, timeout):
    done = subprocess.run(command, cwd=ROOT, env=environment, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=timeout)
    assert not check or done.returncode == 0, f"{command} failed:\n{done.stdout[-6000:]}"
    return done.stdout


class Background:
    """`with Background(command) as running:` goes on beside other work; the end of the block ends it."""

    def __init__(self, command, environment=None):
        self.command, self.environment = command, environment

    def __enter__(self):
        self.output = tempfile.TemporaryFile("w+", errors="replace")
        self.process = subprocess.Popen(self.command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL,
                                        stdout=self.output, stderr=subprocess.STDOUT)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.output.close()

    def finish(self, timeout):
        """What it printed, once it has ended; its status is in `process.returncode`."""
        self.process.wait(timeout)
        self.output.seek(0)
        return self.output.read()


def inspect(name, what):
    """One member of `docker inspect`, as a path such as "State.Status"."""
    return json.loads(docker("inspect", "--format", "{{json ." + what + "}}", name))


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def compose_command():
    """`docker compose`, or the docker-compose that Debian 12 has."""
    has_plugin = subprocess.run(["docker", "compose", "version"], stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, check=False).returncode == 0
    if has_plugin:
        return ["docker", "compose"]
    found = shutil.which("docker-compose")
    assert found, "there is neither `docker compose` nor docker-compose"
    return [found]


class Stack:
    """`with Stack() as stack:` builds the images, starts the services and removes them afterwards."""

    def __init__(self):
        self.port, self.database_port = free_port(), free_port()
        self.environment = {
            **{k: v for k, v in os.environ.items()
               if not k.startswith(("BACKREF_", "COMPOSE_")) and k != "DATABASE_URL"},
            "BACKREF_PUBLISH": f"127.0.0.1:{self.port}",
            "BACKREF_TEST_DATABASE": f"127.0.0.1:{self.database_port}",
            "BACKREF_PASSWORD": PASSWORD,
        }
        compose = compose_command()
        self.at_once = ["--parallel"] if len(compose) == 1 else []  # what compose 2 does anyway
        self.command = [*compose, "-p", PROJECT, "-f", "docker/compose.yaml",
                        "-f", "tests/docker/published.yaml"]

    def compose(self, *words, check=True, timeout=900):
        return _run([*self.command, *words], self.environment, check, timeout)

    def beside(self, *words):
        """The same in the background."""
        return Background([*self.command, *words], self.environment)

    def __enter__(self):
        self.remove()
        self.compose("--profile", "test", "build", *self.at_once, *IMAGES, timeout=BUILD_SECONDS)
        self.compose("--profile", "demo", "up", "-d", timeout=START_SECONDS)
        return self

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        self.compose("--profile", "demo", "--profile", "test", "down", "-v", "--remove-orphans",
                     "-t", "1")

    # -- what it is ------------------------------------------------------------------------

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.port}"

    def containers(self, service):
        """Ids of this service's containers, running or not."""
        return docker("ps", "-a", "-q", "--filter", f"label=com.docker.compose.project={PROJECT}",
                      "--filter", f"label=com.docker.compose.service={service}").split()

    def sql(self):
        """A new connection to the database, once it accepts one."""
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                connection = psycopg2.connect(host="127.0.0.1", port=self.database_port, user="backref",
                                              dbname="backref", password=PASSWORD, connect_timeout=5)
                connection.autocommit = True
                return Sql(connection)
            except psycopg2.OperationalError:
                assert time.monotonic() < end, "the database does not come back"
                time.sleep(0.2)

    def await_health(self, container, seconds=START_SECONDS):
        end = time.monotonic() + seconds
        while inspect(container, "State.Health.Status") != "healthy":
            assert time.monotonic() < end, docker("logs", "--tail", "50", container)
            time.sleep(0.2)
