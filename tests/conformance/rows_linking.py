"""RUP: linking and unlinking at relationship URLs."""

import json

from support.client import ident, idents
from support.lint import JSONAPI

import expect

VERBS = ("PATCH", "POST", "DELETE")


def at(type_, id_, name):
    return f"/{type_}/{id_}/relationships/{name}"


def hobbies(*ids):
    return {"data": idents("hobbies", ids)}


def phones(*ids):
    return {"data": idents("phones", ids)}


def rup_01_set_a_to_one(zoo):
    one, team = zoo.person(), zoo.team()
    expect.status(zoo.patch(at("persons", one, "team"), {"data": ident("teams", team)}), 200, 204)
    expect.same(zoo.linkage("persons", one, "team"), team, "team")
    zoo.expect_linkage("teams", team, "members", one)


def rup_02_clear_a_to_one(zoo):
    team = zoo.team()
    one = zoo.person(team=ident("teams", team))
    expect.status(zoo.patch(at("persons", one, "team"), {"data": None}), 200, 204)
    expect.same(zoo.linkage("persons", one, "team"), None, "team")
    expect.same(zoo.linkage("teams", team, "members"), [], "members")


def rup_03_data_is_required(zoo):
    one, team = zoo.person(), zoo.team()
    expect.success(zoo.patch(at("persons", one, "team"), {"data": ident("teams", team)}))
    expect.refusal(zoo.patch(at("persons", one, "team"), {"meta": {}}), 400, pointer="")
    expect.same(zoo.linkage("persons", one, "team"), team, "team")


def rup_04_to_one_linkage(zoo):
    one, team = zoo.person(), zoo.team()
    for data in ([], idents("teams", [team]), "x"):
        expect.refusal(zoo.patch(at("persons", one, "team"), {"data": data}), 400, pointer="/data")
    expect.same(zoo.linkage("persons", one, "team"), None, "team")


def rup_05_post_and_delete_on_a_to_one(zoo):
    one, team = zoo.person(), zoo.team()
    for verb in ("POST", "DELETE"):
        answer = zoo.request(verb, at("persons", one, "team"), {"data": ident("teams", team)})
        expect.refusal(answer, 405)
        expect.true({"GET", "PATCH"} <= answer.allowed and verb not in answer.allowed, "Allow: GET, HEAD, PATCH",
                    answer.headers["Allow"])


def rup_06_to_many_linkage(zoo):
    family = zoo.family()
    for verb in VERBS:
        for data in (ident("hobbies", family.hobby), None, "x"):
            answer = zoo.request(verb, at("persons", family.one, "hobbies"), {"data": data})
            expect.refusal(answer, 400, pointer="/data")
    zoo.expect_linkage("persons", family.one, "hobbies", family.hobby)


def rup_07_replace(zoo):
    family = zoo.family()
    expect.success(zoo.patch(at("persons", family.one, "hobbies"), hobbies(family.spare_hobby)))
    zoo.expect_linkage("persons", family.one, "hobbies", family.spare_hobby)
    zoo.expect_not_linked("persons", family.one, "hobbies", family.hobby)


def rup_08_replace_by_nothing(zoo):
    family = zoo.family()
    expect.success(zoo.patch(at("persons", family.one, "hobbies"), {"data": []}))
    zoo.expect_linkage("persons", family.one, "hobbies")
    zoo.expect_not_linked("persons", family.one, "hobbies", family.hobby)


def frozen_stays(zoo, verb):
    family = zoo.family()
    for body in (hobbies(family.spare_hobby), hobbies(family.hobby), {"data": []}):
        expect.refusal(zoo.request(verb, at("persons", family.one, "frozen"), body), 403)
        expect.same(zoo.linkage("persons", family.one, "frozen"), [family.hobby], "members")


def rup_09_replacement_not_allowed(zoo):
    frozen_stays(zoo, "PATCH")


def rup_10_replace_by_the_unknown(zoo):
    family = zoo.family()
    body = hobbies(family.spare_hobby, zoo.missing)
    expect.refusal(zoo.patch(at("persons", family.one, "hobbies"), body), 404, pointer="/data/1")
    zoo.expect_linkage("persons", family.one, "hobbies", family.hobby)


