"""What is measured, and what is wanted. A workload is lua/<name>.lua for wrk and sql/<sql>.sql for pgbench."""

import dataclasses

CONNECTIONS = (1, 32, 128)
FURTHER_CLIENTS = (8,)  # pgbench alone, to find its best client count


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    title: str
    sql: str
    writes: bool = False
    statements: int = 1  # requests that one run of the pgbench script stands for


# Reads come first: writes make the collections that are read longer.
WORKLOADS = (
    Workload("get", "GET by id", "get"),
    Workload("page", "page of 50", "page"),
    Workload("get_included", "GET by id, 10 included", "get_included"),
    Workload("page_included", "page of 20, 200 included", "page_included"),
    Workload("linkage", "linkage, 10", "linkage"),
    Workload("unlink_link", "unlink and link in turn", "unlink_link", writes=True, statements=2),
    Workload("link", "PUT one link", "link", writes=True),
    Workload("create", "create with 3 links", "create", writes=True),
)
# Measured when they are named.
FURTHER = (
    Workload("related", "related page, 10", "related"),
    Workload("post_link", "POST one link", "link", writes=True),
)
BULK = "bulk"  # 10,000 links in one request: bulk.py
IDLE = "idle"  # memory, start, sends: idle.py


@dataclasses.dataclass(frozen=True)
class Target:
    """Least ratio of backref's rate, at `connections` or at its best, to the peer's best rate."""

    workload: str
    peer: str
    least: float
    connections: int = None


TARGETS = (
    Target("get", "pgbench", 1.2, connections=128),
    Target("link", "pgbench", 2.5, connections=128),
    Target("page", "pgbench", 0.8),
    Target("page_included", "pgbench", 0.9),
    Target("get", "fastapi", 25),
    Target("page_included", "fastapi", 80),
    Target("get", "node", 2.5),
)
MOST_P50_OF_PGBENCH = 2.0  # GET by id at one connection
MOST_BULK_OF_PSQL = 1.5
MOST_IDLE_MIB = 12.0
MOST_KIB_PER_CONNECTION = 10.0
MOST_READY_MS = 50.0
MOST_GROWTH = 1.3
