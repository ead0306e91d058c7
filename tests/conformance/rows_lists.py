"""SRT: sorting. PAG: pagination. FIL: filtering. CUR: the cursor pagination profile is next door."""

import random
import urllib.parse

from support.client import ident, idents
from support.model import unique

import expect
from zoo import own_path


def values(answer, name):
    return [item["attributes"][name] for item in expect.status(answer, 200).data]


def named(zoo, count=5):
    """(prefix, names in order) of persons that only a filter on their age finds."""
    age = zoo.shared["ages"] = zoo.shared.get("ages", random.randrange(10**6, 10**9)) + 1
    names = sorted(unique("sorted") for _ in range(count))
    for name in reversed(names):
        zoo.person(name, age=age)
    return age, names


def srt_01_ascending(zoo):
    age, names = named(zoo)
    expect.same(values(zoo.get(f"/persons?sort=name&filter[age]={age}"), "name"), names, "names")


def srt_02_descending(zoo):
    age, names = named(zoo)
    expect.same(values(zoo.get(f"/persons?sort=-name&filter[age]={age}"), "name"), names[::-1], "names")


def srt_03_several_fields(zoo):
    name, ids = zoo.persons([3, 1, 3, 2])
    wanted = [ids[1], ids[3], ids[2], ids[0]]
    answer = expect.status(zoo.get(f"/persons?sort=age,-id&filter[name]={name}"), 200)
    expect.same(answer.ids, wanted, "ids by age, then by id downward")
    team, others = zoo.team(), sorted(unique("b") for _ in range(2))
    people = [zoo.person(others[0], age=7), zoo.person(others[1], age=7), zoo.person("a", age=5)]
    expect.success(zoo.patch(f"/teams/{team}/relationships/members", {"data": idents("persons", people)}))
    answer = expect.status(zoo.get(f"/teams/{team}/members?sort=age,-name"), 200)
    expect.same(answer.ids, [people[2], people[1], people[0]], "ids by age, then by name downward")


def srt_04_unsupported_field(zoo):
    expect.refusal(zoo.get("/persons?sort=nope"), 400, parameter="sort")


def srt_05_anywhere_in_the_list(zoo):
    expect.refusal(zoo.get("/persons?sort=name,nope"), 400, parameter="sort")
    expect.refusal(zoo.get("/persons?sort=nope,name"), 400, parameter="sort")


def srt_06_related_collections(zoo):
    numbers = sorted(unique("+1") for _ in range(4))
    one = zoo.person(phones=idents("phones", [zoo.phone(number) for number in (numbers[2:] + numbers[:2])]))
    expect.same(values(zoo.get(f"/persons/{one}/phones?sort=-number"), "number"), numbers[::-1], "numbers")


def srt_07_by_a_related_field(zoo):
    names = sorted(unique("team") for _ in range(3))
    teams = [zoo.team(name=name) for name in (names[1], names[2], names[0])]
    age = named(zoo, 0)[0]
    people = [zoo.person(age=age, team=ident("teams", team)) for team in teams]
    answer = expect.status(zoo.get(f"/persons?sort=team.name&filter[age]={age}"), 200)
    expect.same(answer.ids, [people[2], people[0], people[1]], "persons by the name of their team")
    expect.refusal(zoo.get("/persons?sort=phones.number"), 400, parameter="sort")
    expect.refusal(zoo.get("/persons?sort=team.nope"), 400, parameter="sort")


def srt_08_where_nothing_can_be_sorted(zoo):
    one = zoo.person()
    for path in (f"/persons/{one}", f"/persons/{one}/team", f"/persons/{one}/relationships/team"):
        expect.refusal(zoo.get(f"{path}?sort=name"), 400, parameter="sort")


def srt_09_empty(zoo):
    for value in ("", ",", "name,", "-"):
        expect.refusal(zoo.get(f"/persons?sort={value}"), 400, parameter="sort")


def srt_10_ties_and_nulls(zoo):
    name, ids = zoo.persons([2, None, 2, 1, None, 2])
    for order in ("age", "-age"):
        path = f"/persons?sort={order}&filter[name]={name}"
        first, second = expect.status(zoo.get(path), 200).ids, expect.status(zoo.get(path), 200).ids
        expect.same(first, second, "order of a second reading")
        expect.same(sorted(first), sorted(ids), "persons")
        walked = [item["id"] for item in zoo.walk(path + "&page[size]=1")]
        expect.same(walked, first, "order page by page")


# -- pagination --------------------------------------------------------------------------------

def pag_01_links_beside_the_collection(zoo):
    zoo.persons([1, 2])
    answer = expect.status(zoo.get("/persons?page[size]=1"), 200)
    expect.true(answer.link("next"), "links.next", answer)


def pag_02_names_of_links(zoo):
    """The rules see to it that there are no others; this one that they are there."""
    name, _ = zoo.persons([1, 2, 3])
    first = expect.status(zoo.get(f"/persons?filter[name]={name}&page[size]=1"), 200)
    second = expect.status(zoo.follow(first.link("next")), 200)
    expect.true(second.link("next") and second.link("prev"), "links.next and links.prev", second)


