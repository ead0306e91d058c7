"""Changes that a client may ask for: how they are drawn, and how they are sent.

A `Draft` is a change in small numbers ("the third resource there is"), which hypothesis can shrink.
`Drawer.resolve` turns it into a `Change` of resources that exist, or do not, at that moment.
"""

from dataclasses import dataclass, field
from typing import NamedTuple, Optional
from urllib.parse import quote

import hypothesis.strategies as st

from support.client import document, ident

from .mirror import NOWHERE
from .shape import Side

ON_A_SIDE = ("link", "unlink", "replace", "put", "drop", "create", "update")
ACTIONS = (*ON_A_SIDE, "delete", "wrong type", "taken", "atomic")

#: Resources of one type at a time: few, so that the same pairs meet again and again.
POPULATION = 5
#: Slots from this number on name what does not exist.
NOTHING = 20

ATOMIC = 'application/vnd.api+json; ext="https://jsonapi.org/ext/atomic"'
TEXT_IDS = ("plain", "with space", "größe", "it's", '"q"', "100%", "a+b", "UPPER", "x;y", "?#&")


class Draft(NamedTuple):
    action: str
    side: int
    owner: int
    members: tuple  # of (slot, what meta it is given)
    more: tuple  # (side, members) of further relationships, in create and update
    choices: int  # bits: what else varies


class Member(NamedTuple):
    id: str
    meta: dict = {}
    lid: Optional[str] = None


@dataclass
class Change:
    action: str
    type: str
    side: Optional[Side] = None
    drawn: str = ""  # the action that the draft asked for
    owner: Optional[str] = None
    members: tuple = ()
    attributes: dict = field(default_factory=dict)
    links: dict = field(default_factory=dict)  # side -> members
    id: Optional[str] = None  # of a create: what the client chooses
    lid: Optional[str] = None  # of a create in /operations
    prefers_document: bool = False
    parts: tuple = ()  # of an atomic one


slots = st.integers(0, NOTHING - 1) | st.integers(0, NOTHING)
members = st.lists(st.tuples(slots, st.integers(0, 5)), max_size=4).map(tuple)
drafts = st.builds(
    Draft, st.sampled_from(ACTIONS), st.integers(0, 19), slots, members,
    st.lists(st.tuples(st.integers(0, 19), members), max_size=2).map(tuple), st.integers(0, 15))


