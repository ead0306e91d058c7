"""Relationships of every kind under many writers: nothing is stored twice, nobody is left with half
a change, and no client sees a deadlock or a failure."""

import random
import uuid

import pytest

from support.client import document, ident, idents
from support.crowd import statuses, together
from support.kinds import KINDS

ONE_TO_ONE = ["members.passport", "passports.member", "spots.car", "cars.spot", "nodes.next"]
ONE_TO_MANY = ["teams.members", "rooms.occupants", "nodes.children"]


def patch(side, owner, *members):
    return lambda client: client.patch(KINDS[side].path(owner), KINDS[side].body(*members))


def post(side, owner, *members):
    return lambda client: client.post(KINDS[side].path(owner), KINDS[side].body(*members))


def inverse_of(side):
    return f"{KINDS[side].target}.{KINDS[side].inverse}"


def all_rows(world, side):
    kind = KINDS[side]
    return {(str(n), str(f)) for n, f in world.sql.rows(
        f"select {kind.near}, {kind.far} from {kind.table}"
        f" where {kind.near} is not null and {kind.far} is not null")}


@pytest.mark.parametrize("side", ONE_TO_ONE)
def test_many_want_the_same_one(world, side):
    owners, (member, other) = world.several(KINDS[side].type, 8), world.several(KINDS[side].target, 2)
    world.set(side, owners[0], member)
    for _ in range(3):
        got = statuses(world.api, [patch(side, owner, member) for owner in owners])
        assert set(got) <= {200, 204}
        holders = [owner for owner in owners if world.rows(side, owner)]
        assert len(holders) == 1
        world.holds(side, holders[0], member)
        world.set(side, owners[0], other)


@pytest.mark.parametrize("side", ONE_TO_ONE)
def test_swaps_from_both_sides(world, side):
    """Everybody takes from everybody, from either end."""
    count = 5
    owners, members = world.several(KINDS[side].type, count), world.several(KINDS[side].target, count)
    dice = random.Random(7)
    for _ in range(6):
        tasks = []
        for _ in range(6):
            owner, member = dice.choice(owners), dice.choice(members)
            tasks.append(patch(side, owner, member) if dice.random() < 0.5
                         else patch(inverse_of(side), member, owner))
        got = statuses(world.api, tasks)
        assert set(got) <= {200, 204}, got
        rows = [(o, m) for o, m in all_rows(world, side) if o in owners and m in members]
        assert len({o for o, _ in rows}) == len({m for _, m in rows}) == len(rows) > 0
        for owner, member in rows:
            world.holds(side, owner, member)


@pytest.mark.parametrize("side", ONE_TO_ONE)
def test_a_swap_is_no_deadlock(cluster, world, side):
    """Who takes from each other waits in one order, so that PostgreSQL has none to break off."""
    owners, members = world.several(KINDS[side].type, 2), world.several(KINDS[side].target, 2)
    before = cluster.log().count("deadlock detected")
    for _ in range(15):
        for owner, member in zip(owners, members):
            world.set(side, owner, member)
        got = statuses(world.api, [patch(side, owners[0], members[1]), patch(side, owners[1], members[0]),
                                   patch(inverse_of(side), members[0], owners[1]),
                                   patch(inverse_of(side), members[1], owners[0])])
        assert set(got) <= {200, 204}
        world.holds(side, owners[0], members[1])
        world.holds(side, owners[1], members[0])
    assert cluster.log().count("deadlock detected") == before


@pytest.mark.parametrize("side", ONE_TO_MANY)
def test_collections_that_take_from_each_other(cluster, world, side):
    before = cluster.log().count("deadlock detected")
    owners, members = world.several(KINDS[side].type, 3), world.several(KINDS[side].target, 6)
    single = inverse_of(side)
    dice = random.Random(3)
    for _ in range(8):
        tasks = []
        for owner in owners:
            tasks += [patch(side, owner, *dice.sample(members, 3)), post(side, owner, *dice.sample(members, 2)),
                      patch(single, dice.choice(members), owner),
                      lambda c, o=owner, m=dice.sample(members, 2): c.delete(
                          KINDS[side].path(o), KINDS[side].body(*m))]
        assert set(statuses(world.api, tasks)) <= {200, 204}
        held = [(o, m) for o, m in all_rows(world, side) if m in members]
        assert len({m for _, m in held}) == len(held)
        for owner in owners:
            world.holds(side, owner, *[m for o, m in held if o == owner])
    assert cluster.log().count("deadlock detected") == before


@pytest.mark.parametrize("side", ONE_TO_MANY)
def test_collections_that_swap(cluster, world, side):
    owners, members = world.several(KINDS[side].type, 2), world.several(KINDS[side].target, 4)
    before = cluster.log().count("deadlock detected")
    for _ in range(15):
        world.set(side, owners[0], *members[:2])
        world.set(side, owners[1], *members[2:])
        got = statuses(world.api, [patch(side, owners[0], *members[2:]), patch(side, owners[1], *members[:2])])
        assert set(got) <= {200, 204}
        world.holds(side, owners[0], *members[2:])
        world.holds(side, owners[1], *members[:2])
    assert cluster.log().count("deadlock detected") == before


@pytest.mark.parametrize("side", ONE_TO_MANY)
def test_two_replaces_never_mix(world, side):
    owner, members = world.new(KINDS[side].type), world.several(KINDS[side].target, 6)
    sets = [members[:3], members[3:], members[2:5], []]
    for _ in range(5):
        tasks = [patch(side, owner, *s) for s in sets] * 2
        assert set(statuses(world.api, tasks)) <= {200, 204}
        assert world.rows(side, owner) in [set(s) for s in sets]
    world.holds(side, owner, *world.rows(side, owner))


