"""Links with columns of their own: `meta` of an identifier, written with the link and afterwards."""

import pytest

from support.client import document, ident
from support.kinds import KINDS
from support.model import MISSING

RETURN = {"Prefer": "return=representation"}
HERE, THERE = "projects.members", "members.projects"
DEFAULTS = {"role": "helper", "hours": None, "since": "2020-01-01"}


def identifier(side, id_, **meta):
    return {**ident(KINDS[side].target, id_), **({"meta": meta} if meta else {})}


def write(world, method, side, owner, *identifiers, headers=None):
    return world.api.request(method, KINDS[side].path(owner), {"data": list(identifiers)}, headers)


def metas(world, side, owner):
    """member -> its writable columns, as this side shows them."""
    return {item["id"]: {k: item["meta"][k] for k in DEFAULTS}
            for item in world.api.walk(KINDS[side].path(owner))}


def project_with(world, *members):
    project = world.new("projects")
    assert world.link(HERE, project, *members).status == 204
    return project


def test_link_with_columns(world):
    members, project = world.several("members", 3), world.new("projects")
    answer = write(world, "POST", HERE, project, identifier(HERE, members[0], role="lead", hours=10),
                   identifier(HERE, members[1], since=None), identifier(HERE, members[2]))
    assert answer.status == 204
    assert metas(world, HERE, project) == {
        members[0]: {**DEFAULTS, "role": "lead", "hours": 10}, members[1]: {**DEFAULTS, "since": None},
        members[2]: DEFAULTS}
    world.holds(HERE, project, *members)
    assert metas(world, THERE, members[0]) == {project: {**DEFAULTS, "role": "lead", "hours": 10}}


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("side", [HERE, THERE])
def test_columns_change_without_unlinking(world, side, method):
    (member,) = world.several("members", 1)
    project = project_with(world, member)
    linked_at = world.sql.value("select linked_at from assignments where project_id = %s", project)
    owner, other = (project, member) if side == HERE else (member, project)
    answer = write(world, method, side, owner, identifier(side, other, role="lead"), headers=RETURN)
    assert answer.status == 200
    meta = answer.json["meta"]
    assert meta["updated"] == [ident(KINDS[side].target, other)]
    assert meta["added"] == meta["removed"] == meta["unchanged"] == []
    assert set(meta["changed"]) == {KINDS[HERE].path(project), KINDS[THERE].path(member)}
    assert metas(world, HERE, project) == {member: {**DEFAULTS, "role": "lead"}}
    assert write(world, method, side, owner, identifier(side, other, hours=3)).status == 204
    assert metas(world, HERE, project) == {member: {**DEFAULTS, "role": "lead", "hours": 3}}
    assert write(world, method, side, owner, identifier(side, other)).status == 204
    assert metas(world, HERE, project) == {member: {**DEFAULTS, "role": "lead", "hours": 3}}
    assert linked_at == world.sql.value("select linked_at from assignments where project_id = %s", project)


def test_equal_columns_write_nothing(world):
    (member,) = world.several("members", 1)
    project = project_with(world, member)
    write(world, "POST", HERE, project, identifier(HERE, member, role="lead", hours=None))
    before = world.sql.rows("select xmin::text, * from assignments where project_id = %s", project)
    for method in ("POST", "PATCH"):
        answer = write(world, method, HERE, project, identifier(HERE, member, role="lead", hours=None),
                       headers=RETURN)
        assert answer.json["meta"]["unchanged"] == [ident("members", member)]
        assert answer.json["meta"]["updated"] == answer.json["meta"]["changed"] == []
    assert before == world.sql.rows("select xmin::text, * from assignments where project_id = %s", project)


def test_replace_with_columns(world):
    members = world.several("members", 4)
    project = project_with(world, *members[:3])
    answer = write(world, "PATCH", HERE, project, identifier(HERE, members[1], role="lead"),
                   identifier(HERE, members[2]), identifier(HERE, members[3], hours=7), headers=RETURN)
    meta = {name: [m["id"] for m in answer.json["meta"][name]]
            for name in ("added", "removed", "updated", "unchanged")}
    assert meta == {"added": [members[3]], "removed": [members[0]], "updated": [members[1]],
                    "unchanged": [members[2]]}
    world.holds(HERE, project, *members[1:])
    assert metas(world, HERE, project) == {members[1]: {**DEFAULTS, "role": "lead"}, members[2]: DEFAULTS,
                                           members[3]: {**DEFAULTS, "hours": 7}}


def test_what_was_read_can_be_sent_back(world):
    """Whole identifiers with all their meta, the database's own column included."""
    members = world.several("members", 2)
    project = project_with(world, *members)
    shown = world.api.get(KINDS[HERE].path(project)).data
    assert all(item["meta"]["linked_at"] for item in shown)
    for method in ("POST", "PATCH"):
        assert write(world, method, HERE, project, *shown).status == 204
    assert world.api.get(KINDS[HERE].path(project)).data == shown
    # … also with another value of it: that is not the client's to say
    changed = [{**item, "meta": {**item["meta"], "linked_at": "1990-01-01T00:00:00Z"}} for item in shown]
    assert write(world, "PATCH", HERE, project, *changed).status == 204
    assert world.api.get(KINDS[HERE].path(project)).data == shown
    assert write(world, "DELETE", HERE, project, *shown).status == 204
    world.holds(HERE, project)


