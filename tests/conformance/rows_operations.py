"""ATO: the extension Atomic Operations."""

import uuid

from support.client import ident, idents
from support.lint import JSONAPI
from support.model import unique

import expect
from zoo import ATOMIC, ATOMIC_URI


def add(type_, attributes, relationships=None, **members):
    data = {"type": type_, **members, "attributes": attributes}
    if relationships is not None:
        data["relationships"] = {name: {"data": linkage} for name, linkage in relationships.items()}
    return {"op": "add", "data": data}


def update(type_, id_, attributes):
    return {"op": "update", "data": {**ident(type_, id_), "attributes": attributes}}


def link(op, one, name, data):
    return {"op": op, "ref": {**ident("persons", one), "relationship": name}, "data": data}


def results(answer, count):
    """The results of a success that has a document, one for each operation."""
    found = expect.status(answer, 200).json.get("atomic:results")
    expect.true(isinstance(found, list) and len(found) == count, f"{count} results", answer)
    return found


def refused(zoo, *operations, statuses=(400,), pointer=None, **others):
    """The refusal; a marked person that the same request would create does not exist afterwards."""
    name = unique("rolled-back")
    answer = zoo.operations(add("persons", {"name": name}), *operations, **others)
    expect.refusal(answer, *statuses, pointer=pointer)
    expect.same(zoo.people_called(name), 0, "persons created by a request that was refused")
    return answer


def points_into(answer, number):
    """Every error of the refusal points into the operation of this number."""
    place = f"/atomic:operations/{number}"
    inside = all(pointer == place or (pointer or "").startswith(place + "/") for pointer in answer.pointers)
    expect.true(inside, f"pointers into {place}", answer)


def ato_01_only_post(zoo):
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        answer = expect.refusal(zoo.request(method, "/operations"), 405)
        expect.true("POST" in (answer.headers.get("Allow") or ""), "Allow: POST", dict(answer.headers))


def ato_02_without_the_extension(zoo):
    name = unique("unnegotiated")
    answer = zoo.post("/operations", {"atomic:operations": [add("persons", {"name": name})]})
    expect.refusal(answer, 415, header="Content-Type")
    expect.same(zoo.people_called(name), 0, "persons created")


def ato_03_no_data_beside_operations(zoo):
    for others in ({"data": None}, {"data": []}, {"included": []}):
        refused(zoo, **others)


def ato_04_nothing_else_beside_operations(zoo):
    for others in ({"atomic:results": []}, {"errors": [{"status": "400"}]}):
        refused(zoo, **others)


def ato_05_one_or_more(zoo):
    for body, pointer in (({"atomic:operations": []}, "/atomic:operations"), ({"atomic:operations": {}}, "/atomic:operations"),
                          ({}, ""), ({"atomic:operations": [5]}, "/atomic:operations/0")):
        expect.refusal(zoo.post("/operations", body, {"Content-Type": ATOMIC, "Accept": ATOMIC}), 400, pointer=pointer)


def ato_06_op(zoo):
    operation = add("persons", {"name": "a"})
    refused(zoo, {"data": operation["data"]}, pointer="/atomic:operations/1")
    for op in ("replace", "ADD", 5, ""):
        refused(zoo, {**operation, "op": op}, pointer="/atomic:operations/1/op")


def ato_07_ref_or_href(zoo):
    one = zoo.person()
    refused(zoo, {"op": "remove", "ref": ident("persons", one), "href": f"/persons/{one}"}, pointer="/atomic:operations/1")
    expect.status(zoo.get(f"/persons/{one}"), 200)


def ato_08_ref(zoo):
    one = zoo.person()
    for ref in ({"type": "persons"}, {"id": one}, {**ident("persons", one), "lid": "x"}, "x", None):
        refused(zoo, {"op": "remove", "ref": ref}, pointer=("/atomic:operations/1/ref", "/atomic:operations/1"))
    expect.status(zoo.get(f"/persons/{one}"), 200)


