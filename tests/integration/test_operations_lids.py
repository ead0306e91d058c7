"""POST /operations with local ids: what an operation adds is named by those behind it."""

from support.model import SIDES, TYPES, assert_both_sides, unique, unique_number

from test_operations import PHONES, add, change, costs, each_type, local, perform, results


def test_results_are_those_of_their_own_operation(api):
    """Each shows what was there when it was performed, not what came later."""
    names = [unique() for _ in range(3)]
    who = local("persons", "a")
    update = {"op": "update", "data": {**who, "attributes": {"name": names[1]}}}
    found = results(perform(api, add("persons", attributes={"name": names[0]}, lid="a"), update,
                            add("phones", attributes={"number": unique_number(), "label": names[2]}),
                            {"op": "remove", "ref": who}), 4)
    assert [found[i]["data"]["attributes"]["name"] for i in (0, 1)] == names[:2]
    assert found[2]["data"]["attributes"]["label"] == names[2]
    assert found[3] == {}
    assert api.get(f"/persons/{found[0]['data']['id']}").status == 404


def test_a_chain_of_local_ids_over_all_types(api, sql):
    """persons - phones and persons - friends - hobbies, from either side, all new."""
    operations = [
        add("hobbies", lid="h"),
        add("friends", {"hobbies": [local("hobbies", "h")]}, lid="f"),
        add("persons", {"friends": [local("friends", "f")]}, lid="p"),
        add("phones", {"owners": [local("persons", "p")]}, lid="q"),
        add("persons", lid="other"),
        change("add", PHONES, local("persons", "other"), [local("phones", "q")]),
        change("update", SIDES[5], local("hobbies", "h"), [local("friends", "f")]),
        {"op": "update", "data": {**local("friends", "f"), "relationships": {
            "persons": {"data": [local("persons", "p"), local("persons", "other")]}}}},
    ]
    found = results(perform(api, *operations), len(operations))
    hobby, friend, person, phone, other = (result["data"]["id"] for result in found[:5])
    assert_both_sides(api, sql, PHONES, person, [phone])
    assert_both_sides(api, sql, PHONES, other, [phone])
    assert_both_sides(api, sql, SIDES[3], friend, [person, other])
    assert_both_sides(api, sql, SIDES[4], friend, [hobby])


@each_type
def test_many_local_ids_of_one_type_are_told_apart(api, sql, type_):
    field = "number" if type_ == "phones" else "name"
    names = [unique_number() if type_ == "phones" else unique() for _ in range(20)]
    found = results(perform(api, *[add(type_, attributes={field: name}, lid=str(i))
                                   for i, name in enumerate(names)]), 20)
    ids = [result["data"]["id"] for result in found]
    assert len(set(ids)) == 20
    assert sql.column(f"select {field} from {type_} where id = any(%s::bigint[])"
                      " order by array_position(%s::bigint[], id)", ids, ids) == names


def test_one_local_id_per_type(api, sql):
    found = results(perform(api, *[add(type_, lid="same") for type_ in TYPES],
                            change("add", PHONES, local("persons", "same"), [local("phones", "same")])), 5)
    assert_both_sides(api, sql, PHONES, found[0]["data"]["id"], [found[1]["data"]["id"]])


def test_local_ids_cost_one_round_trip_more(fresh_service):
    service = fresh_service(workers=1, connections=1)

    def chain(n):
        made = [add("persons", lid="p")]
        for i in range(n):
            made.append(add("phones", {"owners": [local("persons", "p")]}, lid=str(i)))
        return made

    without, _ = costs(service, add("persons"))
    few, _ = costs(service, *chain(1))
    many, _ = costs(service, *chain(999))
    assert few == many == without + 1
    assert service.sql.count("person_phones") == 1000
