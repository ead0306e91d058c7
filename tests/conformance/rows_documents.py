"""DOC: the structure of documents, in requests and in answers."""

import json
import urllib.parse

from support.client import document, ident, idents
from support.model import unique

import expect
from zoo import CURSOR, RELATIONSHIPS, TO_ONE, own_path


def person(**members):
    """A create of a person; members replace those of the resource object."""
    return {"data": {"type": "persons", "attributes": {"name": unique()}, **members}}


def doc_01_the_root_is_an_object(zoo):
    for body in ([], "text", 1, None):
        expect.refusal(zoo.post("/persons", raw=json.dumps(body).encode()), 400)


def doc_02_something_is_said(zoo):
    expect.refusal(zoo.post("/persons", {}), 400, pointer="")


def doc_04_nothing_is_included_in_errors(zoo):
    answer = expect.refusal(zoo.get(f"/persons/{zoo.missing}?include=phones"), 404)
    expect.true("included" not in answer.json, "no included", answer)


def doc_06_unknown_members_are_ignored(zoo):
    expect.status(zoo.post("/persons", {"foo": 1, **person(bar=2)}), 201)


def doc_07_one_or_many(zoo):
    name, (only,) = zoo.persons([1])
    expect.true(isinstance(expect.status(zoo.get(f"/persons/{only}"), 200).data, dict), "an object", "something else")
    answer = expect.status(zoo.get(f"/persons?filter[name]={name}"), 200)
    expect.true(isinstance(answer.data, list) and answer.ids == [only], f"an array with {only} alone", answer)


def doc_08_self_tells_the_media_type(zoo):
    answer = expect.status(zoo.accept("/persons?page[size]=1", CURSOR), 200)
    link = answer.json.get("links", {}).get("self")
    expect.true(isinstance(link, dict) and link.get("type") == answer.headers["Content-Type"],
                f"links.self with the type {answer.headers['Content-Type']!r}", repr(link))


def doc_09_self_repeats_the_query(zoo):
    query = "include=phones&sort=-name&filter[age]=3&page[size]=1"
    link = expect.status(zoo.get(f"/persons?{query}"), 200).link("self")
    came = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)
    expect.same(came, urllib.parse.parse_qs(query), "query of links.self")


def doc_11_ids_are_strings(zoo):
    one = zoo.person()
    answer = expect.status(zoo.get(f"/persons/{one}"), 200)
    expect.true(answer.data["id"] == one and one.isdigit(), "a decimal string", answer)


def doc_12_ids_are_strings_on_input(zoo):
    one = zoo.person()
    for member, value, pointer in (("id", int(one), "/data/id"), ("type", 5, "/data/type")):
        body = {"data": {**ident("persons", one), member: value}}
        expect.refusal(zoo.patch(f"/persons/{one}", body), 400, pointer=pointer)
    expect.refusal(zoo.post("/persons", person(lid=5)), 400, pointer="/data/lid")


def doc_13_an_id_names_one_resource(zoo):
    zoo.persons([1, 2])
    ids = [item["id"] for item in zoo.walk("/persons?page[size]=100")]
    expect.same(len(set(ids)), len(ids), "different ids")
    for id_ in ids:
        expect.same(expect.status(zoo.get(f"/persons/{id_}"), 200).id, id_, "id")


def doc_16_attributes_are_an_object(zoo):
    for value in ([], "text", 1, None):
        expect.refusal(zoo.post("/persons", person(attributes=value)), 400, pointer="/data/attributes")


def doc_17_foreign_keys_are_not_attributes(zoo):
    one = zoo.person(team=ident("teams", zoo.team()))
    expect.true("team_id" not in zoo.attributes("persons", one), "no team_id", zoo.attributes("persons", one))


def doc_18_relationships_are_objects(zoo):
    body = person(relationships={"phones": [ident("phones", 7)]})
    expect.refusal(zoo.post("/persons", body), 400, pointer="/data/relationships/phones")
    expect.refusal(zoo.post("/persons", person(relationships=[])), 400, pointer="/data/relationships")


def doc_21_linkage_pages_by_the_relationship(zoo):
    owner, _ = crowded(zoo)
    held = with_hobbies(zoo, owner)
    link = held["links"].get("next")
    if link is not None:
        path = urllib.parse.urlsplit(own_path(zoo.base_url, link)).path
        expect.same(path, f"/persons/{owner}/relationships/hobbies", "path of the linkage's next page")


