"""The database's host by name: found when it can be, said when it cannot."""

import socket
import time

import pytest

from support.client import Client
from support.postgres import Cluster
from support.service import Service, migrate


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def tcp_cluster():
    with Cluster(port=free_port()) as cluster:
        migrate(cluster.create_database("by_name"))
        yield cluster


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_host_over_tcp(tcp_cluster, host):
    url = f"postgresql://postgres@{host}:{tcp_cluster.port}/by_name"
    with Service(url) as service, Client(service.base_url) as client:
        assert client.get("/persons").status == 200
        tcp_cluster.restart("fast")
        end = time.monotonic() + 10
        while client.get("/persons").status != 200:  # the name is looked up again
            assert time.monotonic() < end
            time.sleep(0.05)
