"""QRY: query parameters. ERR: errors. HTTP: what RFC 9110 adds."""

import json
import re
import urllib.parse

from support.client import Client, document, split_answers
from support.lint import JSONAPI
from support.model import unique

import expect


def qry_01_unknown_parameters(zoo):
    expect.refusal(zoo.get("/persons?foo=1"), 400, parameter="foo")
    expect.refusal(zoo.get(f"/persons/{zoo.person()}?foo=1"), 400, parameter="foo")


def qry_02_reserved_names_in_other_shapes(zoo):
    for name, value in (("sort[a]", "1"), ("include[a]", "1"), ("page", "1"), ("filter", "1"), ("fields[a][b]", "1")):
        expect.refusal(zoo.get(f"/persons?{name}={value}"), 400, parameter=name)


def described_parameters(zoo):
    """The query parameters that the server describes; Skip when it does not describe itself."""
    answer = zoo.get("/openapi.json", {"Accept": "application/json"})
    if answer.status != 200:
        raise expect.Skip("there is no description at /openapi.json")
    return sorted(set(query_parameters(answer.json)))


def exploded_names(schema):
    """An exploded object is sent as its members, its own name never. Of members that are described by a pattern: what
    all of them begin with, in front of brackets; "" when they may be called anything."""
    yield from schema.get("properties", {})
    patterns = list(schema.get("patternProperties", {})) + ([""] if schema.get("additionalProperties", True) else [])
    if "propertyNames" in schema:
        patterns = [schema["propertyNames"].get("pattern", "")]
    for pattern in patterns:
        family = re.match(r"\^([A-Za-z0-9]+)\(?\\\[", pattern)
        yield f"{family[1]}[]" if family else ""


def query_parameters(node):
    if isinstance(node, list):
        for item in node:
            yield from query_parameters(item)
    if isinstance(node, dict):
        schema = node.get("schema") if isinstance(node.get("schema"), dict) else {}
        if node.get("in") == "query" and node.get("explode") and schema.get("type") == "object":
            yield from exploded_names(schema)
        elif node.get("in") == "query" and isinstance(node.get("name"), str):
            yield node["name"]
        for value in node.values():
            yield from query_parameters(value)


def own_parameters(zoo):
    """Base names of the parameters that the specification does not know."""
    known = ("include", "sort", "fields", "filter", "page")
    bases = {name.partition("[")[0] for name in described_parameters(zoo)}
    return sorted(base for base in bases if base not in known and ":" not in base)


def qry_03_own_parameters_are_recognisable(zoo):
    expect.true(described_parameters(zoo), "query parameters in the description", "none")
    for base in own_parameters(zoo):
        expect.true(any(not ("a" <= c <= "z") for c in base), "a character other than a-z", base)


def qry_04_own_parameters_are_camel_case(zoo):
    for base in own_parameters(zoo):
        expect.true(any("A" <= c <= "Z" for c in base), "camelCase", base)


def ext_04_profiles_use_what_is_left_to_them(zoo):
    """Profiles may not change what the specification reserves: beside page[...] and filter[...]
    there is nothing but the specification's own and names it leaves to implementations."""
    for name in described_parameters(zoo):
        base, bracket, _ = name.partition("[")
        free = base in ("page", "filter", "fields") if bracket else base in ("include", "sort")
        expect.true(free or base not in ("page", "filter", "fields"), "a parameter family in brackets", name)
        expect.true(free or any(not ("a" <= c <= "z") for c in base), "a name that is left to implementations", name)


def qry_05_unknown_parameters_of_the_custom_shape(zoo):
    for name in ("fooBar", "foo-bar", "camelCase[x]"):
        expect.refusal(zoo.get(f"/persons?{name}=1"), 400, parameter=name)


def qry_06_malformed_families(zoo):
    for query in ("filter[_]=1", "filter[a=1", "filter]a[=1", "filter[]=1", "page[size=1", "fields[persons]]=name"):
        expect.refusal(zoo.get(f"/persons?{query}"), 400, parameter=query.partition("=")[0])


def qry_07_form_encoding(zoo):
    name = unique("John") + " Doe"
    one = zoo.person(name)
    for value in (name.replace(" ", "+"), name.replace(" ", "%20")):
        expect.same(expect.status(zoo.get(f"/persons?filter[name]={value}"), 200).ids, [one], f"persons called {value}")
    other = zoo.person(name.replace(" ", "+"))
    value = urllib.parse.quote_plus(name.replace(" ", "+"))
    expect.same(expect.status(zoo.get(f"/persons?filter[name]={value}"), 200).ids, [other], f"persons called {value}")


