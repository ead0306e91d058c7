"""What is measured. A workload is lua/<name>.lua for wrk and sql/<sql>.sql for pgbench."""

import dataclasses

CONNECTIONS = (1, 32, 128)
FURTHER_CLIENTS = (8,)  # pgbench alone, to find its best client count


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    title: str
    sql: str
    connections: tuple = CONNECTIONS
    further_clients: tuple = FURTHER_CLIENTS


# Reads come first: writes make the collections that are read longer.
READS = (
    Workload("get", "GET by id", "get"),
    Workload("page", "page of 50", "page"),
    Workload("related", "related page, 10", "related"),
    Workload("linkage", "linkage, 10", "linkage"),
)
WRITES = (
    Workload("link", "PUT one link", "link"),
    Workload("post_link", "POST one link", "link", connections=(128,), further_clients=()),
    Workload("create", "create with 3 links", "create", connections=(128,), further_clients=()),
)

# (workload, connections, least ratio to pgbench at as many clients)
TARGETS = (("get", 128, 0.5), ("link", 128, 0.5))
