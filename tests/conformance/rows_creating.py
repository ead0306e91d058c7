"""CRE: creating resources. DEL: deleting them."""

import uuid

from support.client import document, ident, idents
from support.model import unique

import expect
from zoo import own_path


def cre_01_one_resource_object(zoo):
    item = {"type": "persons", "attributes": {"name": unique()}}
    for data in ([], [item], None, "x", 1):
        expect.refusal(zoo.post("/persons", {"data": data}), 400, pointer="/data")


def cre_02_type_is_required(zoo):
    expect.refusal(zoo.post("/persons", {"data": {"attributes": {"name": "a"}}}), 400, pointer="/data")


def cre_03_a_relationship_has_data(zoo):
    body = {"data": {"type": "persons", "attributes": {"name": "a"}, "relationships": {"phones": {}}}}
    expect.refusal(zoo.post("/persons", body), 400, pointer="/data/relationships/phones")


def cre_04_linkage_is_stored(zoo):
    phone, hobby, team = zoo.phone(), zoo.hobby(), zoo.team()
    known = zoo.person()
    one = zoo.person(phones=idents("phones", [phone]), hobbies=idents("hobbies", [hobby]), team=ident("teams", team),
                     knows=idents("persons", [known]))
    zoo.expect_linkage("persons", one, "phones", phone)
    zoo.expect_linkage("persons", one, "hobbies", hobby)
    zoo.expect_linkage("persons", one, "knows", known)
    expect.same(zoo.linkage("persons", one, "team"), team, "team")
    zoo.expect_linkage("teams", team, "members", one)


def created(zoo):
    return expect.status(zoo.post("/persons", document("persons", {"name": unique()})), 201)


def cre_05_the_resource_is_answered(zoo):
    answer = created(zoo)
    expect.true(answer.data["type"] == "persons" and answer.id, "a person with an id", answer)


def cre_06_location(zoo):
    answer = created(zoo)
    expect.true(answer.headers.get("Location"), "Location", dict(answer.headers))


def cre_07_self_is_location(zoo):
    answer = created(zoo)
    expect.same(answer.data.get("links", {}).get("self"), answer.headers.get("Location"), "data.links.self")


def cre_08_location_leads_to_it(zoo):
    answer = created(zoo)
    found = expect.status(zoo.follow(answer.headers["Location"]), 200)
    expect.same((found.data["type"], found.id), ("persons", answer.id), "resource at Location")


def cre_09_client_ids_are_refused(zoo):
    name = unique("chosen")
    body = document("persons", {"name": name}, id_="5000000")
    expect.refusal(zoo.post("/persons", body), 403, pointer="/data/id")
    expect.same(zoo.people_called(name), 0, "persons created")


def cre_10_client_ids_are_taken(zoo):
    chosen = str(uuid.uuid4())
    answer = expect.status(zoo.post("/notes", document("notes", {"title": "t"}, id_=chosen)), 201, 204)
    if answer.status == 201:
        expect.same(answer.id, chosen, "id")
    expect.same(expect.status(zoo.get(f"/notes/{chosen}"), 200).id, chosen, "id")


def cre_11_what_the_server_added(zoo):
    answer = expect.status(zoo.post("/notes", document("notes", {"title": "t"}, id_=str(uuid.uuid4()))), 201)
    expect.true(answer.data["attributes"].get("updatedAt"), "updatedAt", answer)


def cre_12_client_ids_are_uuids(zoo):
    for id_ in ("abc", "1", "00000000-0000-4000-8000-00000000000g", ""):
        expect.refusal(zoo.post("/notes", document("notes", {"title": "t"}, id_=id_)), 422, pointer="/data/id")


def cre_13_an_existing_client_id(zoo):
    chosen = zoo.note("first")["id"]
    answer = zoo.post("/notes", document("notes", {"title": "second"}, id_=chosen))
    expect.refusal(answer, 409, pointer="/data/id")
    expect.same(zoo.attributes("notes", chosen)["title"], "first", "title")


