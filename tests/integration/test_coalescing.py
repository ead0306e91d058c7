"""The answer to a request does not depend on who shared its statements."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.client import Client, document, idents
from support.database import Sql
from support.model import MISSING, SIDES, bulk
from support.service import Service
from support.waiting import wait_until

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


def counters(client):
    """The service's own counters without labels."""
    samples = (line.rpartition(" ") for line in client.get("/metrics").text.splitlines() if line[0] != "#")
    return {name: float(value) for name, _, value in samples}


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



def test_creates_and_updates_that_wait_are_one_transaction(fresh_service):
    """Each is answered for itself, also when PostgreSQL refuses one of them."""
    service = fresh_service(workers=1, connections=2, lock_timeout="60s", statement_timeout="60s", request_timeout="60s",
                            queue_timeout="60s")
    sql = service.sql
    phones, persons = bulk(sql, "phones", 3), bulk(sql, "persons", 4)
    sql.run("update persons set email = 'taken@example.org' where id = %s", persons[0])
    blocker = service.second_session()
    blocker.run("begin")
    blocker.run("lock table persons in access exclusive mode")

    def create(name, email=None, phone=None):
        linkage = {"phones": idents("phones", [phone])} if phone else None
        return lambda client: client.post("/persons?include=phones", document(
            "persons", {"name": name, "email": email}, linkage))

    def rename(person, name):
        return lambda client: client.patch(f"/persons/{person}", document("persons", {"name": name}, None, person))

    tasks = [create("first")]
    tasks += [create(f"new {i}", f"new{i}@example.org", phones[i % 3]) for i in range(12)]
    tasks += [create("double", "taken@example.org"), create("lost", None, MISSING)]
    tasks += [rename(person, f"renamed {person}") for person in reversed(persons)]
    tasks += [create("again", "new3@example.org", phones[0]), rename(MISSING, "nobody")]
    with ThreadPoolExecutor(len(tasks)) as pool, service.client() as client:
        def one(task):
            with Client(service.base_url, timeout=60) as own:
                return task(own)

        def waiting():
            return counters(client)["backref_requests_waiting"]

        before = counters(client)
        first = pool.submit(one, tasks[0])
        wait_until(lambda: waiting() == 1, 30, "the first create waits for the lock")
        others = [pool.submit(one, task) for task in tasks[1:]]
        wait_until(lambda: waiting() == len(tasks), 30, "the others wait for it")
        blocker.run("rollback")
        answers = [first.result(60)] + [each.result(60) for each in others]
        after = counters(client)
    double, lost, *renamed, again, nobody = answers[13:]
    made = [again if i == 4 and answer.status == 409 else answer for i, answer in enumerate(answers[:13])]
    assert sorted([answers[4].status, again.status]) == [201, 409], "whoever of the two comes first"
    assert [answer.status for answer in made] == [201] * 13, answers
    for i, answer in enumerate(made[1:]):
        assert answer.data["attributes"]["email"] == f"new{i}@example.org"
        assert [one["id"] for one in answer.json["included"]] == [phones[i % 3]]
    assert len({answer.id for answer in made}) == 13
    assert double.status == 409 and double.pointers == ["/data/attributes/email"]
    assert lost.status == 404 and lost.pointers == ["/data/relationships/phones/data/0"]
    assert nobody.status == 404
    assert {answer.status for answer in renamed} == {200}
    assert [answer.data["attributes"]["name"] for answer in renamed] == [f"renamed {one}" for one in reversed(persons)]
    assert sql.count("persons") == 4 + 13
    assert sql.value("select count(*) from person_phones") == 12
    sent = after["backref_batches_total"] - before["backref_batches_total"]
    assert sent <= 7, "one for the first, one for the others, two more for each of the two that are refused"


def test_links_that_share_a_statement_with_a_mistake(fresh_service):
    """One end that does not exist is told to its own request, and costs the others nothing."""
    service = fresh_service(workers=1, connections=2, lock_timeout="60s", statement_timeout="60s", request_timeout="60s",
                            queue_timeout="60s")
    sql = service.sql
    persons, phones = bulk(sql, "persons", 6), bulk(sql, "phones", 6)
    sql.run("insert into person_phones values (%s, %s)", persons[0], phones[0])
    pairs = [(a, b) for a in persons for b in phones[:2]]
    wanted = [204 if pair == (persons[0], phones[0]) else 201 for pair in pairs]
    pairs += [(persons[1], MISSING), (MISSING, phones[2])]
    wanted += [404, 404]
    for trust in (True, False):  # soon after a mistake, requests are judged from the start
        blocker = service.second_session()
        blocker.run("begin")
        blocker.run("lock table person_phones in access exclusive mode")
        with ThreadPoolExecutor(len(pairs) + 1) as pool, service.client() as client:
            def link(pair):
                with Client(service.base_url, timeout=60) as own:
                    return own.put(f"/persons/{pair[0]}/phones/{pair[1]}")

            def waiting():
                return counters(client)["backref_requests_waiting"]

            before = counters(client)
            first = pool.submit(link, (persons[5], phones[5]))
            wait_until(lambda: waiting() == 1, 30, "the first link waits for the lock")
            others = [pool.submit(link, pair) for pair in pairs]
            wait_until(lambda: waiting() == 1 + len(pairs), 30, "the others wait for it")
            blocker.run("rollback")
            assert first.result(60).status == (201 if trust else 204)
            assert [each.result(60).status for each in others] == (
                wanted if trust else [204] * (len(pairs) - 2) + [404, 404])
            after = counters(client)
        if trust:
            assert after["backref_retries_total"] - before["backref_retries_total"] == 1, "together, and once"
    assert sql.count("person_phones") == len(pairs) - 2 + 1


def test_triggers_see_only_links_that_are_made(cluster, template):
    """What is linked already is not inserted again where somebody would notice."""
    url = cluster.create_database("triggered", template)
    sql = Sql(cluster.connect("triggered"))
    persons, (phone,) = bulk(sql, "persons", 2), bulk(sql, "phones", 1)
    sql.run("create table seen (person_id bigint)")
    sql.run("create function note() returns trigger language plpgsql as "
            "$$begin insert into seen values (new.person_id); return new; end$$")
    sql.run("create trigger note before insert on person_phones for each row execute function note()")
    with Service(url) as service, Client(service.base_url) as client:
        assert [client.put(f"/persons/{persons[0]}/phones/{phone}").status for _ in range(3)] == [201, 204, 204]
        assert client.put(f"/phones/{phone}/owners/{persons[1]}").status == 201
        assert client.post(f"/phones/{phone}/relationships/owners", {"data": idents("persons", persons)}).status == 204
        assert client.put(f"/persons/{persons[0]}/phones/{MISSING}").status == 404
    assert sorted(sql.column("select person_id::text from seen")) == sorted(persons)
    sql.close()
    cluster.drop_database("triggered")
