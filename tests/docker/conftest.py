"""One stack for the whole suite; building its images takes most of the time."""

import pytest

from .stack import Stack


@pytest.fixture(scope="session")
def stack():
    with Stack() as running:
        yield running