def ato_09_href(zoo):
    one = zoo.person()
    data = {**ident("persons", one), "attributes": {"name": "by href"}}
    expect.status(zoo.operations({"op": "update", "href": f"/persons/{one}", "data": data}), 200, 204)
    expect.same(zoo.attributes("persons", one)["name"], "by href", "name")
    for href in ("/nope", "/persons", f"/persons/{one}/nope", 5):
        refused(zoo, {"op": "update", "href": href, "data": data}, statuses=(400, 404),
                pointer="/atomic:operations/1/href")
    team = zoo.team()
    expect.status(zoo.operations({"op": "update", "href": f"/persons/{one}/relationships/team", "data": ident("teams", team)}),
                  200, 204)
    expect.same(zoo.linkage("persons", one, "team"), team, "team")


def ato_10_in_order(zoo):
    first, last = unique("first"), unique("last")
    answer = zoo.operations(
        add("persons", {"name": first}, lid="a"),
        {"op": "update", "data": {"type": "persons", "lid": "a", "attributes": {"name": last}}})
    one = results(answer, 2)[0]["data"]["id"]
    expect.same(zoo.attributes("persons", one)["name"], last, "name")


def ato_11_all_or_nothing(zoo):
    family, title = zoo.family(), unique("title")
    team, note = zoo.team(), zoo.note()
    before = zoo.attributes("persons", family.two)
    refused(zoo, update("persons", family.two, {"name": "x"}), {"op": "remove", "ref": ident("phones", family.spare_phone)},
            link("add", family.two, "hobbies", idents("hobbies", [family.hobby])),
            link("update", family.two, "team", ident("teams", team)), update("notes", note["id"], {"title": title}),
            {"op": "remove", "ref": ident("persons", zoo.missing)}, statuses=(404,))
    expect.same(zoo.attributes("persons", family.two), before, "attributes")
    expect.status(zoo.get(f"/phones/{family.spare_phone}"), 200)
    zoo.expect_linkage("persons", family.two, "hobbies")
    expect.same(zoo.linkage("persons", family.two, "team"), None, "team")
    expect.same(zoo.attributes("notes", note["id"]), note["attributes"], "attributes of the note")


def ato_12_results_by_position(zoo):
    names = [unique("positional") for _ in range(2)]
    one = zoo.person()
    answer = zoo.operations(add("persons", {"name": names[0]}), {"op": "remove", "ref": ident("persons", one)},
                            add("phones", {"number": names[1]}))
    found = results(answer, 3)
    expect.same(found[0]["data"]["attributes"]["name"], names[0], "name in the first result")
    expect.true("data" not in found[1] or found[1]["data"] is None, "no data in the second result", found[1])
    expect.same(found[2]["data"]["attributes"]["number"], names[1], "number in the third result")


def ato_13_nothing_to_tell(zoo):
    family = zoo.family()
    answer = zoo.operations(link("add", family.two, "hobbies", idents("hobbies", [family.hobby])),
                            link("remove", family.one, "hobbies", idents("hobbies", [family.hobby])))
    if expect.status(answer, 200, 204).status == 200:
        expect.same(results(answer, 2), [{}, {}], "results")
    zoo.expect_linkage("persons", family.two, "hobbies", family.hobby)
    zoo.expect_linkage("persons", family.one, "hobbies")


def ato_14_add_a_resource(zoo):
    refused(zoo, {"op": "add"}, pointer="/atomic:operations/1")
    refused(zoo, {"op": "add", "data": {"attributes": {"name": "a"}}}, pointer="/atomic:operations/1/data")
    name = unique("added")
    found = results(zoo.operations(add("persons", {"name": name})), 1)[0]["data"]
    expect.same(zoo.attributes("persons", found["id"])["name"], name, "name")


def ato_15_add_with_a_client_id(zoo):
    chosen = str(uuid.uuid4())
    found = results(zoo.operations(add("notes", {"title": "t"}, id=chosen)), 1)[0]
    expect.same(found["data"]["id"], chosen, "id")
    expect.true(found["data"]["attributes"].get("updatedAt"), "updatedAt", found)


