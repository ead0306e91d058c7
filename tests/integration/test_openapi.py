"""openapi.yaml against the running service: every path, method and status, and every answer's shape."""

import re
import urllib.parse

import pytest
import yaml

from support.client import Client, document, idents
from support.description import Description
from support.lint import JSONAPI
from support.model import ATTRIBUTES, MISSING, RELATIONSHIPS, SIDES, TYPES
from support.service import REPOSITORY

TOP_LEVEL = REPOSITORY / "openapi.yaml"
ATOMIC = f'{JSONAPI};ext="https://jsonapi.org/ext/atomic"'
CURSOR = f'{JSONAPI};profile="https://jsonapi.org/profiles/ethanresnick/cursor-pagination"'
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def described(description):
    return description


@pytest.fixture
def told(api, described):
    """A client whose every answer is held against the description."""
    def judge(answer):
        api.check(answer)
        described.judge(answer)

    with Client(api.base_url, check=judge) as client:
        yield client


def test_the_file_at_the_top_is_what_is_served(api):
    assert TOP_LEVEL.read_bytes() == api.get("/openapi.yaml").body


def test_both_forms_say_the_same(api):
    served = api.get("/openapi.yaml")
    assert served.headers["Content-Type"] == "application/yaml"
    assert yaml.safe_load(served.text) == api.get("/openapi.json").json


def test_every_method_is_described_and_no_other(api, described):
    for template, item in described.root["paths"].items():
        path = re.sub(r"\{\w+\}", "1", template)
        methods = {method.upper() for method in METHODS if method in item}
        assert api.options(path).allowed == methods | ({"HEAD"} if "get" in item else set()), path


def judge_examples(described):
    """Every example fits its schema. Returns how many there are."""
    found = []

    def walk(value, where):
        if isinstance(value, dict):
            if "schema" in value and "example" in value:
                described.fits(value["example"], value["schema"], where)
                found.append(where)
            for name, inner in value.items():
                walk(inner, f"{where}/{name}")
        elif isinstance(value, list):
            for i, inner in enumerate(value):
                walk(inner, f"{where}/{i}")

    walk(described.root, "")
    return len(found)


def test_every_example_fits_its_schema(described):
    assert judge_examples(described) > 80


def test_the_service_itself(told):
    for path in ("/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/openapi.yaml"):
        assert told.get(path).status == 200
        assert told.get(path + "?nope=1").status == 400
    for path in ("/", "/openapi.json", "/openapi.yaml"):
        etag = told.get(path).headers["ETag"]
        assert told.get(path, {"If-None-Match": etag}).status == 304
        assert told.get(path, {"If-Match": '"other"'}).status == 412
    assert told.get("/", {"Accept": "text/html"}).status == 406


@pytest.mark.parametrize("type_", TYPES)
def test_the_life_of_a_resource(told, type_):
    attributes = ATTRIBUTES[type_]()
    created = told.post(f"/{type_}", document(type_, attributes))
    assert created.status == 201
    path = f"/{type_}/{created.id}"
    plain = {"Accept": "application/json"}
    assert told.get(path).status == told.get(path, plain).status == 200
    assert told.get(f"/{type_}?page[size]=2").status == 200
    assert told.get(f"/{type_}?page[size]=0").status == told.get(path + "?sort=name").status == 400
    assert told.get(path, {"If-None-Match": told.get(path).headers["ETag"]}).status == 304
    assert told.get(path, {"If-Match": '"other"'}).status == 412
    assert told.get(f"/{type_}/{MISSING}").status == told.get(f"/{type_}/abc").status == 404
    assert told.get(path, {"Accept": "text/html"}).status == 406
    required = "number" if type_ == "phones" else "name"
    changed = {required: ATTRIBUTES[type_]()[required]}
    assert told.patch(path, document(type_, changed, id_=created.id)).status == 200
    assert told.patch(path, document(type_, {required: None}, id_=created.id)).status == 422
    assert told.patch(path, document(type_, {"created_at": "2020-01-01T00:00:00Z"}, id_=created.id)).status == 403
    assert told.patch(path, document(type_, changed, id_=MISSING)).status == 409
    assert told.patch(path, document(type_, changed, id_=created.id), {"If-Match": '"other"'}).status == 412
    assert told.delete(path, headers={"If-Match": '"other"'}).status == 412
    assert told.patch(f"/{type_}/{MISSING}", document(type_, changed, id_=MISSING)).status == 404
    assert told.delete(path).status == 204
    assert told.delete(path).status == 404


