"""Columns of every type: what is sent is what PostgreSQL stores is what comes back."""

import base64
import datetime
import ipaddress
import json
from decimal import Decimal

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.database import Sql
from support.service import run
from support.things import attributes_of, encode, same, send, serve_things

examples = hypothesis.settings(max_examples=100)


@pytest.fixture(scope="module")
def world(cluster, tmp_path_factory):
    """A service of its own over one table, and the table's database."""
    with serve_things(cluster, "column_types", tmp_path_factory.mktemp("types")) as (api, sql):
        yield api, sql


# ---- values ----------------------------------------------------------------------------------

TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=20)
MOODS = st.sampled_from(["sad", "it's \"ok\"", "häppy", ""])
COLORS = st.sampled_from(["red", "green"])
MOMENTS = st.datetimes(datetime.datetime(1, 1, 2), datetime.datetime(9999, 12, 30))
NUMBERS = st.integers(-2**63, 2**63 - 1)
DIGITS = st.text("0123456789", min_size=1, max_size=40)


def literal(sign, before, behind):
    before = before.lstrip("0") or "0"
    text = sign + before + ("." + behind if behind else "")
    return Decimal(text) if Decimal(text) != 0 or sign == "" else Decimal(text[1:])


NUMERICS = st.builds(literal, st.sampled_from(["", "-"]), DIGITS, st.just("") | DIGITS)
PRICES = st.integers(0, 10**10 - 1).map(lambda cents: Decimal(cents).scaleb(-2))
JSON_VALUES = st.recursive(
    st.booleans() | st.integers(-2**200, 2**200) | TEXT | NUMERICS.filter(lambda n: n.as_tuple().exponent < 0),
    lambda inner: st.lists(inner | st.none(), max_size=3) | st.dictionaries(TEXT, inner | st.none(), max_size=3),
    max_leaves=8)


def fraction(moment):
    """RFC 3339 with no more digits than needed."""
    text = moment.isoformat(timespec="microseconds")
    return text.rstrip("0").rstrip(".") if "." in text else text


def duration(years, months, days, microseconds):
    """PostgreSQL's own spelling (intervalstyle iso_8601); parts of one unit have one sign."""
    text = "P" + "".join(f"{n}{unit}" for n, unit in ((years, "Y"), (months, "M"), (days, "D")) if n)
    if microseconds or text == "P":
        sign = "-" if microseconds < 0 else ""
        seconds, micros = divmod(abs(microseconds), 10**6)
        hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
        text += "T" + "".join(f"{sign}{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M")) if n)
        rest = (f"{seconds}.{micros:06}".rstrip("0") if micros else str(seconds)) + "S"
        if seconds or micros or text.endswith("T"):
            text += sign + rest
    return text


DURATIONS = st.one_of(
    st.builds(duration, st.integers(0, 10**6), st.integers(0, 11), st.integers(-10**6, 10**6), st.integers(-2**62, 2**62)),
    st.builds(lambda y, m, d, u: duration(-y, -m, d, u), st.integers(0, 10**6), st.integers(0, 11),
              st.integers(-10**6, 10**6), st.integers(-2**62, 2**62)))


def network(address):
    return st.integers(0, address.max_prefixlen).map(
        lambda n: str(ipaddress.ip_network((int(address), n), strict=False)))


ADDRESSES = st.ip_addresses()
INETS = ADDRESSES.filter(lambda a: a.version == 4 or not a.ipv4_mapped).map(str).filter(
    lambda text: "." not in text or ":" not in text)
HEX = st.binary(min_size=8, max_size=8)


def mac(data, n):
    return ":".join(f"{byte:02x}" for byte in data[:n])


