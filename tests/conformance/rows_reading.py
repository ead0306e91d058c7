"""FET: resources. FRL: relationships. INC: inclusion. FLD: sparse fieldsets."""

import collections

from support.client import document, ident, idents
from support.model import unique

import expect
from zoo import TYPES, own_path


def keys(items):
    return sorted((item["type"], item["id"]) for item in items)


def crawl(zoo, wanted):
    """Follow links from the entry and the lists of all types, at most 400; those that stand at a
    wanted place have to lead somewhere."""
    waiting = collections.deque((f"/{type_}?page[size]=3", "list") for type_ in TYPES)
    waiting.append(("/", "entry"))
    seen = set()
    while waiting and len(seen) < 400:
        path, place = waiting.popleft()
        if path in seen:
            continue
        seen.add(path)
        answer = zoo.client.get(zoo.prefix + path)
        if place in wanted or place == "list":
            expect.true(answer.status == 200, f"200 at a link of {place}", answer)
        if answer.status == 200:
            for where, link in links_of(answer.json):
                waiting.append((own_path(zoo.base_url, link), where))


def links_of(document_):
    """(place, link) of everything that a document leads to."""
    found = [("top", link) for link in document_.get("links", {}).values()]
    data = document_.get("data") or []
    for item in data if isinstance(data, list) else [data]:
        found += [("resource", link) for link in item.get("links", {}).values()]
        for relationship in item.get("relationships", {}).values():
            found += [(f"relationship {name}", link) for name, link in relationship.get("links", {}).items()]
    return [(place, link["href"] if isinstance(link, dict) else link) for place, link in found if link]


def populate(zoo):
    family = zoo.family()
    zoo.badge(family.one), zoo.passport(family.one), zoo.team(family.one), zoo.note()
    zoo.person(knows=idents("persons", [family.one]), friends=idents("friends", [zoo.friend()]))


def fet_01_links_can_be_fetched(zoo):
    populate(zoo)
    crawl(zoo, ("top", "resource", "relationship related"))


def fet_02_success_is_200(zoo):
    expect.status(zoo.get("/persons"), 200)
    expect.status(zoo.get(f"/persons/{zoo.person()}"), 200)


def fet_03_collections_are_arrays(zoo):
    answer = expect.status(zoo.get(f"/teams?filter[name]={unique('nobody')}"), 200)
    expect.same(answer.data, [], "data of a list without items")
    for type_ in TYPES:
        expect.true(isinstance(expect.status(zoo.get(f"/{type_}"), 200).data, list), "an array", type_)


def fet_04_one_resource_is_an_object(zoo):
    one = zoo.person()
    expect.same(keys([expect.status(zoo.get(f"/persons/{one}"), 200).data]), [("persons", one)], "data")


def fet_05_empty_to_one(zoo):
    one = zoo.person()
    for name in ("team", "passport"):
        expect.same(expect.status(zoo.get(f"/persons/{one}/{name}"), 200).data, None, f"data of {name}")


def fet_06_empty_to_many(zoo):
    one = zoo.person()
    for name in ("hobbies", "knows", "badges"):
        expect.same(expect.status(zoo.get(f"/persons/{one}/{name}"), 200).data, [], f"data of {name}")


def fet_07_missing_resource(zoo):
    expect.refusal(zoo.get(f"/persons/{zoo.missing}"), 404)
    expect.refusal(zoo.get("/notes/00000000-0000-4000-8000-000000000000"), 404)


def fet_08_related_of_a_missing_parent(zoo):
    for name in ("phones", "team", "badges", "passport", "knows"):
        expect.refusal(zoo.get(f"/persons/{zoo.missing}/{name}"), 404)


def fet_09_unknown_names(zoo):
    expect.refusal(zoo.get("/nope"), 404)
    expect.refusal(zoo.get(f"/persons/{zoo.person()}/nope"), 404)


def fet_10_what_cannot_be_an_id(zoo):
    for id_ in ("abc", "99999999999999999999", "1.5", "-1"):
        expect.refusal(zoo.get(f"/persons/{id_}"), 404)
    for id_ in ("abc", "1", "00000000-0000-4000-8000-00000000000g"):
        expect.refusal(zoo.get(f"/notes/{id_}"), 404)
    expect.refusal(zoo.get("/persons/%00"), 404, 400)


def fet_11_options_of_related_collections(zoo):
    numbers = sorted(unique("+1") for _ in range(3))
    one = zoo.person(phones=idents("phones", [zoo.phone(number) for number in numbers]))
    answer = expect.status(
        zoo.get(f"/persons/{one}/phones?sort=-number&page[size]=1&include=persons&fields[phones]=number,persons"), 200)
    expect.same([item["attributes"] for item in answer.data], [{"number": numbers[2]}], "the last phone alone")
    expect.same(keys(answer.json["included"]), [("persons", one)], "included")
    expect.true(answer.link("next"), "a next page", answer)


