"""What is said when packages are missing: packages.sh with a dpkg, an apt and a sudo that are told what to do."""

import os
import pathlib
import subprocess

import pytest

from markdown import ROOT

SCRIPT = ROOT / "docker" / "local" / "packages.sh"
TOOLS = ("cat", "echo", "mkdir", "rm", "sh")


@pytest.fixture
def machine(tmp_path):
    """Factory: a folder of programs, for PATH; keyword arguments are programs, as lines of sh."""
    def make(**programs):
        folder = tmp_path / "bin"
        folder.mkdir()
        for name in TOOLS:
            (folder / name).symlink_to(pathlib.Path("/bin") / name)
        for name, line in programs.items():
            program = folder / name.replace("_", "-")
            program.write_text(f"#!/bin/sh\n{line}\n")
            program.chmod(0o755)
        return folder

    return make


def run(folder, purpose="run", **variables):
    return subprocess.run([SCRIPT, purpose], env={"PATH": str(folder), **variables}, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)


ALL_BUT_JANSSON = 'for p in "$@"; do case $p in libjansson-dev) ;; *) echo "installed $p" ;; esac; done'
USER, ROOT_USER = "echo 1000", "echo 0"


def test_nothing_missing_asks_nobody(machine):
    done = run(machine(dpkg_query='for p in "$@"; do echo "installed $p"; done', apt_get="exit 9", id="exit 9"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_only_what_is_missing_is_installed(machine, tmp_path):
    log = tmp_path / "log"
    done = run(machine(dpkg_query=ALL_BUT_JANSSON, id=ROOT_USER, pg_createcluster="", apt_get=f'echo "$*" >> {log}'))
    assert done.returncode == 0, done.stderr
    assert log.read_text().splitlines() == [
        "update -q", "install -q -y --no-install-recommends libjansson-dev"]


def test_an_ordinary_user_goes_by_way_of_sudo(machine, tmp_path):
    log = tmp_path / "log"
    done = run(machine(dpkg_query=ALL_BUT_JANSSON, id=USER, pg_createcluster="", apt_get="",
                       sudo=f'echo asked > {log}; exec "$@"'))
    assert done.returncode == 0 and log.read_text() == "asked\n"


def test_without_sudo_the_command_for_root_is_told(machine):
    done = run(machine(dpkg_query=ALL_BUT_JANSSON, id=USER, apt_get=""))
    assert done.returncode == 1
    assert "apt-get update && apt-get install --no-install-recommends libjansson-dev" in done.stderr


@pytest.mark.parametrize("who, prefix", [(ROOT_USER, ""), (USER, "sudo ")])
def test_when_apt_fails_what_to_do_is_told(machine, who, prefix):
    done = run(machine(dpkg_query=ALL_BUT_JANSSON, id=who, pg_createcluster="", sudo='exec "$@"',
                       apt_get="echo 'E: no network' >&2; exit 100"))
    assert done.returncode == 1
    assert "E: no network" in done.stderr and "could not be installed" in done.stderr
    assert f"{prefix}apt-get install --no-install-recommends libjansson-dev" in done.stderr


def test_another_system_is_told_the_names(machine):
    folder = machine()
    done = run(folder)
    assert done.returncode == 1
    assert "BACKREF_SKIP_PACKAGES=1" in done.stderr and "libpq-dev" in done.stderr
    assert run(folder, BACKREF_SKIP_PACKAGES="1").returncode == 0


def test_an_unknown_purpose(machine):
    done = run(machine(), "fly")
    assert done.returncode == 2 and '"fly"' in done.stderr
    assert os.access(SCRIPT, os.X_OK)
