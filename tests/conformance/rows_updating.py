"""UPD: updating resources."""

from support.client import document, ident, idents
from support.model import unique

import expect


def change(zoo, one, attributes=None, relationships=None):
    return zoo.patch(f"/persons/{one}", document("persons", attributes, relationships, one))


def upd_01_one_resource_object(zoo):
    one = zoo.person("before")
    for data in ([], None, "x", [{**ident("persons", one), "attributes": {"name": "x"}}]):
        expect.refusal(zoo.patch(f"/persons/{one}", {"data": data}), 400, pointer="/data")
    expect.same(zoo.attributes("persons", one)["name"], "before", "name")


def upd_02_type_and_id(zoo):
    one = zoo.person("before")
    for whole in ({"type": "persons"}, {"id": one}):
        body = {"data": {**whole, "attributes": {"name": "x"}}}
        expect.refusal(zoo.patch(f"/persons/{one}", body), 400, pointer="/data")
    expect.same(zoo.attributes("persons", one)["name"], "before", "name")


def upd_03_those_of_the_url(zoo):
    one, two = zoo.person("before"), zoo.person("before")
    body = document("persons", {"name": "x"}, id_=two)
    expect.refusal(zoo.patch(f"/persons/{one}", body), 409, pointer="/data/id")
    body = document("phones", {"name": "x"}, id_=one)
    expect.refusal(zoo.patch(f"/persons/{one}", body), 409, pointer="/data/type")
    for id_ in (one, two):
        expect.same(zoo.attributes("persons", id_)["name"], "before", "name")


def upd_04_missing_attributes_stay(zoo):
    email = unique("kept") + "@example.org"
    one = zoo.person("before", email, 41)
    expect.status(change(zoo, one, {"name": "after"}), 200, 204)
    expect.same(zoo.attributes("persons", one), {"name": "after", "email": email, "age": 41}, "attributes")


def upd_05_null_is_a_value(zoo):
    one = zoo.person("before", age=41)
    expect.status(change(zoo, one, {"age": None}), 200, 204)
    expect.same(zoo.attributes("persons", one)["age"], None, "age")
    expect.refusal(change(zoo, one, {"name": None}), 422, pointer="/data/attributes/name")
    expect.same(zoo.attributes("persons", one)["name"], "before", "name")


def upd_06_missing_relationships_stay(zoo):
    family = zoo.family()
    expect.status(change(zoo, family.one, {"name": "after"}, {}), 200, 204)
    zoo.expect_linkage("persons", family.one, "phones", *family.phones)
    zoo.expect_linkage("persons", family.one, "hobbies", family.hobby)


def upd_07_a_relationship_has_data(zoo):
    family = zoo.family()
    body = document("persons", {"name": "x"}, id_=family.one)
    body["data"]["relationships"] = {"phones": {"links": {}}}
    expect.refusal(zoo.patch(f"/persons/{family.one}", body), 400, pointer="/data/relationships/phones")
    zoo.expect_linkage("persons", family.one, "phones", *family.phones)


def upd_08_to_one(zoo):
    one, first, second = zoo.person(), zoo.team(), zoo.team()
    for team in (first, second):
        expect.status(change(zoo, one, None, {"team": ident("teams", team)}), 200, 204)
        expect.same(zoo.linkage("persons", one, "team"), team, "team")
    expect.same(zoo.linkage("teams", first, "members"), [], "members of the first team")
    expect.status(change(zoo, one, None, {"team": None}), 200, 204)
    expect.same(zoo.linkage("persons", one, "team"), None, "team")
    expect.same(zoo.linkage("teams", second, "members"), [], "members of the second team")


def upd_09_to_many(zoo):
    family = zoo.family()
    expect.status(change(zoo, family.one, None, {"hobbies": idents("hobbies", [family.spare_hobby])}), 200, 204)
    zoo.expect_linkage("persons", family.one, "hobbies", family.spare_hobby)
    expect.status(change(zoo, family.one, None, {"hobbies": []}), 200, 204)
    zoo.expect_linkage("persons", family.one, "hobbies")
    zoo.expect_linkage("persons", family.one, "phones", *family.phones)
    team = zoo.team(family.one)
    body = document("teams", None, {"members": idents("persons", [family.two])}, team)
    expect.status(zoo.patch(f"/teams/{team}", body), 200, 204)
    zoo.expect_linkage("teams", team, "members", family.two)
    expect.same(zoo.linkage("persons", family.one, "team"), None, "team of the former member")


def upd_10_what_may_not_be_replaced(zoo):
    family = zoo.family()
    before = zoo.attributes("persons", family.one)["name"]
    for data in ([], idents("hobbies", [family.spare_hobby])):
        expect.refusal(change(zoo, family.one, {"name": "x"}, {"frozen": data}), 403,
                       pointer=("/data/relationships/frozen", "/data/relationships/frozen/data"))
    expect.same(zoo.attributes("persons", family.one)["name"], before, "name")
    expect.same(zoo.linkage("persons", family.one, "frozen"), [family.hobby], "members")