VALUES = {
    "c_text": TEXT, "c_varchar": TEXT.map(lambda t: t[:5]), "c_citext": TEXT,
    "c_bpchar": st.text("abcé€😀", min_size=4, max_size=4), "c_name": st.text("abc€", max_size=20),
    "c_boolean": st.booleans(), "c_smallint": st.integers(-2**15, 2**15 - 1),
    "c_integer": st.integers(-2**31, 2**31 - 1), "c_bigint": NUMBERS,
    "c_numeric": NUMERICS | NUMBERS.map(Decimal),
    "c_price": st.integers(-10**7 + 1, 10**7 - 1).map(lambda n: Decimal(n).scaleb(-3)),
    "c_round": st.integers(-999, 999).map(lambda n: Decimal(n * 100)),
    "c_date": st.dates().map(str), "c_time": st.times().map(fraction), "c_timestamp": MOMENTS.map(fraction),
    "c_timestamptz": MOMENTS.map(lambda m: fraction(m) + "Z"),
    "c_timetz": st.tuples(st.times().map(fraction), st.integers(-15, 15), st.integers(0, 59)).map(
        lambda t: f"{t[0]}{'-' if t[1] < 0 else '+'}{abs(t[1]):02}:{t[2]:02}"),
    "c_interval": DURATIONS, "c_uuid": st.uuids().map(str), "c_json": JSON_VALUES, "c_jsonb": JSON_VALUES,
    "c_bytea": st.binary(max_size=30).map(lambda b: base64.b64encode(b).decode()),
    "c_inet": INETS | st.ip_addresses(v=4).flatmap(lambda a: st.integers(0, 31).map(lambda n: f"{a}/{n}")),
    "c_cidr": st.ip_addresses(v=4).flatmap(network), "c_macaddr": HEX.map(lambda b: mac(b, 6)),
    "c_macaddr8": HEX.map(lambda b: mac(b, 8)), "c_mood": MOODS, "c_color": COLORS, "c_domain": PRICES.filter(
        lambda n: n < 10**8), "c_dear": PRICES.filter(lambda n: n < 10**8), "c_word": TEXT.map(lambda t: t[:5]),
}
ELEMENTS = {
    "a_text": "c_text", "a_citext": "c_citext", "a_boolean": "c_boolean", "a_bigint": "c_bigint",
    "a_numeric": "c_numeric", "a_timestamptz": "c_timestamptz", "a_interval": "c_interval", "a_uuid": "c_uuid",
    "a_json": "c_json", "a_jsonb": "c_jsonb", "a_bytea": "c_bytea", "a_inet": "c_inet", "a_mood": "c_mood",
    "a_color": "c_color", "a_domain": "c_domain", "a_word": "c_word", "a_tags": "c_text",
}
VALUES |= {name: st.lists(VALUES[of] | st.none(), max_size=4) for name, of in ELEMENTS.items()}
VALUES["a_varchar"] = st.lists(TEXT.map(lambda t: t[:3]), max_size=3)
VALUES["a_price"] = st.lists(st.integers(-9999, 9999).map(lambda n: Decimal(n).scaleb(-1)), max_size=3)

# PostgreSQL's own JSON says the same of a stored value, except for these, which it spells differently.
UNLIKE_JSON = ("c_time", "c_timetz", "c_timestamp", "c_timestamptz", "c_bytea", "c_boolean", "c_cidr", "c_json",
               "c_jsonb")


@examples
@given(st.fixed_dictionaries({}, optional=VALUES))
def test_values_come_back_as_they_were_sent(world, attributes):
    api, sql = world
    created = send(api, attributes)
    assert created.status == 201, created
    for answer in (created, api.get(f"/things/{created.id}")):
        got = attributes_of(answer)
        for name, value in attributes.items():
            assert same(got[name], value), (name, value, got[name])


@examples
@given(st.fixed_dictionaries({name: VALUES[name] for name in VALUES if name.startswith("c_")}))
def test_postgresql_has_stored_what_was_sent(world, attributes):
    api, sql = world
    created = send(api, attributes)
    assert created.status == 201, created
    sql.run("set intervalstyle = 'iso_8601'")
    sql.run("set timezone = 'utc'")
    row = sql.rows(f"select to_jsonb(t)::text from things t where id = {created.id}")[0][0]
    stored = json.loads(row, parse_float=Decimal)
    for name in attributes.keys() - set(UNLIKE_JSON):
        assert same(stored[name], attributes[name]), (name, attributes[name], stored[name])
    for name in ("c_json", "c_jsonb"):
        text = sql.value(f"select {name}::text from things where id = {created.id}")
        assert same(json.loads(text, parse_float=Decimal), attributes[name])
    assert bytes(sql.value(f"select c_bytea from things where id = {created.id}")) == base64.b64decode(attributes["c_bytea"])
    for name in ("c_boolean", "c_date", "c_time", "c_timetz", "c_timestamp", "c_timestamptz", "c_cidr"):
        column_type = name[2:]
        assert sql.value(f"select {name} = %s::{column_type} from things where id = {created.id}",
                         str(attributes[name])), (name, attributes[name])


@examples
@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(width=32),
       st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), max_size=4))