def pag_08_truncated_linkage_says_so(zoo):
    owner, count = crowded(zoo)
    held = with_hobbies(zoo, owner)
    if len(held["data"]) < count:
        told = held["links"].get("next") or held.get("meta")
        expect.true(told, f"links.next or meta on {len(held['data'])} of {count} members", held.get("links"))
    expect.same(len(zoo.walk(f"/persons/{owner}/relationships/hobbies?page[size]=1000")), count, "members in all")


def with_hobbies(zoo, owner):
    answer = expect.status(zoo.get(f"/persons/{owner}?include=hobbies"), 200)
    return answer.data["relationships"]["hobbies"]


def crowded(zoo):
    """(person, number of its hobbies): more than anyone would put into one document."""
    if "crowded" not in zoo.shared:
        ids = [zoo.hobby() for _ in range(1001)]
        zoo.shared["crowded"] = zoo.person(hobbies=idents("hobbies", ids)), len(ids)
    return zoo.shared["crowded"]


def doc_22_related_of_nothing(zoo):
    data = expect.status(zoo.get(f"/persons/{zoo.person()}"), 200).data
    answer = expect.status(zoo.follow(data["relationships"]["hobbies"]["links"]["related"]), 200)
    expect.same(answer.data, [], "data")


def doc_23_related_does_not_change(zoo):
    one, links = zoo.person(), []
    for _ in range(2):
        held = expect.status(zoo.get(f"/persons/{one}"), 200).data["relationships"]["hobbies"]
        links.append(held["links"]["related"])
        expect.success(zoo.post(f"/persons/{one}/relationships/hobbies", {"data": idents("hobbies", [zoo.hobby()])}))
    expect.same(links[1], links[0], "related link after linking")


def doc_24_linkage_fits_the_arity(zoo):
    """Every relationship of every type, read where data has to be there."""
    person_ = zoo.person(team=ident("teams", zoo.team()))
    zoo.passport(person_), zoo.badge(person_)
    for type_, held in RELATIONSHIPS.items():
        id_ = expect.status(zoo.get(f"/{type_}?page[size]=1"), 200).ids
        for name, (_, arity) in held.items() if id_ else ():
            data = expect.status(zoo.get(f"/{type_}/{id_[0]}/relationships/{name}"), 200).data
            fits = data is None or isinstance(data, dict) if arity is TO_ONE else isinstance(data, list)
            expect.true(fits, f"{type_}.{name} {arity}", repr(data))


def doc_25_linkage_is_true_or_absent(zoo):
    one = zoo.family().one
    held = expect.status(zoo.get(f"/persons/{one}"), 200).data["relationships"]
    for name, relationship in held.items():
        if "data" in relationship:
            came = expect.status(zoo.get(f"/persons/{one}/relationships/{name}"), 200).data
            expect.same(relationship["data"], came, f"data of {name}")


def doc_26_self_answers_with_the_resource(zoo):
    """The rule follows those of the whole run; here is one of each type."""
    zoo.note(), zoo.passport(zoo.person()), zoo.badge(zoo.person()), zoo.family(), zoo.friend(), zoo.team()
    for type_ in RELATIONSHIPS:
        for item in expect.status(zoo.get(f"/{type_}?page[size]=1"), 200).data:
            answer = expect.status(zoo.follow(item["links"]["self"]), 200)
            expect.same((answer.data["type"], answer.id), (type_, item["id"]), "resource at its own link")


def doc_27_identifiers_are_whole(zoo):
    path = f"/persons/{zoo.person()}/relationships/hobbies"
    expect.refusal(zoo.post(path, {"data": [{"type": "hobbies"}]}), 400, pointer="/data/0")


def doc_28_identifiers_may_have_meta(zoo):
    one, hobby = zoo.person(), zoo.hobby()
    body = {"data": [{**ident("hobbies", hobby), "meta": {"since": "2024-01-01"}}]}
    expect.success(zoo.post(f"/persons/{one}/relationships/hobbies", body))
    held = expect.status(zoo.get(f"/persons/{one}/relationships/hobbies"), 200).data
    expect.same([item["id"] for item in held], [hobby], "members")
    expect.same(held[0].get("meta", {}).get("since"), "2024-01-01", "meta.since")


