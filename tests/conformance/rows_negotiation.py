"""NEG: content negotiation. EXT: extensions and profiles."""

from support.client import document, ident, idents
from support.lint import JSONAPI
from support.model import unique

import expect
from zoo import ATOMIC, ATOMIC_URI, CURSOR, CURSOR_URI, UNKNOWN


def post_person(zoo, content_type, accept=JSONAPI):
    """(answer, name) of a create that is sound but for its headers."""
    name = unique("negotiated")
    return zoo.post("/persons", document("persons", {"name": name}),
                    {"Content-Type": content_type, "Accept": accept}), name


def refused_415(zoo, content_type):
    answer, name = post_person(zoo, content_type)
    expect.refusal(answer, 415, header="Content-Type")
    expect.same(zoo.people_called(name), 0, "persons created")


def media_type(answer):
    return answer.headers.get("Content-Type") or ""


def neg_01_a_document_has_the_media_type(zoo):
    answer = expect.status(zoo.get(f"/persons/{zoo.person()}"), 200)
    expect.same(media_type(answer), JSONAPI, "Content-Type")


def neg_02_errors_have_it_too(zoo):
    answer = expect.refusal(zoo.get(f"/persons/{zoo.missing}"), 404)
    expect.same(media_type(answer), JSONAPI, "Content-Type")


def neg_03_foreign_parameter(zoo):
    refused_415(zoo, f"{JSONAPI};charset=utf-8")


def neg_04_foreign_parameter_beside_a_legal_one(zoo):
    refused_415(zoo, f'{JSONAPI};profile="{UNKNOWN}";v=1')


def neg_05_unsupported_extension(zoo):
    refused_415(zoo, f'{JSONAPI};ext="{UNKNOWN}"')


def neg_06_one_unsupported_extension_among_several(zoo):
    name = unique("negotiated")
    add = {"op": "add", "data": {"type": "persons", "attributes": {"name": name}}}
    answer = zoo.post("/operations", {"atomic:operations": [add]},
                      {"Content-Type": f'{JSONAPI};ext="{ATOMIC_URI} {UNKNOWN}"', "Accept": ATOMIC})
    expect.refusal(answer, 415, header="Content-Type")
    expect.same(zoo.people_called(name), 0, "persons created")


def neg_07_unrecognised_profile_is_ignored(zoo):
    expect.status(post_person(zoo, f'{JSONAPI};profile="{UNKNOWN}"')[0], 201)


def neg_08_a_clean_instance_beside_a_foreign_one(zoo):
    expect.status(zoo.accept("/persons", f"{JSONAPI};charset=utf-8, {JSONAPI}"), 200)


def neg_09_foreign_instances_only(zoo):
    expect.refusal(zoo.accept("/persons", f"{JSONAPI};charset=utf-8"), 406, header="Accept")


def neg_10_unsupported_extensions_only(zoo):
    expect.refusal(zoo.accept("/persons", f'{JSONAPI};ext="{UNKNOWN}"'), 406, header="Accept")


def neg_11_one_usable_instance(zoo):
    answer = expect.status(zoo.accept("/persons", f'{JSONAPI};ext="{UNKNOWN}", {JSONAPI};q=0.1'), 200)
    expect.true("ext=" not in media_type(answer), "no ext in Content-Type", media_type(answer))


def neg_12_a_wildcard_does_not_rescue(zoo):
    expect.refusal(zoo.accept("/persons", f"{JSONAPI};charset=utf-8, */*"), 406)


def neg_13_both_failures_together(zoo):
    expect.refusal(zoo.accept("/persons", f'{JSONAPI};charset=utf-8, {JSONAPI};ext="{UNKNOWN}"'), 406)


def neg_14_a_supported_profile_is_applied(zoo):
    answer = expect.status(zoo.accept("/persons?page[size]=2", CURSOR), 200)
    expect.true(CURSOR_URI in media_type(answer), "the profile in Content-Type", media_type(answer))


def neg_15_an_unrecognised_profile_is_not_named(zoo):
    answer = expect.status(zoo.accept("/persons", f'{JSONAPI};profile="{UNKNOWN}"'), 200)
    expect.true(UNKNOWN not in media_type(answer), "no unknown profile in Content-Type", media_type(answer))


def neg_16_the_extension_is_named(zoo):
    person = zoo.person()
    update = {"op": "update", "data": {"type": "persons", "id": person, "attributes": {"name": "b"}}}
    answer = expect.status(zoo.operations(update), 200)
    expect.true(f'ext="{ATOMIC_URI}"' in media_type(answer), "the extension in Content-Type", media_type(answer))


def neg_18_no_extension_where_none_was_applied(zoo):
    answer = expect.status(zoo.accept("/persons", f"{ATOMIC}, {JSONAPI}"), 200)
    expect.true("ext=" not in media_type(answer), "no ext in Content-Type", media_type(answer))


