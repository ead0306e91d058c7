"""The zoo: its relationships as data, and a client that makes rows of its own by HTTP alone."""

import itertools
import types
import urllib.parse
import uuid

from support.client import Client, Response, document, ident, idents
from support.lint import JSONAPI
from support.model import MISSING, unique

import expect

ATOMIC_URI = "https://jsonapi.org/ext/atomic"
CURSOR_URI = "https://jsonapi.org/profiles/ethanresnick/cursor-pagination"
UNKNOWN = "https://example.com/unknown"
ATOMIC = f'{JSONAPI};ext="{ATOMIC_URI}"'
CURSOR = f'{JSONAPI};profile="{CURSOR_URI}"'

TO_ONE, TO_MANY = "to-one", "to-many"
RELATIONSHIPS = {
    "persons": {"phones": ("phones", TO_MANY), "friends": ("friends", TO_MANY), "hobbies": ("hobbies", TO_MANY),
                "frozen": ("hobbies", TO_MANY), "knows": ("persons", TO_MANY), "knownBy": ("persons", TO_MANY),
                "team": ("teams", TO_ONE), "badges": ("badges", TO_MANY), "passport": ("passports", TO_ONE)},
    "phones": {"persons": ("persons", TO_MANY)},
    "friends": {"persons": ("persons", TO_MANY)},
    "hobbies": {"persons": ("persons", TO_MANY)},
    "teams": {"members": ("persons", TO_MANY)},
    "badges": {"person": ("persons", TO_ONE)},
    "passports": {"holder": ("persons", TO_ONE)},
    "notes": {}, "logs": {},
}
TYPES = tuple(RELATIONSHIPS)
FOREIGN_KEYS = {"persons": {"team_id"}, "badges": {"person_id"}, "passports": {"holder_id"}}
NUMERIC_KEYS = set(TYPES) - {"notes"}

_turns = itertools.count()


def encoded(path):
    """The path with the brackets of its query percent-encoded."""
    before, mark, query = path.partition("?")
    return before + mark + query.replace("[", "%5B").replace("]", "%5D")


def own_path(base_url, link):
    """A link of an answer as a path below the base URL, whether it is relative or absolute."""
    parts = urllib.parse.urlsplit(link)
    prefix = urllib.parse.urlsplit(base_url).path.rstrip("/")
    path = parts.path[len(prefix):] if parts.path.startswith(prefix + "/") else parts.path
    return path + ("?" + parts.query if parts.query else "")


