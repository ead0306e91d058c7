"""Races, one at a time: requests let go together, again and again, and what must hold afterwards.

Half of the rounds run behind a gate: another session holds the owner's row until the requests wait for
it, so that they truly meet inside PostgreSQL and each has taken its snapshot before the others commit.
"""

import contextlib
import itertools
import random
import time

import psycopg2
import pytest

from support.client import document, idents
from support.model import ATTRIBUTES, assert_both_sides

from .crew import together
from .sides import BY_NAME

PHONES = BY_NAME["persons", "phones"]
OWNERS = BY_NAME["phones", "owners"]


@contextlib.contextmanager
def gate(service, statement, *parameters, patience=0.3):
    """Holds the locks of `statement` until somebody waits for them; use `with gate(…) as release`.

    `release()` waits for a waiter (at most `patience` seconds: not every mix of requests needs the lock),
    gives the rest a moment to arrive behind it, and lets go.
    """
    holder = psycopg2.connect(service.database)
    watcher = psycopg2.connect(service.database)
    watcher.autocommit = True
    try:
        with holder.cursor() as cursor:
            cursor.execute(statement, parameters)

        def release():
            end = time.monotonic() + patience
            with watcher.cursor() as cursor:
                while time.monotonic() < end:
                    cursor.execute("select count(*) from pg_locks where not granted")
                    if cursor.fetchone()[0] > 0:
                        time.sleep(0.01)
                        break
                    time.sleep(0.002)
            holder.rollback()

        yield release
    finally:
        holder.close()
        watcher.close()


def make(api, kind, count):
    return [api.create(kind, ATTRIBUTES[kind]()) for _ in range(count)]


@pytest.fixture
def clients(api):
    """Sixteen connections to the shared service."""
    made = [api.sibling() for _ in range(16)]
    yield made
    for client in made:
        client.close()


def change(client, method, side, owner, members):
    """A change of a whole linkage that must succeed."""
    answer = client.request(method, side.relationship(owner), side.body(*members))
    assert answer.status == 204, answer


def test_102_many_clients_link_one_pair(api, sql, clients):
    for round_ in range(10):
        person, = make(api, "persons", 1)
        phone, = make(api, "phones", 1)
        works = []
        for index, client in enumerate(clients):
            side, owner, member = ((PHONES, person, phone), (OWNERS, phone, person))[index % 2]
            path, body = side.relationship(owner), side.body(member, member)
            works.append(lambda c=client, p=path, b=body: c.post(p, b))
        assert {answer.status for answer in together(works)} == {204}
        assert_both_sides(api, sql, PHONES, person, [phone])


def test_102_many_clients_put_one_link_and_one_of_them_made_it(api, sql, clients):
    for round_ in range(10):
        person, = make(api, "persons", 1)
        phone, = make(api, "phones", 1)
        paths = [PHONES.one(person, phone), OWNERS.one(phone, person)]
        works = [lambda c=client, p=paths[i % 2]: c.put(p).status for i, client in enumerate(clients)]
        assert sorted(together(works)) == [201] + [204] * (len(clients) - 1)
        assert_both_sides(api, sql, PHONES, person, [phone])


