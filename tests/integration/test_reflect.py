"""`backref model reflect` and `serve --reflect`: a model from a database that was made by others."""

import json
import os
import pathlib
import signal
import time

import pytest

from support.client import Client, document
from support.database import Sql
from support.service import Service, run

HERE = pathlib.Path(__file__).parent
SCHEMA = HERE / "schemas" / "rental.sql"
EXPECTED = HERE / "schemas" / "rental.json"

ROWS = """
insert into language (name) values ('English'), ('French');
insert into film (title, language_id, original_language_id, release_year, rental_rate, rating, special_features, facts)
values ('Vertigo', 1, 2, 1958, 2.50, 'PG-13', '{Trailers,Commentaries}', '{"oscars": 0}'),
       ('Psycho', 1, null, 1960, 4.99, 'R', null, null), ('Psycho II', 1, null, 1983, 0.99, 'R', '{}', null);
insert into actor (first_name, last_name, aliases) values ('Kim', 'Novak', '{Pauline}'), ('Tony', 'Perkins', null);
insert into film_actor (actor_id, film_id, billing) values (1, 1, 1), (2, 2, 1), (2, 3, 1);
insert into category values ('art', 'Art', null), ('noir', 'Film noir', 'art');
insert into film_category (film_id, category_code) values (1, 'noir'), (2, 'noir');
insert into film_sequel values (2, 3);
insert into people."Staff Members" (id, "Full Name", email, type, manager_id) values
    ('00000000-0000-4000-8000-000000000001', 'Ann', 'ann@example.org', 'manager', null),
    ('00000000-0000-4000-8000-000000000002', 'Bob', 'bob@example.org', 'clerk', '00000000-0000-4000-8000-000000000001');
insert into store (name, manager_staff_id, address) values ('Main', '00000000-0000-4000-8000-000000000001', '192.0.2.1/24');
insert into people.customer (name, email, store_id) values ('Cid', 'cid@example.org', 1), ('Dee', null, 1);
insert into people.customer_account values (1, 12.345);
insert into rental (film_id, customer_id, rented_by) values
    (1, 1, '00000000-0000-4000-8000-000000000002'), (2, 1, null), (2, 2, null);
insert into receipt (number, rental_id) values ('R/1', 1);
refresh materialized view film_count;
"""

# The related rows of every row, by type and relationship, in the database's own words.
RELATED = {
    ("film", "language"): "select film_id, language_id from film",
    ("film", "original_language"): "select film_id, original_language_id from film",
    ("language", "films_by_language"): "select language_id, film_id from film",
    ("language", "films_by_original_language"): "select original_language_id, film_id from film",
    ("film", "rentals"): "select film_id, id from rental",
    ("film", "actors"): "select film_id, actor_id from film_actor",
    ("actor", "films"): "select actor_id, film_id from film_actor",
    ("film", "categories"): "select film_id, category_code from film_category",
    ("category", "films"): "select category_code, film_id from film_category",
    ("film", "sequels"): "select film_id, sequel_id from film_sequel",
    ("film", "films"): "select sequel_id, film_id from film_sequel",
    ("category", "parent"): "select code, parent_code from category",
    ("category", "categories_by_parent"): "select parent_code, code from category",
    ("rental", "film"): "select id, film_id from rental",
    ("rental", "customer"): "select id, customer_id from rental",
    ("rental", "rented_by"): "select id, rented_by from rental",
    ("rental", "returned_by"): "select id, returned_by from rental",
    ("Staff-Members", "rentals_by_rented_by"): "select rented_by, id from rental",
    ("Staff-Members", "rentals_by_returned_by"): "select returned_by, id from rental",
    ("Staff-Members", "manager"): 'select id, manager_id from people."Staff Members"',
    ("Staff-Members", "Staff-Members_by_manager"): 'select manager_id, id from people."Staff Members"',
    ("Staff-Members", "store"): "select manager_staff_id, store_id from store",
    ("store", "manager_staff"): "select store_id, manager_staff_id from store",
    ("store", "customers"): "select store_id, id from people.customer",
    ("customer", "store"): "select id, store_id from people.customer",
    ("customer", "rentals"): "select customer_id, id from rental",
    ("customer", "customer_account"): "select customer_id, customer_id from people.customer_account",
    ("customer_account", "customer"): "select customer_id, customer_id from people.customer_account",
}
TYPES = {
    "actor": 2, "category": 2, "film": 3, "film_count": 1, "language": 2, "receipt": 1, "rental": 3, "store": 1,
    "Staff-Members": 2, "customer": 2, "customer_account": 1,
}


