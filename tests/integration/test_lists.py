"""Lists, related lists and linkage, page by page."""

import urllib.parse

import pytest

from support.client import idents
from support.model import ATTRIBUTES, MISSING, SIDES, TYPES, bulk, ids_of, unique

DEFAULT_SIZE, MAX_SIZE = 50, 1000


def page(path, **parameters):
    """path plus page[...] parameters, encoded as a browser would."""
    pairs = [(f"page[{name}]", value) for name, value in parameters.items()]
    return f"{path}?{urllib.parse.urlencode(pairs)}"


@pytest.fixture(scope="module")
def crowd(service, shared_sql):
    """One person with 120 friends, some phones around them, and the ids in key order."""
    owner = bulk(shared_sql, "persons", 1)[0]
    members = bulk(shared_sql, "friends", 120)
    shared_sql.run("insert into person_friends (person_id, friend_id)"
                   " select %s, unnest(%s::bigint[])", owner, members)
    return owner, members


def paged_paths(owner):
    return [f"/persons/{owner}/friends", f"/persons/{owner}/relationships/friends"]


@pytest.fixture(params=["related", "relationship"])
def crowd_path(request, crowd):
    return paged_paths(crowd[0])[request.param == "relationship"], crowd[1]


def test_default_page_size(api, crowd_path):
    path, members = crowd_path
    answer = api.get(path)
    assert answer.ids == members[:DEFAULT_SIZE]
    assert answer.link("prev") is None
    assert api.get(answer.link("next")).ids == members[50:100]


def test_default_page_size_of_a_list(api, sql):
    bulk(sql, "friends", DEFAULT_SIZE + 1)
    assert len(api.get("/friends").data) == DEFAULT_SIZE


def test_largest_page_size(api, sql):
    bulk(sql, "hobbies", MAX_SIZE + 1)
    answer = api.get(page("/hobbies", size=MAX_SIZE))
    assert (answer.status, len(answer.data)) == (200, MAX_SIZE)
    assert answer.link("next") is not None


@pytest.mark.parametrize("size", [1, 7, 40, 60, 119, 120, 121, 1000])
def test_walk_forth_and_back(api, crowd_path, size):
    path, members = crowd_path
    forth, url, last = [], page(path, size=size), None
    while url:
        answer = api.get(url)
        assert answer.status == 200
        assert len(answer.data) == min(size, len(members) - len(forth)), "pages are full"
        forth += answer.ids
        last, url = answer, answer.link("next")
    assert forth == members
    back, answer = last.ids, last
    while answer.link("prev"):
        answer = api.get(answer.link("prev"))
        assert answer.status == 200
        if not answer.data:
            break  # allowed by the profile when the first page was not known to be the first
        back = answer.ids + back
    assert back == members


def test_next_is_null_at_a_full_last_page(api, crowd_path):
    path, _ = crowd_path
    assert api.get(page(path, size=120)).link("next") is None
    assert api.get(page(path, size=119)).link("next") is not None


def test_a_list_holds_every_row_once(api, sql):
    created = bulk(sql, "phones", 130)
    ids = ids_of(api.walk(page("/phones", size=100)))
    assert len(ids) == len(set(ids))
    assert set(created) <= set(ids)
    assert ids == sorted(ids, key=int)
    assert len(ids) == sql.count("phones")


@pytest.mark.parametrize("type_", TYPES)
def test_list_items_are_whole_resources(api, sql, type_):
    id_ = api.create(type_, ATTRIBUTES[type_]())
    everything = api.walk(page(f"/{type_}", size=MAX_SIZE))
    found = [item for item in everything if item["id"] == id_]
    assert found == [api.get(f"/{type_}/{id_}").data]


@pytest.mark.parametrize("side", SIDES, ids=str)
def test_related_items_are_whole_resources(api, side):
    owner, members = side.new_owner(api), side.new_members(api, 3)
    assert api.post(side.relationship(owner), side.body(*members)).status == 204
    related = api.get(side.related(owner))
    assert related.data == [api.get(f"/{side.target}/{m}").data for m in members]
    assert related.link("self") == side.related(owner)