def upd_11_what_the_server_changed(zoo):
    note = zoo.note()
    answer = zoo.patch(f"/notes/{note['id']}", document("notes", {"title": "after"}, id_=note["id"]))
    expect.status(answer, 200)
    held = answer.data["attributes"]
    expect.same(held["title"], "after", "title")
    expect.true(held["updatedAt"] != note["attributes"]["updatedAt"], "a new updatedAt", answer)


def upd_12_nothing_else_changed(zoo):
    answer = expect.status(change(zoo, zoo.person(), {"name": "after"}), 200, 204)
    expect.true((answer.status == 204) == (answer.body == b""), "a body with 200, none with 204", answer)


def upd_14_what_cannot_be_updated(zoo):
    log = zoo.log()
    before = zoo.attributes("logs", log)
    expect.refusal(zoo.patch(f"/logs/{log}", document("logs", {"line": "x"}, id_=log)), 403)
    expect.same(zoo.attributes("logs", log), before, "attributes")
    note = zoo.note()
    answer = zoo.patch(f"/notes/{note['id']}", document("notes", {"updatedAt": "2001-01-01T00:00:00Z"}, id_=note["id"]))
    expect.refusal(answer, 403, pointer="/data/attributes/updatedAt")
    expect.same(zoo.attributes("notes", note["id"]), note["attributes"], "attributes")


def upd_15_missing_resource(zoo):
    expect.refusal(change(zoo, zoo.missing, {"name": "x"}), 404)


def upd_16_missing_related_resource(zoo):
    family = zoo.family()
    answer = change(zoo, family.one, None, {"hobbies": idents("hobbies", [zoo.missing])})
    expect.refusal(answer, 404, pointer="/data/relationships/hobbies/data/0")
    answer = change(zoo, family.one, None, {"team": ident("teams", zoo.missing)})
    expect.refusal(answer, 404, pointer="/data/relationships/team/data")
    zoo.expect_linkage("persons", family.one, "hobbies", family.hobby)


def upd_17_all_or_nothing(zoo):
    family = zoo.family()
    before = zoo.attributes("persons", family.one)
    answer = change(zoo, family.one, {"name": "x"}, {
        "phones": idents("phones", [family.spare_phone]), "team": ident("teams", zoo.team()),
        "hobbies": idents("hobbies", [family.spare_hobby, zoo.missing])})
    expect.refusal(answer, 404, pointer="/data/relationships/hobbies/data/1")
    expect.same(zoo.attributes("persons", family.one), before, "attributes")
    zoo.expect_linkage("persons", family.one, "phones", *family.phones)
    zoo.expect_linkage("persons", family.one, "hobbies", family.hobby)
    expect.same(zoo.linkage("persons", family.one, "team"), None, "team")


def conflicts(zoo):
    """Answers that are 409, each for another reason."""
    email, one = unique("taken") + "@example.org", zoo.person()
    zoo.person(email=email)
    return (change(zoo, one, {"email": email}),
            zoo.patch(f"/persons/{one}", document("persons", {"name": "x"}, id_=zoo.missing)),
            zoo.patch(f"/persons/{one}", document("phones", {"name": "x"}, id_=one)))


def upd_18_constraints(zoo):
    expect.refusal(conflicts(zoo)[0], 409, pointer="/data/attributes/email")


def upd_19_conflicts_say_where(zoo):
    for answer in conflicts(zoo):
        error = expect.refusal(answer, 409).errors[0]
        expect.true(error.get("detail") and error.get("source"), "detail and source", answer)


def upd_20_empty_change(zoo):
    family = zoo.family()
    before = zoo.attributes("persons", family.one)
    for body in ({"data": ident("persons", family.one)}, document("persons", {}, {}, family.one)):
        expect.status(zoo.patch(f"/persons/{family.one}", body), 200, 204)
    expect.same(zoo.attributes("persons", family.one), before, "attributes")
    zoo.expect_linkage("persons", family.one, "phones", *family.phones)


def upd_21_both_sides(zoo):
    family = zoo.family()
    expect.status(change(zoo, family.one, None, {"hobbies": idents("hobbies", [family.spare_hobby])}), 200, 204)
    zoo.expect_not_linked("persons", family.one, "hobbies", family.hobby)
    zoo.expect_linkage("persons", family.one, "hobbies", family.spare_hobby)
    zoo.expect_linkage("hobbies", family.spare_hobby, "persons", family.one)


def upd_22_a_required_to_one(zoo):
    one, other = zoo.person(), zoo.person()
    badge = zoo.badge(one)
    answer = zoo.patch(f"/badges/{badge}", document("badges", {"label": "x"}, {"person": None}, badge))
    expect.refusal(answer, 422, pointer=("/data/relationships/person", "/data/relationships/person/data"))
    expect.same(zoo.linkage("badges", badge, "person"), one, "person of the badge")
    answer = zoo.patch(f"/badges/{badge}", document("badges", None, {"person": ident("persons", other)}, badge))
    expect.status(answer, 200, 204)
    expect.same(zoo.linkage("badges", badge, "person"), other, "person of the badge")
