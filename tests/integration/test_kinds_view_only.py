"""What the model declares as view-only: reads work, every write is 403 and changes nothing."""

import pytest

from support.client import document, ident, idents
from support.kinds import KINDS

SIDE, WRITABLE = "members.former_teams", "teams.former_members"


def refused(answer, pointer=None):
    assert answer.status == 403 and answer.pointers == [pointer], answer
    assert answer.errors[0]["code"] == "forbidden" and "view-only" in answer.errors[0]["detail"]


def test_a_relationship(world):
    member, team, other = world.new("members"), *world.several("teams", 2)
    assert world.link(WRITABLE, team, member).status == 204  # the other side may be written
    world.holds(SIDE, member, team)
    for method in ("POST", "PATCH", "DELETE"):
        refused(world.api.request(method, KINDS[SIDE].path(member), {"data": idents("teams", [other])}))
    for method in ("PUT", "DELETE"):
        refused(world.api.request(method, KINDS[SIDE].one(member, team)))
    assert world.api.get(KINDS[SIDE].one(member, team)).status == 200
    at = "/data/relationships/former_teams"
    refused(world.update("members", member, {"name": "x"}, former_teams=[other]), at)
    count = world.sql.count("members")
    refused(world.api.post("/members", document("members", {"name": "x"}, {
        "former_teams": idents("teams", [team])})), at)
    assert world.sql.count("members") == count
    assert world.sql.value("select name from members where id = %s", member) != "x"
    world.holds(WRITABLE, team, member)
    assert world.unlink(WRITABLE, team, member).status == 204
    world.holds(SIDE, member)


def test_a_resource(world):
    team = world.new("teams")
    world.link("teams.members", team, *world.several("members", 2))
    shown = world.api.get(f"/team_sizes/{team}")
    assert shown.status == 200 and shown.data["attributes"]["size"] == 2
    refused(world.api.post("/team_sizes", document("team_sizes", {"name": "x"})))
    refused(world.api.patch(f"/team_sizes/{team}", document("team_sizes", {"name": "x"}, None, team)))
    refused(world.api.delete(f"/team_sizes/{team}"))
    assert world.api.get(f"/team_sizes/{team}").data == shown.data
    assert team in world.api.linkage("/team_sizes")
