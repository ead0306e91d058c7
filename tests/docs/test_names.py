"""What the documentation names exists: files, functions, settings with their defaults."""

import re
import subprocess

import pytest

from support.service import binary

from markdown import ROOT

READMES = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("**/*.md")
                 if not {"build", ".local"} & set(path.relative_to(ROOT).parts))
SETTING = re.compile(r"^\| `(--[a-z-]+)` \| (.*?) \|", re.MULTILINE)


@pytest.mark.parametrize("readme", READMES)
def test_links_lead_somewhere(readme):
    folder = (ROOT / readme).parent
    for target in re.findall(r"\]\(([^)#]+?)\)", (ROOT / readme).read_text()):
        if not target.startswith("http"):
            assert (folder / target).exists(), f"{readme} links {target}"


def test_functions_that_are_named_exist():
    sources = "\n".join(path.read_text() for path in (ROOT / "service").glob("*/*.[ch]"))
    named = set(re.findall(r"`([a-z_]+)\(\)`", (ROOT / "service" / "README.md").read_text()))
    assert len(named) > 20
    assert not {name for name in named if not re.search(rf"\b{name}\(", sources)}


def test_files_that_are_named_exist():
    text = (ROOT / "service" / "README.md").read_text()
    for name in re.findall(r"`([a-z]+/[a-z_]+\.[ch])`", text):
        assert (ROOT / "service" / name).exists(), name


def test_every_folder_is_on_the_map():
    text = (ROOT / "service" / "README.md").read_text()
    for folder in (ROOT / "service").iterdir():
        if folder.is_dir():
            assert f"`{folder.name}/`" in text, folder.name


def test_operations_has_the_table_of_the_program():
    """All of it, as it is printed: `backref help table`."""
    text = (ROOT / "docker" / "operations.md").read_text()
    table = re.search(r"<!-- settings -->\n(.*)<!-- /settings -->", text, re.DOTALL).group(1)
    assert table == subprocess.run([binary(), "help", "table"], capture_output=True, text=True, check=True).stdout


def test_metrics_are_those_of_the_program():
    """Every metric that the program writes is explained, and none that it does not."""
    text = (ROOT / "docker" / "operations.md").read_text()
    source = "".join((ROOT / "service" / "exchange" / name).read_text()
                     for name in ("metrics_text.c", "metrics_process.c"))
    rows = "\n".join(line for line in text.splitlines() if line.startswith("| `"))
    written = set(re.findall(r"backref_[a-z_]+", source))
    assert written == set(re.findall(r"backref_[a-z_]+", rows))


def test_settings_are_those_of_the_program():
    """Every flag of `backref help` is in README.md's table with the same default, and no other."""
    shown = subprocess.run([binary(), "help"], capture_output=True, text=True, check=True).stdout
    defaults = {}
    for entry in re.split(r"^  (?=--)", shown, flags=re.MULTILINE)[1:]:
        flag = entry.split()[0].partition("[")[0]
        defaults[flag] = " ".join(re.search(r"default: (.*)", entry, re.DOTALL).group(1).split())
    table = dict(SETTING.findall((ROOT / "README.md").read_text()))
    assert table.keys() == defaults.keys()
    for flag, default in defaults.items():
        plain = re.match(r"[0-9]+[A-Za-z]*$|127", default)
        if plain:
            assert table[flag] == default, flag