def pag_03_unavailable_links(zoo):
    name, _ = zoo.persons([1, 2])
    first = expect.status(zoo.get(f"/persons?filter[name]={name}&page[size]=1"), 200)
    expect.same(first.link("prev"), None, "links.prev of the first page")
    expect.same(expect.status(zoo.follow(first.link("next")), 200).link("next"), None, "links.next of the last page")


def pag_04_direction(zoo):
    age, names = named(zoo, 4)
    first = expect.status(zoo.get(f"/persons?sort=-name&filter[age]={age}&page[size]=2"), 200)
    second = expect.status(zoo.follow(first.link("next")), 200)
    expect.same(values(first, "name") + values(second, "name"), names[::-1], "names on two pages")
    back = expect.status(zoo.follow(second.link("prev")), 200)
    expect.same(back.ids, first.ids, "page before the second")


def pag_06_links_keep_the_query(zoo):
    name, _ = zoo.persons([3, 3])
    query = f"include=phones&filter[age]=3&filter[name]={name}&fields[persons]=name&sort=name&page[size]=1"
    answer = expect.status(zoo.get(f"/persons?{query}"), 200)
    came = urllib.parse.parse_qs(urllib.parse.urlsplit(own_path(zoo.base_url, answer.link("next"))).query)
    wanted = urllib.parse.parse_qs(query)
    expect.same({k: v for k, v in came.items() if k in wanted}, wanted, "parameters of links.next")


def pag_07_every_row_once(zoo):
    name, ids = zoo.persons([None, 1, 1, 2, None, 3, 1])
    for order in ("", "&sort=age", "&sort=-age,name"):
        for size in range(1, len(ids) + 2):
            walked = [i["id"] for i in zoo.walk(f"/persons?filter[name]={name}{order}&page[size]={size}")]
            expect.same(len(walked), len(ids), f"items in pages of {size}{order}:")
            expect.same(sorted(walked), sorted(ids), f"ids in pages of {size}{order}")


def pag_09_unknown_page_parameters(zoo):
    for name, value in (("page[foo]", "1"), ("page[size]", "abc"), ("page[size]", "1.5"), ("page[number]", "0x1")):
        expect.refusal(zoo.get(f"/persons?{name}={value}"), 400, parameter=name)


def pag_10_where_nothing_can_be_paged(zoo):
    one = zoo.person()
    for path in (f"/persons/{one}", f"/persons/{one}/team", f"/persons/{one}/relationships/passport"):
        expect.refusal(zoo.get(f"{path}?page[size]=1"), 400, parameter="page[size]")


# -- filtering ---------------------------------------------------------------------------------

def ids_at(zoo, path):
    return sorted(expect.status(zoo.get(path), 200).ids)


def fil_01_by_an_attribute(zoo):
    name, ids = zoo.persons([1, 2])
    zoo.person()
    expect.same(ids_at(zoo, f"/persons?filter[name]={name}"), sorted(ids), "persons of that name")


def fil_02_unknown_field(zoo):
    expect.refusal(zoo.get("/persons?filter[nope]=1"), 400, parameter="filter[nope]")
    expect.refusal(zoo.get("/persons?filter[phones.nope]=1"), 400, parameter="filter[phones.nope]")


def fil_03_ill_typed_value(zoo):
    for value in ("abc", "1.5", "99999999999999999999", ""):
        expect.refusal(zoo.get(f"/persons?filter[age]={value}"), 400, parameter="filter[age]")


def fil_04_by_a_member(zoo):
    family = zoo.family()
    both = zoo.person(hobbies=idents("hobbies", [family.hobby, family.spare_hobby]))
    other = zoo.person(hobbies=idents("hobbies", [family.spare_hobby]))
    found = ids_at(zoo, f"/persons?filter[hobbies]={family.hobby},{family.spare_hobby}")
    expect.same(found, sorted([family.one, both, other]), "persons with one of two hobbies")
    expect.same(ids_at(zoo, f"/persons?filter[hobbies]={family.hobby}"), sorted([family.one, both]), "persons with one hobby")


def fil_05_several_filters(zoo):
    hobby, name = zoo.hobby(), unique("both")
    wanted = zoo.person(name, hobbies=idents("hobbies", [hobby]))
    zoo.person(name), zoo.person(hobbies=idents("hobbies", [hobby]))
    expect.same(ids_at(zoo, f"/persons?filter[hobbies]={hobby}&filter[name]={name}"), [wanted], "persons with both")


def fil_06_values_are_data(zoo):
    zoo.person()
    for value in ("%27%20OR%201%3D1--", "%27%3B%20drop%20table%20logs%3B--", "%25", "_%5C"):
        expect.same(ids_at(zoo, f"/persons?filter[name]={value}"), [], f"persons called {value}")
    zoo.log()


def fil_07_many_matches_of_one(zoo):
    hobbies = [zoo.hobby(), zoo.hobby()]
    people = [zoo.person(hobbies=idents("hobbies", hobbies)) for _ in range(3)]
    path = f"/persons?filter[hobbies]={','.join(hobbies)}&page[size]=2"
    expect.same(len(expect.status(zoo.get(path), 200).data), 2, "items of a full page:")
    expect.same([item["id"] for item in zoo.walk(path)], people, "persons, each once")
