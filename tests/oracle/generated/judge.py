"""What the contract demands of an answer, told from the shape and from what SQLAlchemy has.

A refusal is first of all one of the document, which needs no database; then of what it asks of the links that
there are; then of the tables. `Verdict.reason` is a word for statistics. Where a refusal is one that the
tables would give as well, `tables_refuse` says so, and the trial lets SQLAlchemy try it.
"""

from typing import NamedTuple



REASONS = (
    "method", "view-only", "wrong type", "required", "itself", "two sides", "no owner", "no member", "taken",
    "kept", "in use", "not unique", "id taken", "client id",
)


class Verdict(NamedTuple):
    status: int
    reason: str = ""
    pointers: frozenset = frozenset()
    tables_refuse: bool = False


class Problem(NamedTuple):
    status: int
    reason: str
    pointer: str = ""
    tables_refuse: bool = False


def verdict_of(problems):
    """As one answer: the status of all, or 400 where they differ."""
    statuses = {one.status for one in problems}
    return Verdict(statuses.pop() if len(statuses) == 1 else 400, problems[0].reason,
                   frozenset(one.pointer for one in problems if one.pointer),
                   all(one.tables_refuse for one in problems))


def ids(members):
    return [one.id for one in members]


def links_of(change):
    return change.links if change.action in ("create", "update") else {change.side: change.members}


def kind_of(change):
    """What happens to the members that a change names."""
    if change.action in ("link", "put") and not change.side.is_to_one:
        return "add"
    return "remove" if change.action in ("unlink", "drop") else "replace"


def place(change, side, index=None):
    """The pointer to a relationship's linkage, or to one of its members."""
    if change.action in ("put", "drop"):
        return ""
    whole = f"/data/relationships/{side.name}/data" if change.action in ("create", "update") else "/data"
    return whole if index is None or side.is_to_one else f"{whole}/{index}"


