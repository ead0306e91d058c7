"""One-to-one: a unique foreign key, or an association table that is unique on both sides. Setting
it from either side displaces both former partners."""

import pytest

from support.client import document, ident
from support.kinds import KINDS
from support.model import MISSING

RETURN = {"Prefer": "return=representation"}
SIDES = ["members.passport", "passports.member", "members.desk", "desks.member", "nodes.next",
         "nodes.previous", "spots.car", "cars.spot"]
each_side = pytest.mark.parametrize("side", SIDES)


def inverse_of(side):
    return f"{KINDS[side].target}.{KINDS[side].inverse}"


def pairs(world, side, count):
    """Owners and members, linked one to one."""
    owners = world.several(KINDS[side].type, count)
    members = world.several(KINDS[side].target, count)
    for owner, member in zip(owners, members):
        assert world.set(side, owner, member).status == 204
        world.holds(side, owner, member)
    return owners, members


@each_side
def test_set_again_and_clear(world, side):
    (owner,), (member,) = pairs(world, side, 1)
    assert [world.set(side, owner, member).status for _ in range(2)] == [204, 204]
    assert world.set(inverse_of(side), member, owner).status == 204
    world.holds(side, owner, member)
    assert world.set(side, owner).status == 204
    world.free(side, owner)
    world.free(inverse_of(side), member)
    assert world.set(side, owner).status == 204
    assert world.set(side, owner, member).status == 204
    assert world.set(inverse_of(side), member).status == 204
    world.free(side, owner)


@each_side
def test_both_former_partners_are_displaced(world, side):
    """p1-c1, p2-c2; p1.kid = c2 leaves p1-c2, and p2 and c1 free."""
    kind, back = KINDS[side], KINDS[inverse_of(side)]
    owners, members = pairs(world, side, 2)
    answer = world.set(side, owners[0], members[1])
    assert answer.status == 200, answer
    assert answer.data == ident(kind.target, members[1])
    meta = answer.json["meta"]
    assert meta["added"] == [ident(kind.target, members[1])]
    assert meta["removed"] == [ident(kind.target, members[0])]
    assert set(meta["changed"]) == {kind.path(owners[0]), kind.path(owners[1]),
                                    back.path(members[0]), back.path(members[1])}
    world.holds(side, owners[0], members[1])
    world.free(side, owners[1])
    world.free(inverse_of(side), members[0])


@each_side
def test_swap(world, side):
    owners, members = pairs(world, side, 2)
    assert world.set(side, owners[0], members[1]).status == 200
    assert world.set(side, owners[1], members[0]).status == 204
    world.holds(side, owners[0], members[1])
    world.holds(side, owners[1], members[0])


@each_side
def test_take_a_free_one(world, side):
    """p1-c1; p1.kid = c2: nobody else loses anything."""
    (owner,), (member,) = pairs(world, side, 1)
    other = world.new(KINDS[side].target)
    assert world.set(side, owner, other).status == 204
    world.holds(side, owner, other)
    world.free(inverse_of(side), member)


@each_side
def test_with_the_resource(world, side):
    kind = KINDS[side]
    owners, members = pairs(world, side, 2)
    created = world.new(kind.type, {kind.rel: members[0]})
    world.holds(side, created, members[0])
    world.free(side, owners[0])
    answer = world.update(kind.type, created, None, **{kind.rel: members[1]})
    assert answer.status == 200
    assert answer.data["relationships"][kind.rel]["data"] == ident(kind.target, members[1])
    world.holds(side, created, members[1])
    world.free(side, owners[1])
    world.free(inverse_of(side), members[0])
    assert world.update(kind.type, created, None, **{kind.rel: None}).status == 200
    world.free(side, created)
    answer = world.update(kind.type, created, None, **{kind.rel: MISSING})
    assert answer.status == 404 and answer.pointers == [f"/data/relationships/{kind.rel}/data"]


@each_side
def test_one_link(world, side):
    kind = KINDS[side]
    owners, members = pairs(world, side, 2)
    answer = world.api.put(kind.one(owners[0], members[1]))
    assert answer.status == 201 and answer.data == ident(kind.target, members[1])
    world.holds(side, owners[0], members[1])
    world.free(side, owners[1])
    assert world.api.put(kind.one(owners[0], members[1])).status == 204
    assert world.api.delete(kind.one(owners[0], members[0])).status == 204
    world.holds(side, owners[0], members[1])
    assert world.api.delete(kind.one(owners[0], members[1])).status == 204
    world.free(side, owners[0])
    assert world.api.put(kind.one(owners[0], members[1])).status == 201
    world.holds(side, owners[0], members[1])
    assert world.api.put(kind.one(owners[0], MISSING)).status == 404
    world.holds(side, owners[0], members[1])


@each_side
def test_a_missing_one_changes_nothing(world, side):
    (owner,), (member,) = pairs(world, side, 1)
    answer = world.set(side, owner, MISSING)
    assert answer.status == 404 and answer.pointers == ["/data"]
    world.holds(side, owner, member)
    assert world.set(side, MISSING, member).status == 404
    world.holds(side, owner, member)


@each_side
def test_deleting_either_end(world, side):
    owners, members = pairs(world, side, 2)
    assert world.api.delete(f"/{KINDS[side].type}/{owners[0]}").status == 204
    world.free(inverse_of(side), members[0])
    assert world.api.delete(f"/{KINDS[side].target}/{members[1]}").status == 204
    world.free(side, owners[1])