@pytest.mark.parametrize("side", SIDES, ids=str)
def test_linkage_is_identifiers_only(api, side):
    owner, members = side.new_owner(api), side.new_members(api, 3)
    assert api.post(side.relationship(owner), side.body(*members)).status == 204
    answer = api.get(side.relationship(owner))
    assert [{k: v for k, v in i.items() if k != "meta"} for i in answer.data] \
        == idents(side.target, members)
    assert all(set(item) <= {"type", "id", "meta"} for item in answer.data)
    assert answer.link("self") == side.relationship(owner)
    assert answer.link("related") == side.related(owner)


@pytest.mark.parametrize("side", SIDES, ids=str)
def test_empty_collections(api, side):
    owner = side.new_owner(api)
    for path in (side.relationship(owner), side.related(owner)):
        answer = api.get(path)
        assert (answer.status, answer.data) == (200, [])
        assert answer.link("next") is None and answer.link("prev") is None


@pytest.mark.parametrize("side", SIDES, ids=str)
def test_collections_of_a_missing_owner_are_404(api, side):
    for path in (side.relationship(MISSING), side.related(MISSING)):
        answer = api.get(path)
        assert answer.status == 404
        assert answer.errors[0]["code"] == "not-found"


@pytest.mark.parametrize("size", ["0", "-1", "abc", "1.5", "", "+5", "05x", " 5", "1e2", "0x10",
                                  "18446744073709551616", "99999999999999999999999"])
@pytest.mark.parametrize("path", ["/persons", "/persons/{owner}/friends",
                                  "/persons/{owner}/relationships/friends"])
def test_bad_page_size(api, crowd, path, size):
    answer = api.get(page(path.format(owner=crowd[0]), size=size))
    assert answer.status == 400
    assert answer.parameters == ["page[size]"]


@pytest.mark.parametrize("size", ["1001", "5000"])
def test_page_size_over_the_limit_names_the_limit(api, size):
    answer = api.get(page("/persons", size=size))
    assert (answer.status, answer.parameters) == (400, ["page[size]"])
    assert answer.errors[0]["meta"]["page"]["maxSize"] == MAX_SIZE
    assert "1000" in answer.errors[0]["detail"]


@pytest.mark.parametrize("query, parameter", [
    ("page[size]=1&page[size]=2", "page[size]"),
    ("page[size]=1&page%5Bsize%5D=1", "page[size]"),
    ("page[foo]=1", "page[foo]"),
    ("page=1", "page"),
    ("page[]=1", "page[]"),
    ("page[size][x]=1", "page[size][x]"),
    ("foo=1", "foo"),
    ("fooBar=1", "fooBar"),
    ("atomic:foo=1", "atomic:foo"),
    ("sort=nope", "sort"),
    ("include=nope", "include"),
])
@pytest.mark.parametrize("path", ["/friends", "/persons/{owner}/friends"])
def test_bad_list_parameters(api, crowd, path, query, parameter):
    answer = api.get(path.format(owner=crowd[0]) + "?" + query)
    assert answer.status == 400
    assert parameter in answer.parameters


@pytest.mark.parametrize("path", ["/persons/{owner}", "/persons/{owner}/friends/{member}"])
def test_page_where_nothing_is_paged(api, crowd, path):
    answer = api.get(path.format(owner=crowd[0], member=crowd[1][0]) + "?page[size]=1")
    assert (answer.status, answer.parameters) == (400, ["page[size]"])


def test_brackets_raw_and_encoded_mean_the_same(api, crowd):
    raw = api.get(f"/persons/{crowd[0]}/friends?page[size]=3")
    encoded = api.get(f"/persons/{crowd[0]}/friends?page%5Bsize%5D=3")
    assert raw.status == encoded.status == 200
    assert raw.data == encoded.data
    assert raw.link("next") == encoded.link("next")


@pytest.mark.parametrize("cursor", [
    "garbage", "", "AAAA", "%00", "1", "-1", "0", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "\u202e", "' OR 1=1--", "=" * 50, "a" * 5000, "../../etc/passwd", "eyJpZCI6MX0"])
@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize("path", ["/persons", "/persons/{owner}/relationships/friends"])
def test_bad_cursors(api, crowd, path, name, cursor):
    answer = api.get(page(path.format(owner=crowd[0]), **{name: cursor}))
    assert answer.status == 400
    assert answer.parameters == [f"page[{name}]"]


def cursor_of(link):
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)
    return query["page[after]"][0]


