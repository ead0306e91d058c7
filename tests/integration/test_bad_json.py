"""Bodies that are not what they should be: each is refused, explained, and writes nothing."""

import json

import pytest

from support.client import document
from support.model import ATTRIBUTES, unique

VALID = b'{"data":{"type":"persons","attributes":{"name":"x"}%s}}'


def inside(extra):
    """A document that would be valid without `extra`, a further member of `data`."""
    return VALID % (b"," + extra)


def named(value):
    """A document whose name is `value`, given as raw JSON text."""
    return b'{"data":{"type":"persons","attributes":{"name":' + value + b"}}}"


NOT_JSON = {
    "empty": b"", "spaces": b"   \n", "NUL": b"\0", "word": b"nope", "unfinished": b'{"data":',
    "unfinished string": b'{"data":"', "single quotes": b"{'data':1}", "unquoted key": b"{data:1}",
    "comment": b'{"data":null}/* x */', "line comment": b"// x\n{}", "trailing comma": b'{"data":[],}',
    "array comma": b"[1,]", "double comma": b"[1,,2]", "two documents": VALID % b"" + b"{}",
    "trailing word": VALID % b"" + b"x", "trailing NUL": VALID % b"" + b"\0",
    "trailing brace": VALID % b"" + b"}", "BOM": b"\xef\xbb\xbf" + VALID % b"",
    "UTF-16": (VALID % b"").decode().encode("utf-16"), "UTF-32": (VALID % b"").decode().encode("utf-32-le"),
    "NaN": inside(b'"x":NaN'), "Infinity": inside(b'"x":Infinity'), "-Infinity": inside(b'"x":-Infinity'),
    "hex": inside(b'"x":0x10'), "leading zero": inside(b'"x":012'), "plus": inside(b'"x":+1'),
    "bare point": inside(b'"x":.5'), "ending point": inside(b'"x":5.'), "minus alone": inside(b'"x":-'),
    "bad exponent": inside(b'"x":1e'), "True": inside(b'"x":True'), "truncated literal": inside(b'"x":tru'),
    "missing colon": inside(b'"x" 1'), "two colons": inside(b'"x"::1'), "key number": inside(b'1:1'),
    "tab in string": named(b'"a\tb"'), "newline in string": named(b'"a\nb"'), "NUL in string": named(b'"a\0b"'),
    "bad escape": named(rb'"\x41"'), "short escape": named(rb'"\u12"'), "escape at end": named(rb'"\"'),
    "lone high surrogate": named(rb'"\ud800"'), "lone low surrogate": named(rb'"\udc00"'),
    "swapped surrogates": named(rb'"\udc00\ud800"'), "high and letter": named(rb'"\ud800x"'),
    "two high": named(rb'"\ud800\ud800"'), "escaped NUL": named(rb'"\u0000"'),
    "escaped NUL inside": named(rb'"a\u0000b"'), "escaped NUL in key": inside(rb'"a\u0000":1'),
    "byte ff": named(b'"\xff"'), "overlong slash": named(b'"\xc0\xaf"'), "overlong NUL": named(b'"\xc0\x80"'),
    "surrogate bytes": named(b'"\xed\xa0\x80"'), "past U+10FFFF": named(b'"\xf4\x90\x80\x80"'),
    "cut short": named(b'"\xe2\x82"'), "lone continuation": named(b'"\x80"'), "latin-1": named(b'"caf\xe9"'),
    "invalid bytes in key": inside(b'"\xff":1'), "invalid bytes outside": b"\xff" + VALID % b"",
    "duplicate data": b'{"data":null,"data":{"type":"persons","attributes":{"name":"x"}}}',
    "duplicate type": b'{"data":{"type":"phones","type":"persons","attributes":{"name":"x"}}}',
    "duplicate name": b'{"data":{"type":"persons","attributes":{"name":"x","name":"y"}}}',
    "duplicate by escape": b'{"data":{"type":"persons","attributes":{"name":"x","n\\u0061me":"y"}}}',
    "duplicate in unknown": inside(b'"x":{"a":1,"a":2}'),
    "100 arrays": inside(b'"x":' + b"[" * 100 + b"]" * 100),
    "2049 arrays": inside(b'"x":' + b"[" * 2049 + b"]" * 2049),
    "2049 objects": inside(b'"x":' + b'{"a":' * 2049 + b"1" + b"}" * 2049),
    "100000 opened": b"[" * 100_000, "100000 objects opened": b'{"a":' * 100_000,
    "deep linkage": b'{"data":{"type":"persons","attributes":{"name":"x"},"relationships":{"phones":{"data":'
                    + b"[" * 500 + b"]" * 500 + b"}}}}",
}