def rup_11_link(zoo):
    family = zoo.family()
    expect.success(zoo.post(at("persons", family.two, "hobbies"), hobbies(family.hobby)))
    zoo.expect_linkage("persons", family.two, "hobbies", family.hobby)


def rup_12_link_again(zoo):
    family = zoo.family()
    for _ in range(2):
        expect.success(zoo.post(at("persons", family.one, "hobbies"), hobbies(family.hobby)))
    zoo.expect_linkage("persons", family.one, "hobbies", family.hobby)
    expect.same(zoo.linkage("hobbies", family.hobby, "persons"), [family.one], "the other side")


def rup_13_new_and_present_members(zoo):
    family = zoo.family()
    expect.success(zoo.post(at("persons", family.one, "hobbies"), hobbies(family.hobby, family.spare_hobby)))
    zoo.expect_linkage("persons", family.one, "hobbies", family.hobby, family.spare_hobby)


def rup_14_a_member_twice(zoo):
    one, hobby = zoo.person(), zoo.hobby()
    expect.success(zoo.post(at("persons", one, "hobbies"), hobbies(hobby, hobby)))
    zoo.expect_linkage("persons", one, "hobbies", hobby)


def rup_15_link_the_unknown(zoo):
    family = zoo.family()
    body = hobbies(family.spare_hobby, zoo.missing)
    expect.refusal(zoo.post(at("persons", family.one, "hobbies"), body), 404, pointer="/data/1")
    zoo.expect_linkage("persons", family.one, "hobbies", family.hobby)
    team = zoo.team()
    body = {"data": idents("persons", [family.one, zoo.missing])}
    expect.refusal(zoo.post(at("teams", team, "members"), body), 404, pointer="/data/1")
    expect.same(zoo.linkage("teams", team, "members"), [], "members")


def rup_16_link_nothing(zoo):
    family = zoo.family()
    expect.success(zoo.post(at("persons", family.one, "hobbies"), {"data": []}))
    zoo.expect_linkage("persons", family.one, "hobbies", family.hobby)


def rup_17_unlink(zoo):
    family = zoo.family()
    expect.success(zoo.delete(at("persons", family.one, "phones"), phones(family.phones[0])))
    zoo.expect_linkage("persons", family.one, "phones", family.phones[1])
    zoo.expect_not_linked("persons", family.one, "phones", family.phones[0])


def rup_18_unlink_again(zoo):
    family = zoo.family()
    for _ in range(2):
        expect.success(zoo.delete(at("persons", family.one, "phones"), phones(family.phones[0])))
    expect.success(zoo.delete(at("persons", family.one, "phones"), phones(family.spare_phone)))
    zoo.expect_linkage("persons", family.one, "phones", family.phones[1])


def rup_19_unlink_the_unknown(zoo):
    family = zoo.family()
    expect.success(zoo.delete(at("persons", family.one, "phones"), phones(zoo.missing)))
    expect.success(zoo.delete(at("persons", family.one, "phones"), phones(zoo.missing, family.phones[0])))
    zoo.expect_linkage("persons", family.one, "phones", family.phones[1])


def rup_20_unlink_only_here(zoo):
    one, mine = zoo.person(), zoo.team()
    other = zoo.team(one)
    expect.success(zoo.delete(at("teams", mine, "members"), {"data": idents("persons", [one])}))
    zoo.expect_linkage("teams", other, "members", one)
    family, phone = zoo.family(), zoo.phone()
    for person in (family.one, family.two):
        expect.success(zoo.post(at("persons", person, "phones"), phones(phone)))
    expect.success(zoo.delete(at("persons", family.one, "phones"), phones(phone)))
    zoo.expect_linkage("persons", family.two, "phones", phone)


def rup_21_unlinked_is_not_deleted(zoo):
    family = zoo.family()
    expect.success(zoo.delete(at("persons", family.one, "phones"), phones(family.phones[0])))
    expect.status(zoo.get(f"/phones/{family.phones[0]}"), 200)