@pytest.mark.parametrize("type_", TYPES)
def test_creates_that_are_refused(told, type_):
    path, attributes = f"/{type_}", ATTRIBUTES[type_]()
    assert told.post(path, document(type_, attributes, id_="7")).status == 403
    assert told.post(path, document("x" + type_, attributes)).status == 409
    assert told.post(path, document(type_, {})).status == 422
    assert told.post(path, raw=b"{").status == told.post(path, document(type_, {"nope": 1})).status == 400
    assert told.post(path, document(type_, attributes), {"Content-Type": "text/plain"}).status == 415
    assert told.post(path, document(type_, attributes), {"Accept": "text/html"}).status == 406
    assert told.post(path, raw=b" " * (2**20 + 1)).status == 413


@pytest.mark.parametrize("side", SIDES, ids=str)
def test_a_relationship(told, side):
    owner, member = side.new_owner(told), side.new_member(told)
    path, body = side.relationship(owner), side.body(member)
    wants = {"Prefer": "return=representation"}
    for method in (told.post, told.patch, told.delete):
        assert method(path, body).status == 204
    for method in (told.post, told.patch, told.delete):
        assert method(path, body, wants).status == 200
    assert told.post(path, body).status == 204
    assert told.get(path).status == told.get(side.related(owner)).status == 200
    for path_ in (side.relationship(MISSING), side.related(MISSING)):
        assert told.get(path_).status == 404
    for method in (told.post, told.patch, told.delete):
        assert method(side.relationship(MISSING), body).status == 404
        assert method(path, {"data": idents("nope", [1])}).status == 409
        assert method(path, {"data": [None]}).status == 400
        assert method(path, body, {"Content-Type": "text/plain"}).status == 415
        assert method(path, body, {"Accept": "text/html"}).status == 406
        assert method(path, body, {"If-Match": '"other"'}).status == 412
    for path_ in (path, side.related(owner)):
        assert told.get(path_, {"If-None-Match": told.get(path_).headers["ETag"]}).status == 304
        assert told.get(path_, {"If-Match": '"other"'}).status == 412


@pytest.mark.parametrize("side", SIDES, ids=str)
def test_one_link(told, side):
    owner, member = side.new_owner(told), side.new_member(told)
    path = side.one(owner, member)
    assert told.get(path).status == 404
    assert [told.put(path).status, told.put(path).status] == [201, 204]
    assert told.get(path).status == 200
    assert [told.delete(path).status, told.delete(path).status] == [204, 204]
    for method in (told.get, told.put, told.delete):
        assert method(side.one(MISSING, member)).status == 404
        assert method(path + "?nope=1").status == 400
        assert method(path, headers={"Accept": "text/html"}).status == 406
    assert told.put(side.one(owner, MISSING)).status == 404
    assert told.put(path).status == 201
    assert told.get(path, {"If-None-Match": told.get(path).headers["ETag"]}).status == 304
    for method in (told.get, told.put, told.delete):
        assert method(path, headers={"If-Match": '"other"'}).status == 412


def queries_of(type_):
    """Queries that lists of a type take, one for each kind of parameter and some together."""
    name = "number" if type_ == "phones" else "name"
    relationships = [side.rel for side in RELATIONSHIPS[type_]]
    queries = [f"fields[{type_}]={name}", f"fields[{type_}]={name},{relationships[0]}", "fields[hobbies]=name", "sort=id",
               f"sort=-{name},created_at", "filter[id]=1,2", f"filter[{name}]=x", f"filter[{name}][ilike]=a%25",
               "filter[created_at][lt]=2020-01-01T00:00:00Z", "page[number]=1&page[size]=1", "page[total]=exact",
               "page[total]=estimated&sort=-id"]
    for relationship in relationships:
        queries += [f"filter[{relationship}]=1,2", f"filter[{relationship}]=null", f"filter[{relationship}][none]=1",
                    f"filter[{relationship}][count][ge]=1", f"filter[{relationship}.id]=1", f"sort=-{relationship}.count"]
    return queries