def ato_16_update_a_resource(zoo):
    note, one = zoo.note(), zoo.person()
    found = results(zoo.operations(update("notes", note["id"], {"title": "after"}), update("persons", one, {"name": "after"})), 2)
    held = found[0]["data"]["attributes"]
    expect.true(held["title"] == "after" and held["updatedAt"] != note["attributes"]["updatedAt"], "a new updatedAt", held)
    if found[1].get("data"):
        expect.same(found[1]["data"]["attributes"]["name"], "after", "name")
    expect.same(zoo.attributes("persons", one)["name"], "after", "name")
    by_ref = {"op": "update", "ref": ident("persons", one),
              "data": {**ident("persons", one), "attributes": {"name": "by ref"}}}
    expect.status(zoo.operations(by_ref), 200, 204)
    expect.same(zoo.attributes("persons", one)["name"], "by ref", "name")


def ato_17_remove_a_resource(zoo):
    refused(zoo, {"op": "remove"}, pointer="/atomic:operations/1")
    first, second = zoo.person(), zoo.person()
    answer = zoo.operations({"op": "remove", "ref": ident("persons", first)}, {"op": "remove", "href": f"/persons/{second}"})
    if expect.status(answer, 200, 204).status == 200:
        expect.same(results(answer, 2), [{}, {}], "results")
    for one in (first, second):
        expect.status(zoo.get(f"/persons/{one}"), 404)


def ato_18_to_one(zoo):
    one, team = zoo.person(), zoo.team()
    answer = zoo.operations(link("update", one, "team", ident("teams", team)))
    if expect.status(answer, 200, 204).status == 200:
        expect.same(results(answer, 1), [{}], "results")
    expect.same(zoo.linkage("persons", one, "team"), team, "team")
    expect.status(zoo.operations(link("update", one, "team", ident("teams", team)), link("update", one, "team", None)), 200, 204)
    expect.same(zoo.linkage("persons", one, "team"), None, "team")
    refused(zoo, {"op": "update", "data": None}, pointer=("/atomic:operations/1", "/atomic:operations/1/data"))


def ato_19_to_many(zoo):
    one, hobbies = zoo.person(), [zoo.hobby() for _ in range(4)]
    answer = zoo.operations(link("add", one, "hobbies", idents("hobbies", hobbies[:1])),
                            link("update", one, "hobbies", idents("hobbies", hobbies[1:])),
                            link("remove", one, "hobbies", idents("hobbies", hobbies[3:])))
    if expect.status(answer, 200, 204).status == 200:
        expect.same(results(answer, 3), [{}, {}, {}], "results")
    zoo.expect_linkage("persons", one, "hobbies", *hobbies[1:3])
    refused(zoo, {"op": "remove", "data": idents("hobbies", hobbies)}, pointer="/atomic:operations/1")


def ato_20_add_and_remove_on_a_to_one(zoo):
    one, team = zoo.person(), zoo.team()
    for op in ("add", "remove"):
        for data in (ident("teams", team), idents("teams", [team])):
            refused(zoo, link(op, one, "team", data))
    expect.same(zoo.linkage("persons", one, "team"), None, "team")


def ato_21_malformed_operations(zoo):
    for malformed in ({}, {"op": "add", "data": []}, {"op": "add", "data": {"type": 5}}, {"op": "update", "data": {"type": "persons"}},
                      {"op": "add", "data": {"type": "persons", "attributes": []}}):
        points_into(refused(zoo, malformed), 1)


def ato_22_operations_that_cannot_be_done(zoo):
    email = unique("taken") + "@example.org"
    zoo.person(email=email)
    refused(zoo, add("persons", {"name": "a", "email": email}), statuses=(409,),
            pointer="/atomic:operations/1/data/attributes/email")


def ato_23_failures_say_where(zoo):
    one = zoo.person()
    for operation, statuses in (
            (add("persons", {"name": None}), (422,)), (add("persons", {"name": "a", "nope": 1}), (400,)),
            (add("nopes", {"name": "a"}), (400, 404)), (update("persons", zoo.missing, {"name": "a"}), (404,)),
            (link("add", one, "nope", []), (400, 404)), (link("add", one, "hobbies", idents("phones", ["1"])), (409,))):
        points_into(refused(zoo, operation, statuses=statuses), 1)