def rup_22_unlink_nothing(zoo):
    family = zoo.family()
    expect.success(zoo.delete(at("persons", family.one, "phones"), {"data": []}))
    zoo.expect_linkage("persons", family.one, "phones", *family.phones)


def rup_23_the_body_of_a_delete(zoo):
    family = zoo.family()
    body = json.dumps(phones(family.phones[0])).encode()
    answer = zoo.delete(at("persons", family.one, "phones"), raw=body, headers={"Transfer-Encoding": "chunked"})
    expect.success(answer)
    zoo.expect_linkage("persons", family.one, "phones", family.phones[1])
    body = json.dumps(phones(family.phones[1])).encode()
    head = (f"DELETE {zoo.prefix}{at('persons', family.one, 'phones')} HTTP/1.1\r\nHost: {zoo.client.host}\r\n"
            f"Content-Type: {JSONAPI}\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
    received = zoo.client.raw_exchange(head.encode() + body)
    expect.true(b" 204 " in received or b" 200 " in received, "204 after Expect: 100-continue", received[:200])
    zoo.expect_linkage("persons", family.one, "phones")


def rup_24_removal_not_allowed(zoo):
    frozen_stays(zoo, "DELETE")


def rup_25_nothing_allowed(zoo):
    for verb in VERBS:
        frozen_stays(zoo, verb)


def rup_26_identifiers_are_whole(zoo):
    path = at("persons", zoo.person(), "hobbies")
    for verb in VERBS:
        for member, pointer in (({"id": "3"}, "/data/0"), ({"type": "hobbies"}, "/data/0"), (5, "/data/0"),
                                ({"type": "hobbies", "id": 3}, "/data/0/id"), ({"type": 5, "id": "3"}, "/data/0/type")):
            expect.refusal(zoo.request(verb, path, {"data": [member]}), 400, pointer=pointer)


def rup_27_identifiers_of_another_type(zoo):
    family = zoo.family()
    for verb in VERBS:
        answer = zoo.request(verb, at("persons", family.one, "hobbies"), phones(family.phones[0]))
        expect.refusal(answer, 409, pointer="/data/0/type")
    zoo.expect_linkage("persons", family.one, "hobbies", family.hobby)
    answer = zoo.patch(at("persons", family.one, "team"), {"data": ident("phones", family.phones[0])})
    expect.refusal(answer, 409, pointer="/data/type")


def rup_28_missing_parent(zoo):
    hobby = zoo.hobby()
    for verb in VERBS:
        expect.refusal(zoo.request(verb, at("persons", zoo.missing, "hobbies"), hobbies(hobby)), 404)
        expect.refusal(zoo.request(verb, at("persons", zoo.missing, "hobbies"), {"data": []}), 404)
    expect.refusal(zoo.patch(at("persons", zoo.missing, "team"), {"data": None}), 404)
    expect.refusal(zoo.patch(at("persons", zoo.missing, "passport"), {"data": None}), 404)


def rup_29_unknown_relationship(zoo):
    for verb in VERBS:
        expect.refusal(zoo.request(verb, at("persons", zoo.person(), "nope"), {"data": []}), 404)


def rup_30_more_changed_than_was_named(zoo):
    one, two = zoo.person(), zoo.person()
    first, second = zoo.passport(one), zoo.passport(two)
    answer = expect.status(zoo.patch(at("persons", two, "passport"), {"data": ident("passports", first)}), 200)
    expect.true(answer.data and answer.data["id"] == first, f"passport {first} as data", answer)
    expect.same(zoo.linkage("passports", second, "holder"), None, "holder of the displaced passport")
    team, _ = zoo.team(two), zoo.team(one)
    answer = expect.status(zoo.post(at("teams", team, "members"), {"data": idents("persons", [one])}), 200)
    expect.same(sorted(item["id"] for item in answer.data), sorted([one, two]), "data")


def rup_31_nothing_else_changed(zoo):
    answer = zoo.post(at("persons", zoo.person(), "hobbies"), hobbies(zoo.hobby()))
    expect.true(answer.status == 204 or "data" not in expect.status(answer, 200).json, "204, or 200 without data", answer)


def rup_32_nothing_changed(zoo):
    family = zoo.family()
    expect.status(zoo.post(at("persons", family.one, "hobbies"), hobbies(family.hobby)), 204)
    expect.status(zoo.delete(at("persons", family.two, "hobbies"), hobbies(family.hobby)), 204)


def rup_34_both_sides(zoo):
    family = zoo.family()
    path = at("persons", family.two, "hobbies")
    for verb, members, left in (("POST", [family.hobby], [family.hobby]), ("PATCH", [family.spare_hobby], [family.spare_hobby]),
                                ("POST", [family.hobby], [family.hobby, family.spare_hobby]),
                                ("DELETE", [family.spare_hobby], [family.hobby])):
        expect.success(zoo.request(verb, path, hobbies(*members)))
        zoo.expect_linkage("persons", family.two, "hobbies", *left)
        for hobby in (family.hobby, family.spare_hobby):
            if hobby not in left:
                zoo.expect_not_linked("persons", family.two, "hobbies", hobby)


def rup_35_from_the_other_side(zoo):
    family = zoo.family()
    path = at("hobbies", family.spare_hobby, "persons")
    expect.success(zoo.post(path, {"data": idents("persons", [family.two])}))
    zoo.expect_linkage("persons", family.two, "hobbies", family.spare_hobby)
    expect.success(zoo.delete(path, {"data": idents("persons", [family.two])}))
    zoo.expect_linkage("persons", family.two, "hobbies")


def rup_36_one_to_many_moves(zoo):
    one = zoo.person()
    first, second = zoo.team(one), zoo.team()
    expect.success(zoo.post(at("teams", second, "members"), {"data": idents("persons", [one])}))
    zoo.expect_linkage("teams", second, "members", one)
    expect.same(zoo.linkage("teams", first, "members"), [], "members of the former team")


def rup_37_one_to_one_moves(zoo):
    one = zoo.person()
    first, second = zoo.passport(one), zoo.passport()
    answer = zoo.patch(at("passports", second, "holder"), {"data": ident("persons", one)})
    expect.status(answer, 200, 204, 409)
    holders = [zoo.linkage("passports", passport, "holder") for passport in (first, second)]
    expect.same(holders, [one, None] if answer.status == 409 else [None, one], "holders of the two passports")
    held = first if answer.status == 409 else second
    expect.same(zoo.linkage("persons", one, "passport"), held, "passport of the holder")


def rup_38_orphans(zoo):
    one = zoo.person()
    badge = zoo.badge(one)
    for verb, data in (("DELETE", idents("badges", [badge])), ("PATCH", [])):
        expect.refusal(zoo.request(verb, at("persons", one, "badges"), {"data": data}), 403, 409, 422)
        zoo.expect_linkage("persons", one, "badges", badge)
    expect.refusal(zoo.patch(at("badges", badge, "person"), {"data": None}), 422)
    zoo.expect_linkage("persons", one, "badges", badge)


def rup_39_two_relationships_of_the_same_types(zoo):
    one, two = zoo.person(), zoo.person()
    people = idents("persons", [two])
    for name in ("knows", "knownBy"):
        expect.success(zoo.post(at("persons", one, name), {"data": people}))
    expect.success(zoo.delete(at("persons", one, "knows"), {"data": people}))
    zoo.expect_linkage("persons", one, "knows")
    zoo.expect_linkage("persons", one, "knownBy", two)
    zoo.expect_linkage("persons", two, "knows", one)
    family = zoo.family()
    expect.success(zoo.patch(at("persons", family.one, "knows"), {"data": people}))
    zoo.expect_linkage("persons", family.one, "hobbies", family.hobby)
    zoo.expect_linkage("persons", family.one, "phones", *family.phones)


def rup_40_to_itself(zoo):
    one = zoo.person()
    answer = zoo.post(at("persons", one, "knows"), {"data": idents("persons", [one])})
    expect.status(answer, 200, 204, 422)
    zoo.expect_linkage("persons", one, "knows", *([] if answer.status == 422 else [one]))