def cre_14_type_of_another_collection(zoo):
    answer = zoo.post("/persons", document("phones", {"number": "+1"}))
    expect.refusal(answer, 409, pointer="/data/type")


def cre_15_conflicts_say_where(zoo):
    chosen = zoo.note()["id"]
    for answer in (zoo.post("/notes", document("notes", {"title": "t"}, id_=chosen)),
                   zoo.post("/persons", document("phones", {"number": "+1"}))):
        error = expect.refusal(answer, 409).errors[0]
        expect.true(error.get("detail") and error.get("source"), "detail and source", answer)


def cre_16_linkage_to_nothing(zoo):
    name = unique("dangling")
    for relationship, target in (("hobbies", "hobbies"), ("knows", "persons"), ("friends", "friends")):
        body = document("persons", {"name": name}, {relationship: idents(target, [zoo.missing])})
        expect.refusal(zoo.post("/persons", body), 404, pointer=f"/data/relationships/{relationship}/data/0")
    body = document("persons", {"name": name}, {"team": ident("teams", zoo.missing)})
    expect.refusal(zoo.post("/persons", body), 404, pointer="/data/relationships/team/data")
    expect.same(zoo.people_called(name), 0, "persons created")


def cre_17_all_or_nothing(zoo):
    name, phone, badge = unique("half"), zoo.phone(), zoo.badge(zoo.person())
    holder = zoo.linkage("badges", badge, "person")
    body = document("persons", {"name": name}, {
        "phones": idents("phones", [phone]), "badges": idents("badges", [badge]),
        "hobbies": idents("hobbies", [zoo.hobby(), zoo.missing])})
    expect.refusal(zoo.post("/persons", body), 404, pointer="/data/relationships/hobbies/data/1")
    expect.same(zoo.people_called(name), 0, "persons created")
    expect.same(zoo.linkage("phones", phone, "persons"), [], "owners of the phone")
    expect.same(zoo.linkage("badges", badge, "person"), holder, "person of the badge")


def cre_18_a_read_only_type(zoo):
    before = len(zoo.walk("/logs"))
    expect.refusal(zoo.post("/logs", document("logs", {"line": "x"})), 403)
    expect.same(len(zoo.walk("/logs")), before, "logs")


def cre_20_arity(zoo):
    name = unique("arity")
    team, phone = ident("teams", zoo.team()), ident("phones", zoo.phone())
    for relationship, data in (("team", [team]), ("team", []), ("phones", phone), ("phones", None), ("passport", [])):
        body = document("persons", {"name": name}, {relationship: data})
        expect.refusal(zoo.post("/persons", body), 400, pointer=f"/data/relationships/{relationship}/data")
    expect.same(zoo.people_called(name), 0, "persons created")


def cre_21_an_identifier_twice(zoo):
    hobby = zoo.hobby()
    one = zoo.person(hobbies=idents("hobbies", [hobby, hobby]))
    zoo.expect_linkage("persons", one, "hobbies", hobby)
    expect.same(zoo.linkage("hobbies", hobby, "persons"), [one], "persons of the hobby")


def cre_22_identifiers_of_another_type(zoo):
    name = unique("mixed")
    body = document("persons", {"name": name}, {"hobbies": idents("phones", [zoo.phone()])})
    expect.refusal(zoo.post("/persons", body), 409, pointer="/data/relationships/hobbies/data/0/type")
    body = document("persons", {"name": name}, {"team": ident("phones", zoo.phone())})
    expect.refusal(zoo.post("/persons", body), 409, pointer="/data/relationships/team/data/type")
    expect.same(zoo.people_called(name), 0, "persons created")


