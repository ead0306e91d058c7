"""The register of the rules that hold for every answer, and what they have in common.

A rule is a function that asserts. It names the rows of conformance/rows.tsv that it judges, so that
the conformance suite can tell which of them an answer breaks; a rule of the house names none.
"""

import collections
import re

Rule = collections.namedtuple("Rule", "rows judge")

RESPONSE_RULES = []  # judge(response), whatever the response is
DOCUMENT_RULES = []  # judge(response, document), when there is a JSON:API document

MEMBER_NAME = re.compile("[A-Za-z0-9\u0080-\U0010ffff]([A-Za-z0-9_\\- \u0080-\U0010ffff]*[A-Za-z0-9\u0080-\U0010ffff])?")


def response_rule(*rows):
    def register(judge):
        RESPONSE_RULES.append(Rule(rows, judge))
        return judge
    return register


def document_rule(*rows):
    def register(judge):
        DOCUMENT_RULES.append(Rule(rows, judge))
        return judge
    return register


def as_list(data):
    """Linkage or primary data of any arity as a list."""
    return data if isinstance(data, list) else [] if data is None else [data]


def primary(document):
    """The resources or identifiers that are primary data, also those of atomic results."""
    items = as_list(document.get("data"))
    return items + [item for r in document.get("atomic:results", []) for item in as_list(r.get("data"))]


def resources(document):
    """Everything that has a type and an id: primary data and included resources."""
    return primary(document) + document.get("included", [])


def relationships(document):
    """(name, relationship object) of every resource in the document."""
    for item in resources(document):
        yield from item.get("relationships", {}).items()


def links_objects(document):
    """Every `links` object with the name of what it belongs to."""
    holders = [("the top level", document)]
    holders += [(f"{item.get('type')} {item.get('id')}", item) for item in resources(document)]
    holders += [(f"relationship {name}", held) for name, held in relationships(document)]
    holders += [("an error", error) for error in document.get("errors", [])]
    return [(where, holder["links"]) for where, holder in holders if "links" in holder]


def href(link):
    """The text of a link that is a string, an object or null."""
    return link["href"] if isinstance(link, dict) else link