def ato_24_base_rules(zoo):
    one = zoo.person()
    refused(zoo, add("persons", {"name": "a"}, id="5000000"), statuses=(403,), pointer="/atomic:operations/1/data/id")
    refused(zoo, add("persons", {"name": "a"}, {"hobbies": idents("hobbies", [zoo.missing])}), statuses=(404,),
            pointer="/atomic:operations/1/data/relationships/hobbies/data/0")
    refused(zoo, link("add", one, "hobbies", idents("hobbies", [zoo.missing])), statuses=(404,),
            pointer="/atomic:operations/1/data/0")
    refused(zoo, update("persons", zoo.missing, {"name": "a"}), statuses=(404,))
    refused(zoo, link("add", zoo.missing, "hobbies", []), statuses=(404,))
    refused(zoo, link("update", one, "frozen", []), statuses=(403,))
    refused(zoo, add("logs", {"line": "x"}), statuses=(403,))


def ato_25_local_ids(zoo):
    answer = zoo.operations(
        add("persons", {"name": "p"}, lid="p"), add("phones", {"number": unique("+1")}, lid="q"),
        {"op": "add", "ref": {"type": "persons", "lid": "p", "relationship": "phones"}, "data": [{"type": "phones", "lid": "q"}]},
        add("persons", {"name": "r"}, {"phones": [{"type": "phones", "lid": "q"}], "knows": [{"type": "persons", "lid": "p"}]}))
    found = results(answer, 4)
    first, phone, other = found[0]["data"]["id"], found[1]["data"]["id"], found[3]["data"]["id"]
    zoo.expect_linkage("persons", first, "phones", phone)
    zoo.expect_linkage("persons", other, "phones", phone)
    zoo.expect_linkage("persons", other, "knows", first)


def ato_26_unknown_local_ids(zoo):
    phone = {"type": "phones", "lid": "q"}
    late = (add("persons", {"name": "a"}, {"phones": [phone]}), add("phones", {"number": "+1"}, lid="q"))
    for operations, member in ((late, "/data/relationships/phones/data/0/lid"), ([{"op": "remove", "ref": phone}], "/ref/lid"),
                               ([link("add", zoo.person(), "phones", [phone])], "/data/0/lid"),
                               ([{"op": "update", "data": {**phone, "attributes": {"number": "+1"}}}], "/data/lid")):
        answer = refused(zoo, *operations, statuses=(400,))
        expect.same(answer.pointers, [f"/atomic:operations/1{member}"], "pointers")


def ato_27_local_ids_given_twice(zoo):
    answer = refused(zoo, add("persons", {"name": "a"}, lid="same"), add("persons", {"name": "b"}, lid="same"), statuses=(400,))
    expect.same(answer.pointers, ["/atomic:operations/2/data/lid"], "pointers")
    answer = zoo.operations(add("persons", {"name": "a"}, lid="same"), add("phones", {"number": unique("+1")}, lid="same"))
    results(answer, 2)


def ato_28_the_same_link_twice(zoo):
    one, hobby = zoo.person(), zoo.hobby()
    operation = link("add", one, "hobbies", idents("hobbies", [hobby]))
    expect.status(zoo.operations(operation, operation), 200, 204)
    zoo.expect_linkage("persons", one, "hobbies", hobby)
    expect.same(zoo.linkage("hobbies", hobby, "persons"), [one], "the other side")


def ato_29_too_many_operations(zoo):
    """A server's limit is its own affair, but there is one."""
    name = unique("flood")
    answer = zoo.operations(*[add("persons", {"name": name})] * 1001)
    if answer.status == 200:
        name = unique("flood")
        answer = zoo.operations(*[add("persons", {"name": name})] * 20_000)
    expect.refusal(answer, 413, 400)
    expect.same(zoo.people_called(name), 0, "persons created")


def ato_30_accept_without_the_extension(zoo):
    for accept in ("*/*", JSONAPI, None):
        body = {"atomic:operations": [add("persons", {"name": unique()})]}
        answer = expect.status(zoo.post("/operations", body, {"Content-Type": ATOMIC, "Accept": accept}), 200)
        came = answer.headers.get("Content-Type") or ""
        expect.true(f'ext="{ATOMIC_URI}"' in came, "the extension in Content-Type", came)


def ato_31_no_query_parameters(zoo):
    name = unique("included")
    answer = zoo.operations(add("persons", {"name": name}), query="?include=phones")
    expect.refusal(answer, 400, parameter="include")
    expect.same(zoo.people_called(name), 0, "persons created")
