"""An OpenAPI document, and what it says of an answer."""

import re
import urllib.parse

NAMES = {"string": str, "object": dict, "array": list, "boolean": bool, "integer": int, "number": (int, float),
         "null": type(None)}
# what the description says of every operation under `default`
ANY_TIME = {405, 408, 500, 501, 505}


class Description:
    """What was read from /openapi.json, or from a file."""

    def __init__(self, root):
        self.root = root
        self.patterns = [(re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))), item)
                         for template, item in root["paths"].items()]

    def resolve(self, value):
        while isinstance(value, dict) and "$ref" in value:
            found = self.root
            for token in value["$ref"].removeprefix("#/").split("/"):
                found = found[token]
            value = found
        return value

    def operation(self, method, path):
        """The operation that a request's path belongs to; None when it is not described."""
        for pattern, item in self.patterns:
            if pattern.fullmatch(path.split("?")[0]):
                return item.get(method.lower())
        return None

    def judge_status(self, answer):
        """Assert that an operation that is described may answer with this status."""
        operation = self.operation("GET" if answer.method == "HEAD" else answer.method, answer.path)
        if operation and answer.status not in ANY_TIME:
            assert str(answer.status) in operation["responses"], f"{answer!r} is not described"

    def judge(self, answer):
        """Assert that this answer is described: status, media type, body."""
        operation = self.operation(answer.method, answer.path)
        assert operation, f"{answer.method} {answer.path} is not described"
        responses = operation["responses"]
        assert str(answer.status) in responses or answer.status in ANY_TIME, f"{answer!r}: {sorted(responses)}"
        response = self.resolve(responses.get(str(answer.status), responses["default"]))
        self.judge_query(answer, operation)
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

    def parameters(self, operation, place):
        """The operation's own parameters in this place, by name."""
        found = map(self.resolve, operation.get("parameters", ()))
        return {parameter["name"]: parameter for parameter in found if parameter["in"] == place}

    def judge_query(self, answer, operation):
        """Every query parameter that was taken is described, and its value fits."""
        query = answer.path.partition("?")[2]
        if answer.status >= 400 or not query:
            return
        described = self.parameters(operation, "query")
        for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True):
            if name in described:
                self.fits(read_value(value, described[name]), described[name]["schema"], name)
            else:
                family = self.resolve(described[name.partition("[")[0]]["schema"])
                assert re.search(family["propertyNames"]["pattern"], name), name

    def fits(self, value, schema, where):
        """The part of JSON Schema that the description uses."""
        schema = self.resolve(schema)
        known = {"type", "format", "description", "examples", "readOnly", "const", "enum", "required", "properties",
                 "additionalProperties", "items", "minItems", "maxItems", "anyOf", "pattern", "maxLength", "minimum",
                 "maximum", "default", "propertyNames"}
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
        if isinstance(value, int):
            assert schema.get("minimum", value) <= value <= schema.get("maximum", value), f"{where}: {value!r}"
        if isinstance(value, list):
            assert schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)), where
            for i, element in enumerate(value):
                self.fits(element, schema.get("items", {}), f"{where}/{i}")
        if isinstance(value, dict):
            assert set(schema.get("required", ())) <= set(value), f"{where}: {sorted(value)}"
            others = schema.get("additionalProperties", {})
            for name, member in value.items():
                assert re.search(schema.get("propertyNames", {}).get("pattern", ""), name), f"{where}: {name!r}"
                inner = schema.get("properties", {}).get(name, others)
                assert inner is not False, f"{where}: {name!r} is not described"
                self.fits(member, {} if inner is True else inner, f"{where}/{name}")

    def is_fit(self, value, schema, where):
        try:
            self.fits(value, schema, where)
        except AssertionError:
            return False
        return True


def read_value(text, parameter):
    """The value of a query parameter, as its schema has it."""
    type_ = parameter["schema"].get("type")
    if type_ == "array":
        return text.split(",") if text else []
    return int(text) if type_ == "integer" else text
