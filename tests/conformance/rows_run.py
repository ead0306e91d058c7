"""Rows that are judged over the whole run, when every other row has had its turn."""

import re
import urllib.parse

from support.rules import as_list, href, links_objects, relationships, resources

import expect
from zoo import FOREIGN_KEYS, NUMERIC_KEYS, RELATIONSHIPS, TO_ONE, own_path


def never_202(zoo):
    for response in zoo.recorder.responses:
        expect.true(response.status != 202, "no 202, for nothing is left unfinished", response)


cre_19_accepted = upd_13_accepted = rup_33_accepted = del_03_accepted = never_202


def doc_11_numbers_as_strings(zoo):
    for response, document in zoo.recorder.documents():
        for item in resources(document):
            if item.get("type") in NUMERIC_KEYS and isinstance(item.get("id"), str):
                expect.true(re.fullmatch(r"[0-9]+", item["id"]), "a decimal id", response)


def doc_17_no_foreign_keys(zoo):
    for response, document in zoo.recorder.documents():
        for item in resources(document):
            shown = FOREIGN_KEYS.get(item.get("type"), set()) & set(item.get("attributes", {}))
            expect.true(not shown, f"no foreign key among the attributes, such as {shown}", response)


def doc_24_arity(zoo):
    for response, document in zoo.recorder.documents():
        for item in resources(document):
            declared = RELATIONSHIPS.get(item.get("type"), {})
            for name, held in item.get("relationships", {}).items():
                expect.true(name in declared, f"a relationship of {item['type']}, not {name}", response)
                fits_one = held.get("data") is None or isinstance(held["data"], dict)
                fits = fits_one if declared[name][1] is TO_ONE else isinstance(held.get("data", []), list)
                expect.true(fits, f"{declared[name][1]} linkage of {name}", response)
                for identifier in as_list(held.get("data")):
                    expect.same(identifier.get("type"), declared[name][0], f"type in {item['type']}.{name}")


def doc_26_every_self(zoo):
    """All that were shown lead to their resource still, but for those that the run deleted."""
    selves = {}
    for _, document in zoo.recorder.documents():
        for item in resources(document):
            if href(item.get("links", {}).get("self")):
                selves[own_path(zoo.base_url, href(item["links"]["self"]))] = item["type"], item["id"]
    expect.true(selves, "resources with links.self", "none")
    removed = {own_path(zoo.base_url, path) for path in zoo.recorder.removed()}
    for path, key in sorted(selves.items()):
        if urllib.parse.urlsplit(path).path not in removed:
            answer = expect.status(zoo.client.get(zoo.prefix + path), 200)
            expect.same((answer.data["type"], answer.id), key, f"resource at {path}")


def ato_12_as_many_results(zoo):
    for response, document in zoo.recorder.documents():
        if "atomic:results" in document:
            asked = response.sent_json["atomic:operations"]
            expect.true(len(document["atomic:results"]) == len(asked), f"{len(asked)} results", response)


def pag_01_links_page_their_own(zoo):
    """A page link leads to where its array stands, not to somewhere else."""
    for response, document in zoo.recorder.documents():
        for name in ("first", "last", "prev", "next"):
            link = href(document.get("links", {}).get(name))
            if link and response.method == "GET":
                came = urllib.parse.urlsplit(own_path(zoo.base_url, link)).path
                asked = urllib.parse.urlsplit(own_path(zoo.base_url, response.path)).path
                expect.true(came == asked, f"links.{name} at {asked}", response)


def doc_21_linkage_links(zoo):
    for response, document in zoo.recorder.documents():
        for name, held in relationships(document):
            link = href(held.get("links", {}).get("next"))
            expect.true(not link or urllib.parse.urlsplit(link).path.endswith(f"/relationships/{name}"),
                        f"the page after the linkage of {name} at its own URL", response)


def qry_03_emitted_parameters(zoo):
    """Links carry nothing but parameters of the specification, in families, or own ones."""
    for response, document in zoo.recorder.documents():
        for name in emitted(document):
            base = name.partition("[")[0]
            known = base in ("include", "sort", "fields", "filter", "page")
            expect.true(known or any(not ("a" <= c <= "z") for c in base), f"no parameter such as {name!r}", response)


def ext_03_extension_parameters(zoo):
    for response, document in zoo.recorder.documents():
        for name in emitted(document):
            expect.true(":" not in name or re.fullmatch(r"[A-Za-z0-9]+:[a-z]+", name),
                        f"namespace:name of an extension's parameter, not {name!r}", response)


def emitted(document):
    """The names of the query parameters in all links."""
    for _, links in links_objects(document):
        for link in links.values():
            query = urllib.parse.urlsplit(href(link) or "").query
            yield from (name for name, _ in urllib.parse.parse_qsl(query, keep_blank_values=True))


def ext_01_namespaces(zoo):
    for response, document in zoo.recorder.documents():
        for name in document:
            namespace, colon, _ = name.partition(":")
            expect.true(not colon or re.fullmatch(r"[A-Za-z0-9]+", namespace), "a namespace of letters and digits", response)


def ext_05_uris_lead_somewhere(zoo):
    uris = set()
    for response in zoo.recorder.responses:
        for found in re.findall(r'(?:ext|profile)="([^"]*)"', response.headers.get("Content-Type") or ""):
            uris |= set(found.split())
    for uri in sorted(uris):
        if not uri.startswith("https://jsonapi.org/"):
            expect.status(zoo.follow(uri), 200)


def err_11_links_of_errors(zoo):
    links = set()
    for _, document in zoo.recorder.documents():
        for error in document.get("errors", []):
            links |= {href(link) for link in error.get("links", {}).values()}
    for link in sorted(links):
        if not link.startswith("https://jsonapi.org/"):
            expect.status(zoo.client.get(zoo.prefix + own_path(zoo.base_url, link)), 200)
