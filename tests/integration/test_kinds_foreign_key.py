"""A foreign key from both sides: many-to-one and one-to-many. A member has one owner at most, so
linking it moves it; the owner that loses it is told of in `meta`."""

import pytest

from support.client import document, ident, idents
from support.kinds import KINDS
from support.model import MISSING

RETURN = {"Prefer": "return=representation"}
SIDES = ["teams.members", "members.tasks", "rooms.occupants", "nodes.children"]
each_many = pytest.mark.parametrize("many", SIDES)


def single_of(many):
    return f"{KINDS[many].target}.{KINDS[many].inverse}"


def new_owner(world, many):
    return world.new(KINDS[many].type)


def new_members(world, many, count):
    return world.several(KINDS[many].target, count)


def changed(answer):
    return set(answer.json["meta"]["changed"])


# -- the single side -------------------------------------------------------------------------------

@each_many
def test_set(world, many):
    owner, (member,) = new_owner(world, many), new_members(world, many, 1)
    assert world.set(single_of(many), member, owner).status == 204
    world.holds(many, owner, member)


@each_many
def test_set_again_writes_nothing(world, many):
    single, kind = single_of(many), KINDS[many]
    owner, (member,) = new_owner(world, many), new_members(world, many, 1)
    assert world.set(single, member, owner).status == 204
    before = world.sql.column(f"select xmin::text from {kind.table} where {kind.near} = %s", owner)
    assert [world.set(single, member, owner).status for _ in range(2)] == [204, 204]
    assert world.link(many, owner, member).status == 204
    assert world.set(many, owner, member).status == 204
    assert before == world.sql.column(f"select xmin::text from {kind.table} where {kind.near} = %s", owner)
    world.holds(many, owner, member)


@each_many
def test_set_to_null(world, many):
    single = single_of(many)
    owner, (member,) = new_owner(world, many), new_members(world, many, 1)
    world.set(single, member, owner)
    assert world.set(single, member).status == 204
    world.holds(many, owner)
    world.free(single, member)
    assert world.set(single, member).status == 204


@each_many
def test_set_to_another_moves(world, many):
    """The request names both ends of what it changes: 204. The old owner simply loses it."""
    single = single_of(many)
    first, second = new_owner(world, many), new_owner(world, many)
    members = new_members(world, many, 2)
    world.link(many, first, *members)
    assert world.set(single, members[0], second).status == 204
    world.holds(many, first, members[1])
    world.holds(many, second, members[0])


def test_set_says_what_changed_when_asked(world):
    first, second = world.several("teams", 2)
    member = world.new("members", {"team": first})
    answer = world.set("members.team", member, second, headers=RETURN)
    assert answer.status == 200 and answer.headers["Preference-Applied"] == "return=representation"
    assert answer.data == ident("teams", second)
    assert answer.json["meta"]["added"] == [ident("teams", second)]
    assert answer.json["meta"]["removed"] == [ident("teams", first)]
    assert changed(answer) == {f"/members/{member}/relationships/team",
                               f"/teams/{first}/relationships/members",
                               f"/teams/{second}/relationships/members"}
    answer = world.set("members.team", member, headers=RETURN)
    assert answer.status == 200 and answer.data is None
    assert answer.json["meta"]["removed"] == [ident("teams", second)]
    answer = world.set("members.team", member, headers=RETURN)
    assert answer.json["meta"]["changed"] == [] and answer.json["meta"]["removed"] == []


def test_set_to_what_does_not_exist(world):
    team = world.new("teams")
    member = world.new("members", {"team": team})
    answer = world.set("members.team", member, MISSING)
    assert answer.status == 404 and answer.pointers == ["/data"]
    answer = world.update("members", member, {"name": "other"}, team=MISSING)
    assert answer.status == 404 and answer.pointers == ["/data/relationships/team/data"]
    world.holds("teams.members", team, member)
    assert world.sql.value("select name from members where id = %s", member) != "other"
    assert world.set("members.team", MISSING, team).status == 404
    assert world.set("members.team", MISSING).status == 404


