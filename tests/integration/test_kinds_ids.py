"""Ids that the client chooses, and keys that are texts."""

import uuid

import pytest

from support.client import document, ident, idents
from support.kinds import KINDS
from support.model import MISSING


def country(name="country", id_=None, cities=None):
    return document("countries", {"name": name}, {"cities": idents("cities", cities)} if cities else None, id_)


def code():
    return "c-" + uuid.uuid4().hex


def test_a_chosen_id(world):
    id_ = code()
    answer = world.api.post("/countries", country(id_=id_))
    assert answer.status == 201 and answer.id == id_
    assert answer.headers["Location"] == f"/countries/{id_}"
    assert world.api.get(f"/countries/{id_}").data["attributes"]["name"] == "country"


@pytest.mark.parametrize("id_", ["a b", "ä/ö", "x'; drop table countries; --", "a?b#c", "100%", "\"q\""])
def test_any_text_is_an_id(world, id_):
    id_ = id_ + code()
    answer = world.api.post("/countries", country(id_=id_))
    assert answer.status == 201 and answer.id == id_
    path = answer.headers["Location"]
    assert path.isascii() and " " not in path
    city = world.new("cities", {"country": id_})
    if "/" not in id_:
        assert world.api.get(path).id == id_
        assert world.api.linkage(path + "/relationships/cities") == {city}
    assert world.sql.value("select country_code from cities where id = %s", city) == id_


def test_a_taken_id(world):
    id_ = code()
    city = world.new("cities")
    world.api.post("/countries", country("first", id_))
    for body in (country("second", id_), country("second", id_, [city])):
        answer = world.api.post("/countries", body)
        assert answer.status == 409 and answer.pointers == ["/data/id"]
        assert answer.errors[0]["code"] == "taken" and id_ in answer.errors[0]["detail"]
    assert world.sql.value("select name from countries where code = %s", id_) == "first"
    world.free("cities.country", city)


def test_an_id_is_needed_where_the_database_makes_none(world):
    answer = world.api.post("/countries", country())
    assert answer.status == 422 and answer.pointers == ["/data"] and answer.errors[0]["code"] == "required"


@pytest.mark.parametrize("id_, status, pointer", [
    (5, 400, "/data/id"), (None, 422, "/data"), ("", 422, "/data/id")])
def test_an_id_that_is_none(world, id_, status, pointer):
    body = country()
    body["data"]["id"] = id_
    answer = world.api.post("/countries", body)
    assert answer.status == status and answer.pointers == [pointer]


def test_an_id_that_the_database_refuses(world):
    answer = world.api.post("/countries", country(id_="XX"))
    assert answer.status == 422


def test_a_uuid_or_none(world):
    chosen = str(uuid.uuid4())
    answer = world.api.post("/cities", document("cities", {"name": "chosen"}, None, chosen))
    assert answer.status == 201 and answer.id == chosen
    answer = world.api.post("/cities", document("cities", {"name": "made"}))
    assert answer.status == 201 and uuid.UUID(answer.id)
    for wrong in ("7", chosen.upper(), chosen + "0", "not a uuid"):
        answer = world.api.post("/cities", document("cities", {"name": "x"}, None, wrong))
        assert answer.status == 422 and answer.pointers == ["/data/id"]


def test_elsewhere_ids_are_the_service_s(world):
    answer = world.api.post("/teams", document("teams", {"name": code()}, None, "77777"))
    assert answer.status == 403 and answer.errors[0]["code"] == "client-id"


def test_links_between_texts_and_uuids(world):
    here, there = world.new("countries"), world.new("countries")
    cities = world.several("cities", 3)
    assert world.link("countries.cities", here, *cities).status == 204
    world.holds("countries.cities", here, *cities)
    assert world.set("countries.cities", there, cities[0], cities[1]).status == 200
    world.holds("countries.cities", here, cities[2])
    world.holds("countries.cities", there, cities[0], cities[1])
    assert world.set("cities.country", cities[0], here).status == 204
    assert world.unlink("countries.cities", here, cities[2], str(uuid.uuid4())).status == 204
    world.holds("countries.cities", here, cities[0])
    answer = world.link("countries.cities", here, cities[1], str(uuid.uuid4()))
    assert answer.status == 404 and answer.pointers == ["/data/1"]
    answer = world.set("cities.country", cities[1], "no such country")
    assert answer.status == 404 and answer.pointers == ["/data"]
    world.holds("countries.cities", there, cities[1])
    answer = world.api.delete(f"/countries/{there}")
    assert answer.status == 409 and answer.errors[0]["code"] == "in-use"
    assert world.api.get(f"/countries/{there}").status == 200


def test_create_with_members_under_a_chosen_id(world):
    id_ = code()
    cities = world.several("cities", 2)
    assert world.api.post("/countries", country("x", id_, cities)).status == 201
    world.holds("countries.cities", id_, *cities)
    answer = world.api.post("/countries", country("x", code(), [cities[0], str(uuid.uuid4())]))
    assert answer.status == 404
    world.holds("countries.cities", id_, *cities)
