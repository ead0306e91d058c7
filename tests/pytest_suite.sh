#!/bin/sh
# Runs pytest so that its last line is "NAME: N passed, M failed" (tests/conftest.py prints it):
# pytest_suite.sh NAME ARGUMENTS…
# Debian's own Python, because its packages are the ones that packages.sh installs.
set -eu

BACKREF_SUITE=${1:?usage: pytest_suite.sh NAME PYTEST-ARGUMENTS…}
shift
export BACKREF_SUITE PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
exec /usr/bin/python3 -m pytest -c "$(dirname -- "$0")/pytest.ini" -q "$@"
