"""The answer to a request does not depend on who shared its statements."""

import pytest

from support.client import Client, idents
from support.database import Sql
from support.model import MISSING, SIDES, bulk
from support.service import Service

READS = [
    "/persons", "/persons?page[size]=2", "/persons?include=phones.owners", "/persons?sort=-name&page[size]=3",
    "/persons?filter[phones][count][ge]=1", "/persons/{one}", "/persons/{one}?include=phones,friends.hobbies",
    "/persons/{one}/phones", "/persons/{one}/phones?page[size]=1", "/persons/{one}/phones?include=owners",
    "/persons/{one}/relationships/phones", "/persons/{one}/relationships/phones?page[size]=1&include=phones",
    "/persons/{one}/phones/{member}", "/persons/{none}", "/persons/{none}/phones", "/persons/{one}/phones/{none}",
    "/persons/{empty}/phones", "/persons/{empty}/relationships/friends", "/persons/{empty}?include=phones",
]
MODES = ("off", "auto", "always")


@pytest.fixture(scope="module")
def modes(cluster, template):
    """One database, with a service in each mode, and the ids that the paths speak of."""
    cluster.create_database("coalescing", template)
    services = {mode: Service(cluster.url("coalescing"), coalescing=mode).__enter__() for mode in MODES}
    sql = Sql(cluster.connect("coalescing"))
    persons, phones = bulk(sql, "persons", 5), bulk(sql, "phones", 6)
    friends, hobbies = bulk(sql, "friends", 3), bulk(sql, "hobbies", 3)
    with Client(services["off"].base_url) as client:
        client.post(f"/persons/{persons[0]}/relationships/phones", {"data": idents("phones", phones)})
        client.post(f"/persons/{persons[1]}/relationships/phones", {"data": idents("phones", phones[:2])})
        client.post(f"/persons/{persons[0]}/relationships/friends", {"data": idents("friends", friends)})
        client.post(f"/hobbies/{hobbies[0]}/relationships/friends", {"data": idents("friends", friends)})
    yield services, sql, {"one": persons[0], "empty": persons[4], "member": phones[0], "none": MISSING}
    sql.close()
    for service in services.values():
        service.__exit__(None, None, None)
    cluster.drop_database("coalescing")


@pytest.mark.parametrize("path", READS)
def test_reads_are_the_same_bytes(modes, path):
    services, _, ids = modes
    answers = {}
    for mode, service in services.items():
        with Client(service.base_url) as client:
            answer = client.get(path.format(**ids))
            answers[mode] = (answer.status, answer.text, answer.headers.get("ETag"))
    assert answers["always"] == answers["off"] == answers["auto"]


@pytest.mark.parametrize("side", SIDES, ids=str)
@pytest.mark.parametrize("mode", MODES)
def test_writes_tell_and_do_the_same(modes, mode, side):
    services, sql, _ = modes
    owner, = bulk(sql, side.type, 1)
    first, second, third = bulk(sql, side.target, 3)
    prefer = {"Prefer": "return=representation"}
    with Client(services[mode].base_url) as client:
        assert [client.put(side.one(owner, first)).status for _ in range(2)] == [201, 204]
        told = client.post(side.relationship(owner), side.body(first, second), headers=prefer).json["meta"]
        assert told["added"] == idents(side.target, [second]) and told["unchanged"] == idents(side.target, [first])
        missing = client.post(side.relationship(owner), {"data": idents(side.target, [third, MISSING])})
        assert missing.status == 404 and missing.pointers == ["/data/1"]
        assert side.rows(sql, owner) == sorted([first, second], key=int)
        told = client.request("DELETE", side.relationship(owner), side.body(first, third), headers=prefer).json["meta"]
        assert told["removed"] == idents(side.target, [first])
        assert [client.delete(side.one(owner, second)).status for _ in range(2)] == [204, 204]
        assert client.put(side.one(MISSING, first)).status == 404
        assert client.put(side.one(owner, MISSING)).status == 404
    assert side.rows(sql, owner) == []

