"""Lists under every filter and order, and documents with everything included, compared with what Python makes of
the same rows. The world is small enough to be computed by hand and large enough to have ties, nulls and empty sets."""

import itertools
import random

import pytest

from support.client import Client
from support.database import Sql
from support.service import Service

N_FRIENDS = 120
N_HOBBIES = 25
NAMES = ["Ada", "ada", "Bo", "Çelik", "Dee", "O'Neil", "x,y", "100%", "under_score", "Zoë"]


class World:
    """Friends with hobbies, as Python objects."""

    def __init__(self, service, sql):
        self.service = service
        chosen = random.Random(7)
        self.friends = {}
        self.hobbies = {i: {"name": f"hobby {i}", "friends": set()} for i in range(1, N_HOBBIES + 1)}
        for i in range(1, N_FRIENDS + 1):
            self.friends[i] = {
                "name": chosen.choice(NAMES),
                "nickname": chosen.choice([None, "a", "b", "c d"]),
                "hobbies": set(chosen.sample(range(1, N_HOBBIES + 1), chosen.choice([0, 0, 1, 2, 5]))),
            }
        for i, friend in self.friends.items():
            for hobby in friend["hobbies"]:
                self.hobbies[hobby]["friends"].add(i)
        self.store(sql)
        # the database decides how texts compare; Python follows its order
        rows = sql.rows("select x from unnest(%s) x order by x", NAMES + ["a", "b", "c d"])
        self.rank = {row[0]: i for i, row in enumerate(rows)}

    def store(self, sql):
        for i, friend in self.friends.items():
            sql.run("insert into friends (id, name, nickname) values (%s, %s, %s)", i, friend["name"], friend["nickname"])
        for i, hobby in self.hobbies.items():
            sql.run("insert into hobbies (id, name) values (%s, %s)", i, hobby["name"])
        for i, friend in self.friends.items():
            for hobby in friend["hobbies"]:
                sql.run("insert into friend_hobbies (friend_id, hobby_id) values (%s, %s)", i, hobby)


@pytest.fixture(scope="module")
def world(cluster, template):
    url = cluster.create_database("world", template)
    sql = Sql(cluster.connect("world"))
    with Service(url, workers=2) as service:
        yield World(service, sql)
    sql.close()


@pytest.fixture
def client(world):
    with Client(world.service.base_url) as client:
        yield client


def walked(client, path):
    """All pages' ids by following next, then all of them again backwards from the last page."""
    ids, pages, url = [], [], path
    while url is not None:
        page = client.get(url)
        assert page.status == 200, page
        pages.append(page)
        ids += page.ids
        url = page.json["links"]["next"]
    assert all(len(p.data) == len(pages[0].data) for p in pages[:-1]), "a page is short"
    back, url = list(pages[-1].ids), pages[-1].json["links"]["prev"]
    while url is not None:
        page = client.get(url)
        back = page.ids + back
        url = page.json["links"]["prev"]
    assert back == ids, path
    return [int(i) for i in ids]


FILTERS = {
    "filter[name]=Ada": lambda f: f["name"] == "Ada",
    "filter[name]=O'Neil": lambda f: f["name"] == "O'Neil",
    "filter[name]=x,y": lambda f: f["name"] == "x,y",
    "filter[name][ne]=Ada": lambda f: f["name"] != "Ada",
    "filter[nickname][ne]=a": lambda f: f["nickname"] != "a",
    "filter[name][in]=Ada,Bo": lambda f: f["name"] in ("Ada", "Bo"),
    "filter[name][like]=%25a": lambda f: f["name"].endswith("a"),
    "filter[name][ilike]=AD%25": lambda f: f["name"].lower().startswith("ad"),
    "filter[nickname][null]=true": lambda f: f["nickname"] is None,
    "filter[nickname][null]=false": lambda f: f["nickname"] is not None,
    "filter[nickname]=c+d": lambda f: f["nickname"] == "c d",
    "filter[hobbies]=3,4": lambda f: f["hobbies"] & {3, 4},
    "filter[hobbies][any]=3,4": lambda f: f["hobbies"] & {3, 4},
    "filter[hobbies][none]=3,4": lambda f: not f["hobbies"] & {3, 4},
    "filter[hobbies.name]=hobby 7": lambda f: 7 in f["hobbies"],
    "filter[hobbies.name][in]=hobby 7,hobby 8": lambda f: f["hobbies"] & {7, 8},
    "filter[hobbies][count]=0": lambda f: len(f["hobbies"]) == 0,
    "filter[hobbies][count][ge]=2": lambda f: len(f["hobbies"]) >= 2,
    "filter[hobbies][count][lt]=5": lambda f: len(f["hobbies"]) < 5,
    "filter[hobbies]=3&filter[hobbies.name]=hobby 7": lambda f: {3, 7} <= f["hobbies"],
    "filter[hobbies]=999": lambda f: False,
    "filter[hobbies][null]=true": lambda f: not f["hobbies"],
}


@pytest.mark.parametrize("by", FILTERS)
def test_filters_choose_what_python_would(world, client, by):
    expected = [i for i, f in world.friends.items() if FILTERS[by](f)]
    by = by.replace(" ", "%20")
    assert walked(client, f"/friends?page[size]=7&{by}") == expected
    total = client.get(f"/friends?page[total]=exact&page[size]=1&{by}").json["meta"]["page"]["total"]
    assert total == len(expected)
    numbered = []
    for number in itertools.count(1):
        page = client.get(f"/friends?page[size]=50&page[number]={number}&{by}")
        numbered += [int(i) for i in page.ids]
        if page.json["links"]["next"] is None:
            break
    assert numbered == expected


