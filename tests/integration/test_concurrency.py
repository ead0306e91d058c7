"""Many clients at once: no duplicates, no half states, no deadlock that a client sees, no 5xx."""

import threading

import pytest

from support.client import document, idents
from support.crowd import statuses, together
from support.model import (ATTRIBUTES, MISSING, SIDES, assert_both_sides, bulk, unique, unique_number)

each_side = pytest.mark.parametrize("side", SIDES, ids=str)
FIRST = SIDES[0]


@each_side
def test_the_same_link_by_many(api, sql, side):
    owner, member = side.new_owner(api), side.new_member(api)
    body, mirrored = side.body(member), {"data": idents(side.type, [owner])}
    tasks = [lambda c: c.post(side.relationship(owner), body)] * 12
    tasks += [lambda c: c.post(side.inverse_relationship(member), mirrored)] * 12
    assert set(statuses(api, tasks)) == {204}
    assert_both_sides(api, sql, side, owner, [member])


def test_the_same_put_by_many_creates_once(api, sql):
    owner, member = FIRST.new_owner(api), FIRST.new_member(api)
    got = statuses(api, [lambda c: c.put(FIRST.one(owner, member))] * 24)
    assert sorted(got) == [201] + [204] * 23
    assert_both_sides(api, sql, FIRST, owner, [member])


@each_side
def test_link_against_unlink(api, sql, side):
    owner, member = side.new_owner(api), side.new_member(api)
    for _ in range(4):
        tasks = [lambda c: c.post(side.relationship(owner), side.body(member)),
                 lambda c: c.delete(side.relationship(owner), side.body(member))] * 6
        assert set(statuses(api, tasks)) == {204}
        assert_both_sides(api, sql, side, owner, side.rows(sql, owner))
    assert api.delete(side.one(owner, member)).status == 204
    assert_both_sides(api, sql, side, owner, [])


def test_opposite_orders_do_not_deadlock(api, sql):
    """Every owner links and replaces all members, every member all owners, in opposite orders."""
    owners, members = bulk(sql, "persons", 6), bulk(sql, "phones", 6)
    tasks = []
    for turn in range(6):
        order = 1 if turn % 2 else -1
        tasks += [
            lambda c, o=owners[turn], m=members[::order]: c.post(FIRST.relationship(o), FIRST.body(*m)),
            lambda c, o=owners[::-order], m=members[turn]: c.post(
                FIRST.inverse_relationship(m), {"data": idents("persons", o)}),
            lambda c, o=owners[turn], m=members[::-order]: c.patch(FIRST.relationship(o), FIRST.body(*m)),
            lambda c, o=owners[::order], m=members[turn]: c.patch(
                FIRST.inverse_relationship(m), {"data": idents("persons", o)}),
        ]
    for _ in range(5):
        assert set(statuses(api, tasks)) == {204}
        sql.run("delete from person_phones where person_id = any(%s::bigint[])", owners)
    assert set(statuses(api, tasks)) == {204}
    for owner in owners:
        assert_both_sides(api, sql, FIRST, owner, members)


@each_side
def test_two_replaces_never_mix(api, sql, side):
    owner = side.new_owner(api)
    members = bulk(sql, side.target, 8)
    sets = [members[:4], members[4:], members[2:6], []]
    for _ in range(5):
        tasks = [lambda c, s=s: c.patch(side.relationship(owner), side.body(*s)) for s in sets] * 2
        assert set(statuses(api, tasks)) == {204}
        assert side.rows(sql, owner) in sets
    assert_both_sides(api, sql, side, owner, side.rows(sql, owner))


def test_replace_against_link_keeps_the_replaced_set_whole(api, sql):
    owner, members = FIRST.new_owner(api), bulk(sql, "phones", 5)
    for _ in range(10):
        tasks = [lambda c: c.patch(FIRST.relationship(owner), FIRST.body(*members[:4])),
                 lambda c: c.post(FIRST.relationship(owner), FIRST.body(members[4]))]
        assert set(statuses(api, tasks)) == {204}
        assert set(members[:4]) <= set(FIRST.rows(sql, owner)) <= set(members)


