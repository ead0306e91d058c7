"""With a service that is given, its database takes the place of fresh ones: emptied for each test,
which is allowed only by BACKREF_MAY_EMPTY=1."""

import os

import pytest

from support.client import Client
from support.given import add_first_rows, is_given
from support.model import TYPES

if is_given():

    @pytest.fixture
    def fresh_service(service, sql):
        """Factory, as its namesake: the given service, which for these tests has an empty database."""

        def start():
            if os.environ.get("BACKREF_MAY_EMPTY") != "1":
                pytest.skip("the given database may not be emptied (BACKREF_MAY_EMPTY=1 allows it)")
            sql.run(f"truncate {', '.join(TYPES)} cascade")
            service.sql = sql
            service.client = lambda **options: Client(service.base_url, **options)
            return service

        yield start
        add_first_rows(sql)
