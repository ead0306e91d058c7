"""The images and the stack that they make, as a user types it; then the suites, run inside of it."""

import os
import re
import subprocess

import pytest

from docs.markdown import examples, masked
from support.client import Client

from .stack import PASSWORD, PROJECT, ROOT, docker, inspect

IMAGE = "backref:local"
MOST_BYTES = 40 << 20
TOUR = [example for example in examples("README.md") if example[0].startswith("curl ")]
LOCKED = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]


def test_the_tour_of_the_readme(stack, tmp_path):
    """First, for it shows the demo data as it was loaded."""
    (tmp_path / ".curlrc").write_text("silent\n")
    for commands, shown in TOUR:
        here = commands.replace("127.0.0.1:8080", f"127.0.0.1:{stack.port}")
        ran = subprocess.run(["bash", "-euc", here], capture_output=True, text=True, timeout=30,
                             env={**os.environ, "CURL_HOME": str(tmp_path), "HOME": str(tmp_path)})
        assert ran.returncode == 0, (commands, ran.stderr)
        assert masked(ran.stdout) == masked(shown), commands


def test_the_image_holds_the_program_and_what_it_needs(stack):
    assert inspect(IMAGE, "Size") < MOST_BYTES
    config = inspect(IMAGE, "Config")
    assert config["User"] == "10001:10001"
    assert config["StopSignal"] == "SIGTERM"
    assert config["Labels"]["org.opencontainers.image.title"] == "backref"
    assert config["Healthcheck"]["Test"] == ["CMD", "/usr/bin/backref", "health"]
    container = docker("create", IMAGE).split()[-1]
    try:
        listed = subprocess.run(f"docker export {container} | tar -t", shell=True, text=True,
                                stdout=subprocess.PIPE, check=True).stdout.split()
    finally:
        docker("rm", container)
    programs = [name for name in listed if re.search(r"(^|/)s?bin/[^/]+$", name)]
    assert programs == ["usr/bin/backref"]
    assert not [name for name in listed if re.search(r"\.(h|a|o)$|gcc/", name)]


@pytest.mark.parametrize("base, libpq", [("debian:bookworm-slim", "15."), ("debian:trixie-slim", "17.")])
def test_the_image_on_either_debian(stack, base, libpq):
    tag = "backref-test:" + base.partition(":")[2]
    docker("build", "-q", "-f", "docker/Dockerfile", "-t", tag, "--build-arg", f"BASE={base}",
           "--build-arg", "VERSION=4.5.6", ".")
    try:
        said = docker("run", "--rm", *LOCKED, tag, "version")
        assert said.startswith("backref 4.5.6 ") and f"libpq {libpq}" in said
        assert inspect(tag, "Config.Labels")["org.opencontainers.image.version"] == "4.5.6"
    finally:
        docker("rmi", tag)


def test_docker_run_with_a_database_is_all_it_takes(stack):
    """Under the strictest options; it becomes healthy, and ends by itself when it is stopped."""
    container = docker("run", "-d", *LOCKED, "--network", f"{PROJECT}_default", "-e",
                       f"DATABASE_URL=postgresql://backref:{PASSWORD}@db/backref", IMAGE).split()[-1]
    try:
        stack.await_health(container)
        assert docker("exec", container, "/usr/bin/backref", "health") == "ready\n"
        docker("stop", "-t", "30", container)
        assert inspect(container, "State.ExitCode") == 0, docker("logs", container)
        assert inspect(container, "State.OOMKilled") is False
    finally:
        docker("rm", "-f", container)


def test_the_services_run_without_rights(stack):
    for service in ("db", "backref", "proxy"):
        for container in stack.containers(service):
            config = inspect(container, "HostConfig")
            assert config["ReadonlyRootfs"] and config["CapDrop"] == ["ALL"], service
            assert inspect(container, "Config.User") not in ("", "0", "root"), service


def test_no_request_finds_nobody(stack):
    """What the proxy answers by itself is as the service would put it."""
    with Client(stack.base_url) as client:
        try:
            stack.compose("stop", "backref")
            answer = client.get("/persons")
            assert answer.status == 503 and answer.headers["Retry-After"] == "1"
            assert answer.errors[0]["code"] == "unavailable"
        finally:
            stack.compose("start", "backref")
        for container in stack.containers("backref"):
            stack.await_health(container)
            assert inspect(container, "State.ExitCode") == 0, "it was stopped, and ended by itself"


@pytest.mark.parametrize("suite", ["integration", "oracle", "conformance"])
def test_suite_inside(stack, suite):
    """Against the proxy, from a container beside it; what cannot be asked of a given service is skipped."""
    if not (ROOT / "tests" / suite).is_dir():
        pytest.fail(f"there is no suite {suite}")
    said = stack.compose("--profile", "test", "run", "--rm", "tests", suite, timeout=1200)
    passed, failed = map(int, re.search(rf"^{suite}: (\d+) passed, (\d+) failed$", said, re.M).groups())
    assert failed == 0 and passed > 20, said[-6000:]
    print(f"{suite}: {passed} passed inside")