def test_floats_come_back_as_they_were_sent(world, double, real, doubles):
    """The same number, not the same digits; what JSON cannot write is a word."""
    api, sql = world
    words = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
    plain = {"c_double": words.get(str(double), double), "c_real": words.get(str(real), real), "a_double": doubles}
    created = send(api, plain)
    assert created.status == 201, created
    got = created.json["data"]["attributes"]
    stored = sql.rows(f"select c_double, c_real::float8, a_double from things where id = {created.id}")[0]
    assert repr(float(got["c_double"])) == repr(double) == repr(stored[0])
    assert repr(float(got["c_real"])) == repr(real) or float(got["c_real"]) == pytest.approx(real, rel=1e-6)
    assert repr(stored[1]) == repr(real)
    assert [e if e is None else float(e) for e in got["a_double"]] == doubles == stored[2]


@examples
@given(VALUES["c_numeric"], st.integers(-30, 30))
def test_numeric_literals_of_every_spelling(world, number, exponent):
    """With an exponent, or as a string: PostgreSQL reads the same text as the same number."""
    api, sql = world
    for text in (f"{number}e{exponent}", f'"{number}E{exponent:+}"'):
        answer = api.post("/things", raw=b'{"data":{"type":"things","attributes":{"c_numeric":%s}}}' % text.encode())
        assert answer.status == 201, answer
        stored = sql.value(f"select c_numeric::text from things where id = {answer.id}")
        assert stored == sql.value("select (%s::numeric)::text", text.strip('"'))
        assert answer.body.decode().split('"c_numeric":')[1].split(",")[0] == stored


def test_operations_keep_every_digit(world):
    """Each operation's body is written anew for its reader."""
    api, sql = world
    attributes = {"c_numeric": Decimal("100000000000000000000.10"), "c_json": {"a": [Decimal("1.50"), 2**70]},
                  "a_numeric": [Decimal("0.10"), None], "c_double": Decimal("0.30000000000000004")}
    other = {"c_numeric": Decimal("2.20")}
    body = '{"atomic:operations":[%s]}' % ",".join(
        '{"op":"add","data":{"type":"things","attributes":%s}}' % encode(a) for a in (attributes, other))
    answer = api.request("POST", "/operations", raw=body.encode(), headers={
        "Content-Type": 'application/vnd.api+json;ext="https://jsonapi.org/ext/atomic"',
        "Accept": 'application/vnd.api+json;ext="https://jsonapi.org/ext/atomic"'})
    assert answer.status == 200, answer
    results = json.loads(answer.body, parse_float=Decimal)["atomic:results"]
    for result, sent in zip(results, (attributes, other)):
        for name, value in sent.items():
            assert same(result["data"]["attributes"][name], value), (name, value)


# ---- bounds and refusals ---------------------------------------------------------------------

EXTREMES = {
    "c_smallint": [-2**15, 2**15 - 1], "c_integer": [-2**31, 2**31 - 1], "c_bigint": [-2**63, 2**63 - 1],
    "c_date": ["-004713-11-24", "+5874897-12-31", "infinity", "-infinity"], "c_time": ["00:00:00", "24:00:00"],
    "c_timetz": ["00:00:00+15:59:59", "24:00:00-15:59:59"],
    "c_timestamp": ["-004713-11-24T00:00:00", "+294276-12-31T23:59:59.999999", "infinity"],
    "c_timestamptz": ["-004713-11-24T00:00:00Z", "+294276-12-31T23:59:59.999999Z", "-infinity"],
    "c_interval": ["P178956970Y7M2147483647D", "P-178956970Y-8M-2147483648D", "PT2562047788H54.775807S",
                   "PT-2562047788H-54.775808S"],
    "c_numeric": ["NaN", "Infinity", "-Infinity", Decimal("9" * 1000 + "." + "9" * 1000),
                  Decimal(10) ** 27, Decimal("0." + "0" * 999 + "1")],
    "a_numeric": [[Decimal("9" * 131072 + ".5"), Decimal("0." + "0" * 16382 + "1"), Decimal("7" * 60000 + "." + "7" * 16383)]],
    "c_price": [Decimal("9999.999"), Decimal("-9999.999"), "NaN"], "c_text": ["", "x" * 100000],
    "c_bytea": ["", base64.b64encode(bytes(range(256)) * 100).decode()], "a_bigint": [[], [None]],
    "a_text": [["x"] * 2000], "c_inet": ["0.0.0.0/0", "255.255.255.255", "::", "ffff::/16"],
    "c_cidr": ["0.0.0.0/0", "::/0", "192.0.2.1/32", "2001:db8::1/128"],
    "c_jsonb": ["", 0, [], {}, False, Decimal("1.50"), 2**300], "c_name": ["x" * 63],
}