@pytest.mark.parametrize("name", NOT_JSON)
def test_bodies_that_are_not_json(api, sql, name):
    """400 for create, update and link alike."""
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    stored, before = api.get(f"/persons/{id_}").data, sql.counts()
    raw = NOT_JSON[name]
    for method, path in (("POST", "/persons"), ("PATCH", f"/persons/{id_}"),
                         ("POST", f"/persons/{id_}/relationships/phones"),
                         ("DELETE", f"/persons/{id_}/relationships/phones")):
        answer = api.request(method, path, raw=raw)
        if raw == b"" and answer.status == 415:
            continue  # a Content-Type about nothing
        assert answer.status == 400, answer
        assert answer.errors[0]["code"] in ("bad-json", "bad-document")
        assert len(answer.errors[0]["detail"]) < 500
        assert not set(answer.parameters) - {None}
    assert sql.counts() == before
    assert api.get(f"/persons/{id_}").data == stored


@pytest.mark.parametrize("name", ["unfinished", "trailing comma", "duplicate name", "byte ff"])
def test_where_the_json_is_wrong(api, name):
    """A person can find the place: the detail has a line, column or offset."""
    detail = api.post("/persons", raw=NOT_JSON[name]).errors[0]["detail"]
    assert any(c.isdigit() for c in detail) or "name" in detail, detail


@pytest.mark.parametrize("number", ["9" * 400, "9223372036854775808", "1e400", "-1e400", "0.1e-9999"])
def test_numbers_of_any_size_are_json(api, sql, number):
    """They are judged where they stand: no text, no identifier, and nothing to a member unknown."""
    before = sql.counts()
    answer = api.post("/persons", raw=named(number.encode()))
    assert (answer.status, answer.pointers) == (422, ["/data/attributes/name"])
    assert number[:60] in answer.errors[0]["detail"]
    answer = api.post("/persons/1/relationships/phones",
                      raw=b'{"data":[{"type":"phones","id":%s}]}' % number.encode())
    assert (answer.status, answer.pointers) == (400, ["/data/0/id"])
    assert sql.counts() == before
    assert api.post("/persons", raw=inside(b'"x":' + number.encode())).status == 201


WRONG_SHAPE = [
    ([], [""]), ("x", [None]), (1, [None]), (True, [None]),  # a bare scalar is no document to point into
    ({}, [""]), ({"meta": {}}, [""]), ({"errors": []}, [""]), ({"Data": {}}, [""]),
    ({"data": None}, ["/data"]), ({"data": []}, ["/data"]), ({"data": "x"}, ["/data"]),
    ({"data": 1}, ["/data"]), ({"data": [{"type": "persons", "attributes": {"name": "x"}}]}, ["/data"]),
    ({"data": {}}, ["/data"]), ({"data": {"attributes": {"name": "x"}}}, ["/data"]),
    ({"data": {"type": None, "attributes": {"name": "x"}}}, ["/data/type"]),
    ({"data": {"type": 1, "attributes": {"name": "x"}}}, ["/data/type"]),
    ({"data": {"type": ["persons"], "attributes": {"name": "x"}}}, ["/data/type"]),
    ({"data": {"type": "persons", "attributes": []}}, ["/data/attributes"]),
    ({"data": {"type": "persons", "attributes": "x"}}, ["/data/attributes"]),
    ({"data": {"type": "persons", "attributes": None}}, ["/data/attributes"]),
]
WRONG_RELATIONSHIPS = [
    ([], "/data/relationships"), (None, "/data/relationships"), ("x", "/data/relationships"),
    ({"phones": []}, "/data/relationships/phones"), ({"phones": None}, "/data/relationships/phones"),
    ({"phones": [{"type": "phones", "id": "1"}]}, "/data/relationships/phones"),
    ({"phones": {}}, "/data/relationships/phones"), ({"phones": {"links": {}}}, "/data/relationships/phones"),
    ({"phones": {"data": None}}, "/data/relationships/phones/data"),
    ({"phones": {"data": {"type": "phones", "id": "1"}}}, "/data/relationships/phones/data"),
    ({"phones": {"data": "1"}}, "/data/relationships/phones/data"),
    ({"phones": {"data": ["1"]}}, "/data/relationships/phones/data/0"),
    ({"phones": {"data": [None]}}, "/data/relationships/phones/data/0"),
    ({"phones": {"data": [{"id": "1"}]}}, "/data/relationships/phones/data/0"),
    ({"phones": {"data": [{"type": "phones"}]}}, "/data/relationships/phones/data/0"),
    ({"phones": {"data": [{"type": "phones", "id": 1}]}}, "/data/relationships/phones/data/0/id"),
    ({"phones": {"data": [{"type": "phones", "lid": "nope"}]}}, "/data/relationships/phones/data/0/lid"),
]