@pytest.mark.parametrize("type_", TYPES)
def test_what_lists_are_asked(told, type_):
    relationships = [side.rel for side in RELATIONSHIPS[type_]]
    deeper = f"{relationships[0]}.{RELATIONSHIPS[RELATIONSHIPS[type_][0].target][0].rel}"
    for query in [*queries_of(type_), f"include={','.join(relationships)}", f"include={deeper}", "include="]:
        assert told.get(f"/{type_}?{query}").status == 200, query
    for accept in (CURSOR, "application/json"):
        assert told.get(f"/{type_}?page[size]=1", {"Accept": accept}).status == 200


@pytest.mark.parametrize("side", SIDES, ids=str)
def test_what_relationships_are_asked(told, side):
    owner, members = side.new_owner(told), side.new_members(told, 3)
    assert told.post(side.relationship(owner), side.body(*members)).status == 204
    for path in (side.related(owner), side.relationship(owner)):
        first = side.rel if path == side.relationship(owner) else side.inverse
        for query in [*queries_of(side.target), f"include={first}", "sort=-meta.linked_at",
                      "filter[meta.linked_at][ge]=2020-01-01T00:00:00Z"]:
            assert told.get(f"{path}?{query}").status == 200, query
        assert told.get(f"{path}?page[size]=1", {"Accept": CURSOR}).status == 200


@pytest.mark.parametrize("type_", TYPES)
def test_what_resources_are_asked(told, type_):
    attributes = ATTRIBUTES[type_]()
    side = RELATIONSHIPS[type_][0]
    query = f"?include={side.rel}&fields[{side.target}]=created_at&fields[{type_}]={side.rel}"
    linkage = {side.rel: idents(side.target, [side.new_member(told)])}
    created = told.post(f"/{type_}{query}", document(type_, attributes, linkage))
    assert created.status == 201 and created.json["included"]
    path = f"/{type_}/{created.id}"
    assert told.get(path + query).status == 200
    assert told.patch(path + query, document(type_, attributes, id_=created.id)).status == 200


def test_every_query_parameter_is_taken(told, described):
    """The other way round: what the description names, the service understands."""
    values = {"integer": "1", "string": "none", "array": "1"}
    for template, item in described.root["paths"].items():
        operation = item.get("get")
        if not operation or "{related_id}" in template:
            continue
        for name, parameter in described.parameters(operation, "query").items():
            schema = described.resolve(parameter["schema"])
            value = parameter.get("example", values.get(schema.get("type"), ""))
            if name in ("include", "sort") or name.startswith("fields["):
                items = schema["items"]
                value = (items["enum"] if "enum" in items else items["anyOf"][0]["enum"])[-1]
            query = urllib.parse.urlencode(value if isinstance(value, dict) else {name: value})
            answer = told.get(re.sub(r"\{\w+\}", "1", template) + "?" + query)
            assert not any(error["code"] == "unknown-parameter" for error in answer.errors), (template, name)


