"""Changes a client may ask for: how they are drawn, sent, judged by the contract and done in SQLAlchemy.

A `Draft` is a change in terms of small numbers ("the third person there is"), so that a random number
generator and hypothesis can both make drafts, and hypothesis can shrink them. `resolve` turns a draft
into an `Op` with real ids, given what exists at that moment.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple, Optional

from support.client import document, idents
from support.model import SIDES, TYPES, Side

from .sides import NOWHERE, UNIQUE, inverse, new_attributes, sides_of

#: Resources of one type at a time: few, so that the same pairs meet again and again.
POPULATION = 6
#: Slots below this number name something that exists, the ones above name something that does not.
LIVE_SLOTS = 12
SLOTS = 13

WEIGHTS = {
    "link": 20,
    "unlink": 14,
    "replace": 12,
    "put": 10,
    "drop": 8,
    "look": 4,
    "create": 12,
    "update": 10,
    "delete": 6,
    "clash": 2,
    "foreign": 2,
}
ACTIONS = tuple(WEIGHTS)


class Draft(NamedTuple):
    """A change before ids are known. Slots are numbers below SLOTS, `side` an index into SIDES."""

    action: str
    side: int
    owner: int
    members: tuple
    more: Optional[tuple]  # members of a second relationship, in create and update

    @staticmethod
    def random(rng):
        action = rng.choices(ACTIONS, tuple(WEIGHTS.values()))[0]
        side = rng.randrange(len(SIDES))
        owner = _slot(rng, 0.03)
        members = tuple(_slot(rng, 0.03) for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 4, 7))))
        more = tuple(_slot(rng, 0.02) for _ in range(rng.randrange(4))) if rng.random() < 0.4 else None
        return Draft(action, side, owner, members, more)


def _slot(rng, missing):
    return LIVE_SLOTS if rng.random() < missing else rng.randrange(LIVE_SLOTS)


@dataclass
class Op:
    """A change with real ids. `owner` is None for a create."""

    action: str
    side: Side
    owner: Optional[int] = None
    members: tuple = ()
    attributes: dict = field(default_factory=dict)
    relationships: dict = field(default_factory=dict)

    def __str__(self):
        method, path, body = self.request()
        if self.action in ("link", "unlink", "replace", "foreign"):
            return f"{method} {path} {list(self.members)}"
        if body is not None:
            links = {name: list(members) for name, members in self.relationships.items()}
            return f"{method} {path} {self.attributes} {links} ({self.action})"
        return f"{method} {path}"

    def request(self):
        """(method, path, body or None)"""
        side, owner = self.side, self.owner
        if self.action in ("link", "unlink", "replace"):
            method = {"link": "POST", "unlink": "DELETE", "replace": "PATCH"}[self.action]
            return method, side.relationship(owner), side.body(*self.members)
        if self.action == "foreign":
            body = side.body(*self.members)
            body["data"] += idents(side.type, [owner])
            return "POST", side.relationship(owner), body
        if self.action in ("put", "drop", "look"):
            method = {"put": "PUT", "drop": "DELETE", "look": "GET"}[self.action]
            return method, side.one(owner, self.members[0]), None
        if self.action == "delete":
            return "DELETE", f"/{side.type}/{owner}", None
        relationships = {
            one.rel: idents(one.target, self.relationships[one.rel])
            for one in sides_of(side.type)
            if one.rel in self.relationships
        }
        if self.action in ("create", "clash"):
            return "POST", f"/{side.type}", document(side.type, self.attributes, relationships)
        body = document(side.type, self.attributes or None, relationships or None, str(owner))
        return "PATCH", f"/{side.type}/{owner}", body


class Expected(NamedTuple):
    """What the contract demands of an answer; pointers only where an error must name a place."""

    status: int
    pointers: frozenset = frozenset()


class Drawer:
    """Turns drafts into operations; remembers what it needs for that: serial numbers, the deceased."""

    def __init__(self, oracle, serial):
        self.oracle = oracle
        self.serial = serial
        self.deceased = defaultdict(lambda: NOWHERE)

    def resolve(self, draft):
        side = SIDES[draft.side]
        ids = {kind: self.oracle.ids(kind) for kind in TYPES}
        action = draft.action
        if action == "create" and len(ids[side.type]) >= POPULATION:
            action = "delete"
        if action in ("delete", "clash") and len(ids[side.type]) < 2 or not ids[side.type]:
            action = "create"
        op = Op(action, side)
        if action != "create":
            op.owner = self._pick(side.type, draft.owner, ids)
        if action in ("create", "update", "clash"):
            self._fill(op, draft, ids)
        else:
            slots = draft.members
            if action in ("put", "drop", "look"):
                slots = (draft.members + (draft.owner,))[:1]
            if action == "foreign":
                op.owner = ids[side.type][draft.owner % len(ids[side.type])]
                slots = [slot for slot in slots if slot < LIVE_SLOTS and ids[side.target]]
            op.members = tuple(self._pick(side.target, slot, ids) for slot in slots)
        return op

    def buried(self, kind, key):
        """Later drafts that ask for something missing get this id: it existed once."""
        self.deceased[kind] = key

    def _fill(self, op, draft, ids):
        kind = op.side.type
        self.serial += 1
        op.attributes = new_attributes(kind, self.serial)
        others = [one for one in sides_of(kind) if one is not op.side]
        wanted = [(op.side, draft.members)]
        if draft.more is not None and others:
            wanted.append((others[0], draft.more))
        if op.action == "clash":
            if kind not in UNIQUE:
                op.action, op.owner = "create", None
            else:
                self._clash(op, wanted, ids)
                return
        if op.action == "update":
            if draft.more is not None and not others:
                wanted = []  # attributes alone: relationships that are not named stay as they are
            if len(draft.members) > 3:
                op.attributes = {}
        op.relationships = {
            side.rel: tuple(self._pick(side.target, slot, ids) for slot in slots)
            for side, slots in wanted
        }

    def _clash(self, op, wanted, ids):
        """A create whose unique value is taken, with members that all exist."""
        taken = ids[op.side.type][0]
        op.owner = None
        op.attributes = self.oracle.attributes(op.side.type, taken)
        op.relationships = {
            side.rel: tuple(
                self._pick(side.target, slot, ids)
                for slot in slots
                if slot < LIVE_SLOTS and ids[side.target]
            )
            for side, slots in wanted
        }

    def _pick(self, kind, slot, ids):
        if slot >= LIVE_SLOTS or not ids[kind]:
            return self.deceased[kind]
        return ids[kind][slot % len(ids[kind])]


def expected(op, oracle):
    """The answer that the contract demands for this operation in the oracle's present state."""
    side = op.side
    if op.action not in ("create", "clash") and oracle.get(side.type, op.owner) is None:
        return Expected(404)
    known = set(oracle.ids(side.target))
    if op.action in ("link", "replace"):
        missing = {f"/data/{i}" for i, key in enumerate(op.members) if key not in known}
        return Expected(404, frozenset(missing)) if missing else Expected(204)
    if op.action in ("unlink", "drop", "delete"):
        return Expected(204)
    if op.action == "foreign":
        here = f"/data/{len(op.members)}"
        return Expected(409, frozenset({here, here + "/type"}))
    if op.action in ("put", "look"):
        linked = op.members[0] in oracle.members(side, op.owner)
        if op.action == "look":
            return Expected(200 if linked else 404)
        if op.members[0] not in known:
            return Expected(404)
        return Expected(204 if linked else 201)
    if op.action == "clash":
        return Expected(409, frozenset({f"/data/attributes/{UNIQUE[side.type]}"}))
    missing = {
        f"/data/relationships/{one.rel}/data/{i}"
        for one in sides_of(side.type)
        for i, key in enumerate(op.relationships.get(one.rel, ()))
        if oracle.get(one.target, key) is None
    }
    if missing:
        return Expected(404, frozenset(missing))
    return Expected(201 if op.action == "create" else 200)


