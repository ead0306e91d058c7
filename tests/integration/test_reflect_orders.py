"""A reflected shop: links that need values, fields that are unique together, a view without rows yet."""

import json
import pathlib

import pytest

from support.client import Client, document, ident
from support.database import Sql
from support.service import Service, run

SCHEMA = pathlib.Path(__file__).parent / "schemas" / "orders.sql"
RETURN = {"Prefer": "return=representation"}


@pytest.fixture(scope="module")
def database(cluster):
    url = cluster.create_database("orders")
    sql = Sql(cluster.connect("orders"))
    sql.run(SCHEMA.read_text())
    yield url, sql
    sql.close()


@pytest.fixture(scope="module")
def api(database):
    with Service(database[0], reflect=True, workers=1) as service, Client(service.base_url) as client:
        yield client


@pytest.fixture
def order(api):
    return api.create("orders", {})


@pytest.fixture
def products(api):
    return [api.create("products", {"name": f"p{i}"}) for i in range(3)]


def line(id_, **meta):
    return {**ident("products", id_), **({"meta": meta} if meta else {})}


def path(order):
    return f"/orders/{order}/relationships/products"


def stored(sql, order):
    return sql.rows("select productid::text, unit_price::float, quantity, discount::float, note from order_lines"
                    " where orderid = %s order by 1", order)


def test_the_file(database):
    done = run("model", "reflect", "--database", database[0])
    resources = json.loads(done.stdout)["resources"]
    columns = {"unit_price": {}, "quantity": {}, "discount": {"read_only": True}, "note": {},
               "tags": {"read_only": True}, "place": {}}
    assert resources["orders"]["relationships"] == {
        "customer": {"target": "customers", "local_columns": "customerid", "back_populates": "orders_by_customer"},
        "billtocustomer": {"target": "customers", "local_columns": "billtocustomerid",
                           "back_populates": "orders_by_billtocustomer"},
        "products": {"target": "products", "secondary": "order_lines", "back_populates": "orders",
                     "secondary_attributes": columns}}
    assert resources["products"]["relationships"] == {
        "product_aliases": {"target": "product_alias", "back_populates": "product"},
        "reviews": {"target": "reviews", "back_populates": "product"},
        "orders": {"target": "orders", "secondary": "order_lines", "back_populates": "products",
                   "secondary_attributes": columns}}
    assert set(resources) == {"best_sellers", "customers", "orders", "parcels", "product_alias", "products", "reviews"}
    assert done.stderr.splitlines() == [
        "left out: table bundles: has a primary key of several columns, and is no association table: "
        "give it a column that is unique and NOT NULL",
        "left out: table substitutes: has a primary key of several columns, and is no association table: "
        "give it a column that is unique and NOT NULL",
        "left out: foreign key parcels_orderid_productid_fkey of table parcels: "
        "several columns together are no relationship"]


def test_a_key_that_may_be_checked_late(database, tmp_path):
    """PostgreSQL cannot tell under such a key that a link is there already."""
    model = tmp_path / "model.json"
    model.write_text(json.dumps({"resources": {"products": {"relationships": {"substitutes": {
        "target": "products", "secondary": "substitutes", "local_columns": "productid",
        "remote_columns": "instead"}}}}}))
    done = run("model", "check", "--database", database[0], "--model", model)
    assert done.returncode == 1
    assert ('"substitutes" has only a deferrable key over (productid, instead), and links need one that is not. '
            'Fix: alter table "public"."substitutes" add unique ("productid", "instead")') in done.stdout


def test_what_is_written_is_accepted(database, tmp_path):
    model = tmp_path / "model.json"
    model.write_text(run("model", "reflect", "--database", database[0]).stdout)
    done = run("model", "check", "--database", database[0], "--model", model)
    assert done.returncode == 0, done.stdout
    assert "each link has unit_price, quantity, discount (read-only), note, tags (read-only), place" in done.stdout


def test_the_description_says_what_a_link_needs(api):
    schemas = api.get("/openapi.json").json["components"]["schemas"]
    wanted = schemas["orders.products.wanted"]["properties"]["data"]["items"]["properties"]["meta"]
    assert wanted["description"].endswith('A new link needs "unit_price", "quantity".')
    assert set(wanted["properties"]) == {"unit_price", "quantity", "note", "place"} and "required" not in wanted


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_link_with_all_that_it_needs(api, database, order, products, method):
    given = [line(products[0], unit_price=2.5, quantity=1), line(products[1], unit_price=3, quantity=2, note="blue")]
    assert api.request(method, path(order), {"data": given}).status == 204
    assert stored(database[1], order) == [(products[0], 2.5, 1, 0, None), (products[1], 3, 2, 0, "blue")]
    shown = api.get(f"/products/{products[1]}/relationships/orders").data
    assert [(o["id"], o["meta"]["quantity"]) for o in shown] == [(order, 2)]
    # what is linked already needs nothing more
    again = [line(products[0], quantity=7), line(products[1])]
    assert api.request(method, path(order), {"data": again}).status == 204
    assert stored(database[1], order) == [(products[0], 2.5, 7, 0, None), (products[1], 3, 2, 0, "blue")]
    assert api.put(f"/products/{products[0]}/orders/{order}").status == 204
    assert api.delete(path(order), {"data": again}).status == 204
    assert stored(database[1], order) == []


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("meta, name", [
    ({}, "unit_price"), ({"quantity": 1}, "unit_price"), ({"unit_price": 1}, "quantity"), ({"note": "x"}, "unit_price")])