@pytest.mark.parametrize("data, status, pointer", [
    ([], 400, "/data"),
    ([{"type": "teams", "id": "1"}], 400, "/data"),
    ("1", 400, "/data"),
    ({"type": "teams"}, 400, "/data"),
    ({"id": "1"}, 400, "/data"),
    ({"type": "teams", "id": 1}, 400, "/data/id"),
    ({"type": "teams", "lid": "x"}, 400, "/data/lid"),
    ({"type": "members", "id": "1"}, 409, "/data/type"),
    ({"type": "teams", "id": "01"}, 404, "/data"),
])
def test_no_identifier(world, data, status, pointer):
    team = world.new("teams")
    member = world.new("members", {"team": team})
    answer = world.api.patch(KINDS["members.team"].path(member), {"data": data})
    assert answer.status == status and answer.pointers == [pointer]
    within = pointer.replace("/data", "/data/relationships/team/data", 1)
    for method, path in (("PATCH", f"/members/{member}"), ("POST", "/members")):
        body = document("members", {"name": "x"}, {"team": data},
                        member if method == "PATCH" else None)
        answer = world.api.request(method, path, body)
        assert answer.status == status and answer.pointers == [within]
    world.holds("teams.members", team, member)


def test_post_and_delete_are_no_methods_of_a_to_one(world):
    member = world.new("members")
    for side in ("members.team", "members.passport", "members.room", "cars.spot"):
        owner = world.new(KINDS[side].type)
        path = KINDS[side].path(owner)
        for method in ("POST", "DELETE"):
            answer = world.api.request(method, path, KINDS[side].body(member))
            assert answer.status == 405 and answer.allowed == {"GET", "HEAD", "PATCH"}
        answer = world.api.options(path)
        assert answer.status in (200, 204) and answer.allowed == {"GET", "HEAD", "PATCH"}
    answer = world.api.options(KINDS["teams.members"].path(world.new("teams")))
    assert answer.allowed == {"GET", "HEAD", "POST", "PATCH", "DELETE"}


# -- the many side ---------------------------------------------------------------------------------

@each_many
def test_link_several(world, many):
    owner, members = new_owner(world, many), new_members(world, many, 3)
    assert world.link(many, owner, *members).status == 204
    world.holds(many, owner, *members)
    more = new_members(world, many, 1)
    assert world.link(many, owner, members[0], *more, *more).status == 204
    world.holds(many, owner, *members, *more)
    assert world.link(many, owner).status == 204
    world.holds(many, owner, *members, *more)


@pytest.mark.parametrize("many", ["teams.members", "rooms.occupants", "nodes.children"])
@pytest.mark.parametrize("verb", ["link", "set"])
def test_link_takes_members_from_others(world, many, verb):
    """Something moved that the request did not name: 200 with the linkage and what has changed."""
    kind = KINDS[many]
    first, second, third = (new_owner(world, many) for _ in range(3))
    members = new_members(world, many, 4)
    world.link(many, first, members[0], members[1])
    world.link(many, second, members[2])
    answer = getattr(world, verb)(many, third, members[0], members[2], members[3])
    assert answer.status == 200 and "Preference-Applied" not in answer.headers
    assert answer.data == idents(kind.target, [members[0], members[2], members[3]])
    assert answer.json["meta"]["added"] == answer.data
    assert changed(answer) == {kind.path(owner) for owner in (first, second, third)} | {
        KINDS[single_of(many)].path(m) for m in (members[0], members[2], members[3])}
    world.holds(many, first, members[1])
    world.holds(many, second)
    world.holds(many, third, members[0], members[2], members[3])
    assert getattr(world, verb)(many, third, members[0], members[2], members[3]).status == 204


@each_many
def test_unlink(world, many):
    single = single_of(many)
    owner, other = new_owner(world, many), new_owner(world, many)
    members = new_members(world, many, 3)
    world.link(many, owner, members[0], members[1])
    world.link(many, other, members[2])
    assert world.unlink(many, owner, members[0], members[0]).status == 204
    world.holds(many, owner, members[1])
    world.free(single, members[0])
    # another owner's, nobody's, one that never existed: it is not linked afterwards
    assert world.unlink(many, owner, members[2], members[0], MISSING).status == 204
    world.holds(many, other, members[2])
    answer = world.unlink(many, owner, members[1], members[2], headers=RETURN)
    assert answer.status == 200 and answer.data == []
    assert answer.json["meta"]["removed"] == idents(KINDS[many].target, [members[1]])
    assert answer.json["meta"]["unchanged"] == idents(KINDS[many].target, [members[2]])
    assert world.unlink(many, owner).status == 204
    assert world.unlink(many, MISSING, members[0]).status == 404
    assert world.api.get(f"/{KINDS[many].target}/{members[1]}").status == 200


