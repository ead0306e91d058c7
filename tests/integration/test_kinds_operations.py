"""Several writes of every kind in one transaction."""

from support.client import ident, idents
from support.model import MISSING

ATOMIC = 'application/vnd.api+json; ext="https://jsonapi.org/ext/atomic"'


def perform(world, *operations):
    return world.api.post("/operations", {"atomic:operations": list(operations)},
                          {"Content-Type": ATOMIC, "Accept": ATOMIC})


def add(type_, lid, attributes=None, **relationships):
    return {"op": "add", "data": {
        "type": type_, "lid": lid, **({"attributes": attributes} if attributes else {}),
        "relationships": {name: {"data": linkage} for name, linkage in relationships.items()}}}


def lid(type_, name):
    return {"type": type_, "lid": name}


def to_relationship(op, type_, id_, name, data):
    return {"op": op, "ref": {"type": type_, "id": id_, "relationship": name}, "data": data}


def test_new_resources_that_name_each_other(world):
    old = world.new("teams")
    member = world.new("members", {"team": old})
    answer = perform(
        world,
        add("teams", "t", {"name": f"of {member}"}, members=[ident("members", member)]),
        add("members", "m", {"name": "new"}, team=lid("teams", "t")),
        add("badges", "b", {"code": f"code {member}"}, member=lid("members", "m")),
        add("projects", "p", {"name": "p"},
            members=[{**lid("members", "m"), "meta": {"role": "lead"}}, ident("members", member)]),
        add("passports", "x", {"number": "1"}, member=lid("members", "m")))
    assert answer.status == 200, answer
    team, new, badge, project, passport = (r["data"]["id"] for r in answer.json["atomic:results"])
    world.holds("teams.members", team, member, new)
    world.holds("teams.members", old)
    world.holds("members.badges", new, badge)
    world.holds("projects.members", project, member, new)
    world.holds("members.passport", new, passport)
    assert world.sql.value("select role from assignments where project_id = %s and member_id = %s",
                           project, new) == "lead"


def test_moves_one_after_the_other(world):
    """Each sees what the one before has done."""
    teams, members = world.several("teams", 2), world.several("members", 2)
    passports = world.several("passports", 2)
    answer = perform(
        world,
        to_relationship("add", "teams", teams[0], "members", idents("members", members)),
        to_relationship("update", "members", members[0], "team", ident("teams", teams[1])),
        to_relationship("remove", "teams", teams[0], "members", idents("members", members)),
        to_relationship("update", "members", members[0], "passport", ident("passports", passports[0])),
        to_relationship("update", "passports", passports[0], "member", ident("members", members[1])),
        to_relationship("update", "members", members[1], "passport", ident("passports", passports[1])))
    assert answer.status == 200, answer
    world.holds("teams.members", teams[0])
    world.holds("teams.members", teams[1], members[0])
    world.holds("members.passport", members[1], passports[1])
    world.free("members.passport", members[0])
    world.free("passports.member", passports[0])


def test_one_refusal_takes_all_back(world):
    teams = world.several("teams", 2)
    member, first = world.new("members", {"team": teams[0]}), world.new("members")
    task, badge = world.new("tasks", {"member": first}), world.new("badges", {"member": first})
    move = to_relationship("add", "teams", teams[1], "members", idents("members", [member]))
    for last, status, pointer in (
            (to_relationship("add", "teams", teams[1], "members", idents("members", [MISSING])), 404, "/data/0"),
            (to_relationship("add", "members", member, "tasks", idents("tasks", [task])), 409, "/data/0"),
            (to_relationship("remove", "members", first, "badges", idents("badges", [badge])), 422, "/data/0"),
            (to_relationship("update", "badges", badge, "member", None), 422, "/data"),
            ({"op": "remove", "ref": ident("members", first)}, 409, "")):
        answer = perform(world, move, last)
        assert answer.status == status, answer
        assert all(p.startswith(f"/atomic:operations/1{pointer}") for p in answer.pointers), answer
        world.holds("teams.members", teams[0], member)
        world.holds("teams.members", teams[1])
    world.holds("members.tasks", first, task)
    world.holds("members.badges", first, badge)