def test_filters_through_two_steps(world, client):
    near = {i for i, f in world.friends.items() if any(world.hobbies[h]["friends"] & {1, 2} for h in f["hobbies"])}
    assert set(walked(client, "/friends?filter[hobbies.friends]=1,2")) == near


def key_of(world, friend, field):
    """Nulls are the largest, as PostgreSQL has them."""
    if field == "hobbies.count":
        return (0, len(friend["hobbies"]))
    value = friend[field]
    return (1, 0) if value is None else (0, world.rank[value])


@pytest.mark.parametrize("sort", ["name", "-name", "nickname", "-nickname", "name,-nickname", "-nickname,name", "hobbies.count",
                                  "-hobbies.count,name", "nickname,-id", "-id", "name,id"])
@pytest.mark.parametrize("size", [3, 7, 1000])
def test_every_order_is_walked_whole(world, client, sort, size):
    ids = list(world.friends)
    fields = sort.split(",")
    # what completes the order runs in the direction of the last key
    descends = fields[-1].startswith("-")
    if fields[-1].lstrip("-") != "id":
        fields.append("-id" if descends else "id")
    for field in reversed(fields):
        name = field.lstrip("-")
        ids.sort(key=lambda i: i if name == "id" else key_of(world, world.friends[i], name), reverse=field.startswith("-"))
    assert walked(client, f"/friends?sort={sort}&page[size]={size}") == ids


def test_related_lists_are_sorted_and_filtered(world, client):
    hobby = max(world.hobbies, key=lambda h: len(world.hobbies[h]["friends"]))
    members = world.hobbies[hobby]["friends"]
    expected = sorted((i for i in members if world.friends[i]["nickname"] != "a"),
                      key=lambda i: (key_of(world, world.friends[i], "name"), i))
    for path in (f"/hobbies/{hobby}/friends", f"/hobbies/{hobby}/relationships/friends"):
        assert walked(client, f"{path}?sort=name&filter[nickname][ne]=a&page[size]=3") == expected
    assert client.get("/hobbies/99999/friends?sort=name").status == 404


def linkage(resource, name):
    return {int(i["id"]) for i in resource["relationships"][name]["data"]}


def test_includes_are_the_closure_that_python_computes(world, client):
    page = client.get("/friends?filter[hobbies][count][ge]=1&page[size]=9&include=hobbies.friends")
    primary = {int(i) for i in page.ids}
    reached = set().union(*(world.friends[f]["hobbies"] for f in primary))
    behind = set().union(*(world.hobbies[h]["friends"] for h in reached)) - primary
    included = {(r["type"], int(r["id"])) for r in page.json["included"]}
    assert included == {("hobbies", h) for h in reached} | {("friends", f) for f in behind}
    assert len(included) == len(page.json["included"])
    for resource in page.data:
        assert linkage(resource, "hobbies") == world.friends[int(resource["id"])]["hobbies"]
    for resource in page.json["included"]:
        if resource["type"] == "hobbies":
            assert linkage(resource, "friends") == world.hobbies[int(resource["id"])]["friends"]
        else:
            assert "data" not in resource["relationships"]["hobbies"]


def test_fields_ask_for_linkage_and_leave_out_the_rest(world, client):
    friend = next(i for i, f in world.friends.items() if f["hobbies"])
    answer = client.get(f"/friends/{friend}?fields[friends]=name,hobbies")
    assert set(answer.data["attributes"]) == {"name"}
    assert set(answer.data["relationships"]) == {"hobbies"}
    assert linkage(answer.data, "hobbies") == world.friends[friend]["hobbies"]
    assert "included" not in answer.json
    answer = client.get(f"/friends/{friend}?fields[friends]=nickname&include=hobbies&fields[hobbies]=")
    assert "relationships" not in answer.data
    assert {int(r["id"]) for r in answer.json["included"]} == world.friends[friend]["hobbies"]
    assert all("attributes" not in r and "relationships" not in r for r in answer.json["included"])


def test_writes_answer_with_what_is_included(fresh_service):
    service = fresh_service()
    service.sql.run("insert into hobbies (id, name) select g, 'hobby ' || g from generate_series(1, 5) g")
    client = service.client()
    body = {"data": {"type": "friends", "attributes": {"name": "New"},
                     "relationships": {"hobbies": {"data": [{"type": "hobbies", "id": "3"}]}}}}
    made = client.post("/friends?include=hobbies&fields[hobbies]=name", body)
    assert made.status == 201
    assert [r["attributes"] for r in made.json["included"]] == [{"name": "hobby 3"}]
    changed = client.patch(f"/friends/{made.id}?include=hobbies", {
        "data": {"type": "friends", "id": made.id, "relationships": {"hobbies": {"data": [{"type": "hobbies", "id": "5"}]}}}})
    assert [r["id"] for r in changed.json["included"]] == ["5"]


def test_more_members_than_are_shown_are_a_page(fresh_service):
    service = fresh_service(max_page_size=10, page_size=5)
    service.sql.run("insert into friends (id, name) values (1, 'Ada')")
    service.sql.run("insert into hobbies (id, name) select g, 'hobby ' || g from generate_series(1, 25) g")
    service.sql.run("insert into friend_hobbies (friend_id, hobby_id) select 1, g from generate_series(1, 25) g")
    with service.client() as client:
        answer = client.get("/friends/1?include=hobbies")
        relationship = answer.data["relationships"]["hobbies"]
        assert [int(i["id"]) for i in relationship["data"]] == list(range(1, 11))
        assert len(answer.json["included"]) == 10
        assert relationship["links"]["prev"] is None
        rest = client.walk(relationship["links"]["next"])
        assert [int(i["id"]) for i in rest] == list(range(11, 26))