@pytest.fixture(scope="module")
def database(cluster):
    """A database with the tables and some rows; (URL, Sql)."""
    url = cluster.create_database("rental")
    sql = Sql(cluster.connect("rental"))
    sql.run(SCHEMA.read_text())
    sql.run(ROWS)
    yield url, sql
    sql.close()


@pytest.fixture(scope="module")
def world(database):
    url, sql = database
    with Service(url, reflect=True, workers=1) as service, Client(service.base_url) as api:
        yield api, sql, service


def test_the_file(database):
    """As it is kept beside this test: names, what is said and what is not, what is left out."""
    done = run("model", "reflect", "--database", database[0])
    assert done.returncode == 0
    assert done.stdout == EXPECTED.read_text()
    assert done.stderr.splitlines() == [
        "left out: table audit_log: has no primary key: give it one of one column",
        'left out: table film_list: is a view: add it with "key", the column that tells its rows apart',
        "left out: table payment: has a primary key of several columns, and is no association table: "
        "give it a column that is unique and NOT NULL",
        "left out: table payment_2026: is a partition: its rows are served with the whole table",
        "left out: table schema_migrations: is the history of migrations",
        "left out: foreign key receipt_payment_id_paid_at_fkey of table receipt: "
        "several columns together are no relationship",
        "left out: foreign key receipt_rental_id_fkey of table receipt: "
        "its type, integer, is not that of the key of rental, bigint: let them be the same",
        "left out: column fulltext of table film: type tsvector is not supported",
        "left out: column hourly_wage of table people.Staff Members: type money is not supported",
    ]


def test_the_file_is_accepted(database, tmp_path):
    """And means the same as --reflect."""
    model = tmp_path / "model.json"
    model.write_text(run("model", "reflect", "--database", database[0]).stdout)
    done = run("model", "check", "--database", database[0], "--model", model)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "11 types, 28 relationships, 0 errors" in done.stdout
    reflected = run("model", "check", "--database", database[0], "--reflect")
    assert reflected.returncode == 0
    assert reflected.stdout.replace("reflected model", str(model)) == done.stdout
    one, other = (run("model", "openapi", "--database", database[0], *words).stdout
                  for words in (["--model", model], ["--reflect"]))
    assert one == other


def test_every_type_is_served(world):
    api, _, _ = world
    entry = api.get("/").json["links"]
    for type_, n in TYPES.items():
        assert type_ in entry
        listed = api.get(f"/{type_}")
        assert listed.status == 200 and len(listed.data) == n, listed
        for resource in listed.data:
            assert api.get(f"/{type_}/{resource['id'].replace('/', '%2F')}").status in (200, 404)


@pytest.mark.parametrize("type_, name", RELATED)
def test_every_relationship_is_served_from_both_sides(world, type_, name):
    """What each shows is what the tables say."""
    api, sql, _ = world
    expected = {}
    for near, far in sql.rows(RELATED[type_, name]):
        if near is not None and far is not None:
            expected.setdefault(str(near), set()).add(str(far))
    seen = {}
    for resource in api.get(f"/{type_}").data:
        path = f"/{type_}/{resource['id']}"
        data = api.get(f"{path}/relationships/{name}").data
        related = api.get(f"{path}/{name}").data
        one_or_more = data if isinstance(data, list) else [data] if data else []
        all_related = related if isinstance(related, list) else [related] if related else []
        assert {r["id"] for r in all_related} == {i["id"] for i in one_or_more}
        if one_or_more:
            seen[resource["id"]] = {i["id"] for i in one_or_more}
    assert seen == expected