def qry_08_plain_and_encoded_brackets(zoo):
    name, _ = zoo.persons([1, 2])
    plain = zoo.client.get(f"{zoo.prefix}/persons?filter[name]={name}&page[size]=1")
    other = zoo.client.get(f"{zoo.prefix}/persons?filter%5Bname%5D={name}&page%5Bsize%5D=1")
    expect.status(plain, 200), expect.status(other, 200)
    expect.same(json.dumps(other.data), json.dumps(plain.data), "data")


def qry_09_emitted_names_are_encoded(zoo):
    zoo.persons([1, 2])
    link = expect.status(zoo.get("/persons?page[size]=1"), 200).link("next")
    expect.true(link and "[" not in link and "%5B" in link.upper(), "encoded brackets in links.next", link)


def qry_10_extension_parameters(zoo):
    for name in ("atomic:foo", "x:foo"):
        expect.refusal(zoo.get(f"/persons?{name}=1"), 400, parameter=name)


def qry_11_repeated_parameters(zoo):
    for name, values in (("sort", ("name", "age")), ("include", ("phones", "hobbies")), ("page[size]", ("1", "2")),
                         ("fields[persons]", ("name", "age"))):
        query = "&".join(f"{name}={value}" for value in values)
        expect.refusal(zoo.get(f"/persons?{query}"), 400, parameter=name)


def qry_12_before_side_effects(zoo):
    name = unique("unasked")
    expect.refusal(zoo.post("/persons?foo=1", document("persons", {"name": name})), 400, parameter="foo")
    expect.same(zoo.people_called(name), 0, "persons created")


def qry_13_broken_encoding(zoo):
    for value in ("%FF", "%00", "%G1", "%", "%4", "a%C3"):
        expect.refusal(zoo.get(f"/persons?filter[name]={value}"), 400, parameter="filter[name]")


# -- errors ------------------------------------------------------------------------------------

def err_03_several_problems(zoo):
    answer = expect.status(zoo.post("/persons", document("persons", {"name": None, "age": "old"})), 400, 422)
    expect.true(len(answer.errors) == 2, "two errors", answer)
    wanted = {"/data/attributes/name", "/data/attributes/age"}
    expect.same(set(answer.pointers), wanted, "pointers")


def err_04_pointers_exist(zoo):
    answer = expect.status(zoo.post("/persons", document("persons", {})), 422)
    expect.true(set(answer.pointers) & {"/data/attributes", "/data"}, "a pointer to what lacks the name", answer)
    answer = expect.status(zoo.post("/persons", {"data": {"type": "persons"}}), 422)
    expect.true(set(answer.pointers) & {"/data"}, "a pointer to what lacks the attributes", answer)


def err_05_pointers_are_escaped(zoo):
    answer = expect.refused_4xx(zoo.post("/persons", document("persons", {"name": "a", "a/b": 1, "c~d": 2})))
    wanted = {"/data/attributes/a~1b", "/data/attributes/c~0d"}
    expect.true({p for p in answer.pointers if p} <= wanted and any(answer.pointers), f"pointers of {wanted}", answer)


def err_06_places_of_problems(zoo):
    expect.refusal(zoo.get("/persons?foo=1"), 400, parameter="foo")
    answer = zoo.post("/persons", document("persons", {"name": "a"}), {"Content-Type": "text/plain"})
    expect.refusal(answer, 415, header="Content-Type")
    expect.refusal(zoo.accept("/persons", f"{JSONAPI};charset=utf-8"), 406, header="Accept")


def raw(zoo, request):
    """Status and body of an answer to bytes that a client would not send."""
    received = zoo.client.raw_exchange(request.replace(b"PREFIX", zoo.prefix.encode()), timeout=5)
    expect.true(received, "an answer", request[:80])
    answer = split_answers(received)[0]
    return answer


