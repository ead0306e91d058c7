"""One service over the model of support/kinds.py, shared by the files that test its kinds."""

import json

import pytest

from support.client import Client
from support.database import Sql
from support.kinds import MODEL, TABLES, World
from support.service import Service

DATABASE = "backref_kinds"


@pytest.fixture(scope="session")
def kinds_service(cluster, tmp_path_factory):
    model = tmp_path_factory.mktemp("kinds") / "model.json"
    model.write_text(json.dumps(MODEL))
    url = cluster.create_database(DATABASE)
    connection = cluster.connect(DATABASE)
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    connection.close()
    with Service(url, model=str(model), workers=2) as running:
        yield running


@pytest.fixture(scope="session")
def kinds_sql(cluster, kinds_service):
    sql = Sql(cluster.connect(DATABASE))
    yield sql
    sql.close()


@pytest.fixture
def world(kinds_service, kinds_sql):
    assert kinds_service.is_running(), f"the service died:\n{kinds_service.log()[-6000:]}"
    with Client(kinds_service.base_url) as client:
        yield World(client, kinds_sql)