def neg_19_vary(zoo):
    """The rule is applied to every document; these make sure that each status has been seen."""
    person = zoo.person()
    answers = [zoo.get(f"/persons/{person}"), zoo.accept("/persons?page[size]=1", CURSOR),
               zoo.get(f"/persons/{zoo.missing}"), zoo.accept("/persons", f"{JSONAPI};v=1"),
               zoo.post("/persons", {}, {"Content-Type": "text/plain"})]
    if answers[0].headers.get("ETag"):
        answers.append(expect.status(
            zoo.get(f"/persons/{person}", {"If-None-Match": answers[0].headers["ETag"]}), 304))
    for answer in answers:
        names = [name.strip().lower() for name in (answer.headers.get("Vary") or "").split(",")]
        expect.true("accept" in names, "Vary: Accept", f"{answer.headers.get('Vary')} with {expect.brief(answer)}")


def neg_20_a_body_does_not_negotiate(zoo):
    body = {"jsonapi": {"ext": [UNKNOWN], "profile": [UNKNOWN]}, **document("persons", {"name": unique()})}
    answer = expect.status(zoo.post("/persons", body), 201)
    expect.same(media_type(answer), JSONAPI, "Content-Type")


def neg_21_another_media_type(zoo):
    for content_type in ("text/plain", "application/xml", "application/x-www-form-urlencoded"):
        refused_415(zoo, content_type)
    expect.status(post_person(zoo, "application/json")[0], 201)


def neg_22_no_media_type(zoo):
    refused_415(zoo, None)
    expect.status(zoo.delete(f"/persons/{zoo.person()}", headers={"Content-Type": None}), 200, 204)


def neg_23_wildcards(zoo):
    for accept in (None, "*/*", "application/*"):
        answer = expect.status(zoo.accept("/persons", accept), 200)
        expect.true(media_type(answer).startswith(JSONAPI), JSONAPI, f"{media_type(answer)} for {accept}")


def neg_24_nothing_that_we_have(zoo):
    expect.refusal(zoo.accept("/persons", "text/html"), 406, header="Accept")


def neg_25_weights(zoo):
    expect.status(zoo.accept("/persons", f"{JSONAPI};q=0.5"), 200)
    expect.refusal(zoo.accept("/persons", f"{JSONAPI};q=0"), 406)


def neg_26_letter_case_and_spaces(zoo):
    expect.status(post_person(zoo, "Application/VND.API+JSON")[0], 201)
    add = {"op": "add", "data": {"type": "persons", "attributes": {"name": unique()}}}
    expect.status(zoo.post("/operations", {"atomic:operations": [add]}, {
        "Content-Type": f'{JSONAPI} ; EXT="{ATOMIC_URI}"', "Accept": ATOMIC}), 200)


def neg_27_before_side_effects(zoo):
    answer, name = post_person(zoo, JSONAPI, f"{JSONAPI};charset=utf-8")
    expect.refusal(answer, 406)
    expect.same(zoo.people_called(name), 0, "persons created")


def ext_06_base_rules_hold_in_operations(zoo):
    """What POST and PATCH say of a resource, an operation says too: same status, same place."""
    taken, person = unique("taken") + "@example.org", zoo.person()
    zoo.person(email=taken)
    adds = [
        {"type": "persons", "attributes": []}, {"attributes": {"name": "a"}},
        {"type": "persons", "attributes": {"name": "a"}, "relationships": {"phones": {}}},
        {"type": "persons", "attributes": {"name": "a"}, "relationships": {"phones": {"data": {}}}},
        {"type": "persons", "attributes": {"name": "a"},
         "relationships": {"hobbies": {"data": idents("hobbies", [zoo.missing])}}},
        {"type": "persons", "attributes": {"name": "a"}, "relationships": {"hobbies": {"data": idents("phones", [1])}}},
        {"type": "persons", "attributes": {"name": "a", "email": taken}}, {"type": "persons", "attributes": {"name": None}},
        {"type": "persons", "attributes": {"name": "a", "nope": 1}}, {"type": "logs", "attributes": {"line": "x"}},
        {"type": "persons", "id": "5", "attributes": {"name": "a"}},
    ]
    for data in adds:
        same_verdict(zoo, zoo.post(f"/{data.get('type', 'persons')}", {"data": data}), {"op": "add", "data": data})
    updates = [
        {"attributes": {"age": "old"}}, {"attributes": {"email": taken}}, {"attributes": {"name": None}},
        {"relationships": {"team": {"data": []}}}, {"relationships": {"team": {"data": ident("teams", zoo.missing)}}},
        {"relationships": {"frozen": {"data": []}}}, {"relationships": {"nope": {"data": []}}}, {"attributes": 5},
    ]
    for change in updates:
        data = {**ident("persons", person), **change}
        same_verdict(zoo, zoo.patch(f"/persons/{person}", {"data": data}), {"op": "update", "data": data})


def same_verdict(zoo, base, operation):
    answer = zoo.operations(operation)
    expect.true(answer.status == base.status and answer.status >= 400, f"what the base says: {expect.brief(base)}", answer)
    wanted = {"/atomic:operations/0" + pointer for pointer in base.pointers if pointer is not None}
    expect.true(wanted <= set(answer.pointers), f"pointers {sorted(wanted)}", answer)