def test_a_mutual_link_from_both_ends_at_once(world):
    one, two = world.several("persons", 2)
    path = "/persons/{}/relationships/friends"
    for _ in range(6):
        tasks = [lambda c, o=o, m=m: c.post(path.format(o), {"data": idents("persons", [m])})
                 for o, m in ((one, two), (two, one))] * 6
        assert set(statuses(world.api, tasks)) == {204}
        assert world.sql.value("select count(*) from friendships where %s in (one_id, other_id)", one) == 1
        tasks = [lambda c, o=o, m=m: c.delete(path.format(o), {"data": idents("persons", [m])})
                 for o, m in ((one, two), (two, one))] * 3
        assert set(statuses(world.api, tasks)) == {204}
        assert world.sql.value("select count(*) from friendships where %s in (one_id, other_id)", one) == 0


def test_mutual_sets_from_many_ends(world):
    persons = world.several("persons", 6)
    path = "/persons/{}/relationships/friends"
    dice = random.Random(5)
    for _ in range(6):
        tasks = []
        for person in persons:
            others = [p for p in persons if p != person]
            for method in ("POST", "PATCH", "DELETE"):
                body = {"data": idents("persons", dice.sample(others, 3))}
                tasks.append(lambda c, m=method, p=person, b=body: c.request(m, path.format(p), b))
        assert set(statuses(world.api, tasks)) == {204}
        rows = world.sql.rows("select one_id, other_id from friendships where one_id = any(%s::bigint[])", persons)
        assert len({frozenset(row) for row in rows}) == len(rows)
        for person in persons:
            expected = {str(p) for row in rows for p in row if int(person) in row} - {person}
            assert world.api.linkage(path.format(person)) == expected


def test_columns_and_plain_links_together(world):
    """A link that is made from the other side meanwhile still gets its columns."""
    for _ in range(20):
        project, member = world.new("projects"), world.new("members")
        meta = {"data": [{**ident("members", member), "meta": {"role": "lead"}}]}
        got = statuses(world.api, [
            lambda c: c.post(KINDS["projects.members"].path(project), meta),
            lambda c: c.post(KINDS["members.projects"].path(member), {"data": idents("projects", [project])}),
            lambda c: c.put(KINDS["projects.members"].one(project, member))])
        assert set(got) <= {201, 204}
        assert world.sql.column("select role from assignments where project_id = %s", project) == ["lead"]


def test_one_id_for_many(world):
    id_ = "c-" + uuid.uuid4().hex
    cities = world.several("cities", 6)
    tasks = [lambda c, city=city: c.post("/countries", document(
        "countries", {"name": "x"}, {"cities": idents("cities", [city])}, id_)) for city in cities]
    answers = together(world.api, tasks)
    assert sorted(a.status for a in answers) == [201] + [409] * 5
    assert all(a.pointers == ["/data/id"] for a in answers if a.status == 409)
    winner = next(city for city, a in zip(cities, answers) if a.status == 201)
    world.holds("countries.cities", id_, winner)


@pytest.mark.parametrize("side", ["teams.members", "members.team", "members.passport", "passports.member",
                                  "rooms.occupants", "nodes.children"])
def test_link_against_delete(world, side):
    """The member goes while it is linked: it is linked and gone, or missing; never a failure."""
    for _ in range(10):
        owner, members = world.new(KINDS[side].type), world.several(KINDS[side].target, 2)
        link = patch(side, owner, members[0])
        mirrored = patch(inverse_of(side), members[0], owner)
        first, second, third = statuses(
            world.api, [link, lambda c, m=members[0]: c.delete(f"/{KINDS[side].target}/{m}"), mirrored])
        assert first in (200, 204, 404) and second == 204 and third in (200, 204, 404)
        world.free(side, owner) if KINDS[side].is_to_one else world.holds(side, owner)


@pytest.mark.parametrize("side", ["teams.members", "rooms.occupants", "countries.cities"])
def test_single_members_that_move_together(world, side):
    """Those that wait at the same time share a statement; each is answered for itself."""
    kind = KINDS[side]
    owners, members = world.several(kind.type, 4), world.several(kind.target, 12)
    for turn in range(4):
        given = {member: owners[(i + turn) % 3] for i, member in enumerate(members)}
        before = {member: owner for owner in owners for member in world.rows(side, owner)}
        answers = together(world.api, [
            (lambda client, o=owner, m=member: client.put(kind.one(o, m)))
            for member, owner in given.items()])
        for (member, owner), answer in zip(given.items(), answers):
            assert answer.status == (204 if before.get(member) == owner else 201), (turn, member, answer)
            robbed = before.get(member) not in (None, owner)
            assert bool(answer.text) == robbed
            if robbed:
                assert answer.json["meta"]["added"] == idents(kind.target, [member])
        for owner in owners:
            world.holds(side, owner, *[m for m, o in given.items() if o == owner])


@pytest.mark.parametrize("side", ["teams.members", "rooms.occupants", "countries.cities"])
def test_one_member_wanted_and_let_go_by_many(world, side):
    """It ends with one owner or none, whatever the order, and those who were asked to be rid of it are."""
    kind = KINDS[side]
    owners, (member,) = world.several(kind.type, 6), world.several(kind.target, 1)
    for _ in range(4):
        tasks = [lambda client, o=owner: client.put(kind.one(o, member)) for owner in owners]
        tasks += [lambda client, o=owner: client.delete(kind.one(o, member)) for owner in owners]
        assert set(statuses(world.api, tasks)) <= {201, 204}
        holders = [owner for owner in owners if world.rows(side, owner)]
        assert len(holders) <= 1
        for owner in owners:
            world.holds(side, owner, *([member] if owner in holders else []))