def test_several_writes_at_once(told, described):
    person = told.create("persons", ATTRIBUTES["persons"]())
    phone = told.create("phones", ATTRIBUTES["phones"]())
    linkage = {"type": "persons", "id": person, "relationship": "phones"}
    for type_ in (ATOMIC, "application/json"):
        operations = [
            {"op": "add", "data": {"type": "persons", "attributes": ATTRIBUTES["persons"]()}},
            {"op": "update", "data": {"type": "persons", "id": person, "attributes": {"name": "Alice"}}},
            {"op": "add", "ref": linkage, "data": idents("phones", [phone])},
            {"op": "remove", "href": f"/persons/{person}/relationships/phones", "data": idents("phones", [phone])}]
        for operation in operations:
            described.fits(operation, described.root["components"]["schemas"]["jsonapi.operation"], operation["op"])
        answer = told.post("/operations", {"atomic:operations": operations}, {"Content-Type": type_, "Accept": ATOMIC})
        assert answer.status == 200 and len(answer.json["atomic:results"]) == 4

    def refused(operation, headers=None):
        sent = {"Content-Type": ATOMIC, **(headers or {})}
        return told.post("/operations", {"atomic:operations": [operation]}, sent).status

    assert refused({"op": "add"}) == 400
    assert refused({"op": "add", "data": {"type": "persons", "id": "7", "attributes": ATTRIBUTES["persons"]()}}) == 403
    assert refused({"op": "remove", "ref": {"type": "persons", "id": MISSING}}) == 404
    assert refused({"op": "remove"}, {"Accept": "text/html"}) == 406
    assert refused({"op": "add", "data": {"type": "persons", "attributes": {}}}) == 422
    assert refused({"op": "remove"}, {"Content-Type": JSONAPI}) == 415
    number = ATTRIBUTES["phones"]()
    told.create("phones", number)
    assert refused({"op": "add", "data": {"type": "phones", "attributes": number}}) == 409
    many = {"atomic:operations": [{"op": "remove", "ref": {"type": "persons", "id": MISSING}}] * 1001}
    assert told.post("/operations", many, {"Content-Type": ATOMIC}).status == 413


def test_the_example_of_operations_is_real(told, described):
    post = described.root["paths"]["/operations"]["post"]
    wanted = post["responses"]["200"]["content"][ATOMIC]["example"]
    body = post["requestBody"]["content"][ATOMIC]["example"]
    body["atomic:operations"][0]["data"]["attributes"] = ATTRIBUTES["persons"]()  # free to be taken
    answer = told.post("/operations", body, {"Content-Type": ATOMIC, "Accept": ATOMIC})
    assert answer.status == 200
    added, removed = answer.json["atomic:results"]
    assert removed == wanted["atomic:results"][1]
    assert list(added["data"]) == list(wanted["atomic:results"][0]["data"])
    assert added["data"]["relationships"].keys() == wanted["atomic:results"][0]["data"]["relationships"].keys()


def test_every_kind_is_described(kinds_service, world):
    """The same for a model with every kind of relationship: methods, examples, answers to reads."""
    with Client(kinds_service.base_url) as client:
        described = Description(client.get("/openapi.json").json)
        for template, item in described.root["paths"].items():
            path = re.sub(r"\{\w+\}", "1", template)
            methods = {method.upper() for method in METHODS if method in item}
            allowed = client.options(path)
            if allowed.status < 400:
                assert methods <= allowed.allowed, path
                for method in allowed.allowed - methods - {"HEAD"}:  # what is not described is refused
                    assert client.request(method, path, {"data": []}).status == 403, (method, path)
            if "get" in item:
                described.judge(client.get(path))
    judge_examples(described)


def test_examples_of_refusals_are_real(told, described):
    """Each refusal that a request can provoke says what the description shows."""
    path = f"/persons/{told.create('persons', ATTRIBUTES['persons']())}"
    answers = [
        told.get("/persons?page[size]=0"),
        told.post("/persons", document("persons", ATTRIBUTES["persons"](), id_="7")),
        told.get(f"/persons/{MISSING}"),
        told.get("/persons", {"Accept": "text/html"}),
        told.post("/persons", document("other", {})),
        told.delete(path, headers={"If-Match": '"other"'}),
        # on a connection of its own: a proxy waits for the rest of a body that never comes
        told.sibling().post("/persons", headers={"Content-Type": JSONAPI, "Content-Length": "99999999"}),
        told.get("/persons?" + "x" * (9000 - len("/persons?"))),
        told.post("/persons", raw=b"{}", headers={"Content-Type": "text/plain"}),
        told.post("/persons", document("persons", {})),
    ]
    for answer in answers:
        response = described.root["components"]["responses"][str(answer.status)]
        wanted = response["content"][JSONAPI]["example"]["errors"][0]
        got = answer.errors[0]
        got["detail"] = got["detail"].replace(MISSING, "99")
        assert got == wanted