class Judge:
    def __init__(self, shape, mirror):
        self.shape, self.mirror = shape, mirror

    def verdict(self, change):
        problems = self.of_document(change) or self.of_links(change)
        return verdict_of(problems) if problems else Verdict(self._accepted(change))

    # -- the document ------------------------------------------------------------------------------

    def of_document(self, change):
        side = change.side
        if change.action == "delete":
            return []
        on_side = change.action not in ("create", "update")
        if on_side and side.is_to_one and change.action in ("link", "unlink"):
            return [Problem(405, "method")]
        if on_side and side.view_only:
            return [Problem(403, "view-only")]
        if change.action == "wrong type":
            index = len(change.members)
            whole = "/data" if side.is_to_one else f"/data/{index}"
            return [Problem(409, "wrong type", whole + "/type")]
        problems = []
        if change.action == "create" and change.id and not self.shape.type(change.type).client_ids:
            problems.append(Problem(403, "client id", "/data/id"))
        for one, members in links_of(change).items():
            at = place(change, one)
            if one.view_only:
                problems.append(Problem(403, "view-only", at.rpartition("/")[0]))
            elif one.kind == "many-to-one" and one.bond.required and not members and kind_of(change) == "replace":
                problems.append(Problem(422, "required", at, True))
        return problems or self._of_itself(change)

    def _of_itself(self, change):
        """Links of a resource to itself: none where they are mutual, and the same seen from both sides."""
        if change.owner is None or change.action in ("unlink", "drop"):
            return []
        links, problems = links_of(change), []
        for n, (side, members) in enumerate(links.items()):
            names_itself = side.bond.is_of_itself and change.owner in ids(members)
            if names_itself and side.bond.symmetric and not side.bond.allow_self:
                problems.append(Problem(422, "itself", place(change, side, ids(members).index(change.owner))))
            for other, others in list(links.items())[n + 1:]:
                is_inverse = side.bond is other.bond and side != other
                if is_inverse and side.bond.is_of_itself and (change.owner in ids(others)) != names_itself:
                    problems.append(Problem(422, "two sides", place(change, other)))
        return problems

    # -- the links that there are ------------------------------------------------------------------

    def of_links(self, change):
        if change.owner is not None and not self.mirror.exists(change.type, change.owner):
            return [Problem(404, "no owner")]
        if change.action == "delete":
            return []
        type_ = self.shape.type(change.type)
        if change.action == "create" and change.id and self.mirror.exists(type_.name, change.id):
            return [Problem(409, "id taken", "/data/id", True)]
        problems = []
        for side, members in links_of(change).items():
            problems += self._of_side(change, side, members)
        return problems or self._of_tables(change, type_)

    def _of_side(self, change, side, members):
        kind = kind_of(change)
        before = self.mirror.members(side, change.owner) if change.owner is not None else frozenset()
        if kind != "remove":
            sought = [(n, one.id) for n, one in enumerate(members) if one.id not in before]
            missing = [n for n, id_ in sought if not self.mirror.exists(side.target, id_)]
            if missing:
                return [Problem(404, "no member", place(change, side, missing[0]))]
            if self.may_not_be_taken(side):
                held = [n for n, id_ in sought if self.holders(side, id_) - {change.owner}]
                if held:
                    return [Problem(409, "taken", place(change, side, held[0]))]
        leaving = before & set(ids(members)) if kind == "remove" else before - set(ids(members))
        is_cleared = kind == "remove" if side.kind == "many-to-one" else kind != "add"
        if side.bond.required and leaving and is_cleared:
            return [self._kept(change, side, members, leaving)]
        return []

    @staticmethod
    def _kept(change, side, members, leaving):
        """Someone would be left without an owner. Whoever is named is pointed at."""
        makes_room = side.is_to_one and kind_of(change) == "replace" and members and side.kind != "many-to-one"
        # of several the one with the least key is told, which need not be the first that is named
        places = {place(change, side, n) for n, one in enumerate(members) if one.id in leaving}
        at = places.pop() if len(places) == 1 else "" if places else place(change, side)
        return Problem(409 if makes_room else 422, "kept", at, True)

    @staticmethod
    def may_not_be_taken(side):
        takes = side.members_are_single
        return takes and (side.refuses or side.kind == "many-to-one" and side.bond.required)

    def holders(self, side, member):
        """The owners that hold a member, whether the other side is declared or not."""
        if side.inverse is not None:
            return self.mirror.members(side.inverse, member)
        return frozenset(id_ for id_ in self.mirror.ids(side.type)
                         if member in self.mirror.members(side, id_))

    # -- the tables --------------------------------------------------------------------------------

    def _of_tables(self, change, type_):
        if change.action not in ("create", "update"):
            return []
        for side in self.shape.sides_of(type_.name):
            if change.action == "create" and side.bond.required and side.end == "b" and side not in change.links:
                return [Problem(422, "required", "", True)]
        # a foreign key that no relationship of this type shows
        for bond in self.shape.bonds:
            if change.action == "create" and bond.required and bond.b == type_.name and not bond.b_name:
                return [Problem(422, "required", "", True)]
        one = type_.attributes[0]
        value = change.attributes.get(one.name)
        if one.unique and value is not None and self.mirror.has_value(type_, one, value, change.owner):
            return [Problem(409, "not unique", f"/data/attributes/{one.name}", True)]
        return []

    # -- what is accepted --------------------------------------------------------------------------

    def _accepted(self, change):
        if change.action in ("create", "update"):
            return 201 if change.action == "create" else 200
        if change.action == "delete" or change.action == "drop":
            return 204
        if change.action == "put":
            return 204 if change.members[0].id in self.mirror.members(change.side, change.owner) else 201
        return 200 if change.prefers_document or self.robs(change) else 204

    def robs(self, change):
        """Does somebody lose a member whom the request does not name?"""
        side = change.side
        if kind_of(change) == "remove" or not side.members_are_single:
            return False
        return any(self.holders(side, one.id) - {change.owner} for one in change.members)


def perform(mirror, shape, change, key=None):
    """Does a change to SQLAlchemy's objects; key: the id of a resource that is created."""
    if change.action in ("link", "put"):
        mirror.replace(change.side, change.owner, change.members) if change.side.is_to_one else (
            mirror.link(change.side, change.owner, change.members))
    elif change.action in ("unlink", "drop"):
        mirror.unlink(change.side, change.owner, change.members)
    elif change.action == "replace":
        mirror.replace(change.side, change.owner, change.members)
    elif change.action == "create":
        mirror.create(change.type, key, change.attributes, change.links)
    elif change.action == "update":
        mirror.update(change.type, change.owner, change.attributes, change.links)
    elif change.action == "delete":
        mirror.delete(change.type, change.owner)
