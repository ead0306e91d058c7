"""CUR: the cursor pagination profile."""

import threading
import urllib.parse

from support.client import document, idents

import expect
from zoo import CURSOR, CURSOR_URI


def of(name, **page):
    """The list of the persons of this name, with page[...] parameters."""
    pairs = [f"page[{key}]={urllib.parse.quote(str(value), safe='')}" for key, value in page.items()]
    return "&".join([f"/persons?filter[name]={name}", *pairs])


def cursor_in(answer, link, parameter):
    """The cursor that a link of a page carries."""
    came = answer.link(link)
    expect.true(came, f"links.{link}", answer)
    held = urllib.parse.parse_qs(urllib.parse.urlsplit(came).query).get(f"page[{parameter}]")
    expect.true(held, f"page[{parameter}] in links.{link}", answer)
    return held[0]


def error_of(answer, parameter, type_):
    """The error at a parameter, which has the profile's type link."""
    expect.refusal(answer, 400, parameter=parameter)
    for error in answer.errors:
        link = error.get("links", {}).get("type")
        if (link.get("href") if isinstance(link, dict) else link) == f"{CURSOR_URI}/{type_}":
            return error
    raise AssertionError(f"expected links.type {CURSOR_URI}/{type_}; came {expect.brief(answer)}")


def largest(zoo):
    """The largest page[size], as its refusal says."""
    return error_of(zoo.get("/persons?page[size]=99999999"), "page[size]", "max-size-exceeded")["meta"]["page"]["maxSize"]


def cur_01_size_is_a_positive_integer(zoo):
    for value in ("0", "-1", "abc", "1.5", "", "1e1", "%2B1", "01x"):
        expect.refusal(zoo.get(f"/persons?page[size]={value}"), 400, parameter="page[size]")


def cur_02_size_above_the_largest(zoo):
    size = largest(zoo)
    expect.true(isinstance(size, int) and size > 0, "an integer", repr(size))
    expect.status(zoo.get(f"/logs?page[size]={size}"), 200)
    error = error_of(zoo.get(f"/logs?page[size]={size + 1}"), "page[size]", "max-size-exceeded")
    expect.same(error["meta"]["page"]["maxSize"], size, "meta.page.maxSize")


def cur_03_size_when_none_is_given(zoo):
    zoo.person()
    count, size = len(expect.status(zoo.get("/persons"), 200).data), largest(zoo)
    expect.true(1 <= count <= size, f"1 to {size} items", count)


def cur_04_pages_are_full(zoo):
    name, _ = zoo.persons([1, 2, 3, 4, 5])
    counts, path = [], of(name, size=2)
    while path:
        answer = expect.status(zoo.follow(path), 200)
        counts.append(len(answer.data))
        path = answer.link("next")
    expect.same(counts, [2, 2, 1], "items on each page")


def cur_05_after(zoo):
    name, ids = zoo.persons([1, 2, 3])
    first = expect.status(zoo.get(of(name, size=1)), 200)
    after_first = cursor_in(first, "next", "after")
    expect.same(expect.status(zoo.get(of(name, after=after_first)), 200).ids, ids[1:], "items after the first")
    second = expect.status(zoo.get(of(name, size=2)), 200)
    last = cursor_in(second, "next", "after")
    expect.success(zoo.delete(f"/persons/{ids[2]}"))
    answer = expect.status(zoo.get(of(name, after=last)), 200)
    expect.same((answer.data, answer.link("next")), ([], None), "page after the last item")


def cur_06_before(zoo):
    name, ids = zoo.persons([1, 2, 3, 4])
    page = expect.status(zoo.follow(expect.status(zoo.get(of(name, size=3)), 200).link("next")), 200)
    before_last = cursor_in(page, "prev", "before")
    answer = expect.status(zoo.get(of(name, before=before_last, size=2)), 200)
    expect.same(answer.ids, ids[1:3], "the two items before the last")
    first = expect.status(zoo.get(of(name, size=1)), 200)
    second = expect.status(zoo.follow(first.link("next")), 200)
    before_second = cursor_in(second, "prev", "before")
    expect.success(zoo.delete(f"/persons/{ids[0]}"))
    answer = expect.status(zoo.get(of(name, before=before_second)), 200)
    expect.same((answer.data, answer.link("prev")), ([], None), "page before the first item")