def test_to_one_over_an_association_table(world):
    """One side single, the other not: setting moves, and the other side takes."""
    rooms = world.several("rooms", 2)
    members = world.several("members", 2)
    assert world.set("members.room", members[0], rooms[0]).status == 204
    assert world.set("members.room", members[1], rooms[0]).status == 204
    world.holds("rooms.occupants", rooms[0], *members)
    assert world.set("members.room", members[0], rooms[1]).status == 204
    world.holds("rooms.occupants", rooms[0], members[1])
    world.holds("rooms.occupants", rooms[1], members[0])
    assert world.set("rooms.occupants", rooms[0], *members).status == 200
    world.holds("rooms.occupants", rooms[0], *members)
    world.holds("rooms.occupants", rooms[1])
    assert world.sql.value("select count(*) from seats where member_id = any(%s::bigint[])", members) == 2
    created = world.new("rooms", {"occupants": members})
    world.holds("rooms.occupants", created, *members)
    world.holds("rooms.occupants", rooms[0])
    member = world.new("members", {"room": created})
    world.holds("rooms.occupants", created, *members, member)


def test_two_keys_taken_from_one_row(world):
    """One update clears both foreign keys of the member that had both."""
    desk, computer = world.new("desks"), world.new("computers")
    first = world.new("members", {"desk": desk, "computer": computer})
    second = world.new("members")
    assert world.update("members", second, None, desk=desk, computer=computer).status == 200
    world.holds("members.desk", second, desk)
    world.holds("members.computer", second, computer)
    world.free("members.desk", first)
    world.free("members.computer", first)
    third = world.new("members", {"desk": desk, "computer": computer})
    world.holds("members.desk", third, desk)
    world.holds("members.computer", third, computer)
    world.free("members.desk", second)


def test_insert_into_a_chain(world):
    """1 -> 3 becomes 1 -> 2 -> 3 by one request: node 1 loses its next and is given another."""
    first, second, third = world.several("nodes", 3)
    world.set("nodes.next", first, third)
    assert world.update("nodes", second, {"name": "between"}, next=third, previous=first).status == 200
    world.holds("nodes.next", first, second)
    world.holds("nodes.next", second, third)
    between = world.new("nodes", {"next": third, "previous": second})
    world.holds("nodes.next", second, between)
    world.holds("nodes.next", between, third)


# -- required, and refused -------------------------------------------------------------------------

def test_a_required_partner_is_not_left_without(world):
    members = world.several("members", 3)
    first = world.new("licences", {"member": members[0]})
    second = world.new("licences", {"member": members[1]})
    # first would have nobody
    answer = world.set("licences.member", second, members[0])
    assert answer.status == 409 and answer.pointers == ["/data"] and first in answer.errors[0]["detail"]
    answer = world.set("members.licence", members[0], second)
    assert answer.status == 409 and answer.pointers == ["/data"] and first in answer.errors[0]["detail"]
    answer = world.update("licences", second, {"number": "x"}, member=members[0])
    assert answer.status == 409 and answer.pointers == ["/data/relationships/member/data"]
    answer = world.api.post("/licences", document("licences", None, {"member": ident("members", members[0])}))
    assert answer.status == 409
    for answer in (world.set("members.licence", members[0]), world.set("licences.member", first)):
        assert answer.status == 422 and answer.pointers == ["/data"]
    answer = world.update("members", members[0], {"name": "x"}, licence=None)
    assert answer.status == 422 and answer.pointers == ["/data/relationships/licence/data"]
    assert world.api.delete(KINDS["members.licence"].one(members[0], first)).status == 422
    world.holds("members.licence", members[0], first)
    world.holds("members.licence", members[1], second)
    # moves leave nobody without
    assert world.set("members.licence", members[2]).status == 204
    assert world.set("members.licence", members[2], second).status == 200
    world.free("members.licence", members[1])
    assert world.set("licences.member", second, members[1]).status == 204
    world.holds("members.licence", members[1], second)
    assert world.api.delete(f"/members/{members[1]}").status == 204  # on delete cascade
    assert world.api.get(f"/licences/{second}").status == 404


def test_a_refused_move(world):
    members, lockers = world.several("members", 2), world.several("lockers", 2)
    world.set("members.locker", members[0], lockers[0])
    for answer, other in ((world.set("members.locker", members[1], lockers[0]), members[0]),
                          (world.set("lockers.member", lockers[1], members[0]), lockers[0])):
        assert answer.status == 409 and answer.pointers == ["/data"], answer
        assert f'"{other}"' in answer.errors[0]["detail"]
    answer = world.api.put(KINDS["members.locker"].one(members[1], lockers[0]))
    assert answer.status == 409 and answer.pointers == [None]
    answer = world.update("members", members[1], {"name": "x"}, locker=lockers[0])
    assert answer.status == 409 and answer.pointers == ["/data/relationships/locker/data"]
    count = world.sql.count("lockers")
    answer = world.api.post("/lockers", document("lockers", None, {"member": ident("members", members[0])}))
    assert answer.status == 409 and world.sql.count("lockers") == count
    world.holds("members.locker", members[0], lockers[0])
    world.free("members.locker", members[1])
    # its own partner may be changed: nobody else's is taken
    assert world.set("members.locker", members[0], lockers[1]).status == 204
    world.holds("members.locker", members[0], lockers[1])
    world.free("lockers.member", lockers[0])