@pytest.mark.parametrize("body, pointers", WRONG_SHAPE, ids=repr)
def test_documents_of_the_wrong_shape(api, sql, body, pointers):
    before = sql.counts()
    answer = api.post("/persons", body)
    assert answer.status == 400
    assert answer.pointers == pointers
    assert sql.counts() == before


@pytest.mark.parametrize("relationships, pointer", WRONG_RELATIONSHIPS, ids=repr)
def test_relationships_of_the_wrong_shape(api, sql, relationships, pointer):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    stored, before = api.get(f"/persons/{id_}").data, sql.counts()
    data = {"type": "persons", "attributes": {"name": unique()}, "relationships": relationships}
    create = api.post("/persons", {"data": data})
    update = api.patch(f"/persons/{id_}", {"data": {**data, "id": id_}})
    for answer in (create, update):
        assert answer.status == 400, answer
        assert answer.pointers == [pointer]
    assert sql.counts() == before
    assert api.get(f"/persons/{id_}").data == stored


@pytest.mark.parametrize("change, pointers", [
    (lambda d: d.pop("id"), ["/data"]), (lambda d: d.pop("type"), ["/data"]),
    (lambda d: d.update(id=1), ["/data/id"]), (lambda d: d.update(id=None), ["/data/id"]),
    (lambda d: d.update(type=None), ["/data/type"]),
], ids=["no id", "no type", "id number", "id null", "type null"])
def test_update_needs_type_and_id(api, change, pointers):
    id_ = api.create("persons", ATTRIBUTES["persons"]())
    body = document("persons", {"name": "x"}, id_=id_)
    change(body["data"])
    answer = api.patch(f"/persons/{id_}", body)
    assert (answer.status, answer.pointers) == (400, pointers)


@pytest.mark.parametrize("raw", [
    b'{"data":' + b"{}," * 340_000, b"{" + b",".join(b'"k%d":1' % i for i in range(80_000)) + b"}",
    b"[" + b"1," * 500_000 + b"1]", b" " * 1_200_000,
], ids=["objects", "keys", "numbers", "spaces"])
def test_large_bodies(api, raw):
    answer = api.post("/persons", raw=raw)
    assert answer.status == 413 if len(raw) > 2**20 else answer.status in (400, 413)
    assert api.get("/").status == 200


def test_the_largest_body(api):
    """One MiB is taken, one byte more is not."""
    for size, status in ((2**20, 201), (2**20 + 1, 413)):
        head, tail = json.dumps(document("persons", {"name": unique()})).encode()[:-1], b"}"
        body = head + b" " * (size - len(head) - len(tail)) + tail
        answer = api.post("/persons", raw=body)
        assert answer.status == status
    assert answer.errors[0]["code"] == "body-too-large"
    assert any(text in answer.errors[0]["detail"] for text in ("1048576", "1 MiB", "1MiB"))


@pytest.mark.parametrize("text", [
    "plain", "it's", '"quoted"', "back\\slash", "tab\tnewline\n", "\u0001\u001f\u007f", "\u2028\u2029",
    "😀 emoji", "\U0010ffff", "\ufeff", "\ufffe\uffff", "نص عربي", "' OR '1'='1", "$1 $$ :x %s {}",
    "{1,2}", "NULL", "null", "\\N", "</script>", "e\u0301", " leading and trailing ", "x" * 200,
])
def test_text_comes_back_as_it_was_sent(api, sql, text):
    id_ = api.create("persons", {"name": text})
    assert api.get(f"/persons/{id_}").data["attributes"]["name"] == text
    assert sql.value("select name from persons where id = %s", id_) == text
