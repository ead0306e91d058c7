"""openapi.yaml against the running service: every path, method and status, and every answer's shape."""


import re

import pytest
import yaml

from support.client import Client, document, idents
from support.lint import JSONAPI
from support.model import ATTRIBUTES, MISSING, SIDES, TYPES
from support.service import REPOSITORY

TOP_LEVEL = REPOSITORY / "openapi.yaml"
METHODS = ("get", "post", "put", "patch", "delete")
NAMES = {"string": str, "object": dict, "array": list, "boolean": bool, "integer": int, "number": (int, float),
         "null": type(None)}


class Description:
    """An OpenAPI document, and what it says of an answer."""

    def __init__(self, root):
        self.root = root

    def resolve(self, value):
        while isinstance(value, dict) and "$ref" in value:
            found = self.root
            for token in value["$ref"].removeprefix("#/").split("/"):
                found = found[token]
            value = found
        return value

    def operation(self, method, path):
        """The operation that a request's path belongs to; None when it is not described."""
        for template, item in self.root["paths"].items():
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path.split("?")[0]):
                return item.get(method.lower())
        return None

    def judge(self, answer):
        """Assert that this answer is described: status, media type, body."""
        operation = self.operation(answer.method, answer.path)
        assert operation, f"{answer.method} {answer.path} is not described"
        responses = operation["responses"]
        assert str(answer.status) in responses, f"{answer!r}: {sorted(responses)}"
        response = self.resolve(responses[str(answer.status)])
        for name in response.get("headers", {}):
            assert answer.headers[name], f"{answer!r} has {name}"
        content = response.get("content")
        if not content:
            assert answer.body == b"", answer
            return
        media_type = answer.headers["Content-Type"]
        assert media_type in content, f"{media_type} of {answer!r}: {list(content)}"
        if "json" in media_type:
            self.fits(answer.json, content[media_type]["schema"], "")

    def fits(self, value, schema, where):
        """The part of JSON Schema that the description uses."""
        schema = self.resolve(schema)
        known = {"type", "format", "description", "examples", "readOnly", "const", "enum", "required", "properties",
                 "additionalProperties", "items", "minItems", "anyOf", "pattern", "maxLength"}
        assert set(schema) <= known, f"keywords {set(schema) - known} at {where}"
        if "type" in schema:
            names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            assert any(isinstance(value, NAMES[n]) for n in names), f"{where}: {value!r} is no {names}"
            assert not isinstance(value, bool) or "boolean" in names, f"{where}: {value!r}"
        assert "const" not in schema or value == schema["const"], f"{where}: {value!r}"
        assert "enum" not in schema or value in schema["enum"], f"{where}: {value!r}"
        if "anyOf" in schema:
            assert any(self.is_fit(value, one, where) for one in schema["anyOf"]), f"{where}: {value!r}"
        if isinstance(value, str):
            assert re.search(schema.get("pattern", ""), value), f"{where}: {value!r}"
            assert len(value) <= schema.get("maxLength", len(value)), f"{where}: {value!r}"
        if isinstance(value, list):
            assert len(value) >= schema.get("minItems", 0), where
            for i, element in enumerate(value):
                self.fits(element, schema.get("items", {}), f"{where}/{i}")
        if isinstance(value, dict):
            assert set(schema.get("required", ())) <= set(value), f"{where}: {sorted(value)}"
            others = schema.get("additionalProperties", {})
            for name, member in value.items():
                inner = schema.get("properties", {}).get(name, others)
                assert inner is not False, f"{where}: {name!r} is not described"
                self.fits(member, {} if inner is True else inner, f"{where}/{name}")

    def is_fit(self, value, schema, where):
        try:
            self.fits(value, schema, where)
        except AssertionError:
            return False
        return True


@pytest.fixture(scope="module")
def described(service):
    with Client(service.base_url) as client:
        return Description(client.get("/openapi.json").json)


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
        assert api.options(path).allowed == methods | {"HEAD"}, path


def test_every_example_fits_its_schema(described):
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
    assert len(found) > 80


def test_the_service_itself(told):
    for path in ("/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/openapi.yaml"):
        assert told.get(path).status == 200
        assert told.get(path + "?nope=1").status == 400
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
    assert told.get(f"/{type_}/{MISSING}").status == told.get(f"/{type_}/abc").status == 404
    assert told.get(path, {"Accept": "text/html"}).status == 406
    required = "number" if type_ == "phones" else "name"
    changed = {required: ATTRIBUTES[type_]()[required]}
    assert told.patch(path, document(type_, changed, id_=created.id)).status == 200
    assert told.patch(path, document(type_, {required: None}, id_=created.id)).status == 422
    assert told.patch(path, document(type_, {"created_at": "2020-01-01T00:00:00Z"}, id_=created.id)).status == 403
    assert told.patch(path, document(type_, changed, id_=MISSING)).status == 409
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