def test_a_cursor_of_another_list_is_refused(api, sql, crowd):
    bulk(sql, "phones", 3)
    cursor = cursor_of(api.get(page("/phones", size=1)).link("next"))
    assert api.get(page("/phones", size=1, after=cursor)).status == 200
    for path in ("/persons", f"/persons/{crowd[0]}/relationships/friends"):
        answer = api.get(page(path, after=cursor))
        assert (answer.status, answer.parameters) == (400, ["page[after]"]), path


@pytest.mark.parametrize("change", ["truncated", "extended", "one letter"])
def test_a_changed_cursor_is_refused_or_harmless(api, crowd_path, change):
    path, members = crowd_path
    cursor = cursor_of(api.get(page(path, size=10)).link("next"))
    swapped = "A" if cursor[len(cursor) // 2] != "A" else "B"
    changed = {"truncated": cursor[:-2], "extended": cursor + "AA",
               "one letter": cursor[:len(cursor) // 2] + swapped + cursor[len(cursor) // 2 + 1:]}
    answer = api.get(page(path, size=10, after=changed[change]))
    if answer.status == 200:
        at = members.index(answer.ids[0]) if answer.data else len(members)
        assert answer.ids == members[at:at + 10]
    else:
        assert (answer.status, answer.parameters) == (400, ["page[after]"])


def test_the_cursor_of_a_deleted_row_still_divides_the_list(api, sql):
    owner = bulk(sql, "persons", 1)[0]
    members = bulk(sql, "friends", 9)
    path = f"/persons/{owner}/relationships/friends"
    assert api.post(path, {"data": idents("friends", members)}).status == 204
    first = api.get(page(path, size=3))
    assert first.ids == members[:3]
    assert api.delete(f"/friends/{members[2]}").status == 204
    assert api.get(first.link("next")).ids == members[3:6]
    second = api.get(first.link("next"))
    assert api.delete(f"/friends/{members[3]}").status == 204
    assert api.get(second.link("prev")).ids == members[:2]


def test_rows_added_while_walking_are_neither_skipped_nor_doubled(api, sql):
    owner = bulk(sql, "persons", 1)[0]
    members = bulk(sql, "friends", 10)
    path = f"/persons/{owner}/relationships/friends"
    assert api.post(path, {"data": idents("friends", members[::2])}).status == 204
    seen, url = [], page(path, size=2)
    late = iter(members[1::2])
    while url:
        answer = api.get(url)
        seen += answer.ids
        newcomer = next(late, None)
        if newcomer:
            assert api.post(path, {"data": idents("friends", [newcomer])}).status == 204
        url = answer.link("next")
    assert len(seen) == len(set(seen))
    assert set(members[::2]) <= set(seen)
    assert seen == sorted(seen, key=int)


def test_before_gives_the_closest_rows_in_list_order(api, crowd_path):
    path, members = crowd_path
    third = api.get(api.get(api.get(page(path, size=10)).link("next")).link("next"))
    assert third.ids == members[20:30]
    assert api.get(third.link("prev")).ids == members[10:20]


def test_self_repeats_the_query(api, crowd):
    answer = api.get(f"/persons/{crowd[0]}/friends?page[size]=3")
    query = urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.link("self")).query)
    assert query == [("page[size]", "3")]
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.link("next")).query))
    assert query["page[size]"] == "3" and set(query) == {"page[size]", "page[after]"}


def test_a_list_that_holds_all_there_is(fresh_service):
    """In an empty database: nothing, then exactly what was created, on one page."""
    service = fresh_service()
    api = service.client()
    empty = api.get("/friends")
    assert (empty.status, empty.data) == (200, [])
    names = [unique() for _ in range(3)]
    for name in names:
        api.create("friends", {"name": name})
    answer = api.get("/friends")
    assert [item["attributes"]["name"] for item in answer.data] == names
    assert answer.link("next") is None and answer.link("prev") is None


def test_configured_page_sizes(fresh_service):
    """The limits are settings, and a refusal names the one in force."""
    service = fresh_service(page_size=3, max_page_size=5)
    ids = bulk(service.sql, "friends", 8)
    api = service.client()
    assert api.get("/friends").ids == ids[:3]
    assert api.get(page("/friends", size=5)).ids == ids[:5]
    answer = api.get(page("/friends", size=6))
    assert (answer.status, answer.parameters) == (400, ["page[size]"])
    assert answer.errors[0]["meta"]["page"]["maxSize"] == 5
    assert api.linkage("/friends") == set(ids)