@each_many
def test_replace_writes_the_difference(world, many):
    kind, single = KINDS[many], single_of(many)
    owner, members = new_owner(world, many), new_members(world, many, 4)
    world.link(many, owner, *members[:3])
    kept = world.sql.value(f"select xmin::text from {kind.table} where {kind.far} = %s", members[2])
    assert world.set(many, owner, members[3], members[2], members[2]).status == 204
    world.holds(many, owner, members[2], members[3])
    world.free(single, members[0], members[1])
    assert kept == world.sql.value(
        f"select xmin::text from {kind.table} where {kind.far} = %s", members[2])
    assert world.set(many, owner).status == 204
    world.holds(many, owner)
    world.free(single, *members)


@each_many
@pytest.mark.parametrize("verb", ["link", "set"])
def test_a_missing_member_changes_nothing(world, many, verb):
    owner, other = new_owner(world, many), new_owner(world, many)
    members = new_members(world, many, 3)
    world.link(many, owner, members[0])
    if many != "members.tasks":
        world.link(many, other, members[2])
    answer = getattr(world, verb)(many, owner, members[1], MISSING, members[2])
    assert answer.status == 404 and answer.pointers == ["/data/1"]
    world.holds(many, owner, members[0])
    world.holds(many, other, *([] if many == "members.tasks" else [members[2]]))
    world.free(single_of(many), members[1])
    assert getattr(world, verb)(many, MISSING, members[1]).status == 404
    world.free(single_of(many), members[1])


@pytest.mark.parametrize("data, pointer", [(None, "/data"), ({"type": "members", "id": "1"}, "/data"),
                                           ([None], "/data/0")])
def test_no_array(world, data, pointer):
    team = world.new("teams")
    for method in ("POST", "PATCH", "DELETE"):
        answer = world.api.request(method, KINDS["teams.members"].path(team), {"data": data})
        assert answer.status == 400 and answer.pointers == [pointer]


@each_many
def test_one_link(world, many):
    kind, single = KINDS[many], KINDS[single_of(many)]
    owner, other = new_owner(world, many), new_owner(world, many)
    (member,) = new_members(world, many, 1)
    assert world.api.get(kind.one(owner, member)).status == 404
    assert world.api.put(kind.one(owner, member)).status == 201
    assert world.api.put(kind.one(owner, member)).status == 204
    assert world.api.put(single.one(member, owner)).status == 204
    assert world.api.get(kind.one(owner, member)).status == 200
    assert world.api.get(single.one(member, owner)).status == 200
    world.holds(many, owner, member)
    assert world.api.delete(kind.one(other, member)).status == 204
    world.holds(many, owner, member)
    assert world.api.put(single.one(member, other)).status == 201
    world.holds(many, owner)
    world.holds(many, other, member)
    assert world.api.delete(single.one(member, owner)).status == 204
    world.holds(many, other, member)
    assert world.api.delete(single.one(member, other)).status == 204
    world.free(single_of(many), member)
    for path in (kind.one(owner, MISSING), kind.one(MISSING, member), single.one(member, MISSING)):
        assert world.api.put(path).status == 404
    assert world.api.delete(kind.one(owner, MISSING)).status == 204
    assert world.api.delete(kind.one(MISSING, member)).status == 404
    world.holds(many, owner)


def test_one_link_that_moves_says_from_where(world):
    first, second = world.several("teams", 2)
    member = world.new("members", {"team": first})
    answer = world.api.put(KINDS["teams.members"].one(second, member))
    assert answer.status == 201 and answer.data == idents("members", [member])
    assert f"/teams/{first}/relationships/members" in answer.json["meta"]["changed"]
    world.holds("teams.members", first)
    world.holds("teams.members", second, member)