def test_other_meta_is_free(world):
    member, project = world.new("members"), world.new("projects")
    free = {**ident("members", member), "meta": {"note": [1, {"a": None}], "ROLE": 5}}
    assert world.api.post(KINDS[HERE].path(project), {"data": [free]}).status == 204
    assert metas(world, HERE, project) == {member: DEFAULTS}
    team = world.new("teams")  # a relationship without columns
    linked = {**ident("members", member), "meta": {"role": 5}}
    assert world.api.post(KINDS["teams.members"].path(team), {"data": [linked]}).status == 204
    world.holds("teams.members", team, member)


@pytest.mark.parametrize("meta, status, code, at", [
    ({"role": 5}, 422, "invalid", "/meta/role"),
    ({"role": None}, 422, "required", "/meta/role"),
    ({"hours": "many"}, 422, "invalid", "/meta/hours"),
    ({"hours": 40000}, 422, "invalid", "/meta/hours"),
    ({"since": "soon"}, 422, "invalid", "/meta/since"),
    ("lead", 400, "bad-document", "/meta"),
    (["lead"], 400, "bad-document", "/meta"),
])
def test_values_that_a_column_does_not_take(world, meta, status, code, at):
    members = world.several("members", 2)
    project = project_with(world, members[0])
    body = {"data": [ident("members", members[1]), {**ident("members", members[0]), "meta": meta}]}
    for method in ("POST", "PATCH"):
        answer = world.api.request(method, KINDS[HERE].path(project), body)
        assert (answer.status, answer.pointers) == (status, [f"/data/1{at}"])
        assert answer.errors[0]["code"] == code
    for method, path in (("PATCH", f"/projects/{project}"), ("POST", "/projects")):
        resource = document("projects", {"name": "x"}, {"members": body["data"]},
                            project if method == "PATCH" else None)
        answer = world.api.request(method, path, resource)
        assert (answer.status, answer.pointers) == (status, [f"/data/relationships/members/data/1{at}"])
    world.holds(HERE, project, members[0])
    assert metas(world, HERE, project) == {members[0]: DEFAULTS}


def test_a_rule_of_the_database(world):
    members = world.several("members", 2)
    project = project_with(world, members[0])
    for method in ("POST", "PATCH"):
        answer = write(world, method, HERE, project, identifier(HERE, members[0], role="nobody"),
                       identifier(HERE, members[1]))
        assert answer.status == 422 and answer.pointers == ["/data"]
    answer = world.api.post("/projects", document("projects", {"name": "x"}, {
        "members": [identifier(HERE, members[0], role="nobody")]}))
    assert answer.status == 422 and answer.pointers == ["/data/relationships/members/data"]
    assert metas(world, HERE, project) == {members[0]: DEFAULTS}


def test_a_member_that_is_repeated(world):
    """The first one counts."""
    member, project = world.new("members"), world.new("projects")
    answer = write(world, "POST", HERE, project, identifier(HERE, member, role="first"),
                   identifier(HERE, member, role="second", hours=1))
    assert answer.status == 204
    assert metas(world, HERE, project) == {member: {**DEFAULTS, "role": "first"}}


def test_with_the_resource(world):
    members = world.several("members", 2)
    answer = world.api.post("/projects", document("projects", {"name": "x"}, {
        "members": [identifier(HERE, members[0], role="lead"), identifier(HERE, members[1])]}))
    assert answer.status == 201
    project = answer.id
    assert metas(world, HERE, project) == {members[0]: {**DEFAULTS, "role": "lead"}, members[1]: DEFAULTS}
    answer = world.api.patch(f"/projects/{project}", document("projects", None, {
        "members": [identifier(HERE, members[1], hours=2)]}, project))
    assert answer.status == 200
    world.holds(HERE, project, members[1])
    assert metas(world, HERE, project) == {members[1]: {**DEFAULTS, "hours": 2}}


def test_a_missing_member_changes_no_column(world):
    (member,) = world.several("members", 1)
    project = project_with(world, member)
    for method in ("POST", "PATCH"):
        answer = write(world, method, HERE, project, identifier(HERE, member, role="lead"),
                       identifier(HERE, MISSING, role="lead"))
        assert answer.status == 404 and answer.pointers == ["/data/1"]
    assert metas(world, HERE, project) == {member: DEFAULTS}


def test_one_link_keeps_its_columns(world):
    (member,) = world.several("members", 1)
    project = project_with(world, member)
    write(world, "POST", HERE, project, identifier(HERE, member, role="lead"))
    assert world.api.put(KINDS[HERE].one(project, member)).status == 204
    assert world.api.put(KINDS[THERE].one(member, project)).status == 204
    assert metas(world, HERE, project) == {member: {**DEFAULTS, "role": "lead"}}
    shown = world.api.get(KINDS[THERE].one(member, project)).data
    assert shown["meta"]["role"] == "lead"