def fet_12_related_is_for_relationships(zoo):
    path = f"/persons/{zoo.family().one}/phones"
    answer = expect.status(zoo.get(path), 200)
    expect.same(own_path(zoo.base_url, answer.link("self")), path, "links.self")
    expect.true("related" not in answer.json["links"], "no links.related", answer)


def frl_01_relationship_links_can_be_fetched(zoo):
    populate(zoo)
    crawl(zoo, ("relationship self",))


def frl_02_linkage_is_identifiers(zoo):
    family = zoo.family()
    data = expect.status(zoo.get(f"/persons/{family.one}/relationships/phones"), 200).data
    expect.same(keys(data), keys(idents("phones", family.phones)), "data")
    expect.true(all(set(item) <= {"type", "id", "meta"} for item in data), "identifiers only", data)


def frl_03_to_one_linkage_is_one_identifier(zoo):
    one = zoo.person()
    answer = expect.status(zoo.get(f"/badges/{zoo.badge(one)}/relationships/person"), 200)
    expect.same(answer.data, ident("persons", one), "data")
    passport = zoo.passport(one)
    answer = expect.status(zoo.get(f"/persons/{one}/relationships/passport"), 200)
    expect.same(answer.data, ident("passports", passport), "data")


def frl_04_empty_to_one(zoo):
    one = zoo.person()
    for name in ("team", "passport"):
        answer = expect.status(zoo.get(f"/persons/{one}/relationships/{name}"), 200)
        expect.same(answer.data, None, f"data of {name}")


def frl_05_empty_to_many(zoo):
    one = zoo.person()
    for name in ("hobbies", "knownBy", "badges", "frozen"):
        answer = expect.status(zoo.get(f"/persons/{one}/relationships/{name}"), 200)
        expect.same(answer.data, [], f"data of {name}")


def frl_06_missing_parent(zoo):
    for name in ("phones", "team", "badges"):
        expect.refusal(zoo.get(f"/persons/{zoo.missing}/relationships/{name}"), 404)


def frl_07_unknown_relationship(zoo):
    one = zoo.person()
    expect.refusal(zoo.get(f"/persons/{one}/relationships/nope"), 404)
    expect.refusal(zoo.get(f"/persons/{one}/relationships/name"), 404)


def frl_08_include_begins_with_the_relationship(zoo):
    family = zoo.family()
    answer = expect.status(zoo.get(f"/persons/{family.one}/relationships/phones?include=phones.persons"), 200)
    expect.same(keys(answer.data), keys(idents("phones", family.phones)), "identifiers")
    expect.same(keys(answer.json["included"]), keys([ident("persons", family.one), *idents("phones", family.phones)]),
                "included")


def frl_09_another_relationship_cannot_be_included(zoo):
    expect.refusal(zoo.get(f"/persons/{zoo.family().one}/relationships/phones?include=hobbies"), 400, parameter="include")


def frl_10_linkage_comes_in_pages(zoo):
    phones = [zoo.phone() for _ in range(4)]
    one = zoo.person(phones=idents("phones", phones))
    walked = [item["id"] for item in zoo.walk(f"/persons/{one}/relationships/phones?page[size]=1")]
    expect.same(sorted(walked), sorted(phones), "members, page by page")


# -- inclusion ---------------------------------------------------------------------------------

def included(zoo, path):
    """What a successful answer has included, as sorted (type, id); the member has to be there."""
    answer = expect.status(zoo.get(path), 200)
    expect.true(isinstance(answer.json.get("included"), list), "included", answer)
    return keys(answer.json["included"])


def inc_01_where_it_is_not_supported(zoo):
    one = zoo.person()
    expect.refusal(zoo.delete(f"/persons/{one}?include=phones"), 400, parameter="include")
    expect.status(zoo.get(f"/persons/{one}"), 200)


def inc_02_included_is_there_even_if_empty(zoo):
    expect.same(included(zoo, f"/persons/{zoo.person()}?include=phones"), [], "included")
    expect.same(included(zoo, f"/persons/{zoo.person()}?include=team"), [], "included")


def inc_03_nothing_unasked(zoo):
    family = zoo.family()
    expect.same(included(zoo, f"/persons/{family.one}?include=phones"), keys(idents("phones", family.phones)), "included")


def inc_04_several_paths(zoo):
    family = zoo.family()
    other = zoo.person(hobbies=idents("hobbies", [family.hobby]))
    wanted = keys([*idents("phones", family.phones), ident("hobbies", family.hobby), ident("persons", other)])
    expect.same(included(zoo, f"/persons/{family.one}?include=phones,hobbies.persons"), wanted, "included")


def inc_05_empty_value(zoo):
    expect.same(included(zoo, f"/persons/{zoo.family().one}?include="), [], "included")


