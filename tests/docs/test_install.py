"""`make install` and what it leaves: program, manual page, systemd unit, model and migrations."""

import os
import re
import shutil
import subprocess

import pytest

from support.postgres import Cluster
from support.service import run

from markdown import ROOT

PREFIX = "/opt/back ref"  # with a blank, which scripts like to stumble over
FILES = {
    "bin/backref", "share/man/man1/backref.1", "lib/systemd/system/backref.service",
    "share/backref/default.json", "share/backref/model.schema.json",
}


def make(target, stage):
    done = subprocess.run(["make", "-s", target, f"DESTDIR={stage}", f"PREFIX={PREFIX}"], cwd=ROOT,
                          env={k: v for k, v in os.environ.items() if not k.startswith("MAKE")},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stage")
    before = os.umask(0o077)  # whoever installs may be careful
    try:
        make("install", folder)
    finally:
        os.umask(before)
    return folder


def files_of(stage):
    return {str(path.relative_to(f"{stage}{PREFIX}")) for path in stage.rglob("*") if path.is_file()}


def test_what_is_installed(stage):
    migrations = {f"share/backref/migrations/{path.name}" for path in (ROOT / "migrations").glob("[0-9]*.sql")}
    assert migrations and files_of(stage) == FILES | migrations
    for name in files_of(stage):
        mode = os.stat(f"{stage}{PREFIX}/{name}").st_mode & 0o777
        assert mode == (0o755 if name.startswith("bin/") else 0o644), name


def test_the_program_runs_with_the_model_and_the_migrations(stage):
    program, share = f"{stage}{PREFIX}/bin/backref", f"{stage}{PREFIX}/share/backref"
    with Cluster() as cluster:
        url = cluster.create_database("installed")
        for words in (["migrate", "up", "--migrations", f"{share}/migrations"],
                      ["model", "check", "--model", f"{share}/default.json"]):
            done = subprocess.run([program, *words, "--database", url], text=True, capture_output=True, check=False)
            assert done.returncode == 0, done.stderr


def test_the_manual_page_has_everything_and_is_well_formed(stage):
    page = f"{stage}{PREFIX}/share/man/man1/backref.1"
    text = open(page, encoding="utf-8").read().replace("\\", "")
    helped = run("help").stdout
    for flag in re.findall(r"^  (--[a-z-]+)", helped, re.MULTILINE):
        assert f"fB{flag}fR" in text, flag
    for command in re.findall(r"^  ([a-z]+) ", helped, re.MULTILINE):
        assert f"fB{command}fR" in text, command
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", page], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_starts_the_installed_program(stage):
    unit = open(f"{stage}{PREFIX}/lib/systemd/system/backref.service", encoding="utf-8").read()
    assert f'ExecStart="{PREFIX}/bin/backref" serve' in unit
    assert "@" not in re.sub(r"^#.*|@(system-service|privileged)", "", unit, flags=re.MULTILINE)
    assert str(stage) not in unit


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_the_unit(stage, tmp_path):
    unit = open(f"{stage}{PREFIX}/lib/systemd/system/backref.service", encoding="utf-8").read()
    here = tmp_path / "backref.service"
    here.write_text(unit.replace(PREFIX, f"{stage}{PREFIX}"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", here], capture_output=True, text=True, check=False)
    mine = [line for line in done.stderr.splitlines() if "backref" in line]
    assert not mine


def test_uninstall_leaves_nothing(stage):
    """Last, since the others need it."""
    make("uninstall", stage)
    assert files_of(stage) == set()