def test_replaces_from_both_ends(api, sql):
    """Whoever wins, a link that both ends named stays and both sides agree."""
    owner, member = FIRST.new_owner(api), FIRST.new_member(api)
    for _ in range(10):
        tasks = [lambda c: c.patch(FIRST.relationship(owner), FIRST.body(member)),
                 lambda c: c.patch(FIRST.inverse_relationship(member), {"data": idents("persons", [owner])})] * 3
        assert set(statuses(api, tasks)) == {204}
        assert_both_sides(api, sql, FIRST, owner, [member])


@each_side
def test_link_against_delete_of_either_end(api, sql, side):
    for victim in ("owner", "member"):
        for _ in range(4):
            owner, member = side.new_owner(api), side.new_member(api)
            gone = f"/{side.type}/{owner}" if victim == "owner" else f"/{side.target}/{member}"
            tasks = [lambda c: c.post(side.relationship(owner), side.body(member)),
                     lambda c: c.put(side.one(owner, member)),
                     lambda c: c.patch(side.relationship(owner), side.body(member)),
                     lambda c: c.delete(gone)]
            got = statuses(api, tasks)
            assert set(got[:3]) <= {201, 204, 404} and got[3] == 204
            assert side.rows(sql, owner) == []
            assert api.get(gone).status == 404


def test_a_unique_value_is_given_once(api, sql):
    number = unique_number()
    owners = bulk(sql, "persons", 16)
    tasks = [lambda c, o=o: c.post("/phones", document("phones", {"number": number},
                                                       {"owners": idents("persons", [o])})) for o in owners]
    responses = together(api, tasks)
    assert sorted(r.status for r in responses) == [201] + [409] * 15
    winner = next(r for r in responses if r.status == 201)
    links = sql.column("select phone_id from person_phones where person_id = any(%s::bigint[])", owners)
    assert [str(i) for i in links] == [winner.id], "the losers leave nothing"
    assert all(r.pointers == ["/data/attributes/number"] for r in responses if r.status == 409)


def test_creates_at_once_are_all_there(api, sql):
    phone = FIRST.new_member(api)
    tasks = [lambda c: c.post("/persons", document("persons", {"name": unique()},
                                                   {"phones": idents("phones", [phone])}))] * 32
    responses = together(api, tasks)
    assert {r.status for r in responses} == {201}
    assert len({r.id for r in responses}) == 32
    assert api.linkage(FIRST.inverse_relationship(phone)) == {r.id for r in responses}


def test_each_request_of_a_batch_keeps_its_own_outcome(api, sql):
    """24 links at once, of which 6 name a phone that does not exist: exactly 18 rows."""
    owner, phones = FIRST.new_owner(api), bulk(sql, "phones", 18)
    targets = []
    for index in range(24):
        targets.append(str(int(MISSING) + index) if index % 4 == 0 else phones.pop())
    got = statuses(api, [lambda c, t=t: c.put(FIRST.one(owner, t)) for t in targets])
    assert got == [404 if index % 4 == 0 else 201 for index in range(24)]
    assert len(FIRST.rows(sql, owner)) == 18
    owner = FIRST.new_owner(api)
    responses = together(api, [lambda c, t=t: c.post(FIRST.relationship(owner), FIRST.body(t)) for t in targets])
    assert [r.status for r in responses] == [404 if index % 4 == 0 else 204 for index in range(24)]
    for target, response in zip(targets, responses):
        if response.status == 404:
            assert response.pointers == ["/data/0"]
            assert target in response.errors[0]["detail"]
    assert set(FIRST.rows(sql, owner)) == {t for i, t in enumerate(targets) if i % 4}


def test_each_reader_of_a_batch_gets_its_own_answer(api, sql):
    ids = bulk(sql, "friends", 40)
    wanted = [i if n % 3 else str(int(MISSING) + n) for n, i in enumerate(ids)]
    for _ in range(5):
        responses = together(api, [lambda c, i=i: c.get(f"/friends/{i}") for i in wanted])
        for number, (id_, response) in enumerate(zip(wanted, responses)):
            if number % 3:
                assert (response.status, response.id) == (200, id_)
            else:
                assert response.status == 404 and id_ in response.errors[0]["detail"]


