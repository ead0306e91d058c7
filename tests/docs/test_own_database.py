"""README.md's commands for a database that is there already, run as they stand against one made by others."""

import os
import signal
import subprocess
import threading

from support.client import Client
from support.database import Sql
from support.service import LISTENING, binary

from markdown import ROOT, examples

SCHEMAS = ROOT / "tests" / "integration" / "schemas"
COMMANDS = [commands for commands, _ in examples("README.md") if "model reflect" in commands]


def test_the_database_is_served(cluster, tmp_path):
    assert len(COMMANDS) == 1 and len(COMMANDS[0].splitlines()) == 4
    url = cluster.create_database("own")
    sql = Sql(cluster.connect("own"))
    sql.run((SCHEMAS / "orders.sql").read_text() + "insert into products (name) values ('Tea');")
    sql.close()
    (tmp_path / "build").symlink_to(binary().parent)
    before, serve = COMMANDS[0].replace("postgresql:///shop", url.replace("&", "\\&")).rsplit("build/backref serve", 1)
    commands = f"{before}exec build/backref serve{serve}"
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "BACKREF_"))}
    service = subprocess.Popen(["bash", "-euc", commands], cwd=tmp_path, env=dict(env, BACKREF_LISTEN="127.0.0.1:0"),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        said, addresses = [], []
        for line in service.stderr:
            said.append(line)
            if LISTENING.search(line):
                addresses.append(LISTENING.search(line).group(1))
                break
        assert addresses, "".join(said)
        rest = threading.Thread(target=service.stderr.read, daemon=True)
        rest.start()
        with Client(f"http://{addresses[0]}") as api:
            assert api.get("/products/1").data["attributes"]["name"] == "Tea"
            order = api.create("orders", {})
            assert "products" in api.get(f"/orders/{order}").data["relationships"]
    finally:
        service.send_signal(signal.SIGTERM)
        graph = service.stdout.read()
        assert service.wait(30) == 0
    rest.join(5)
    assert "orders: table public.orders, key orderid (integer)" in graph
    assert "left out: foreign key parcels_orderid_productid_fkey" in "".join(said)