@pytest.mark.parametrize("name, value", [(n, v) for n, values in EXTREMES.items() for v in values],
                         ids=lambda v: str(v)[:24])
def test_the_extremes(world, name, value):
    api, _ = world
    created = send(api, {name: value})
    assert created.status == 201, created
    assert same(attributes_of(api.get(f"/things/{created.id}"))[name], value)


REFUSED = {
    "c_smallint": [2**15, -2**15 - 1, Decimal("1.0"), "1", True, [1]], "c_integer": [2**31, -2**31 - 1],
    "c_bigint": [2**63, -2**63 - 1, 10**30, "1"], "c_real": ["1.5", Decimal("3.5e38"), Decimal("1e-60")],
    "c_double": [Decimal("1e309"), "inf", True], "c_boolean": [0, "true"], "c_varchar": ["123456"],
    "c_bpchar": ["12345"], "c_name": ["x" * 64], "c_word": ["123456"], "c_text": [1, Decimal("1.5"), [], {}],
    "c_numeric": [True, "1,5", "0x1", "", [], Decimal("1e131072"), Decimal("1e-16384")],
    "c_price": [10000, Decimal("0.0001"), Decimal("-9999.9999"), "Infinity"],
    "c_round": [100000, 50, Decimal("100.5")], "c_domain": [Decimal("0.001"), 10**8],
    "c_date": ["2026-02-30", 20260131], "c_time": ["24:00:01", "09:15"], "c_timetz": ["09:15:00", "09:15:00+16:00"],
    "c_timestamp": ["2026-01-31T09:15:00Z"], "c_timestamptz": ["2026-01-31T09:15:00"],
    "c_interval": ["1 day", "P1", 5, "P2147483648D"], "c_uuid": ["x", 7], "c_bytea": ["a", "aB==", "a\n==", "aG-_"],
    "c_inet": ["192.0.2", "192.0.2.1/33", "::g", ""], "c_cidr": ["192.0.2.1/24"], "c_macaddr": ["08:00"],
    "c_mood": ["SAD", "sad ", 1], "c_color": ["blue"],
}


@pytest.mark.parametrize("name, value", [(n, v) for n, values in REFUSED.items() for v in values],
                         ids=lambda v: str(v)[:24])
def test_what_a_column_does_not_take(world, name, value):
    """422 at the attribute, naming the value; nothing is written."""
    api, sql = world
    before = sql.count("things")
    answer = send(api, {name: value})
    assert (answer.status, answer.pointers) == (422, [f"/data/attributes/{name}"]), answer
    assert name in answer.errors[0]["detail"] and answer.errors[0]["code"] == "invalid"
    assert sql.count("things") == before


@pytest.mark.parametrize("name, value, at", [
    ("a_bigint", [1, 2**63], "/1"), ("a_bigint", [[1], [2]], "/0"), ("a_bigint", 1, ""), ("a_bigint", {"0": 1}, ""),
    ("a_varchar", ["abc", None, "abcd"], "/2"), ("a_price", [Decimal("1.5"), Decimal("1.25")], "/1"),
    ("a_mood", ["sad", "glad"], "/1"), ("a_domain", [Decimal("0.001")], "/0"), ("a_word", ["123456"], "/0"),
    ("a_tags", ["x", 1], "/1"), ("a_uuid", ["x"], "/0"), ("a_text", "x", "")])
def test_elements_of_arrays_are_pointed_at(world, name, value, at):
    api, sql = world
    answer = send(api, {name: value})
    assert (answer.status, answer.pointers) == (422, [f"/data/attributes/{name}{at}"]), answer


def test_labels_of_an_enum_are_listed(world):
    answer = send(world[0], {"c_mood": "glad"})
    assert answer.errors[0]["detail"] == \
        '"c_mood" takes one of "sad", "it\'s "ok"", "häppy", "", not the string "glad"'


def test_a_rule_of_a_domain(world):
    """Its check is PostgreSQL's to judge."""
    answer = send(world[0], {"c_domain": -1})
    assert answer.status == 422, answer