def inc_06_unknown_path(zoo):
    expect.refusal(zoo.get(f"/persons/{zoo.person()}?include=nope"), 400, parameter="include")


def inc_07_unknown_deeper_segment(zoo):
    expect.refusal(zoo.get(f"/persons/{zoo.person()}?include=phones.nope"), 400, parameter="include")


def inc_08_whatever_the_data(zoo):
    expect.refusal(zoo.get(f"/persons?filter[name]={unique('nobody')}&include=nope"), 400, parameter="include")


def inc_09_deeper_than_allowed(zoo):
    one = zoo.person()
    for depth in range(1, 41):
        answer = zoo.get(f"/persons/{one}?include={'.'.join(['knows'] * depth)}")
        if answer.status != 200:
            break
    expect.refusal(answer, 400, parameter="include")


def inc_10_what_is_on_the_way(zoo):
    family = zoo.family()
    expect.true(("hobbies", family.hobby) in included(zoo, f"/persons/{family.one}?include=hobbies.persons"),
                f"hobby {family.hobby} included", "without it")


def inc_11_linkage_of_what_is_included(zoo):
    family = zoo.family()
    answer = expect.status(zoo.get(f"/persons?include=phones&filter[id]={family.one},{family.two}"), 200)
    linkage = {item["id"]: keys(item["relationships"]["phones"]["data"]) for item in answer.data}
    expect.same(linkage, {family.one: keys(idents("phones", family.phones)), family.two: []}, "linkage")


def inc_12_on_writes(zoo):
    phone = zoo.phone()
    body = document("persons", {"name": unique()}, {"phones": idents("phones", [phone])})
    answer = expect.status(zoo.post("/persons?include=phones", body), 201)
    expect.same(keys(answer.json.get("included", [])), [("phones", phone)], "included")


def inc_13_repeats_collapse(zoo):
    family = zoo.family()
    expect.same(included(zoo, f"/persons/{family.one}?include=phones,phones"), keys(idents("phones", family.phones)),
                "included")


def inc_14_an_attribute_is_no_path(zoo):
    expect.refusal(zoo.get(f"/persons/{zoo.person()}?include=name"), 400, parameter="include")


def inc_15_empty_segments(zoo):
    one = zoo.person()
    for value in ("phones,", ",phones", ".phones", "phones.", "phones..persons", ","):
        expect.refusal(zoo.get(f"/persons/{one}?include={value}"), 400, parameter="include")


def inc_16_a_list_replaces_the_default(zoo):
    family = zoo.family()
    expect.same(included(zoo, f"/persons/{family.one}?include=hobbies"), [("hobbies", family.hobby)], "included")


# -- sparse fieldsets --------------------------------------------------------------------------

def fields(item):
    return sorted(item.get("attributes", {})), sorted(item.get("relationships", {}))


def fld_01_only_what_is_listed(zoo):
    zoo.person()
    for item in expect.status(zoo.get("/persons?fields[persons]=name"), 200).data:
        expect.same(fields(item), (["name"], []), "fields")


def fld_02_relationships_are_fields(zoo):
    zoo.person()
    for item in expect.status(zoo.get("/persons?fields[persons]=phones"), 200).data:
        expect.same(fields(item), ([], ["phones"]), "fields")


def fld_03_none(zoo):
    zoo.person()
    for item in expect.status(zoo.get("/persons?fields[persons]="), 200).data:
        expect.true({"type", "id"} <= set(item) <= {"type", "id", "links", "meta"}, "no fields", item)


def fld_04_of_included_resources(zoo):
    answer = expect.status(zoo.get(f"/persons/{zoo.family().one}?include=phones&fields[phones]="), 200)
    expect.same([fields(item) for item in answer.json["included"]], [([], [])] * 2, "fields of included phones")
    expect.true("name" in answer.data["attributes"], "all fields of the person", answer)


def fld_05_several(zoo):
    answer = expect.status(zoo.get(f"/persons/{zoo.person(age=3)}?fields[persons]=name,age"), 200)
    expect.same(fields(answer.data), (["age", "name"], []), "fields")


def fld_06_on_writes(zoo):
    answer = expect.status(zoo.post("/persons?fields[persons]=name", document("persons", {"name": unique()})), 201)
    expect.same(fields(answer.data), (["name"], []), "fields")


def fld_07_unknown_type(zoo):
    expect.refusal(zoo.get("/persons?fields[nope]=x"), 400, parameter="fields[nope]")


def fld_08_unknown_field(zoo):
    expect.refusal(zoo.get("/persons?fields[persons]=nope"), 400, parameter="fields[persons]")
    expect.refusal(zoo.get("/persons?fields[persons]=name,"), 400, parameter="fields[persons]")


def fld_09_without_a_type(zoo):
    expect.refusal(zoo.get("/persons?fields=name"), 400, parameter="fields")
