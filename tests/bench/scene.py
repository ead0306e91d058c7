"""The things that are measured: a PostgreSQL with durable writes and a service on top of it."""

import os
import sys
import time
import urllib.request

from support.postgres import Cluster
from support.service import Service, migrate

import data
import machine

WORKERS = 2
POSTGRES_SETTINGS = {
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "off",
    "shared_buffers": "1GB", "effective_cache_size": "4GB", "max_wal_size": "4GB",
    "checkpoint_timeout": "30min", "random_page_cost": "1.1", "max_connections": "300",
}


def say(text):
    """Progress goes to stderr, results to stdout."""
    print(text, file=sys.stderr, flush=True)


def start_cluster(settings=None):
    return Cluster(fsync=True, settings={**POSTGRES_SETTINGS, **(settings or {})})


def make_database(cluster, name, size):
    """A migrated database with the fixed data. Returns its URL."""
    url = cluster.create_database(name)
    migrate(url)
    connection = cluster.connect(name)
    try:
        began = time.monotonic()
        data.load(connection, size)
        say(f"data: {size.friends:,} friends with {data.LINKS} of {size.hobbies:,} hobbies each"
            f" in {time.monotonic() - began:.0f} s")
    finally:
        connection.close()
    return url


def start_service(url):
    """Without a log of the answers, which no other contestant writes either."""
    return Service(url, workers=WORKERS, access_log="off")


def describe(cluster):
    """The machine, what PostgreSQL itself says about its settings, and how fast the disk is."""
    connection = cluster.connect("postgres")
    try:
        with connection.cursor() as cursor:
            cursor.execute("show server_version")
            version = cursor.fetchone()[0].split()[0]
            said = []
            for name in POSTGRES_SETTINGS:
                cursor.execute(f"show {name}")
                said.append(f"{name} {cursor.fetchone()[0]}")
    finally:
        connection.close()
    sync = machine.sync_microseconds(_folder_we_may_write(cluster))
    return "\n".join([f"machine: {machine.describe()}", f"PostgreSQL {version}: {', '.join(said)}",
                      f"disk: writing 8 KiB takes {sync:.0f} µs"])


def _folder_we_may_write(cluster):
    return cluster.folder if os.access(cluster.folder, os.W_OK) else "/tmp"


def fetch(service, path):
    with urllib.request.urlopen(service.base_url + path, timeout=30) as answer:
        return answer.read()


def counters(service):
    """The service's own counters, name (with labels) to value."""
    found = {}
    for line in fetch(service, "/metrics").decode().splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            found[name] = float(value)
    return found