class Drawer:
    def __init__(self, shape):
        self.shape = shape
        self.serial = 0

    def resolve(self, draft, state, focus=False):
        """focus: the change is one of the shape's first bond."""
        sides = [one for one in self.shape.sides if not focus or one.bond is self.shape.bonds[0]]
        side = sides[draft.side % len(sides)]
        if draft.action == "atomic":
            return self._atomic(draft, state, side)
        change = Change(draft.action, side.type, side, draft.action)
        change.prefers_document = draft.choices % 4 == 0
        have = state.ids[side.type]
        if change.action == "create" and len(have) >= POPULATION:
            change.action = "delete"
        elif change.action == "taken" and not have or change.action == "delete" and len(have) < 2:
            change.action = "create"
        if change.action in ("create", "taken"):
            self._fill(change, draft, state)
            change.action = "create"
        else:
            change.owner = self.pick(side.type, draft.owner, state)
        if change.action == "update":
            self._fill(change, draft, state)
        elif change.action == "wrong type":
            change.members = self._members(side, draft.members, state)[:0 if side.is_to_one else None]
        elif change.action in ("put", "drop"):
            change.members = self._members(side, (draft.members + ((draft.owner, 0),))[:1], state, False)
        elif change.action in ("link", "unlink", "replace"):
            change.members = self._members(side, draft.members, state)
            if side.is_to_one:
                change.members = change.members[:1]
        return change

    def pick(self, type_name, slot, state):
        ids = state.ids[type_name]
        return ids[slot % len(ids)] if ids and slot < NOTHING else NOWHERE[self.shape.type(type_name).key_type]

    def _members(self, side, drawn, state, with_meta=True):
        return tuple(
            Member(self.pick(side.target, slot, state), self._meta(side, choice) if with_meta else {})
            for slot, choice in drawn)

    @staticmethod
    def _meta(side, choice):
        if not side.bond.columns:
            return {}
        meta = {}
        if choice in (1, 3):
            meta["note"] = f"note {choice}" if choice == 1 else None
        if choice in (2, 3):
            meta["rank"] = choice
        return meta

    def _fill(self, change, draft, state):
        type_ = self.shape.type(change.type)
        self.serial += 1
        change.attributes = self.attributes(type_, draft.choices)
        wanted = {change.side: draft.members}
        others = self.shape.sides_of(change.type)
        for number, drawn in draft.more:
            wanted.setdefault(others[number % len(others)], drawn)
        if change.action == "update" and draft.choices & 8:
            del wanted[change.side]  # relationships that are not named stay as they are
        for side, drawn in wanted.items():
            found = self._members(side, drawn, state)
            change.links[side] = found[:1] if side.is_to_one else found
        if change.action == "taken":
            self._take(change, type_, draft, state)
            return
        if change.action == "create":
            self.complete(change, type_, draft, state)

    def complete(self, change, type_, draft, state):
        """What a create cannot do without: an id, required owners."""
        if type_.is_given_ids or type_.client_ids and draft.choices & 1:
            change.id = self.new_id(type_)
        for side in self.shape.sides_of(type_.name):
            if side.bond.required and side.end == "b" and side not in change.links and not draft.choices == 15:
                change.links[side] = (Member(self.pick(side.target, draft.owner, state)),)

    def new_id(self, type_):
        if type_.key_type == "text":
            return f"{TEXT_IDS[self.serial % len(TEXT_IDS)]} {self.serial}"
        if type_.key_type == "uuid":
            return f"00000000-0000-4000-8000-{self.serial:012d}"
        return str(10000 + self.serial)

    def attributes(self, type_, choices):
        given = {}
        for n, one in enumerate(type_.attributes):
            if one.unique or n == 0 or choices & (1 << n):
                given[one.name] = {"text": f"value {self.serial}", "integer": self.serial - 3,
                                   "boolean": self.serial % 2 == 0, "date": f"2021-03-{self.serial % 28 + 1:02d}"
                                   }[one.type]
                if choices % 5 == 4 and not one.default:
                    given[one.name] = None
        return given

    def _take(self, change, type_, draft, state):
        """A create of what is there already: its id, though clients may not choose any, or its unique value."""
        taken = state.ids[type_.name][0]
        self.complete(change, type_, Draft("create", 0, 0, (), (), 1), state)
        if type_.client_ids or not type_.attributes[0].unique or draft.choices & 1:
            change.id = taken
        else:
            name = type_.attributes[0].name
            change.attributes[name] = state.attributes[type_.name, taken][name]

    # -- several at once ---------------------------------------------------------------------------

    def _atomic(self, draft, state, side):
        """A new resource under a lid that the others name, then writes of both sides."""
        self.serial += 1
        parts, wanted = [], draft.members[:3] or ((draft.owner, 0),)
        type_ = self.shape.type(side.type)
        lid = None
        if draft.choices & 1 and len(state.ids[side.type]) < POPULATION:
            lid = f"new {self.serial}"
            add = Change("create", side.type, side, attributes=self.attributes(type_, draft.choices), lid=lid)
            self.complete(add, type_, draft, state)
            parts.append(add)
        for n, (slot, choice) in enumerate(wanted):
            here = side.inverse if n % 2 and side.inverse else side
            action = ("link", "replace", "unlink", "update", "delete")[(draft.choices // 2 + slot + n) % 5]
            if here.is_to_one and action in ("link", "unlink"):
                action = "replace"
            if action == "delete" and len(state.ids[here.type]) < 3:
                action = "replace"
            parts.append(self._part(action, here, slot, (draft.owner + n, choice), side, lid, state))
        return Change("atomic", side.type, side, "atomic", parts=tuple(parts))

    def _part(self, action, here, slot, drawn, side, lid, state):
        self.serial += 1
        part = Change(action, here.type, here, owner=self.pick(here.type, slot, state))
        member = self._members(here, (drawn,), state)[0]
        if lid and here == side:
            part.owner, part.lid = None, lid
        elif lid and here.target == side.type:
            member = Member(lid, member.meta, lid)
        chosen = () if here.is_to_one and drawn[1] == 5 else (member,)
        if action == "update":
            part.attributes = self.attributes(self.shape.type(here.type), 0)
            part.links = {here: chosen}
        elif action != "delete":
            part.members = chosen
        return part


# -- as requests -----------------------------------------------------------------------------------

def path_of(type_name, id_=None, *names):
    return "/".join(["", type_name, *([] if id_ is None else [quote(id_, safe="")]), *names])


def relationship_path(side, owner):
    return path_of(side.type, owner, "relationships", side.name)


def linkage(side, chosen):
    found = [{"type": side.target, **({"lid": one.lid} if one.lid else {"id": one.id}),
              **({"meta": one.meta} if one.meta else {})} for one in chosen]
    return (found[0] if found else None) if side.is_to_one else found


def request(change):
    """(method, path, body, headers)"""
    side = change.side
    headers = {"Prefer": "return=representation"} if change.prefers_document else {}
    if change.action in ("link", "unlink", "replace", "wrong type"):
        method = {"link": "POST", "unlink": "DELETE"}.get(change.action, "PATCH")
        body = {"data": linkage(side, change.members)}
        if change.action == "wrong type":
            wrong = ident("no-such-type", change.owner)
            body["data"] = wrong if side.is_to_one else body["data"] + [wrong]
        return method, relationship_path(side, change.owner), body, headers
    if change.action in ("put", "drop"):
        method = "PUT" if change.action == "put" else "DELETE"
        path = path_of(side.type, change.owner, side.name, quote(change.members[0].id, safe=""))
        return method, path, None, {}
    if change.action == "delete":
        return "DELETE", path_of(change.type, change.owner), None, {}
    if change.action == "atomic":
        return "POST", "/operations", {"atomic:operations": [operation(one) for one in change.parts]}, {
            "Content-Type": ATOMIC, "Accept": ATOMIC}
    path = path_of(change.type, change.owner)
    return ("PATCH" if change.owner else "POST"), path, resource(change), {}


def resource(change):
    links = {side.name: linkage(side, chosen) for side, chosen in change.links.items()}
    return document(change.type, change.attributes or None, links or None, change.owner or change.id)


def operation(part):
    op = {"create": "add", "link": "add", "unlink": "remove", "delete": "remove"}.get(part.action, "update")
    if part.action == "create":
        data = {**resource(part)["data"], "lid": part.lid}
        return {"op": op, "data": data}
    named = {"lid": part.lid} if part.lid else {"id": part.owner}
    ref = {"type": part.type, **named}
    if part.action == "delete":
        return {"op": op, "ref": ref}
    if part.action == "update":
        data = resource(part)["data"]
        return {"op": op, "data": {**data, **named}}
    return {"op": op, "ref": {**ref, "relationship": part.side.name}, "data": linkage(part.side, part.members)}