def cre_23_constraints(zoo):
    email = unique("taken") + "@example.org"
    zoo.person(email=email)
    answer = zoo.post("/persons", document("persons", {"name": "a", "email": email}))
    expect.refusal(answer, 409, pointer="/data/attributes/email")
    answer = zoo.post("/persons", document("persons", {"name": None}))
    expect.refusal(answer, 422, pointer="/data/attributes/name")
    answer = zoo.post("/persons", document("persons", {"name": "a", "age": "old"}))
    expect.refusal(answer, 422, pointer="/data/attributes/age")
    answer = zoo.post("/badges", document("badges", {"label": "of nobody"}))
    expect.refusal(answer, 422, pointer=("/data/relationships", "/data"))
    body = document("badges", {"label": "of nobody"}, {"person": None})
    expect.refusal(zoo.post("/badges", body), 422, pointer=("/data/relationships/person", "/data/relationships/person/data"))


def cre_24_unknown_names(zoo):
    name = unique("unknown")
    body = document("persons", {"name": name}, {"nope": []})
    expect.refusal(zoo.post("/persons", body), 400, pointer="/data/relationships/nope")
    body = document("persons", {"name": name, "nope": 1})
    expect.refusal(zoo.post("/persons", body), 400, pointer="/data/attributes/nope")
    expect.same(zoo.people_called(name), 0, "persons created")


# -- deleting ----------------------------------------------------------------------------------

def del_01_success(zoo):
    one = zoo.person()
    answer = expect.status(zoo.delete(f"/persons/{one}"), 200, 204)
    expect.true(not answer.body or "data" not in answer.json, "no primary data", answer)
    expect.status(zoo.get(f"/persons/{one}"), 404)


def del_02_missing(zoo):
    expect.refusal(zoo.delete(f"/persons/{zoo.missing}"), 404)
    one = zoo.person()
    expect.success(zoo.delete(f"/persons/{one}"))
    expect.refusal(zoo.delete(f"/persons/{one}"), 404)


def del_04_gone_from_every_linkage(zoo):
    hobby, team, known = zoo.hobby(), zoo.team(), zoo.person()
    one = zoo.person(hobbies=idents("hobbies", [hobby]), team=ident("teams", team), knows=idents("persons", [known]))
    passport = zoo.passport(one)
    expect.success(zoo.delete(f"/hobbies/{hobby}"))
    expect.same(zoo.linkage("persons", one, "hobbies"), [], "hobbies after the hobby was deleted")
    expect.refusal(zoo.get(f"/hobbies/{hobby}/relationships/persons"), 404)
    expect.success(zoo.delete(f"/persons/{one}"))
    expect.same(zoo.linkage("teams", team, "members"), [], "members after the person was deleted")
    expect.same(zoo.linkage("persons", known, "knownBy"), [], "knownBy after the person was deleted")
    expect.same(zoo.linkage("passports", passport, "holder"), None, "holder after the person was deleted")
    for path in (f"/persons/{one}/hobbies", f"/persons/{one}/relationships/team"):
        expect.refusal(zoo.get(path), 404)
    other = zoo.person(team=ident("teams", team))
    expect.success(zoo.delete(f"/teams/{team}"))
    expect.same(zoo.linkage("persons", other, "team"), None, "team after it was deleted")


def del_05_what_is_referred_to(zoo):
    one = zoo.person(phones=idents("phones", [zoo.phone()]))
    badge, phones = zoo.badge(one), zoo.linkage("persons", one, "phones")
    answer = expect.refusal(zoo.delete(f"/persons/{one}"), 409)
    expect.true(answer.errors[0].get("detail"), "a detail", answer)
    expect.same(zoo.linkage("badges", badge, "person"), one, "person of the badge")
    expect.same(zoo.linkage("persons", one, "phones"), phones, "phones")


def del_06_a_read_only_type(zoo):
    log = zoo.log()
    expect.refusal(zoo.delete(f"/logs/{log}"), 403)
    expect.same(own_path(zoo.base_url, expect.status(zoo.get(f"/logs/{log}"), 200).data["links"]["self"]),
                f"/logs/{log}", "links.self of the log that is still there")
