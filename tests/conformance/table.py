"""rows.tsv: what is required, and the tests that say so."""

import collections
import csv
import pathlib
import re

Row = collections.namedtuple("Row", "id level requirement anchor waiver")

LEVELS = {"M": "must", "S": "should", "N": "note", "H": "HTTP", "D": "derived", "P": "policy"}
FILE = pathlib.Path(__file__).with_name("rows.tsv")
ID = re.compile(r"[A-Z]{3,4}-\d\d")
TEST = re.compile(r"([a-z]{3,4})_(\d\d)_")


def read_rows():
    """The rows by id, in the order of the file; ValueError when one is not well formed."""
    rows = {}
    with open(FILE, encoding="utf-8", newline="") as file:
        for fields in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            row = Row(**fields)
            if not ID.fullmatch(row.id) or row.id in rows:
                raise ValueError(f"{FILE.name}: {row.id!r} is no id, or stands there twice")
            if row.level not in LEVELS or not row.requirement or not row.anchor or row.waiver is None:
                raise ValueError(f"{FILE.name}: {row.id} wants a level of {'/'.join(LEVELS)}, a requirement,"
                                 " an anchor and a waiver, if only an empty one")
            rows[row.id] = row
    return rows


def tests_of(modules):
    """The tests by row: functions called like neg_01_what_it_says."""
    tests = {}
    for module in modules:
        for name, function in vars(module).items():
            found = TEST.match(name)
            if found and callable(function):
                tests.setdefault(f"{found.group(1).upper()}-{found.group(2)}", []).append(function)
    return tests


def refuse_gaps(rows, tests, ruled):
    """ValueError unless every row is tested, ruled or waived, and every test belongs to a row."""
    strangers = (set(tests) | ruled) - set(rows)
    if strangers:
        raise ValueError(f"{FILE.name} has no row for {', '.join(sorted(strangers))}")
    for row in rows.values():
        has_test = row.id in tests or row.id in ruled
        if has_test == bool(row.waiver):
            raise ValueError(f"{row.id} has " + ("a test and a waiver" if has_test else "neither a test nor a waiver"))
