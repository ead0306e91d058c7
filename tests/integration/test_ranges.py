"""page[after] and page[before] together: what lies between two items, in lists of every kind and order."""

import itertools
import urllib.parse

import pytest

from support.model import bulk, unique

N = 6
ORDERS = ("", "id", "-id", "name", "-name,email", "email,-name", "-email,name", "phones.count,-email", "-phones.count")
RANGE = ("page[after]", "page[before]")


@pytest.fixture(scope="module")
def lists(service, shared_sql):
    """Paths of lists of the same six persons: ties in every order, and emails that are null."""
    name = unique("range")
    ids = bulk(shared_sql, "persons", N)
    friend, *phones = bulk(shared_sql, "friends", 1) + bulk(shared_sql, "phones", 2)
    for i, id_ in enumerate(ids):
        email = f"{unique('r')}@example.org" if i % 2 else None
        shared_sql.run("update persons set name = %s, email = %s where id = %s", f"{name} {i % 3}", email, id_)
        shared_sql.run("insert into person_friends (person_id, friend_id) values (%s, %s)", id_, friend)
        shared_sql.run("insert into person_phones (person_id, phone_id) select %s, unnest(%s::bigint[])", id_, phones[:i % 3])
    return (f"/persons?filter[name][like]={name}%25", f"/friends/{friend}/persons?", f"/friends/{friend}/relationships/persons?")


def with_pairs(path, **page):
    pairs = "&".join(f"page[{name}]={value}" for name, value in page.items())
    return path + ("" if path.endswith("?") else "&") + pairs


def items(api, path):
    """(id, cursor) of each item, in order."""
    answer = api.get(with_pairs(path, size=1))
    found = []
    while True:
        links = [answer.link("next") or answer.link("prev")]
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(links[0]).query))
        found.append((answer.ids[0], query.get("page[after]") or query["page[before]"]))
        if not answer.link("next"):
            return found
        answer = api.get(answer.link("next"))


def is_truncated(answer):
    return "rangeTruncated" in answer.json.get("meta", {}).get("page", {})


@pytest.mark.parametrize("kind", range(3))
@pytest.mark.parametrize("order", ORDERS)
def test_every_range_of_a_list(api, lists, kind, order):
    path = lists[kind] + (f"&sort={order}" if order else "")
    listed = items(api, path)
    assert len(listed) == N
    for (first, start), (last, end) in itertools.product(enumerate(listed), repeat=2):
        inside = [id_ for id_, _ in listed[first + 1:last]]
        answer = api.get(with_pairs(path, after=start[1], before=end[1]))
        assert (answer.status, answer.ids, is_truncated(answer)) == (200, inside, False)
    before, after = listed[-1][1], listed[0][1]
    assert api.get(with_pairs(path, before=before, after=after)).ids == [id_ for id_, _ in listed[1:-1]]


@pytest.mark.parametrize("kind", range(3))
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_a_range_in_pages(api, lists, kind, size):
    """Each page but the last says that there is more of the range, and its `next` stays in it."""
    path = f"{lists[kind]}&sort=-name"
    listed = items(api, path)
    answer = api.get(with_pairs(path, after=listed[0][1], before=listed[-1][1], size=size))
    walked = []
    while True:
        walked += answer.ids
        assert answer.link("prev")
        if not is_truncated(answer):
            break
        assert len(answer.ids) == size and answer.json["meta"]["page"]["rangeTruncated"] is True
        answer = api.get(answer.link("next"))
    assert walked == [id_ for id_, _ in listed[1:-1]]
    assert api.get(answer.link("next")).ids[0] == listed[-1][0], "what follows the whole range"


def test_ranges_with_all_else(api, lists):
    """Totals count the list, not the range; what is included belongs to the range."""
    path = lists[0]
    listed = items(api, path)
    answer = api.get(with_pairs(path + "&include=friends", after=listed[0][1], before=listed[-1][1], size=2, total="exact"))
    assert answer.status == 200, answer
    assert answer.json["meta"]["page"] == {"rangeTruncated": True, "total": N}
    assert answer.ids == [id_ for id_, _ in listed[1:3]]
    assert len(answer.json["included"]) == 1
    answer = api.get(with_pairs(path, after=listed[0][1], before=listed[-1][1], total="exact"))
    assert answer.json["meta"]["page"] == {"total": N}


def test_ranges_that_are_refused(api, lists):
    path = lists[0]
    good = items(api, path)[0][1]
    for pairs, wrong in (({"after": good, "before": "x"}, [RANGE[1]]), ({"after": "x", "before": good}, [RANGE[0]]),
                         ({"after": "x", "before": "y"}, list(RANGE)), ({"after": good, "before": ""}, [RANGE[1]]),
                         ({"after": good, "before": good, "number": 2}, ["page[number]"])):
        answer = api.get(with_pairs(path, **pairs))
        assert (answer.status, answer.parameters) == (400, wrong)
    assert api.get(with_pairs(f"{path}&sort=name", after=good, before=good)).parameters == list(RANGE)


def test_a_range_is_as_long_as_a_page_can_be(api, fresh_service):
    service = fresh_service(page_size=2, max_page_size=5)
    ids = bulk(service.sql, "friends", 10)
    with service.client() as client:
        listed = items(client, "/friends?")
        answer = client.get(with_pairs("/friends?", after=listed[0][1], before=listed[6][1]))
        assert (answer.ids, is_truncated(answer)) == (ids[1:6], False)
        answer = client.get(with_pairs("/friends?", after=listed[0][1], before=listed[7][1]))
        assert (answer.ids, is_truncated(answer)) == (ids[1:6], True)
