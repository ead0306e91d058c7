"""What a read costs: as many statements as `backref explain` says, in one group, whatever the number of rows."""

import re

import pytest

from support.client import Client
from support.database import Sql
from support.service import Service, run

URLS = {
    "/friends?include=hobbies.friends": 3,
    "/friends?include=hobbies": 2,
    "/friends?include=hobbies,persons.phones": 4,
    "/friends": 1,
    "/friends?sort=-hobbies.count&filter[hobbies][count][ge]=1": 1,
    "/friends?page[total]=exact&include=hobbies": 3,
    "/friends/1": 1,
    "/friends/1?include=hobbies.friends": 3,
    "/friends/1/hobbies?include=friends": 2,
    "/friends/1/relationships/hobbies": 1,
    "/friends/1/relationships/hobbies?include=hobbies.friends": 2,
}
SIZES = (10, 100, 1000)


@pytest.fixture(scope="module")
def explained(cluster, template):
    """Url -> what `backref explain` prints; no service runs."""
    name = "explained"
    cluster.create_database(name, template)
    found = {}
    for url in URLS:
        done = run("explain", "GET", url, "--database", cluster.url(name))
        assert done.returncode == 0, done.stderr
        found[url] = done.stdout
    yield found
    cluster.drop_database(name)


def fill(sql, count):
    """So many friends, as many hobbies, three links of each friend."""
    sql.run("insert into persons (name) select 'p' || g from generate_series(1, %s) g", count)
    sql.run("insert into friends (name) select 'f' || g from generate_series(1, %s) g", count)
    sql.run("insert into hobbies (name) select 'h' || g from generate_series(1, %s) g", count)
    for step in (0, 1, 7):
        sql.run("insert into friend_hobbies (friend_id, hobby_id) select g, (g + %s) %% %s + 1"
                " from generate_series(1, %s) g on conflict do nothing", step, count, count)
        sql.run("insert into person_friends (person_id, friend_id) select (g + %s) %% %s + 1, g"
                " from generate_series(1, %s) g on conflict do nothing", step, count, count)


def counters(client):
    text = client.get("/metrics").text
    return {name: int(re.search(rf"^backref_{name}_total (\d+)$", text, re.M)[1])
            for name in ("batches", "database_sends")}


@pytest.mark.parametrize("url", URLS)
def test_explain_says_how_many(explained, url):
    text = explained[url]
    assert f"statements: {URLS[url]}, in one round trip and one transaction\n" in text
    assert len(re.findall(r"^-- statement \d+, ", text, re.M)) == URLS[url]


@pytest.fixture(scope="module")
def filled(cluster, template):
    """Size -> a service with so many rows of each type, and one connection to PostgreSQL."""
    running = {}
    for count in SIZES:
        name = f"filled_{count}"
        cluster.create_database(name, template)
        sql = Sql(cluster.connect(name))
        fill(sql, count)
        sql.close()
        running[count] = Service(cluster.url(name), workers=1, connections=1)
    for service in running.values():
        service.client = Client(service.base_url, timeout=60, check=None)  # large documents: only what they cost
    yield running
    for count, service in running.items():
        service.client.close()
        service.__exit__(None, None, None)
        cluster.drop_database(f"filled_{count}")


@pytest.mark.parametrize("url", URLS)
def test_the_statements_do_not_depend_on_what_is_stored(filled, explained, url):
    for count, service in filled.items():
        done = run("explain", "GET", url, "--database", service.database)
        assert done.stdout == explained[url], count


@pytest.mark.parametrize("url", URLS)
def test_one_group_and_one_write_to_the_socket(filled, url):
    """A list of 10, of 100 and of 1000 rows, with all that is included, after one round trip."""
    separator = "&" if "?" in url else "?"
    if not re.match(r"/friends/1(\?|$)", url):
        url += f"{separator}page[size]=1000"
    for count, service in filled.items():
        client = service.client
        assert client.get(url).status == 200  # statements are prepared by now
        before = counters(client)
        answer = client.get(url)
        after = counters(client)
        assert answer.status == 200
        assert after["batches"] - before["batches"] == 1
        assert after["database_sends"] - before["database_sends"] == 1
        if url.startswith("/friends?"):
            assert len(answer.data) == count
        if "include=hobbies.friends" in url and url.startswith("/friends?"):
            assert len({item["id"] for item in answer.json["included"]}) == count, "every hobby"
