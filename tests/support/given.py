"""A service that is there already, such as the one that compose.yaml starts, instead of one of ours.

BACKREF_BASE_URL says where it answers, BACKREF_DATABASE_URL where its database is. What a test wants
of a process of its own, such as its log, or of its socket, such as bytes that a proxy in between would
judge by its own rules, is not to be had then: asking for it skips the test, with the reason.
"""

import os
import unittest

import psycopg2

from .database import Sql

FIRST_ROWS = {
    "persons": "insert into persons (id, name) values (1, 'first')",
    "phones": "insert into phones (id, number) values (1, '+10000')",
    "friends": "insert into friends (id, name) values (1, 'first')",
    "hobbies": "insert into hobbies (id, name) values (1, 'first')",
}


def is_given():
    return bool(os.environ.get("BACKREF_BASE_URL"))


def skip_when_given(reason):
    """unittest's exception is pytest's too, and this package needs no pytest."""
    if is_given():
        raise unittest.SkipTest(f"not with a service that is given: {reason}")


def open_database():
    """A connection to the given service's database, in autocommit mode."""
    connection = psycopg2.connect(os.environ["BACKREF_DATABASE_URL"])
    connection.autocommit = True
    return Sql(connection)


def add_first_rows(sql):
    """Row 1 of each type, where it is missing, with the next id that is handed out behind it."""
    for type_, statement in FIRST_ROWS.items():
        sql.run(statement + " on conflict do nothing")
        sql.run(f"select setval(pg_get_serial_sequence('{type_}', 'id'), (select max(id) from {type_}))")


class Given:
    """Stands for support.service.Service in fixtures."""

    def __init__(self):
        self.base_url = os.environ["BACKREF_BASE_URL"].rstrip("/")
        self.database = os.environ["BACKREF_DATABASE_URL"]

    def is_running(self):
        """Nothing is known of its process; the next request shows it."""
        return True

    def __getattr__(self, name):
        raise unittest.SkipTest(f"not with a service that is given: its {name} is not known")