def cur_07_no_cursor(zoo):
    for parameter in ("after", "before"):
        for value in ("garbage", "", "AAAA", "%00", "1"):
            expect.refusal(zoo.get(f"/persons?page[{parameter}]={value}"), 400, parameter=f"page[{parameter}]")


def cur_08_from_the_start(zoo):
    name, ids = zoo.persons([1, 2])
    expect.same(expect.status(zoo.get(of(name, size=1)), 200).ids, ids[:1], "first page")


def ends_of(zoo, path, size):
    """The cursors of the first item of a list and of the last of its `size` items."""
    first = expect.status(zoo.get(f"{path}&page[size]=1"), 200)
    last = expect.status(zoo.follow(expect.status(zoo.get(f"{path}&page[size]={size - 1}"), 200).link("next")), 200)
    return {"after": cursor_in(first, "next", "after"), "before": cursor_in(last, "prev", "before")}


def range_of(zoo, n=5, **page):
    """(answer to a range of n items, without its ends; their ids)."""
    name, ids = zoo.persons(range(1, n + 1))
    return zoo.get(of(name, **ends_of(zoo, of(name), n), **page)), ids


def truncated(answer):
    """Does it say that the range has more?"""
    return answer.json.get("meta", {}).get("page", {}).get("rangeTruncated", False)


def understood(zoo):
    """Whether ranges are. Who does not refuses them as the profile says."""
    answer, _ = range_of(zoo)
    if answer.status == 400:
        error_of(answer, ("page[before]", "page[after]"), "range-pagination-not-supported")
    return answer.status != 400


def cur_09_ranges(zoo):
    if understood(zoo):
        answer, ids = range_of(zoo)
        expect.same((expect.status(answer, 200).ids, truncated(answer)), (ids[1:4], False), "items between the ends")


def cur_10_size_of_a_range(zoo):
    """Without a size it is the largest, also where other pages are smaller."""
    if not understood(zoo):
        raise expect.Skip("ranges are not understood")
    while not (page := expect.status(zoo.get("/persons"), 200)).link("next"):
        zoo.persons(range(len(page.data) + 1))
    expect.true(len(page.data) <= largest(zoo), "a page that is not too large", len(page.data))
    answer, ids = range_of(zoo, min(len(page.data) + 4, largest(zoo) + 2))
    expect.same((expect.status(answer, 200).ids, truncated(answer)), (ids[1:-1], False), "a range longer than a usual page")


def cur_11_a_range_longer_than_the_page(zoo):
    if not understood(zoo):
        raise expect.Skip("ranges are not understood")
    for size, whole in ((1, False), (2, False), (3, True), (4, True)):
        answer, ids = range_of(zoo, size=size)
        expect.same(expect.status(answer, 200).ids, ids[1:4][:size], f"items of a page of {size} of a range")
        expect.same(truncated(answer), not whole, f"meta.page.rangeTruncated of a page of {size}")


def cur_12_both_links_everywhere(zoo):
    family = zoo.family()
    for path in (f"/persons?filter[id]={family.one}", f"/persons/{family.one}/phones",
                 f"/persons/{family.one}/relationships/phones", f"/persons/{family.two}/relationships/phones"):
        links = expect.status(zoo.get(path), 200).json.get("links", {})
        expect.true({"prev", "next"} <= set(links), f"links.prev and links.next at {path}", sorted(links))


def cur_13_next_is_null_at_the_end(zoo):
    name, _ = zoo.persons([1, 2, 3, 4])
    for size, has_next in ((3, True), (4, False), (5, False)):
        answer = expect.status(zoo.get(of(name, size=size)), 200)
        expect.true(bool(answer.link("next")) == has_next, f"links.next: {has_next}", answer)


def cur_14_prev_is_null_at_the_start(zoo):
    name, _ = zoo.persons([1, 2, 3])
    first = expect.status(zoo.get(of(name, size=2)), 200)
    expect.same(first.link("prev"), None, "links.prev of the first page")
    expect.true(expect.status(zoo.follow(first.link("next")), 200).link("prev"), "links.prev", "none on the second page")