def test_a_write_is_seen_at_once_on_every_connection(api, sql):
    """Ten readers ask from the other side right after each write has answered."""
    owner, members = FIRST.new_owner(api), bulk(sql, "phones", 10)
    with_readers = [api.sibling() for _ in range(10)]
    try:
        for member in members:
            assert api.put(FIRST.one(owner, member)).status == 201
            for reader in with_readers:
                assert owner in reader.get(FIRST.inverse_relationship(member)).ids
            assert api.delete(FIRST.relationship(owner), FIRST.body(member)).status == 204
            for reader in with_readers:
                assert reader.get(FIRST.inverse_related(member)).data == []
    finally:
        for reader in with_readers:
            reader.close()


def test_updates_of_one_row(api):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    names = [unique() for _ in range(16)]
    responses = together(api, [lambda c, n=n: c.patch(
        f"/persons/{id_}", document("persons", {"name": n}, id_=id_)) for n in names])
    assert [(r.status, r.data["attributes"]["name"]) for r in responses] == [(200, n) for n in names]
    assert api.get(f"/persons/{id_}").data["attributes"]["name"] in names


def test_deletes_of_one_row(api):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    assert sorted(statuses(api, [lambda c: c.delete(f"/persons/{id_}")] * 8)) == [204] + [404] * 7


def test_reading_pages_while_members_change(api, sql):
    """The walk ends, without a 5xx, and holds every member that was never touched, once."""
    owner = FIRST.new_owner(api)
    stable, moving = bulk(sql, "phones", 100), bulk(sql, "phones", 40)
    assert api.post(FIRST.relationship(owner), FIRST.body(*stable)).status == 204
    done = threading.Event()

    def change(client):
        while not done.is_set():
            assert client.post(FIRST.relationship(owner), FIRST.body(*moving)).status == 204
            assert client.delete(FIRST.relationship(owner), FIRST.body(*moving)).status == 204

    def read(client):
        try:
            for _ in range(8):
                seen = client.linkage(FIRST.relationship(owner) + "?page[size]=9")
                assert set(stable) <= seen <= set(stable) | set(moving)
        finally:
            done.set()

    together(api, [change, read])


def test_random_writes_from_everywhere(api, sql):
    """A storm over a small graph; afterwards both sides of every pair tell the same."""
    owners, members = bulk(sql, "friends", 4), bulk(sql, "hobbies", 4)
    side = SIDES[4]

    def storm(client, seed):
        bad = []
        for step in range(40):
            owner, member = owners[(seed + step) % 4], members[(seed * 3 + step * 5) % 4]
            few = [members[i] for i in range(4) if (seed + step) >> i & 1]
            kind = (seed * 7 + step) % 6
            response = (
                client.put(side.one(owner, member)) if kind == 0
                else client.delete(side.one(owner, member)) if kind == 1
                else client.post(side.relationship(owner), side.body(*few)) if kind == 2
                else client.delete(side.relationship(owner), side.body(*few)) if kind == 3
                else client.patch(side.relationship(owner), side.body(*few)) if kind == 4
                else client.patch(side.inverse_relationship(member),
                                  {"data": idents("friends", owners[seed % 4:])}))
            bad += [response] if response.status not in (201, 204) else []
        return bad

    assert together(api, [lambda c, s=s: storm(c, s) for s in range(12)]) == [[]] * 12
    rows = {(str(a), str(b)) for a, b in sql.rows(
        "select friend_id, hobby_id from friend_hobbies where friend_id = any(%s::bigint[])", owners)}
    for owner in owners:
        assert api.linkage(side.relationship(owner)) == {m for o, m in rows if o == owner}
        assert api.linkage(side.related(owner)) == {m for o, m in rows if o == owner}
    for member in members:
        assert api.linkage(side.inverse_relationship(member)) == {o for o, m in rows if m == member}