# -- with the resource -----------------------------------------------------------------------------

def test_create_with_members_and_owner(world):
    members = world.several("members", 2)
    old = world.new("teams")
    world.link("teams.members", old, members[0])
    team = world.new("teams", {"members": members})
    world.holds("teams.members", team, *members)
    world.holds("teams.members", old)
    member = world.new("members", {"team": team, "tasks": [world.new("tasks")]})
    world.holds("teams.members", team, *members, member)
    assert len(world.members_of("members.tasks", member)) == 1
    alone = world.new("members", {"team": None, "tasks": []})
    world.free("members.team", alone)


def test_create_with_a_missing_member_creates_nothing(world):
    member = world.new("members")
    count = world.sql.count("teams")
    answer = world.api.post("/teams", document("teams", {"name": "lost"}, {
        "members": idents("members", [member, MISSING])}))
    assert answer.status == 404 and answer.pointers == ["/data/relationships/members/data/1"]
    assert world.sql.count("teams") == count
    world.free("members.team", member)
    nodes = world.sql.count("nodes")  # a row that is all defaults
    answer = world.api.post("/nodes", document("nodes", None, {"children": idents("nodes", [MISSING])}))
    assert answer.status == 404 and world.sql.count("nodes") == nodes
    assert world.api.post("/nodes", document("nodes")).status == 201
    assert world.api.post("/nodes", document("nodes", None, {"children": []})).status == 201


def test_update_of_everything_at_once(world):
    teams, members = world.several("teams", 2), world.several("members", 3)
    tasks = world.several("tasks", 2)
    world.link("teams.members", teams[0], *members)
    answer = world.update("members", members[0], {"name": "renamed"}, team=teams[1], tasks=tasks)
    assert answer.status == 200 and answer.data["attributes"]["name"] == "renamed"
    assert answer.data["relationships"]["team"]["data"] == ident("teams", teams[1])
    world.holds("teams.members", teams[0], *members[1:])
    world.holds("teams.members", teams[1], members[0])
    world.holds("members.tasks", members[0], *tasks)
    answer = world.update("teams", teams[1], None, members=members[1:])
    assert answer.status == 200
    world.holds("teams.members", teams[0])
    world.holds("teams.members", teams[1], *members[1:])
    world.free("members.team", members[0])
    assert world.update("members", members[1], None, team=None).status == 200
    world.holds("teams.members", teams[1], members[2])
    assert world.update("members", members[2], {"name": "y"}).status == 200
    world.holds("teams.members", teams[1], members[2])


def test_two_foreign_keys_of_one_row(world):
    """One request moves a match from one collection of a team to the other."""
    team, other = world.several("teams", 2)
    matches = world.several("matches", 3)
    world.link("teams.home_matches", team, matches[0], matches[1])
    world.link("teams.away_matches", team, matches[1])
    world.link("teams.away_matches", other, matches[2])
    answer = world.update("teams", team, {"name": f"moved {team}"},
                          home_matches=[matches[1], matches[2]], away_matches=[matches[0], matches[2]])
    assert answer.status == 200
    world.holds("teams.home_matches", team, matches[1], matches[2])
    world.holds("teams.away_matches", team, matches[0], matches[2])
    world.holds("teams.away_matches", other)
    created = world.new("teams", {"home_matches": matches, "away_matches": matches})
    world.holds("teams.home_matches", created, *matches)
    world.holds("teams.away_matches", created, *matches)
    world.holds("teams.home_matches", team)


# -- required --------------------------------------------------------------------------------------

def test_required_needs_an_owner(world):
    answer = world.api.post("/badges", document("badges", {"code": "ownerless"}))
    assert answer.status == 422 and answer.errors[0]["code"] == "required"
    assert "member" in answer.errors[0]["detail"] and answer.pointers == ["/data"]
    for body in (document("badges", {"code": "o"}, {"member": None}),):
        answer = world.api.post("/badges", body)
        assert answer.status == 422 and answer.pointers == ["/data/relationships/member/data"]
    assert world.sql.value("select count(*) from badges where code in ('o', 'ownerless')") == 0