def test_values_are_those_of_the_tables(world):
    api, _, _ = world
    film = api.get("/film/1").data["attributes"]
    del film["last_update"]
    assert film == {
        "title": "Vertigo", "description": None, "release_year": 1958, "rental_rate": 2.5, "length": None,
        "rating": "PG-13", "special_features": ["Trailers", "Commentaries"], "prices": [], "facts": {"oscars": 0}}
    staff = api.get("/Staff-Members/00000000-0000-4000-8000-000000000001").data["attributes"]
    assert staff == {"Full Name": "Ann", "email": "ann@example.org", "picture": None, "Staff-Member_type": "manager"}
    assert api.get("/store/1").data["attributes"]["address"] == "192.0.2.1/24"
    assert api.get("/customer_account/1").data["attributes"]["balance"] == 12.345
    assert api.get("/film_count/1").data["attributes"] == {"films": 3}


def test_links_are_written(world):
    """Through an association table with a key of its own, and through one of a type with itself."""
    api, sql, _ = world
    category = [{"type": "category", "id": "art"}]
    assert api.post("/film/3/relationships/categories", {"data": category}).status == 204
    assert sql.column("select category_code from film_category where film_id = 3") == ["art"]
    assert [f["id"] for f in api.get("/category/art/films").data] == ["3"]
    assert api.delete("/film/3/relationships/categories", {"data": category}).status == 204
    assert sql.column("select category_code from film_category where film_id = 3") == []
    assert api.put("/film/1/sequels/2").status in (201, 204)
    assert [f["id"] for f in api.get("/film/2/films").data] == ["1"]
    assert api.delete("/film/1/sequels/2").status == 204


def test_attributes_are_written(world):
    api, sql, _ = world
    changed = api.patch("/film/2", document("film", {"rental_rate": 3, "special_features": ["Deleted"],
                                                    "rating": "NC-17"}, id_="2"))
    assert changed.status == 200, changed
    assert sql.rows("select rental_rate::text, special_features, rating::text from film where film_id = 2") == [
        ("3.00", ["Deleted"], "NC-17")]
    for attributes, pointer in (({"rating": "X"}, "rating"), ({"rental_rate": 0.001}, "rental_rate"),
                                ({"release_year": 1800}, None)):
        answer = api.patch("/film/2", document("film", attributes, id_="2"))
        assert answer.status == 422, answer
        assert pointer is None or answer.pointers == [f"/data/attributes/{pointer}"]
    created = api.post("/actor", document("actor", {"first_name": "Vera", "last_name": "Miles"}))
    assert created.status == 201
    sql.run(f"delete from actor where actor_id = {created.id}")


def test_keys_of_every_kind(world):
    """Made by the database where it makes them, else chosen by the client, who then has to."""
    api, sql, _ = world
    for type_, attributes in (("actor", {"first_name": "A", "last_name": "B"}), ("language", {"name": "Welsh"}),
                              ("Staff-Members", {"Full Name": "Eve", "email": "eve@example.org"})):
        created = api.post(f"/{type_}", document(type_, attributes))
        assert created.status == 201, created
        assert api.get(f"/{type_}/{created.id}").data["attributes"] == created.data["attributes"]
        refused = api.post(f"/{type_}", document(type_, attributes, id_="9999"))
        assert (refused.status, refused.pointers) == (403, ["/data/id"])
        assert api.delete(f"/{type_}/{created.id}").status == 204
    chosen = document("category", {"name": "Western"}, id_="wide west")
    assert api.post("/category", document("category", {"name": "Western"})).status == 422
    created = api.post("/category", chosen)
    assert created.status == 201 and created.id == "wide west"
    assert api.get("/category/wide%20west").data["attributes"] == {"name": "Western"}
    assert api.post("/category", chosen).status == 409
    assert api.delete("/category/wide%20west").status == 204
    account = api.post("/customer_account", document("customer_account", {"balance": 1}, id_="2"))
    assert account.status == 201, account
    assert api.get("/customer/2/customer_account").data["id"] == "2"
    assert api.delete("/customer_account/2").status == 204


