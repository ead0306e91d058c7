"""A small in-memory stand-in for the service, and ways in which it can be wrong.

Only for testing the tests: the comparison must be silent about the sound stand-in and must notice each
of `FLAWS`.
"""

import http.client
import json
from collections import defaultdict
from urllib.parse import parse_qs, unquote, urlsplit

from support.client import Client, Response, idents
from support.model import SIDES, TYPES

from .sides import BY_NAME, TABLES, UNIQUE, inverse, pair, sides_of

FLAWS = (
    "one-sided link",
    "lost unlink",
    "replace adds only",
    "replace clears",
    "half a link",
    "missing member ignored",
    "delete leaves links",
    "delete takes the other end",
    "create forgets the second relationship",
    "patch clears what it does not name",
    "wrong pointer",
    "put always 201",
    "unlink of nothing is 404",
    "last page lost",
    "stale related",
    "clash links anyway",
    "duplicate refused",
)


class Refusal(Exception):
    def __init__(self, status, pointer=None):
        super().__init__(status)
        self.status = status
        self.pointer = pointer


class FakeService(Client):
    """Answers like backref, as far as the oracle's operations go; `flaw` is one of FLAWS or None."""

    def __init__(self, flaw=None):
        super().__init__("http://127.0.0.1:1", check=None)
        self.flaw = flaw
        self.next_id = 1
        self.clear()

    def clear(self):
        self.things = {kind: {} for kind in TYPES}
        self.links = {table: set() for table in TABLES}
        self.hidden = defaultdict(set)  # side -> pairs that this side does not show

    def rows(self, table):
        return set(self.links[table])

    def request(self, method, path, body=None, headers=None, raw=None):
        parts = urlsplit(unquote(path))
        words = parts.path.strip("/").split("/")
        try:
            status, answer, extra = self._route(method, words, parse_qs(parts.query), body)
        except Refusal as refusal:
            error = {"status": str(refusal.status), "code": "x", "title": "x", "detail": "x"}
            if refusal.pointer:
                error["source"] = {"pointer": refusal.pointer}
            status, answer, extra = refusal.status, {"errors": [error]}, {}
        shown = http.client.HTTPMessage()
        for name, value in extra.items():
            shown[name] = value
        content = b"" if answer is None else json.dumps(answer).encode()
        return Response(method, path, {}, None, status, shown, content)

    def _route(self, method, words, query, document):
        kind = words[0]
        if len(words) == 1 and method == "GET":
            return self._page([self._resource(kind, key) for key in self.things[kind]], query, words)
        if len(words) == 1:
            return self._create(kind, document["data"])
        key = int(words[1])
        if key not in self.things[kind]:
            raise Refusal(404)
        if len(words) == 2:
            return self._change(method, kind, key, document)
        if words[2] == "relationships":
            return self._linkage(method, BY_NAME[kind, words[3]], key, query, document, words)
        side = BY_NAME[kind, words[2]]
        if len(words) == 3:
            shown = self._members(side, key)
            if self.flaw == "stale related":
                shown = [one for one in shown if one % 5]
            return self._page([self._resource(side.target, one) for one in shown], query, words)
        return self._one(method, side, key, int(words[3]))

    def _resource(self, kind, key):
        return {"type": kind, "id": str(key), "attributes": dict(self.things[kind][key])}

    def _members(self, side, key):
        found = []
        for row in self.links[side.table]:
            for member in row:
                if pair(side, key, member) == row and row not in self.hidden[side]:
                    found.append(member)
        return sorted(set(found))

    def _page(self, data, query, words):
        size = int(query.get("page[size]", ["50"])[0])
        start = int(query.get("page[after]", ["0"])[0])
        document = {"data": data[start : start + size], "links": {}}
        more = start + size < len(data)
        if self.flaw == "last page lost" and start + 2 * size > len(data):
            more = False
        if more:
            document["links"]["next"] = f"/{'/'.join(words)}?page[size]={size}&page[after]={start + size}"
        return 200, document, {}

    def _read(self, side, data, prefix):
        for i, one in enumerate(data):
            if one["type"] != side.target:
                raise Refusal(409, f"{prefix}/{i}")
        keys = [int(one["id"]) for one in data]
        if self.flaw == "duplicate refused" and len(keys) != len(set(keys)):
            raise Refusal(422)
        return keys

    def _all_exist(self, side, keys, prefix):
        for i, key in enumerate(keys):
            if key not in self.things[side.target] and self.flaw != "missing member ignored":
                raise Refusal(404, prefix if self.flaw == "wrong pointer" else f"{prefix}/{i}")

    def _add(self, side, key, members):
        for member in members:
            if member in self.things[side.target]:
                row = pair(side, key, member)
                if self.flaw == "one-sided link" and row not in self.links[side.table] and row[0] % 3 == 0:
                    self.hidden[inverse(side)].add(row)
                self.links[side.table].add(row)

    def _remove(self, side, key, members):
        for member in members:
            if self.flaw != "lost unlink" or member % 3:
                self.links[side.table].discard(pair(side, key, member))

    def _replace(self, side, key, members):
        if self.flaw == "replace clears" and len(members) > 2:
            members = []
        if self.flaw != "replace adds only":
            self._remove(side, key, set(self._members(side, key)) - set(members))
        self._add(side, key, members)

    def _linkage(self, method, side, key, query, document, words):
        if method == "GET":
            return self._page(idents(side.target, self._members(side, key)), query, words)
        members = self._read(side, document["data"], "/data")
        if method == "DELETE":
            if self.flaw == "unlink of nothing is 404" and not set(members) <= set(self._members(side, key)):
                raise Refusal(404)
            self._remove(side, key, members)
            return 204, None, {}
        if self.flaw == "half a link" and method == "POST":
            self._add(side, key, members[:1])
        self._all_exist(side, members, "/data")
        (self._add if method == "POST" else self._replace)(side, key, members)
        return 204, None, {}

    def _one(self, method, side, key, member):
        linked = member in self._members(side, key)
        if method == "GET":
            if not linked:
                raise Refusal(404)
            return 200, {"data": self._resource(side.target, member)}, {}
        if method == "DELETE":
            self._remove(side, key, [member])
            return 204, None, {}
        if member not in self.things[side.target]:
            raise Refusal(404)
        self._add(side, key, [member])
        if linked and self.flaw != "put always 201":
            return 204, None, {}
        return 201, {"data": self._resource(side.target, member)}, {}

    def _create(self, kind, data):
        key = self.next_id
        attributes = data.get("attributes", {})
        unique = UNIQUE.get(kind)
        taken = any(unique and old[unique] == attributes[unique] for old in self.things[kind].values())
        wanted = self._relationships(kind, data)
        if taken:
            if self.flaw == "clash links anyway":
                first = min(self.things[kind])
                for side, members in wanted.items():
                    self._add(side, first, members)
            raise Refusal(409, f"/data/attributes/{unique}")
        self.next_id += 1
        self.things[kind][key] = attributes
        for i, (side, members) in enumerate(wanted.items()):
            if i == 0 or self.flaw != "create forgets the second relationship":
                self._add(side, key, members)
        return 201, {"data": self._resource(kind, key)}, {"location": f"/{kind}/{key}"}

    def _relationships(self, kind, data):
        wanted = {}
        for name, value in data.get("relationships", {}).items():
            side, prefix = BY_NAME[kind, name], f"/data/relationships/{name}/data"
            wanted[side] = self._read(side, value["data"], prefix)
            self._all_exist(side, wanted[side], prefix)
        return wanted

    def _change(self, method, kind, key, document):
        if method == "DELETE":
            del self.things[kind][key]
            for side in sides_of(kind):
                if self.flaw == "delete takes the other end":
                    for member in self._members(side, key)[:1]:
                        del self.things[side.target][member]
                if self.flaw != "delete leaves links":
                    self._remove_all(side, key)
            return 204, None, {}
        wanted = self._relationships(kind, document["data"])
        self.things[kind][key].update(document["data"].get("attributes", {}))
        for side in SIDES:
            if side in wanted:
                self._replace(side, key, wanted[side])
            elif side.type == kind and self.flaw == "patch clears what it does not name":
                self._replace(side, key, [])
        return 200, {"data": self._resource(kind, key)}, {}

    def _remove_all(self, side, key):
        gone = {pair(side, key, member) for member in self.things[side.target]}
        self.links[side.table] -= gone