def doc_31_fields_may_drop_the_link(zoo):
    family = zoo.family()
    whole = expect.status(zoo.get(f"/persons/{family.one}?include=phones"), 200)
    linked = [item["id"] for item in whole.data["relationships"]["phones"]["data"]]
    expect.same(sorted(linked), sorted(family.phones), "linkage")
    answer = expect.status(zoo.get(f"/persons/{family.one}?include=phones&fields[persons]=name"), 200)
    included = [item["id"] for item in answer.json["included"]]
    expect.true(sorted(included) == sorted(family.phones), "both phones included", answer)
    expect.true("phones" not in answer.data.get("relationships", {}), "no linkage", answer)


def doc_32_cycles_end(zoo):
    one = zoo.person()
    two = zoo.person(knows=idents("persons", [one]))
    expect.success(zoo.patch(f"/persons/{one}/relationships/knows", {"data": idents("persons", [two])}))
    for path in (f"/persons/{one}?include=knows.knows", f"/persons?include=knows.knows&filter[id]={one},{two}"):
        answer = expect.status(zoo.get(path), 200)
        items = answer.data if isinstance(answer.data, list) else [answer.data]
        ids = [item["id"] for item in items + answer.json["included"]]
        expect.true(sorted(ids) == sorted([one, two]), f"{one} and {two}, each once", answer)


def doc_36_the_version(zoo):
    answer = expect.status(zoo.get("/persons?page[size]=1"), 200)
    held = answer.json.get("jsonapi", {})
    expect.true(isinstance(held, dict) and held.get("version", "1.1") == "1.1", "version 1.1", answer)


def doc_39_names_are_case_sensitive(zoo):
    one = zoo.person("before")
    expect.status(zoo.patch(f"/persons/{one}", document("persons", {"Name": "x"}, id_=one)), 200, 204, 400, 422)
    expect.same(zoo.attributes("persons", one)["name"], "before", "name")


def doc_40_at_members_are_ignored(zoo):
    for where in ((), ("data",), ("data", "attributes"), ("data", "relationships")):
        body = person(relationships={})
        place = body
        for name in where:
            place = place[name]
        place["@context"] = {"@id": "https://example.com"}
        answer = expect.status(zoo.post("/persons", body), 201)
        expect.true(b"@context" not in answer.body, "nothing of @context", answer)
        expect.true(b"@context" not in zoo.get(f"/persons/{answer.id}").body, "nothing of @context stored", answer)


def doc_41_operations_without_the_extension(zoo):
    name = unique("smuggled")
    add = {"op": "add", "data": person(attributes={"name": name})["data"]}
    expect.refusal(zoo.post("/persons", {"atomic:operations": [add]}), 400)
    expect.same(zoo.people_called(name), 0, "persons created")


def doc_42_lid_in_its_own_document(zoo):
    body = person(lid="p1", relationships={"knows": {"data": [{"type": "persons", "lid": "p1"}]}})
    answer = expect.status(zoo.post("/persons", body), 201, *range(400, 500))
    if answer.status == 201:
        expect.same(zoo.linkage("persons", answer.id, "knows"), [answer.id], "knows")
    else:
        expect.true(any(answer.pointers), "a pointer", answer)


def doc_43_lid_of_a_create(zoo):
    answer = expect.status(zoo.post("/persons", person(lid="x")), 201)
    expect.true(answer.id and answer.id != "x", "an id of the server's own", answer)


def doc_44_lid_that_names_nothing(zoo):
    body = person(relationships={"phones": {"data": [{"type": "phones", "lid": "nope"}]}})
    expect.refusal(zoo.post("/persons", body), 400, pointer="/data/relationships/phones/data/0/lid")


def doc_45_malformed_bodies(zoo):
    good = json.dumps(person()).encode()
    bodies = {
        "cut short": good[:-1], "not JSON": b"{'data': 1}", "empty": b"", "two values": good + good,
        "invalid UTF-8": good.replace(b'"name": "', b'"name": "\xff'),
        "NUL in text": good.replace(b'"name": "', b'"name": "\\u0000'),
        "NUL byte": good.replace(b'"name": "', b'"name": "\x00'),
        "half a surrogate": good.replace(b'"name": "', b'"name": "\\ud800'),
        "deep": b'{"data":' * 20000 + b"1" + b"}" * 20000,
        "deep array": b"[" * 50000,
        "a name twice": b'{"data":{"type":"persons","type":"persons","attributes":{"name":"a"}}}',
    }
    for what, body in bodies.items():
        allowed = (400, 422) if what == "NUL in text" else (400,)
        answer = zoo.post("/persons", raw=body)
        expect.true(answer.status in allowed and answer.errors, f"400 with errors for {what}", answer)