def test_foreign_keys_are_written_from_both_sides(world):
    api, sql, _ = world
    french = {"data": {"type": "language", "id": "2"}}
    assert api.patch("/film/3/relationships/original_language", french).status in (200, 204)
    assert sql.value("select original_language_id from film where film_id = 3") == 2
    films = {"data": [{"type": "film", "id": "3"}]}
    assert api.delete("/language/2/relationships/films_by_original_language", films).status in (200, 204)
    assert sql.value("select original_language_id from film where film_id = 3") is None
    assert api.patch("/film/3/relationships/language", {"data": None}).status == 422
    created = api.post("/customer", document("customer", {"name": "Eli"}, {"store": {"type": "store", "id": "1"}}))
    assert created.status == 201, created
    assert created.id in [c["id"] for c in api.get("/store/1/customers").data]
    assert api.delete(f"/customer/{created.id}").status == 204


def test_what_is_only_shown_is_not_written(world):
    """A view, and a relationship that is the key itself."""
    api, sql, _ = world
    before = sql.rows("select * from people.customer_account")
    assert api.post("/film_count", document("film_count", {"films": 1})).status == 403
    for id_, data in (("1", None), ("2", {"type": "customer_account", "id": "1"})):
        assert api.patch(f"/customer/{id_}/relationships/customer_account", {"data": data}).status == 403
    assert sql.rows("select * from people.customer_account") == before


def test_other_models_win_nothing(database, tmp_path):
    model = tmp_path / "model.json"
    model.write_text("{}")
    for words, env in ((["--reflect", "--model", str(model)], {}), (["--reflect"], {"BACKREF_MODEL": str(model)}),
                       (["--model", str(model)], {"BACKREF_REFLECT": "on"})):
        done = run("model", "check", "--database", database[0], *words, env=env)
        assert done.returncode == 2 and "two models" in done.stderr, done.stderr


def test_an_empty_database(cluster):
    url = cluster.create_database("nothing_to_reflect")
    try:
        for command in (["model", "reflect"], ["model", "check", "--reflect"]):
            done = run(*command, "--database", url)
            assert done.returncode == 1 and done.stdout == ""
            assert "no table that could be served" in done.stderr
    finally:
        cluster.drop_database("nothing_to_reflect")


def test_a_new_table_is_served_after_a_reload(cluster):
    url = cluster.create_database("growing")
    sql = Sql(cluster.connect("growing"))
    sql.run("create table books (id bigint generated by default as identity primary key, title text)")
    with Service(url, env={"BACKREF_REFLECT": "on"}, workers=1) as service, Client(service.base_url) as api:
        assert api.get("/books").status == 200 and api.get("/authors").status == 404
        sql.run("create table authors (id bigint generated by default as identity primary key, name text);"
                "alter table books add author_id bigint references authors")
        os.kill(service.pid, signal.SIGHUP)
        end = time.monotonic() + 20
        while "the model is reloaded" not in service.log():
            assert time.monotonic() < end, service.log()
            time.sleep(0.01)
        assert api.get("/authors").status == 200
        assert "author" in api.post("/books", document("books", {"title": "Emma"})).data["relationships"]
    sql.close()
    cluster.drop_database("growing")


def test_the_default_model_is_reflected(cluster, template):
    """Its tables give its relationships, but for names that were chosen."""
    url = cluster.create_database("default_tables", template)
    try:
        done = run("model", "reflect", "--database", url)
        resources = json.loads(done.stdout)["resources"]
        assert done.stderr == "left out: table schema_migrations: is the history of migrations\n"
        assert {t: set(r["relationships"]) for t, r in resources.items()} == {
            "persons": {"phones", "friends"}, "phones": {"persons"}, "friends": {"hobbies", "persons"},
            "hobbies": {"friends"}}
    finally:
        cluster.drop_database("default_tables")