def test_a_link_that_lacks_something(api, database, order, products, method, meta, name):
    """Nothing is written, and the answer says which member lacks what; of several, that one of them does."""
    full = line(products[0], unit_price=1, quantity=1)
    lacking = line(products[1], **meta)
    for data, pointer in (([full, lacking], "/data/1"), ([lacking, line(products[2], **meta)], "/data")):
        answer = api.request(method, path(order), {"data": data})
        assert (answer.status, answer.pointers) == (422, [pointer]), answer
        assert answer.errors[0]["code"] == "required"
        assert answer.errors[0]["detail"] == f'a new link of "products" needs "{name}" in its meta: give it a value'
    assert stored(database[1], order) == []


def test_a_link_that_lacks_something_within_a_resource(api, database, order, products):
    data = [line(products[0], unit_price=1, quantity=1), line(products[1], unit_price=1)]
    for method, target, id_ in (("POST", "/orders", None), ("PATCH", f"/orders/{order}", order)):
        answer = api.request(method, target, document("orders", {}, {"products": data}, id_))
        assert (answer.status, answer.pointers) == (422, ["/data/relationships/products/data/1"])
    assert stored(database[1], order) == []
    data[1]["meta"]["quantity"] = 4
    answer = api.post("/orders", document("orders", {}, {"products": data}))
    assert answer.status == 201
    assert [row[2] for row in stored(database[1], answer.id)] == [1, 4]


def test_a_link_without_a_body(api, database, order, products):
    """The short form cannot give values; it says what to do instead."""
    for target in (f"/orders/{order}/products/{products[0]}", f"/products/{products[0]}/orders/{order}"):
        answer = api.put(target)
        assert (answer.status, answer.pointers) == (422, [None])
        assert answer.errors[0]["detail"].endswith('needs "unit_price" in its meta: link with POST')
    assert stored(database[1], order) == []


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_link_that_is_like_another(api, database, order, products, method):
    """The pair is new, but the database keeps something else unique: no link is made, and none is claimed."""
    first = line(products[0], unit_price=1, quantity=1, place=1)
    second = line(products[1], unit_price=1, quantity=1, place=1)
    assert api.post(path(order), {"data": [first]}).status == 204
    before = stored(database[1], order)
    answer = api.request(method, path(order), {"data": [first, second]})
    assert (answer.status, answer.pointers) == (409, ["/data"]), answer
    assert answer.errors[0]["code"] == "taken"
    assert answer.errors[0]["detail"] == (
        'another link of "products" holds the same values already, which are unique; give others')
    assert stored(database[1], order) == before


def test_links_that_lack_something_among_many(api, database, products):
    """What is collected into one statement is refused one by one: the others are linked."""
    orders = [api.create("orders", {}) for _ in range(4)]
    operations = [{"op": "add", "ref": {"type": "orders", "id": o, "relationship": "products"},
                   "data": [line(products[0], unit_price=1, quantity=1)]} for o in orders[:3]]
    operations.append({**operations[0], "ref": {**operations[0]["ref"], "id": orders[3]}, "data": [line(products[0])]})
    atomic = 'application/vnd.api+json;ext="https://jsonapi.org/ext/atomic"'
    answer = api.post("/operations", {"atomic:operations": operations}, {"Content-Type": atomic, "Accept": atomic})
    assert (answer.status, answer.pointers) == (422, ["/atomic:operations/3/data/0"]), answer
    assert all(stored(database[1], o) == [] for o in orders)


def test_a_link_that_others_refer_to(api, database, order, products):
    assert api.post(path(order), {"data": [line(products[0], unit_price=1, quantity=1)]}).status == 204
    parcel = database[1].value("insert into parcels (orderid, productid) values (%s, %s) returning id",
                               order, products[0])
    assert api.delete(f"/orders/{order}/products/{products[0]}").status == 409
    assert len(stored(database[1], order)) == 1
    assert api.delete(f"/parcels/{parcel}").status == 204
    assert api.delete(f"/orders/{order}/products/{products[0]}").status == 204


def test_fields_that_are_unique_together(api, products):
    """The answer names all of them, and points at the one that was sent."""
    for id_ in ("ANN", "BOB"):
        assert api.post("/customers", document("customers", {"name": id_}, id_=id_)).status == 201
    anns, bobs = (api.create("reviews", {"stars": 3}, {"customer": ident("customers", id_),
                                                       "product": ident("products", products[0])})
                  for id_ in ("ANN", "BOB"))
    ann = {"data": ident("customers", "ANN")}
    detail = ('"customer" and "product" are taken together: another resource of type "reviews" has the same; '
              'change one')
    answer = api.patch(f"/reviews/{bobs}/relationships/customer", ann)
    assert (answer.status, answer.pointers, answer.errors[0]["detail"]) == (409, ["/data"], detail)
    answer = api.patch(f"/reviews/{bobs}", document("reviews", {"stars": 1}, {"customer": ann["data"]}, bobs))
    assert (answer.status, answer.pointers) == (409, ["/data/relationships/customer/data"])
    answer = api.post("/customers/ANN/relationships/reviews", {"data": [ident("reviews", bobs)]})
    assert (answer.status, answer.pointers) == (409, ["/data"])
    answer = api.put(f"/customers/ANN/reviews/{bobs}")
    assert (answer.status, answer.pointers) == (409, [None])
    assert api.get(f"/reviews/{bobs}/relationships/customer").data["id"] == "BOB"
    assert api.get(f"/reviews/{anns}/relationships/customer").data["id"] == "ANN"


def test_a_view_without_rows_yet(api, database):
    """A materialized view that nobody has refreshed is not there yet: the rest is served."""
    answer = api.get("/best_sellers")
    assert answer.status == 503
    assert answer.errors[0]["code"] == "unavailable"
    assert "best_sellers" not in answer.errors[0]["detail"]
    database[1].run("refresh materialized view best_sellers")
    assert api.get("/best_sellers").status == 200
