"""What .ci/run makes of its parts, and what is said where no Docker engine can run."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

from markdown import ROOT


def write_program(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)


@pytest.fixture
def ci(tmp_path):
    """Factory: runs .ci/run in a tree whose tests say what they are told to."""
    def run(tests, stack, with_stack=None):
        shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
        write_program(tmp_path / "docker" / "local" / "packages.sh", "")
        write_program(tmp_path / "tests" / "run", tests)
        write_program(tmp_path / "tests" / "docker" / "run", stack)
        (tmp_path / "Makefile").write_text("test:\n\t@tests/run\n")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "BACKREF_STACK"))}
        if with_stack is not None:
            environment["BACKREF_STACK"] = with_stack
        done = subprocess.run([tmp_path / ".ci" / "run"], env=environment, text=True,
                              capture_output=True, check=False)
        return done.stdout.splitlines()[-1], done.returncode

    return run


GOOD = "echo 'unit: 5 passed, 0 failed'; echo; echo '5 passed, 0 failed'"


@pytest.mark.parametrize("tests, stack, last, status", [
    (GOOD, "echo 'docker: 3 passed, 0 failed'", "8 passed, 0 failed", 0),
    (GOOD, "echo 'docker: 3 passed, 1 failed'; exit 1", "8 passed, 1 failed", 1),
    (GOOD, "echo 'docker: cannot run here: no room'; exit 69", "5 passed, 0 failed", 0),
    (GOOD, "exit 0", "5 passed, 1 failed", 1),
    (GOOD, "echo 'docker: 3 passed, 0 failed'; exit 1", "8 passed, 1 failed", 1),
    ("echo '4 passed, 1 failed'; exit 1", "echo 'docker: 3 passed, 0 failed'", "7 passed, 1 failed", 1),
    ("echo 'it does not compile'; exit 2", "echo 'docker: 3 passed, 0 failed'", "3 passed, 1 failed", 1),
])
def test_the_last_line_is_the_sum(ci, tests, stack, last, status):
    assert ci(tests, stack) == (last, status)


def test_the_stack_can_be_left_out(ci):
    assert ci(GOOD, "echo 'docker: 3 passed, 1 failed'; exit 1", with_stack="0") == ("5 passed, 0 failed", 0)


@pytest.mark.parametrize("signal_", [signal.SIGKILL, signal.SIGINT, None], ids=["killed", "interrupted", "at its end"])
def test_no_engine_outlives_its_user(tmp_path, signal_):
    """Programs that stand for Docker's: the engine writes its process id and waits to be ended."""
    write_program(tmp_path / "docker", f'[ "$1" = version ] && [ -s "{tmp_path}/engine" ]')
    write_program(tmp_path / "dockerd",
                  f'while [ "$1" != --pidfile ]; do shift; done\necho $$ >"$2"\n'
                  f'echo $$ >"{tmp_path}/engine"\ntrap "exit 0" TERM\nwhile :; do sleep 0.1; done')
    write_program(tmp_path / "ip", "exit 0")  # as if the machine had Docker's bridge: it is left alone
    write_program(tmp_path / "sudo", '[ "$1" != -n ] || shift; exec "$@"')
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "BACKREF_SKIP_PACKAGES": "1"}
    environment.pop("DOCKER_HOST", None)
    command = ["sh", "-c", "echo it runs; exec sleep 60"] if signal_ else ["echo", "it runs"]
    with subprocess.Popen([ROOT / "tests" / "docker" / "engine", *command], env=environment, text=True,
                          stdout=subprocess.PIPE, start_new_session=True) as user:
        assert user.stdout.readline() == "it runs\n"
        engine = int((tmp_path / "engine").read_text())
        if signal_ == signal.SIGKILL:  # itself alone: it cannot tell anybody
            user.kill()
        elif signal_:
            os.killpg(user.pid, signal_)
        user.wait(60)
        end = time.monotonic() + 60
        while pathlib.Path(f"/proc/{engine}").exists():
            assert time.monotonic() < end, "the engine runs on"
            time.sleep(0.05)
        if signal_ == signal.SIGKILL:
            os.killpg(user.pid, signal.SIGKILL)  # the command


def test_where_no_engine_can_run_one_line_says_so(tmp_path):
    write_program(tmp_path / "docker", "exit 1")
    write_program(tmp_path / "dockerd", "echo 'failed to start: no iptables' >&2; exit 1")
    write_program(tmp_path / "sudo", "exit 1")
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "BACKREF_SKIP_PACKAGES": "1"}
    environment.pop("DOCKER_HOST", None)
    done = subprocess.run([ROOT / "tests" / "docker" / "engine", "echo", "it runs"], env=environment, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 69
    lines = done.stdout.splitlines()
    assert len(lines) == 1 and lines[0].startswith("docker: cannot run here: ")
    if os.geteuid() == 0:
        assert "no iptables" in lines[0]
