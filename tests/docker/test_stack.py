"""The images and the stack that they make, as a user types it; then the suites, run inside of it."""

import os
import re
import socket
import subprocess

import pytest

from docs.markdown import examples, masked
from support.client import Client, split_answers

from .stack import BUILD_SECONDS, PASSWORD, PROJECT, START_SECONDS, docker, inspect

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


def assert_image_says(image, version, libpq):
    said = docker("run", "--rm", *LOCKED, image, "version")
    assert said.startswith(f"backref {version} ") and f"libpq {libpq}." in said
    assert inspect(image, "Config.Labels")["org.opencontainers.image.version"] == version


def test_the_image_on_debian_13(stack):
    assert_image_says(IMAGE, "0.1.0", 17)


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


@pytest.fixture(scope="module")
def suites(stack):
    """The suites as they run inside, against the proxy, from a container beside it: name -> what ends with its output.

    The conformance suite has a database of its own, so it starts at once. The oracle, which `make test` asks at length,
    is asked one random sequence that is not among those.
    """
    less = [word for setting in ("SEED=4", "SEEDS=1", "EXAMPLES=8") for word in ("-e", f"ORACLE_{setting}")]
    run = ["--profile", "test", "run", "-T", "--rm"]
    stack.compose("--profile", "test", "up", "-d", "zoo-proxy", timeout=START_SECONDS)  # once, not by each of them
    with stack.beside(*run, "tests", "conformance") as conformance:
        yield {
            "integration": lambda: stack.compose(*run, "tests", "integration", check=False, timeout=1200),
            "oracle": lambda: stack.compose(*run, *less, "tests", "oracle", check=False, timeout=900),
            "conformance": lambda: conformance.finish(900),
        }


@pytest.mark.parametrize("suite", ["integration", "oracle", "conformance"])
def test_suite_inside(suites, suite):
    """What cannot be asked of a given service is skipped."""
    said = suites[suite]()
    closing = re.search(rf"^{suite}: (\d+) passed, (\d+) failed", said, re.M)
    assert closing, said[-6000:]
    passed, failed = map(int, closing.groups())
    assert failed == 0 and passed > 20, said[-6000:]
    print(f"{suite}: {passed} passed inside")


def test_a_refusal_reaches_who_sends_everything_first(stack):
    """The service refuses by the header and closes; the proxy, still sending, passes its answer on."""
    for _ in range(20):
        body = b" " * (8 << 20)
        head = (f"POST /persons HTTP/1.1\r\nHost: x\r\nContent-Type: application/vnd.api+json\r\n"
                f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        with socket.create_connection(("127.0.0.1", stack.port), timeout=30) as peer:
            peer.sendall(head + body)
            received = b"".join(iter(lambda one=peer: one.recv(65536), b""))
        answer, = split_answers(received)
        assert answer.status == 413 and b'"body-too-large"' in answer.body, answer


def test_the_image_on_debian_12(other_image):
    said = other_image.finish(BUILD_SECONDS)
    assert other_image.process.returncode == 0, said[-6000:]
    assert_image_says("backref-test:other", "4.5.6", 15)
    print(f"sizes: {inspect(IMAGE, 'Size')} on Debian 13, {inspect('backref-test:other', 'Size')} on Debian 12")