def test_required_can_be_moved_but_not_cleared(world):
    first, second = world.several("members", 2)
    badges = [world.new("badges", {"member": first}) for _ in range(2)]
    answer = world.set("badges.member", badges[0])
    assert answer.status == 422 and answer.pointers == ["/data"] and answer.errors[0]["code"] == "required"
    answer = world.update("badges", badges[0], None, member=None)
    assert answer.status == 422 and answer.pointers == ["/data/relationships/member/data"]
    answer = world.unlink("members.badges", first, badges[1], badges[0])
    assert answer.status == 422 and answer.pointers == ["/data/1"]
    answer = world.set("members.badges", first, badges[1])
    assert answer.status == 422 and answer.pointers == ["/data"] and badges[0] in answer.errors[0]["detail"]
    answer = world.update("members", first, {"name": "x"}, badges=[])
    assert answer.status == 422 and answer.pointers == ["/data/relationships/badges/data"]
    for path in (KINDS["members.badges"].one(first, badges[0]), KINDS["badges.member"].one(badges[0], first)):
        answer = world.api.delete(path)
        assert answer.status == 422 and answer.pointers == [None]
    world.holds("members.badges", first, *badges)
    assert world.sql.value("select name from members where id = %s", first) != "x"

    assert world.unlink("members.badges", second, *badges).status == 204  # not linked there
    assert world.api.delete(KINDS["members.badges"].one(second, badges[0])).status == 204
    assert world.set("members.badges", first, *badges).status == 204
    assert world.set("badges.member", badges[0], second).status == 204
    assert world.link("members.badges", second, *badges).status == 200
    world.holds("members.badges", first)
    world.holds("members.badges", second, *badges)


def test_deleting_follows_the_foreign_keys(world):
    team = world.new("teams")
    member, other = world.several("members", 2, {"team": team})
    badge = world.new("badges", {"member": member})
    task = world.new("tasks", {"member": member})
    answer = world.api.delete(f"/members/{member}")
    assert answer.status == 409 and answer.errors[0]["code"] == "in-use"
    world.holds("members.badges", member, badge)
    world.set("badges.member", badge, other)
    assert world.api.delete(f"/members/{member}").status == 204
    world.free("tasks.member", task)
    world.holds("teams.members", team, other)
    assert world.api.delete(f"/teams/{team}").status == 204
    world.free("members.team", other)
    assert world.api.delete(f"/teams/{team}").status == 404


# -- moves that the model refuses ------------------------------------------------------------------

def test_a_refused_move(world):
    first, second = world.several("members", 2)
    tasks = world.several("tasks", 3)
    world.link("members.tasks", first, tasks[0], tasks[1])
    for answer in (world.link("members.tasks", second, tasks[2], tasks[1], tasks[0]),
                   world.set("members.tasks", second, tasks[2], tasks[1], tasks[0])):
        assert answer.status == 409 and answer.pointers == ["/data/1"], answer
        assert first in answer.errors[0]["detail"]
    answer = world.update("members", second, {"name": "x"}, tasks=[tasks[2], tasks[0]])
    assert answer.status == 409 and answer.pointers == ["/data/relationships/tasks/data/1"]
    answer = world.api.put(KINDS["members.tasks"].one(second, tasks[0]))
    assert answer.status == 409
    answer = world.api.post("/members", document("members", {"name": "new"}, {
        "tasks": idents("tasks", [tasks[0]])}))
    assert answer.status == 409 and answer.pointers == ["/data/relationships/tasks/data/0"]
    world.holds("members.tasks", first, tasks[0], tasks[1])
    world.holds("members.tasks", second)
    world.free("tasks.member", tasks[2])
    assert world.sql.value("select count(*) from members where name = 'new'") == 0

    assert world.unlink("members.tasks", first, tasks[0]).status == 204
    assert world.link("members.tasks", second, tasks[2], tasks[0]).status == 204
    world.holds("members.tasks", second, tasks[0], tasks[2])
    # from the single side nothing is taken: the task itself says whose it is
    assert world.set("tasks.member", tasks[1], second).status == 204
    world.holds("members.tasks", first)
