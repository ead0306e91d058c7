"""Rules for the structure of documents: members, names, links, linkage."""

import re
import urllib.parse

from .rules import (MEMBER_NAME, as_list, document_rule, href, links_objects, primary, relationships,
                    resources)

TOP = {"data", "errors", "meta", "links", "included", "jsonapi", "atomic:results"}
RESOURCE = {"type", "id", "attributes", "relationships", "links", "meta"}
IDENTIFIER = {"type", "id", "meta"}
RELATIONSHIP = {"links", "data", "meta"}
LINK = {"href", "rel", "describedby", "title", "type", "hreflang", "meta"}
RESULT = {"data", "meta"}
JSONAPI_OBJECT = {"version", "ext", "profile", "meta"}
TOP_LINKS = {"self", "related", "describedby", "first", "last", "prev", "next"}
RELATIONSHIP_LINKS = {"self", "related", "first", "last", "prev", "next"}
PAGE_LINKS = ("first", "last", "prev", "next")

RELATION_TYPE = re.compile(r"[a-z][a-z0-9.-]*|[a-z][a-z0-9+.-]*:\S+")  # RFC 8288, section 3.3
LANGUAGE_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")  # RFC 5646, in form


@document_rule("DOC-01")
def root_is_an_object(_, document):
    assert isinstance(document, dict), "the root is an object"


@document_rule("DOC-02")
def something_is_said(_, document):
    assert {"data", "errors", "meta", "atomic:results"} & set(document), "data, errors or meta"


@document_rule("DOC-03")
def data_or_errors(_, document):
    assert not {"data", "errors"} <= set(document), "data and errors never together"


@document_rule("DOC-04")
def nothing_included_alone(_, document):
    assert "included" not in document or "data" in document, "no included without data"


@document_rule("ATO-03")
def results_stand_alone(_, document):
    assert "atomic:operations" not in document, "operations are of requests"
    if "atomic:results" in document:
        assert not {"data", "included"} & set(document), "no data beside results"


@document_rule("ATO-04")
def results_or_errors(_, document):
    assert not {"atomic:results", "errors"} <= set(document), "results and errors never together"


@document_rule("EXT-02")
def extension_members_are_negotiated(response, document):
    """A member with a colon belongs to an extension that the media type names: the answer's own, or, where that is
    plain JSON, which has no parameters, the request's."""
    named_by = response.headers.get("Content-Type") or ""
    if named_by == "application/json":
        named_by = (response.sent_headers or {}).get("Content-Type") or ""
    applied = re.findall(r'ext="([^"]*)"', named_by)
    namespaces = {uri.rstrip("/").rpartition("/")[2] for uri in " ".join(applied).split()}
    for name in sorted(_member_names(document)):
        namespace, colon, member = name.partition(":")
        if colon:
            assert namespace in namespaces, f"{name!r} is of an extension that is not applied: {applied}"
            assert MEMBER_NAME.fullmatch(member), f"member name {name!r}"


def _member_names(document):
    """The names of all members that JSON:API defines the place of; what `meta` holds is free."""
    names = set(document)
    for item in resources(document):
        names |= set(item) | set(item.get("attributes", {}))
    for name, relationship in relationships(document):
        names |= {name} | set(relationship)
    for _, links in links_objects(document):
        names |= set(links)
    return names


@document_rule("DOC-05")
def members_are_known(_, document):
    assert set(document) <= TOP, f"top-level members {set(document) - TOP}"
    assert set(document.get("links", {})) <= TOP_LINKS | _other_links(document), \
        f"top-level links {set(document['links'])}"
    assert set(document.get("jsonapi", {})) <= JSONAPI_OBJECT, f"members of jsonapi {document['jsonapi']}"
    for item in resources(document):
        assert isinstance(item, dict) and set(item) <= RESOURCE, f"resource members of {item}"
        assert set(item.get("links", {})) <= {"self"}, f"links of a resource {item['links']}"
    for name, relationship in relationships(document):
        assert set(relationship) <= RELATIONSHIP, f"relationship {name}"
        assert set(relationship.get("links", {})) <= RELATIONSHIP_LINKS, f"links of {name}"
        for identifier in as_list(relationship.get("data")):
            assert set(identifier) <= IDENTIFIER, f"identifier {identifier}"
    for result in document.get("atomic:results", []):
        assert set(result) <= RESULT, f"result {result}"


