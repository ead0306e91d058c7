"""Waiting for conditions, and the processes behind a cluster."""

import os
import pathlib

from support.waiting import wait_until  # noqa: F401 - beside the conditions that are waited for here

#: A sanitizer build answers several times slower; deadlines scale with it.
SLACK = 4.0 if "san-" in os.environ.get("BACKREF_BINARY", "") else 1.0


def children(pid):
    try:
        return [int(one) for one in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def signal_all(cluster, number):
    """A signal to the postmaster and every process it started."""
    if cluster.process is None or cluster.process.poll() is not None:
        return
    for pid in [cluster.process.pid, *children(cluster.process.pid)]:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue  # a backend that ended in between


def waiting_backends(sql, database):
    """Process ids of sessions of this database whose statement waits for a lock."""
    return sql.column(
        "select pid from pg_stat_activity where datname = %s and state = 'active'"
        " and wait_event_type = 'Lock' and pid <> pg_backend_pid()", database)


def unread_bytes(port, peers):
    """How many bytes from these client ports the process listening on `port` has not read yet."""
    unread = 0
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        local, remote = (int(words[i].rpartition(":")[2], 16) for i in (1, 2))
        if local == port and remote in peers:
            unread += int(words[4].rpartition(":")[2], 16)
    return unread
