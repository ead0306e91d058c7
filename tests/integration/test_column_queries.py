"""Lists filtered and sorted by columns of every type: values stand in query strings and cursors."""

import urllib.parse
from decimal import Decimal

import pytest

from support.things import send, serve_things

SORTABLE = ["c_text", "c_varchar", "c_bpchar", "c_name", "c_citext", "c_boolean", "c_smallint", "c_integer", "c_bigint",
            "c_real", "c_double", "c_numeric", "c_price", "c_date", "c_time", "c_timetz", "c_timestamp", "c_timestamptz",
            "c_interval", "c_uuid", "c_inet", "c_cidr", "c_macaddr", "c_macaddr8", "c_mood", "c_color", "c_domain",
            "c_word"]
OPAQUE = ["c_json", "c_jsonb", "a_text", "a_mood", "a_jsonb"]
TWO = {
    "c_text": ["a'b", "ä"], "c_varchar": ["abc", "x"], "c_bpchar": ["abcd", "abce"], "c_name": ["n", "o"],
    "c_citext": ["Ab", "aC"], "c_boolean": [False, True], "c_smallint": [-5, 7], "c_integer": [-5, 7],
    "c_bigint": [-2**63, 2**63 - 1], "c_real": [0.1, 2.5], "c_double": [-1e300, 0.1], "c_numeric": [Decimal("1.10"), 10**20],
    "c_price": [Decimal("0.001"), 2], "c_date": ["-004713-11-24", "infinity"], "c_time": ["00:00:00", "24:00:00"],
    "c_timetz": ["09:00:00+02:00", "09:00:00-02:00"], "c_timestamp": ["2026-01-31T09:15:00.25", "infinity"],
    "c_timestamptz": ["-infinity", "2026-01-31T09:15:00Z"], "c_interval": ["P1D", "P1Y"],
    "c_uuid": ["00000000-0000-4000-8000-000000000001", "ffffffff-0000-4000-8000-000000000001"],
    "c_bytea": ["", "/+8="], "c_inet": ["192.0.2.1/24", "2001:db8::1"], "c_cidr": ["10.0.0.0/8", "2001:db8::/32"],
    "c_macaddr": ["00:00:00:00:00:01", "ff:00:00:00:00:01"], "c_macaddr8": ["00:00:00:00:00:00:00:01", "ff:00:00:00:00:00:00:01"],
    "c_mood": ["sad", "it's \"ok\""], "c_color": ["red", "green"], "c_domain": [0, Decimal("1.25")], "c_word": ["a", "b"],
}


@pytest.fixture(scope="module")
def few(cluster, tmp_path_factory):
    """Two rows that differ in every column, and one that is NULL throughout."""
    with serve_things(cluster, "few_types", tmp_path_factory.mktemp("few")) as (api, _):
        for i in (0, 1):
            assert send(api, {name: values[i] for name, values in TWO.items()}).id == str(i + 1)
        assert send(api, {}).id == "3"
        yield api


def spelt(value):
    """As a query string gives it."""
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    return urllib.parse.quote(text.replace("\\", "\\\\"), safe="")


@pytest.mark.parametrize("name", TWO)
def test_filters_compare_every_type(few, name):
    first, second = map(spelt, TWO[name])
    assert few.get(f"/things?filter[{name}]={first}").ids == ["1"]
    assert few.get(f"/things?filter[{name}][ne]={first}").ids[:1] == ["2"]
    assert few.get(f"/things?filter[{name}][null]=true").ids == ["3"]
    if name != "c_bytea":
        assert few.get(f"/things?filter[{name}][lt]={second}").ids == ["1"]
        assert few.get(f"/things?filter[{name}][ge]={first}").ids == ["1", "2"]


@pytest.mark.parametrize("name", SORTABLE)
def test_pages_are_sorted_by_every_type(few, name):
    """One resource a page, there and back: cursors carry the value."""
    for sort, expected in ((name, ["1", "2", "3"]), (f"-{name}", ["3", "2", "1"])):
        whole = few.get(f"/things?sort={sort}").ids
        assert sorted(whole) == ["1", "2", "3"] and [i for i in whole if i != "3"] == [i for i in expected if i != "3"]
        path, seen = f"/things?sort={sort}&page[size]=1", []
        while path:
            page = few.get(path)
            assert page.status == 200, page
            seen += page.ids
            path, last = page.link("next"), page
        assert seen == whole
        assert few.get(last.link("prev")).ids == [whole[1]]


@pytest.mark.parametrize("name", OPAQUE)
def test_what_cannot_be_compared_is_refused(few, name):
    for parameter in (f"filter[{name}]=1", f"sort={name}"):
        answer = few.get(f"/things?{parameter}")
        assert answer.status == 400 and answer.parameters == [parameter.partition("=")[0]], answer


@pytest.mark.parametrize("name, value", [
    ("c_smallint", "32768"), ("c_bigint", "1.0"), ("c_numeric", "1,5"), ("c_mood", "SAD"), ("c_date", "2026-02-30"),
    ("c_uuid", "x"), ("c_boolean", "yes"), ("c_inet", "192.0.2"), ("c_interval", "1 day"), ("c_bytea", "a")])
def test_filters_refuse_what_is_no_value(few, name, value):
    answer = few.get(f"/things?filter[{name}]={urllib.parse.quote(value)}")
    assert answer.status == 400 and answer.parameters == [f"filter[{name}]"], answer