def _other_links(document):
    """An entry document has nothing but meta, and links of its own names."""
    return set() if {"data", "errors"} & set(document) else set(document.get("links", {}))


@document_rule("DOC-36")
def jsonapi_object(response, document):
    if "jsonapi" not in document:
        return
    held = document["jsonapi"]
    assert isinstance(held, dict), "jsonapi is an object"
    assert held.get("version", "1.1") == "1.1", "jsonapi.version"
    media_type = response.headers.get("Content-Type") or ""
    for name in ("ext", "profile"):
        if name in held:
            applied = " ".join(re.findall(rf'{name}="([^"]*)"', media_type)).split()
            assert sorted(held[name]) == sorted(applied), f"jsonapi.{name} {held[name]} and {media_type}"


@document_rule("DOC-33")
def meta_is_an_object(_, document):
    holders = [document, document.get("jsonapi", {})] + resources(document) + document.get("errors", [])
    holders += document.get("atomic:results", [])
    for _, relationship in relationships(document):
        holders += [relationship] + as_list(relationship.get("data"))
    for holder in holders:
        assert isinstance(holder.get("meta", {}), dict), "meta is an object"


@document_rule("DOC-34")
def links_are_an_object(_, document):
    for where, links in links_objects(document):
        assert isinstance(links, dict), f"links is an object: {where}"


@document_rule("DOC-47")
def links_are_links(_, document):
    for where, links in links_objects(document):
        for name, link in links.items():
            if isinstance(link, dict):
                assert "href" in link and set(link) <= LINK, f"link object {name} of {where}"
            assert link is None or isinstance(href(link), str) and href(link), f"link {name} of {where} is a string"


@document_rule("QRY-09")
def links_are_encoded(_, document):
    for where, links in links_objects(document):
        for name, link in links.items():
            found = re.search(r"[\[\]\s<>\"\x00-\x1f]|[^\x00-\x7f]", href(link) or "")
            assert not found, f"link {name} of {where}: {href(link)!r} is not encoded"


@document_rule("DOC-35")
def link_objects_say_it_right(_, document):
    for _, links in links_objects(document):
        for name, link in links.items():
            if isinstance(link, dict):
                rel, tags = link.get("rel", "self"), as_list(link.get("hreflang"))
                assert isinstance(rel, str) and RELATION_TYPE.fullmatch(rel), f"rel {rel!r} of the link {name}"
                assert all(LANGUAGE_TAG.fullmatch(tag) for tag in tags), f"hreflang {tags} of the link {name}"


@document_rule("DOC-10", "DOC-11")
def resources_are_identified(_, document):
    identifiers = [i for _, r in relationships(document) for i in as_list(r.get("data"))]
    for item in resources(document) + identifiers:
        assert isinstance(item, dict), f"a resource is an object: {item!r}"
        assert isinstance(item.get("type"), str) and isinstance(item.get("id"), str), "type and id strings"


@document_rule("DOC-16")
def attributes_are_an_object(_, document):
    for item in resources(document):
        assert isinstance(item.get("attributes", {}), dict), "attributes is an object"


@document_rule("DOC-18")
def relationships_are_objects(_, document):
    for item in resources(document):
        assert isinstance(item.get("relationships", {}), dict), "relationships is an object"
    for name, relationship in relationships(document):
        assert isinstance(relationship, dict), f"relationship {name} is an object"


@document_rule("DOC-19")
def relationships_say_something(_, document):
    for name, relationship in relationships(document):
        assert set(relationship) & RELATIONSHIP, f"relationship {name}"


@document_rule("DOC-20")
def relationships_have_links(_, document):
    for name, relationship in relationships(document):
        assert {"self", "related"} & set(relationship.get("links", {"self": ""})), f"links of {name}"


@document_rule("DOC-24")
def linkage_is_linkage(_, document):
    for name, relationship in relationships(document):
        data = relationship.get("data")
        assert data is None or isinstance(data, (dict, list)), f"linkage of {name}: {data!r}"
        for identifier in as_list(data):
            assert isinstance(identifier, dict), f"an identifier of {name}: {identifier!r}"


