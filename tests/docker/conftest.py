"""One stack for the whole suite; building its images takes most of the time.

What needs no quiet goes on beside the tests: the image for the other Debian, and the suite that has a database of its
own.
"""

import pytest

from .stack import Background, Stack

OTHER_BASE = "debian:bookworm-slim"


@pytest.fixture(scope="session")
def stack():
    with Stack() as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def other_image(stack):
    """The building of the service's image on the other Debian, with a version of its own."""
    with Background(["docker", "build", "-q", "-f", "docker/Dockerfile", "-t", "backref-test:other", "--build-arg",
                     f"BASE={OTHER_BASE}", "--build-arg", "VERSION=4.5.6", "."]) as building:
        yield building