def err_12_failures_of_the_server_itself(zoo):
    """No page of HTML, whoever of the server's parts refuses."""
    one = zoo.person()
    refused = [(zoo.get("/nope/nope/nope/nope/nope/nope"), 404), (zoo.request("PUT", f"/persons/{one}"), 405)]
    for answer, status in refused:
        expect.status(answer, status)
    for what, allowed in (
            (b"GET PREFIX/persons?x=" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", (400, 414, 431)),
            (b"GET PREFIX/persons HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n", (400, 431)),
            (b"BREW PREFIX/persons HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", (405, 501)),
            (b"GET PREFIX/persons HTTP/1.1\r\nConnection: close\r\n\r\n", (400,))):
        answer = raw(zoo, what)
        expect.true(answer.status in allowed, f"one of {allowed} for {what[:30]}", answer)
        expect.true(b"<html" not in answer.body.lower(), "no HTML", answer)
        if answer.body:
            expect.true("errors" in json.loads(answer.body), "an errors document", answer)


def err_13_nothing_of_the_inside(zoo):
    """A database that no longer has the tables, then none at all."""
    with zoo.target.spare() as (base_url, sql):
        with Client(base_url, check=zoo.recorder.take) as client:
            expect.status(client.get("/teams"), 200)
            sql.run("drop table teams cascade")
            for answer in (client.get("/teams"), client.get("/persons/1/team"),
                           client.post("/teams", document("teams", {"name": "a"}))):
                expect.refusal(answer, *range(500, 600), 404)
                for word in (b"select", b"relation", b"teams\\\"", b"column", b".c:", b"/tmp", b"pg_"):
                    said = json.dumps(answer.errors).lower().encode()
                    expect.true(word not in said, f"nothing of {word!r}", answer)


def http_01_allow(zoo):
    one = zoo.person()
    for method, path in (("PUT", f"/persons/{one}"), ("DELETE", "/persons"), ("PATCH", "/persons"),
                         ("POST", f"/persons/{one}")):
        answer = expect.refusal(zoo.request(method, path), 405)
        expect.true("GET" in (answer.headers.get("Allow") or ""), "Allow with GET", dict(answer.headers))


def http_02_head(zoo):
    for path in (f"/persons/{zoo.person()}", "/persons", f"/persons/{zoo.missing}"):
        read, asked = zoo.get(path), zoo.request("HEAD", path)
        expect.same(asked.status, read.status, f"status of HEAD {path}")
        expect.same(asked.body, b"", f"body of HEAD {path}")
        for name in ("Content-Type", "Vary", "ETag", "Allow", "Content-Length"):
            if name != "Content-Length" or name in asked.headers:
                expect.same(asked.headers.get(name), read.headers.get(name), f"{name} of HEAD {path}")


def http_03_without_body(zoo):
    """The rule is applied to every 204 and 304; this one makes sure that there is one."""
    answer = expect.status(zoo.delete(f"/persons/{zoo.person()}"), 200, 204)
    expect.true(answer.status == 200 or "Content-Type" not in answer.headers, "no Content-Type", dict(answer.headers))


def http_04_validators(zoo):
    one = zoo.person("before")
    first = expect.status(zoo.get(f"/persons/{one}"), 200)
    tag = first.headers.get("ETag")
    if not tag:
        return
    answer = expect.status(zoo.get(f"/persons/{one}", {"If-None-Match": tag}), 304)
    expect.same(answer.body, b"", "body")
    body = document("persons", {"name": "between"}, id_=one)
    expect.success(zoo.patch(f"/persons/{one}", body, {"If-Match": tag}))
    expect.status(zoo.get(f"/persons/{one}", {"If-None-Match": tag}), 200)
    body = document("persons", {"name": "late"}, id_=one)
    expect.refusal(zoo.patch(f"/persons/{one}", body, {"If-Match": tag}), 412)
    expect.refusal(zoo.delete(f"/persons/{one}", headers={"If-Match": tag}), 412)
    expect.same(zoo.attributes("persons", one)["name"], "between", "name")


def http_05_bodies_over_the_limit(zoo):
    """What is not read of a refused body must not be taken for the next request."""
    body = json.dumps(document("persons", {"name": "a" * 50_000_000})).encode()
    with zoo.sibling() as other:
        other.client.timeout = 60
        expect.refusal(other.post("/persons", raw=body), 413)
        expect.status(other.get("/persons?page[size]=1"), 200)


def http_06_method_override(zoo):
    one = zoo.person("before")
    answer = zoo.post(f"/persons/{one}", document("persons", {"name": "x"}, id_=one), {"X-HTTP-Method-Override": "PATCH"})
    expect.refusal(answer, 404, 405)
    expect.same(zoo.attributes("persons", one)["name"], "before", "name")