def test_a_default_of_a_domain(world):
    """NOT NULL and the default come from the domain: it may be left out, and may not be null."""
    api, _ = world
    assert attributes_of(send(api, {}))["c_dear"] in (1, Decimal("1.00"))
    answer = send(api, {"c_dear": None})
    assert (answer.status, answer.pointers) == (422, ["/data/attributes/c_dear"])


def test_citext_ignores_case_and_keeps_it(world):
    api, sql = world
    created = send(api, {"c_citext": "Only Here Éa"})
    assert created.data["attributes"]["c_citext"] == "Only Here Éa"
    assert sql.column("select id::text from things where c_citext = 'ONLY here éA'") == [created.id]


def test_char_n_is_padded(world):
    assert send(world[0], {"c_bpchar": "ab"}).data["attributes"]["c_bpchar"] == "ab  "


def test_null_clears_every_column(world):
    api, _ = world
    created = send(api, {"c_json": {"a": 1}, "c_jsonb": [1], "a_text": ["x"], "c_numeric": 1, "c_mood": "sad"})
    cleared = send(api, {n: None for n in VALUES if n != "c_dear"}, id_=created.id)
    assert cleared.status == 200
    assert all(cleared.data["attributes"][n] is None for n in VALUES if n != "c_dear")


def test_what_the_database_generates_is_read_only(world):
    """Its present value may be sent back, json included, which PostgreSQL cannot compare by itself."""
    api, _ = world
    created = send(api, {"c_smallint": 21})
    got = created.data["attributes"]
    assert (got["double_bigint"], got["double_json"]) == (42, {"n": 21})
    for name in ("double_bigint", "double_json", "serial_number"):
        assert send(api, {name: got[name]}).pointers == [f"/data/attributes/{name}"]
    kept = {name: got[name] for name in ("double_bigint", "double_json", "serial_number")}
    assert send(api, kept, id_=created.id).status == 200
    for name, value in (("double_bigint", 43), ("double_json", {"n": 22}), ("serial_number", 0),
                        ("double_bigint", 2**70), ("double_json", 1)):
        answer = send(api, {name: value}, id_=created.id)
        assert (answer.status, answer.pointers) == (403, [f"/data/attributes/{name}"]), answer


def test_arrays_of_several_dimensions_are_shown(world):
    """Stored by others: the numbering of PostgreSQL's arrays may begin anywhere."""
    api, sql = world
    id_ = sql.value("insert into things (a_bigint, a_text) values ('[5:6][2:3]={{1,2},{NULL,4}}', '{{{a}}}') returning id")
    got = api.get(f"/things/{id_}").data["attributes"]
    assert (got["a_bigint"], got["a_text"]) == ([[1, 2], [None, 4]], [[["a"]]])


def test_json_is_shown_as_it_is_stored(world):
    """Also what no request can send: white space, and an escape of a character that is none."""
    api, sql = world
    id_ = sql.value("""insert into things (c_json) values ('{ "a" : [1.0,\n "\\u0000"] }') returning id""")
    assert api.get(f"/things/{id_}").data["attributes"]["c_json"] == {"a": [1.0, "\0"]}


def test_the_description_knows_the_types(world):
    api, _ = world
    schemas = api.get("/openapi.json").json["components"]["schemas"]
    text = json.dumps(schemas)
    for label in ("häppy", "green"):
        assert json.dumps(label) in text
    assert '"contentEncoding": "base64"' in text and '"format": "duration"' in text


@pytest.mark.parametrize("column", ["p point", "r int4range", "t tsvector", "m money", "b bit(3)", "x xml",
                                    "c things_of_old", "a point[]", "o oid"])
def test_other_types_are_refused_by_name(cluster, tmp_path, column):
    url = cluster.create_database("other_types")
    try:
        sql = Sql(cluster.connect("other_types"))
        sql.run("create type things_of_old as (a int, b int)")
        sql.run(f"create table things (id bigint primary key, {column})")
        sql.close()
        model = tmp_path / "model.json"
        model.write_text(json.dumps({"resources": {"things": {}}}))
        done = run("model", "check", "--database", url, "--model", model)
        assert done.returncode == 1
        name, type_ = column.split(" ", 1)
        shown = {"int4range": "int4range", "bit(3)": "bit(3)"}.get(type_, type_)
        assert f'column "{name}" is of type {shown}, which is not supported' in done.stdout
    finally:
        cluster.drop_database("other_types")