class Zoo:
    """One connection to the server under test. Every row gets one, and siblings for its threads."""

    missing = MISSING

    def __init__(self, target, recorder, shared=None):
        self.target, self.recorder = target, recorder
        self.base_url = target.base_url
        self.prefix = urllib.parse.urlsplit(self.base_url).path.rstrip("/")
        self.client = Client(self.base_url, check=recorder.take)
        self.shared = {} if shared is None else shared  # costly things that rows may use together

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.close()

    def sibling(self):
        return Zoo(self.target, self.recorder, self.shared)

    # -- requests --------------------------------------------------------------------------

    def request(self, method, path, body=None, headers=None, raw=None) -> Response:
        """A read is sent twice when its query has brackets, plain and encoded, and has to be
        answered alike; of writes one half is sent plain and the other encoded."""
        path = self.prefix + path
        if encoded(path) == path:
            return self.client.request(method, path, body, headers, raw)
        if method not in ("GET", "HEAD"):
            return self.client.request(method, encoded(path) if next(_turns) % 2 else path, body, headers, raw)
        plain = self.client.request(method, path, body, headers, raw)
        other = self.client.request(method, encoded(path), body, headers, raw)
        expect.true(_substance(plain) == _substance(other),
                    f"the same for plain and encoded brackets: {expect.brief(plain)}", other)
        return plain

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def post(self, path, body=None, headers=None, raw=None):
        return self.request("POST", path, body, headers, raw)

    def patch(self, path, body=None, headers=None, raw=None):
        return self.request("PATCH", path, body, headers, raw)

    def delete(self, path, body=None, headers=None, raw=None):
        return self.request("DELETE", path, body, headers, raw)

    def accept(self, path, accept):
        """GET with this Accept; None sends none."""
        return self.get(path, {"Accept": accept})

    def follow(self, link):
        """GET what a link of an answer leads to."""
        return self.client.get(self.prefix + own_path(self.base_url, link))

    def operations(self, *operations, query="", **others):
        """POST /operations; others are further members of the document."""
        return self.post("/operations" + query, {"atomic:operations": list(operations), **others},
                         {"Content-Type": ATOMIC, "Accept": ATOMIC})

    # -- rows of one's own -----------------------------------------------------------------

    def create(self, type_, attributes, **linkage):
        """POST a resource; a member of linkage is what becomes `data`. Returns its id."""
        answer = self.post(f"/{type_}", document(type_, attributes, linkage or None))
        return expect.status(answer, 201).id

    def person(self, name=None, email=None, age=None, **linkage):
        attributes = {"name": name or unique("person")}
        attributes.update({} if email is None else {"email": email})
        attributes.update({} if age is None else {"age": age})
        return self.create("persons", attributes, **linkage)

    def persons(self, ages):
        """One person for each age, of one name that nobody else has. Returns (name, ids)."""
        name = unique("crowd")
        return name, [self.person(name, age=age) for age in ages]

    def phone(self, number=None):
        return self.create("phones", {"number": number or unique("+1")})

    def hobby(self, name=None):
        return self.create("hobbies", {"name": name or unique("hobby")})

    def friend(self):
        return self.create("friends", {"name": unique("friend")})

    def team(self, *members, name=None):
        linkage = {"members": idents("persons", members)} if members else {}
        return self.create("teams", {"name": name or unique("team")}, **linkage)

    def badge(self, person):
        return self.create("badges", {"label": unique("badge")}, person=ident("persons", person))

    def passport(self, holder=None):
        linkage = {} if holder is None else {"holder": ident("persons", holder)}
        return self.create("passports", {"number": unique("P")}, **linkage)

    def note(self, title="a note", id_=None):
        """Returns the resource."""
        answer = self.post("/notes", document("notes", {"title": title}, id_=id_ or str(uuid.uuid4())))
        return expect.status(answer, 201).data

    def log(self):
        """The id of a row of the read-only type; the zoo is delivered with some."""
        answer = expect.status(self.get("/logs?page[size]=1"), 200)
        expect.true(len(answer.data) == 1, "a row of logs, as tests/conformance/README.md asks", answer)
        return answer.ids[0]

    def family(self):
        """What most rows need: `one` has two phones and a hobby, `two` has no links; one more
        phone and one more hobby are linked to nobody."""
        phones, hobbies = [self.phone() for _ in range(3)], [self.hobby() for _ in range(2)]
        one = self.person(phones=idents("phones", phones[:2]), hobbies=idents("hobbies", hobbies[:1]))
        return types.SimpleNamespace(one=one, two=self.person(), phones=phones[:2], spare_phone=phones[2],
                                     hobby=hobbies[0], spare_hobby=hobbies[1])

    # -- what is stored --------------------------------------------------------------------

    def walk(self, path):
        """Every item of a list over all its pages."""
        items = []
        while path:
            answer = expect.status(self.get(path) if "[" in path else self.client.get(self.prefix + path), 200)
            items += answer.data
            link = answer.link("next")
            path = link and own_path(self.base_url, link)
        return items

    def linkage(self, type_, id_, name):
        """To-many: the sorted ids. To-one: the id or None."""
        path = f"/{type_}/{id_}/relationships/{name}"
        if RELATIONSHIPS[type_][name][1] is TO_ONE:
            data = expect.status(self.get(path), 200).data
            return data and data["id"]
        ids = [item["id"] for item in self.walk(path)]
        expect.same(len(ids), len(set(ids)), f"members of {path}, each once:")
        return sorted(ids, key=int)

    def attributes(self, type_, id_):
        return expect.status(self.get(f"/{type_}/{id_}"), 200).data["attributes"]

    def people_called(self, name):
        """How many persons have this name: what a refused create must leave at zero."""
        query = urllib.parse.urlencode({"filter[name]": name})
        return len(expect.status(self.client.get(f"{self.prefix}/persons?{query}"), 200).data)

    # -- what has to hold ------------------------------------------------------------------

    def expect_linkage(self, type_, id_, name, *members):
        """Exactly these members, and each of them shows the owner in turn."""
        wanted = sorted(map(str, members), key=int)
        expect.same(self.linkage(type_, id_, name), wanted, f"members of {type_}/{id_}/{name}")
        target = RELATIONSHIPS[type_][name][0]
        for inverse in INVERSES.get((type_, name), ()):
            for member in members:
                held = self.linkage(target, member, inverse)
                expect.true(id_ in (held if isinstance(held, list) else [held]),
                            f"{type_}/{id_} on the other side, {target}/{member}/{inverse}", repr(held))

    def expect_not_linked(self, type_, id_, name, member):
        """The member is on neither side."""
        expect.true(member not in self.linkage(type_, id_, name), f"{type_}/{id_}/{name} without {member}", "it is there")
        target = RELATIONSHIPS[type_][name][0]
        for inverse in INVERSES.get((type_, name), ()):
            held = self.linkage(target, member, inverse)
            expect.true(id_ not in (held if isinstance(held, list) else [held]),
                        f"{target}/{member}/{inverse} without {id_}", repr(held))


INVERSES = {
    ("persons", "phones"): ("persons",), ("phones", "persons"): ("phones",),
    ("persons", "friends"): ("persons",), ("friends", "persons"): ("friends",),
    ("persons", "hobbies"): ("persons",), ("hobbies", "persons"): ("hobbies", "frozen"),
    ("persons", "knows"): ("knownBy",), ("persons", "knownBy"): ("knows",),
    ("persons", "team"): ("members",), ("teams", "members"): ("team",),
    ("persons", "badges"): ("person",), ("badges", "person"): ("badges",),
    ("persons", "passport"): ("holder",), ("passports", "holder"): ("passport",),
}


def _substance(answer):
    """What has to be the same for two ways of writing one request."""
    if not answer.body:
        return answer.status, None
    held = answer.json
    errors = [(e.get("status"), e.get("code"), e.get("source")) for e in held.get("errors", [])]
    return answer.status, held.get("data"), held.get("included"), errors