def cur_15_links_never_lead_astray(zoo):
    name, _ = zoo.persons([1, 2, 3])
    page = expect.status(zoo.follow(expect.status(zoo.get(of(name, size=1)), 200).link("next")), 200)
    for link in ("first", "last", "prev", "next"):
        if page.link(link):
            expect.true(isinstance(expect.status(zoo.follow(page.link(link)), 200).data, list), "an array", link)


def cur_16_a_partial_order_is_completed(zoo):
    name, ids = zoo.persons([7] * 5)
    walked = [item["id"] for item in zoo.walk(of(name, size=1) + "&sort=age")]
    expect.same(sorted(walked), sorted(ids), "each id once")


def cur_17_linkage_has_an_order(zoo):
    one = zoo.person(phones=idents("phones", [zoo.phone() for _ in range(3)]))
    path = f"/persons/{one}/relationships/phones?page[size]=1"
    orders = {tuple(item["id"] for item in zoo.walk(path)) for _ in range(10)}
    expect.same(len(orders), 1, "orders in ten readings:")


def cur_18_unsupported_sort(zoo):
    error_of(zoo.get("/persons?sort=nope&page[size]=1"), "sort", "unsupported-sort")


def cur_19_item_cursors(zoo):
    name, ids = zoo.persons([1, 2, 3])
    answer = expect.status(zoo.accept(of(name), CURSOR), 200)
    cursors = [item.get("meta", {}).get("page", {}).get("cursor") for item in answer.data]
    if any(cursors):
        after = expect.status(zoo.get(of(name, after=cursors[0])), 200)
        expect.same(after.ids, ids[1:], "items after the first one's cursor")


def cur_20_totals(zoo):
    name, _ = zoo.persons([1, 2, 3])
    answer = zoo.accept(of(name, size=1, total="exact"), CURSOR)
    if answer.status == 200:
        expect.same(answer.json.get("meta", {}).get("page", {}).get("total"), 3, "meta.page.total")
        answer = expect.status(zoo.accept(of(name, size=1, total="estimated"), CURSOR), 200)
        guess = answer.json.get("meta", {}).get("page", {}).get("estimatedTotal", {}).get("bestGuess")
        expect.true(isinstance(guess, int), "an integer in meta.page.estimatedTotal.bestGuess", answer)
    else:
        expect.refusal(answer, 400, parameter="page[total]")


def cur_21_the_row_of_a_cursor_is_deleted(zoo):
    name, ids = zoo.persons([1, 2, 3, 4])
    first = expect.status(zoo.get(of(name, size=2)), 200)
    for gone in ids[1:3]:
        expect.success(zoo.delete(f"/persons/{gone}"))
        rest = [i for i in ids[2:] if i != gone]
        expect.same(expect.status(zoo.follow(first.link("next")), 200).ids, rest, f"page after {gone} was deleted")


def cur_22_writers_beside_a_walk(zoo):
    name, ids = zoo.persons(range(30))
    done = threading.Event()

    def write():
        with zoo.sibling() as other:
            while not done.is_set():
                answer = other.post("/persons", document("persons", {"name": name, "age": 15}))
                if answer.status == 201:
                    other.delete(f"/persons/{answer.id}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for order in ("age", "-age", "id"):
            walked = [item["id"] for item in zoo.walk(of(name, size=2) + f"&sort={order}")]
            expect.same(len(set(walked)), len(walked), "different items")
            kept = [id_ for id_ in walked if id_ in set(ids)]
            expect.same(kept, ids[::-1] if order == "-age" else ids, f"the rows that stay, by {order}")
    finally:
        done.set()
        writer.join()


def cur_23_a_cursor_of_another_order(zoo):
    name, _ = zoo.persons([1, 2, 3])
    by_name = expect.status(zoo.get(of(name, size=1) + "&sort=name"), 200)
    cursor = cursor_in(by_name, "next", "after")
    expect.refusal(zoo.get(of(name, after=cursor) + "&sort=age"), 400, parameter="page[after]")
    expect.refusal(zoo.get(of(name, after=cursor) + "&sort=-name"), 400, parameter="page[after]")


def cur_24_type_is_a_link(zoo):
    answer = expect.refusal(zoo.get("/persons?page[size]=99999999"), 400, parameter="page[size]")
    link = answer.errors[0].get("links", {}).get("type")
    link = link.get("href") if isinstance(link, dict) else link
    expect.true(isinstance(link, str) and link.startswith(CURSOR_URI), "a link to the profile", answer)