def perform(op, oracle, key):
    """Does to SQLAlchemy what backref has accepted; `key` is the id that backref gave a new resource."""
    if op.action in ("link", "put"):
        oracle.link(op.side, op.owner, op.members)
    elif op.action in ("unlink", "drop"):
        oracle.unlink(op.side, op.owner, op.members)
    elif op.action == "replace":
        oracle.replace(op.side, op.owner, op.members)
    elif op.action == "create":
        oracle.create(op.side.type, key, op.attributes, op.relationships)
    elif op.action == "update":
        oracle.update(op.side.type, op.owner, op.attributes, op.relationships)
    elif op.action == "delete":
        oracle.delete(op.side.type, op.owner)


def touched(op, key):
    """Some (side, id) whose collections this operation may have changed: where to look at once."""
    if op.action in ("look", "foreign", "clash"):
        return []
    if op.action in ("create", "update"):
        sides = [one for one in sides_of(op.side.type) if one.rel in op.relationships]
        members = {one: op.relationships[one.rel] for one in sides}
        owner = key if op.action == "create" else op.owner
    elif op.action == "delete":
        return []
    else:
        sides, members, owner = [op.side], {op.side: op.members}, op.owner
    near = [(one, owner) for one in sides if owner is not None]
    return near + [(inverse(one), key) for one in sides for key in members[one][:1]]