@document_rule("DOC-37", "DOC-38")
def member_names(_, document):
    for item in resources(document):
        for group in ("attributes", "relationships"):
            for name in item.get(group, {}):
                assert MEMBER_NAME.fullmatch(name), f"member name {name!r}"


@document_rule("DOC-29")
def included_is_an_array(_, document):
    included = document.get("included", [])
    assert isinstance(included, list), "included is an array"
    assert all(isinstance(item, dict) for item in included), "included holds resources"


def _key(item):
    return item["type"], item["id"]


@document_rule("DOC-32")
def resources_appear_once(response, document):
    """Identifiers are no resources: what linkage names may be included beside it."""
    data, included = as_list(document.get("data")), document.get("included", [])
    is_linkage = "/relationships/" in response.path
    for items in (data, included) if is_linkage else (data + included,):
        keys = [_key(item) for item in items]
        assert len(keys) == len(set(keys)), f"twice in one document: {[k for k in keys if keys.count(k) > 1][:2]}"
    for name, relationship in relationships(document):
        keys = [_key(identifier) for identifier in as_list(relationship.get("data"))]
        assert len(keys) == len(set(keys)), f"the linkage of {name} names a member twice"


@document_rule("DOC-30", "DOC-31")
def full_linkage(response, document):
    """Only a client that left out the linking field by `fields` gets what nothing links."""
    names = {n for n, _ in urllib.parse.parse_qsl(response.path.partition("?")[2], keep_blank_values=True)}
    if "included" not in document or any(name.startswith("fields[") for name in names):
        return
    included = {_key(item): item for item in document["included"]}
    reached, waiting = set(), [(_key(item), item) for item in primary(document)]
    while waiting:
        key, item = waiting.pop()
        if key in reached:
            continue
        reached.add(key)
        item = included.get(key, item)
        members = [i for r in item.get("relationships", {}).values() for i in as_list(r.get("data"))]
        waiting += [(_key(i), included[_key(i)]) for i in members if _key(i) in included]
    lost = sorted(set(included) - reached)
    assert not lost, f"included and linked from nowhere: {lost[:3]}"


@document_rule("PAG-05")
def pages_differ_in_page_alone(_, document):
    for where, links in links_objects(document):
        if href(links.get("self")) is None:
            continue
        path, others = _without_page(href(links["self"]))
        for name in PAGE_LINKS:
            if href(links.get(name)) is not None:
                assert _without_page(href(links[name])) == (path, others), \
                    f"{name} of {where} changes more than the page: {href(links[name])}"


def _without_page(link):
    path, _, query = link.partition("?")
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    return path, sorted(pair for pair in pairs if not pair[0].startswith("page["))


@document_rule("CUR-12", "PAG-02")
def pages_have_both_directions(response, document):
    """Every array that was read by GET comes in pages, and so does linkage that has a page link."""
    if response.method == "GET" and response.status == 200 and isinstance(document.get("data"), list):
        links = document.get("links", {})
        assert {"prev", "next"} <= set(links), f"prev and next, if only null: {sorted(links)}"
    for name, relationship in relationships(document):
        links = relationship.get("links", {})
        if set(PAGE_LINKS) & set(links):
            assert {"prev", "next"} <= set(links), f"prev and next of {name}: {sorted(links)}"


@document_rule("CUR-19", "CUR-20")
def page_meta(_, document):
    """What the cursor pagination profile says of meta.page, at the top and on items."""
    page = document.get("meta", {}).get("page", {})
    assert isinstance(page, dict), "meta.page is an object"
    assert _is_count(page.get("total", 0)), f"meta.page.total {page.get('total')!r}"
    estimate = page.get("estimatedTotal", {})
    assert isinstance(estimate, dict) and _is_count(estimate.get("bestGuess", 0)), f"estimatedTotal {estimate!r}"
    for item in resources(document):
        held = item.get("meta", {}).get("page", {})
        assert isinstance(held, dict) and isinstance(held.get("cursor", ""), str), f"an item's meta.page {held!r}"


def _is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


@document_rule("NEG-17")
def profile_members_name_the_profile(response, document):
    used = "page" in document.get("meta", {}) or any("page" in i.get("meta", {}) for i in resources(document))
    if used:
        media_type = response.headers.get("Content-Type") or ""
        assert "cursor-pagination" in media_type, f"meta.page without the profile in {media_type!r}"