def test_103_link_and_unlink_of_one_pair(api, sql, clients):
    person, = make(api, "persons", 1)
    phone, = make(api, "phones", 1)
    sides = [(PHONES, person, phone), (OWNERS, phone, person)]
    for round_ in range(25):
        works = []
        for index, client in enumerate(clients[:8]):
            side, owner, member = sides[index % 2]
            method = ("POST", "DELETE")[index // 2 % 2]
            works.append(lambda c=client, a=(method, side, owner, [member]): change(c, *a))
        together(works)
        linked = api.linkage(PHONES.relationship(person))
        assert linked <= {phone}
        assert_both_sides(api, sql, PHONES, person, linked)
        assert api.linkage(OWNERS.related(phone)) == ({person} if linked else set())


def test_104_opposite_orders_do_not_deadlock(api, sql, clients):
    """Every pair of a grid at once, from rows and from columns, each in an order of its own."""
    persons, phones = make(api, "persons", 8), make(api, "phones", 8)
    rng = random.Random(104)
    for round_ in range(15):
        for method in ("POST", "DELETE"):
            works = []
            for client, (side, owner) in zip(
                clients, [(PHONES, one) for one in persons] + [(OWNERS, one) for one in phones]
            ):
                members = list(phones if side is PHONES else persons)
                rng.shuffle(members)
                works.append(lambda c=client, a=(method, side, owner, members): change(c, *a))
            together(works)
            for person in persons:
                assert_both_sides(api, sql, PHONES, person, phones if method == "POST" else [])


def test_104_replacing_from_both_sides_does_not_deadlock(api, sql, clients):
    persons, phones = make(api, "persons", 8), make(api, "phones", 8)
    rng = random.Random(1040)
    for round_ in range(15):
        works = []
        for client, (side, owner) in zip(
            clients, [(PHONES, one) for one in persons] + [(OWNERS, one) for one in phones]
        ):
            members = rng.sample(phones if side is PHONES else persons, rng.randrange(9))
            works.append(lambda c=client, a=("PATCH", side, owner, members): change(c, *a))
        together(works)
        for person in persons:
            assert_both_sides(api, sql, PHONES, person, api.linkage(PHONES.relationship(person)))


@pytest.mark.parametrize("kind", ["persons", "phones"])
@pytest.mark.parametrize("gated", [False, True], ids=["free", "gated"])
def test_105_link_against_delete(service, api, sql, clients, kind, gated):
    for round_ in range(12):
        person, = make(api, "persons", 1)
        phone, other = make(api, "phones", 2)
        doomed = person if kind == "persons" else phone
        linkers = [
            lambda: clients[0].post(PHONES.relationship(person), PHONES.body(other, phone)),
            lambda: clients[1].post(OWNERS.relationship(phone), OWNERS.body(person)),
            lambda: clients[2].put(PHONES.one(person, phone)),
            lambda: clients[3].patch(PHONES.relationship(person), PHONES.body(phone, other)),
            lambda: clients[4].patch(
                f"/persons/{person}",
                document("persons", None, {"phones": idents("phones", [phone, other])}, person),
            ),
        ]
        works = linkers + [lambda: clients[5].delete(f"/{kind}/{doomed}")]
        if gated:
            lock = f"select from {kind} where id = %s for update"
            with gate(service, lock, doomed) as release:
                *linked, deleted, _ = together(works + [release])
        else:
            *linked, deleted = together(works)
        assert deleted.status == 204, deleted
        for answer in linked:
            assert answer.status in (200, 201, 204, 404), answer
        column = "person_id" if kind == "persons" else "phone_id"
        assert sql.value(f"select count(*) from person_phones where {column} = %s", doomed) == 0
        if kind == "persons":
            assert api.get(f"/persons/{person}").status == 404
            assert api.linkage(OWNERS.related(phone)) == api.linkage(OWNERS.related(other)) == set()
        else:
            assert api.get(f"/phones/{phone}").status == 404
            assert_both_sides(api, sql, PHONES, person, api.linkage(PHONES.relationship(person)) - {phone})


@pytest.mark.parametrize("gated", [False, True], ids=["free", "gated"])
def test_106_replacing_by_disjoint_sets_leaves_one_of_them(service, api, sql, clients, gated):
    person, = make(api, "persons", 1)
    phones = make(api, "phones", 12)
    sets = [phones[0:3], phones[3:6], phones[6:9], phones[9:12]]
    for round_ in range(12):
        works = [
            lambda c=client, m=members: change(c, "PATCH", PHONES, person, m)
            for client, members in zip(clients, sets)
        ]
        if gated:
            with gate(service, "select from persons where id = %s for update", person) as release:
                together(works + [release])
        else:
            together(works)
        left = api.linkage(PHONES.relationship(person))
        assert left in [set(one) for one in sets], f"a mixture of sets was left: {sorted(left)} of {sets}"
        assert_both_sides(api, sql, PHONES, person, left)


def test_107_one_of_twenty_creates_wins_and_the_others_leave_nothing(api, sql, clients):
    clients = clients + [api.sibling() for _ in range(4)]
    for round_ in range(5):
        attributes = ATTRIBUTES["phones"]()
        persons = make(api, "persons", len(clients))
        works = [
            lambda c=client, p=person: c.post(
                "/phones", document("phones", attributes, {"owners": idents("persons", [p])})
            )
            for client, person in zip(clients, persons)
        ]
        answers = together(works)
        assert sorted(answer.status for answer in answers) == [201] + [409] * (len(clients) - 1)
        for answer in answers:
            assert answer.status == 201 or answer.pointers == ["/data/attributes/number"], answer
        phone = next(answer.id for answer in answers if answer.status == 201)
        winner = persons[[answer.status for answer in answers].index(201)]
        assert sql.value("select count(*) from phones where number = %s", attributes["number"]) == 1
        assert_both_sides(api, sql, OWNERS, phone, [winner])
        for person in set(persons) - {winner}:
            assert api.linkage(PHONES.related(person)) == set()


def test_108_an_acknowledged_write_is_seen_from_the_other_side_at_once(api, clients):
    person, = make(api, "persons", 1)
    phone, = make(api, "phones", 1)
    for round_ in range(40):
        writer, reader = clients[round_ % 16], clients[(round_ * 7 + 3) % 16]
        linked = round_ % 2 == 0
        change(writer, "POST" if linked else "DELETE", PHONES, person, [phone])
        wanted = {person} if linked else set()
        assert reader.linkage(OWNERS.relationship(phone)) == wanted
        assert reader.linkage(OWNERS.related(phone)) == wanted
        change(reader, "PATCH", OWNERS, phone, [] if linked else [person])
        assert writer.linkage(PHONES.related(person)) == (set() if linked else {phone})
        change(reader, "PATCH", OWNERS, phone, [person] if linked else [])


def test_109_pages_while_members_come_and_go(api, clients):
    person, = make(api, "persons", 1)
    staying, passing = make(api, "phones", 25), make(api, "phones", 25)
    everything = [one for both in zip(staying, passing) for one in both]
    change(api, "POST", PHONES, person, everything)
    end = time.monotonic() + 1.5
    rng = random.Random(109)
    passes = [0]

    def walk(client, path):
        while time.monotonic() < end:
            ids = [item["id"] for item in client.walk(f"{path}?page[size]=7")]
            assert len(ids) == len(set(ids)), f"{path} shows a member twice: {ids}"
            lost = set(staying) - set(ids)
            assert not lost, f"{path} skipped members that were there all along: {lost}"
            passes[0] += 1

    def stir(client, own, seed):
        shuffle = random.Random(seed)
        while time.monotonic() < end:
            some = shuffle.sample(own, 5)
            change(client, shuffle.choice(("POST", "DELETE")), PHONES, person, some)

    paths = [PHONES.relationship(person), PHONES.related(person)]
    works = [lambda c=c, p=p: walk(c, p) for c, p in zip(clients, paths * 3)]
    works += [lambda c=c, s=rng.random(): stir(c, passing, s) for c in clients[6:10]]
    together(works)
    assert passes[0] > 6


# -- replace against link and unlink of one owner: some serial order explains the result -----------


def apply_replace(state, members):
    return frozenset(members)


def apply_link(state, members):
    return state | frozenset(members)


def apply_unlink(state, members):
    return state - frozenset(members)


def draw(rng, person, phones):
    """A request that changes the person's phones: (what it does to the set, members, how it is sent)."""
    kind = rng.choice(("replace", "replace", "patch", "link", "unlink", "link back", "unlink back"))
    members = rng.sample(phones, rng.randint(1, 3))
    path, body = PHONES.relationship(person), PHONES.body(*members)
    if kind == "replace":
        return apply_replace, members, lambda c: c.patch(path, body)
    if kind == "patch":
        whole = document("persons", None, {"phones": idents("phones", members)}, person)
        return apply_replace, members, lambda c: c.patch(f"/persons/{person}", whole)
    if kind == "link":
        return apply_link, members, lambda c: c.post(path, body)
    if kind == "unlink":
        return apply_unlink, members, lambda c: c.delete(path, body)
    path, body = OWNERS.relationship(members[0]), OWNERS.body(person)
    if kind == "link back":
        return apply_link, members[:1], lambda c: c.post(path, body)
    return apply_unlink, members[:1], lambda c: c.delete(path, body)


def serial_results(start, requests):
    """Every set that some order of the requests leads to."""
    results = set()
    for order in itertools.permutations(requests):
        state = start
        for apply, members, _ in order:
            state = apply(state, members)
        results.add(state)
    return results


@pytest.mark.parametrize("gated", [False, True], ids=["free", "gated"])
def test_some_serial_order_explains_the_result(service, api, sql, clients, gated):
    rng = random.Random(59)
    person, = make(api, "persons", 1)
    phones = make(api, "phones", 5)
    for round_ in range(60):
        start = frozenset(rng.sample(phones, rng.randrange(4)))
        change(api, "PATCH", PHONES, person, start)
        requests = [draw(rng, person, phones) for _ in range(rng.choice((2, 3, 4)))]
        works = [lambda c=client, send=one[2]: send(c) for client, one in zip(clients, requests)]
        if gated:
            lock = "select from persons where id = %s for update"
            with gate(service, lock, person, patience=0.05) as release:
                answers = together(works + [release])[:-1]
        else:
            answers = together(works)
        for answer in answers:
            assert answer.status in (200, 204), answer
        end = api.linkage(PHONES.relationship(person))
        story = [(apply.__name__, sorted(members)) for apply, members, _ in requests]
        assert end in serial_results(start, requests), (
            f"round {round_}: from {sorted(start)}, together {story}: {sorted(end)} follows from no order"
        )
        assert_both_sides(api, sql, PHONES, person, end)
