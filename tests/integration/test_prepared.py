"""What a connection's session of PostgreSQL holds prepared is bounded, whatever becomes of the requests."""

import pytest

from support.client import Client
from support.database import Sql
from support.service import Service

AT_MOST = 256
OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "in", "like", "ilike")
SHAPES = [f"?filter[name][{one}]=x&filter[description][{two}]=x&sort={key}&include=friends"
          for one in OPERATORS for two in OPERATORS for key in ("name", "-name", "description", "id", "-id")]
# A friend's nickname says how many statements the session that makes it holds.
COUNTED = """
create function held() returns text language sql as $$ select count(*)::text from pg_prepared_statements $$;
alter table friends alter nickname set default held();
"""


@pytest.fixture
def held(cluster, fresh_database):
    """A service whose database role may be denied a table, that database, and how many statements are held."""
    name = fresh_database()
    sql = Sql(cluster.connect(name))
    sql.run(COUNTED)
    sql.run("create role clerk login")
    sql.run("grant all on all tables in schema public to clerk")
    url = cluster.url(name).replace("user=postgres", "user=clerk")
    with Service(url, workers=1, connections=1) as service, Client(service.base_url) as client:
        yield client, sql, lambda: int(client.get(
            f"/friends/{client.create('friends', {'name': 'counter'})}").data["attributes"]["nickname"])
    sql.run("drop owned by clerk")
    sql.run("drop role clerk")
    sql.close()


def test_a_flood_of_shapes_is_bounded(held):
    client, _, count = held
    for shape in SHAPES:
        assert client.get(f"/hobbies{shape}").status == 200
    assert AT_MOST - 1 <= count() <= AT_MOST, "as many as there is room for, and no more"


def test_a_flood_of_shapes_that_fail_is_bounded(held):
    """The first statement of each is refused when it runs, so PostgreSQL looks at no other of its group."""
    client, sql, count = held
    for shape in SHAPES[:AT_MOST // 2 + 10]:
        assert client.get(f"/hobbies{shape}").status == 200
    sql.run("revoke all on hobbies from clerk")
    for shape in SHAPES:
        assert client.get(f"/hobbies{shape}").status == 403
    assert count() <= AT_MOST
    sql.run("grant all on hobbies to clerk")
    for shape in SHAPES[:10]:
        assert client.get(f"/hobbies{shape}").status == 200
    assert count() <= AT_MOST


def test_statements_of_columns_that_changed_are_bounded(held):
    """They have to be prepared anew, and what was prepared before goes."""
    client, sql, count = held
    shapes = SHAPES[:20]
    for size in range(20, 40):
        sql.run(f"alter table hobbies alter description type varchar({size})")
        for shape in shapes:
            assert client.get(f"/hobbies{shape}").status == 200
    assert count() <= AT_MOST
