"""One shape, served and mapped: changes are made to both, and everything is compared."""

import random
import urllib.parse
from collections import deque

import sqlalchemy as sa

from ..trial import PAGE_SIZES, require
from .changes import Drawer, Draft, path_of, relationship_path, request
from .judge import Judge, Verdict, kind_of, perform, verdict_of
from .mirror import Mirror, stand_in
from .shape import ASSOCIATION, FOREIGN_KEY
from .tables import quote, quote_place


class Trial:
    """
    client   of the service over the shape's tables
    sql      support.database.Sql of the service's own database
    connect  a psycopg2 connection to SQLAlchemy's database, which has the same tables
    tally    called with (kind of relationship, action, reason or "") for each request
    """

    def __init__(self, shape, client, sql, connect, tally, seed=0):
        self.shape, self.client, self.sql, self.tally = shape, client, sql, tally
        self.mirror = Mirror(shape, connect)
        self.judge = Judge(shape, self.mirror)
        self.drawer = Drawer(shape)
        self.rng = random.Random(seed)
        self.trace = deque(maxlen=40)
        self.mirror.begin()
        self.state = self.mirror.snapshot()

    def close(self):
        self.mirror.close()

    # -- changes -----------------------------------------------------------------------------------

    def populate(self):
        """Two or three of each type, those first that others cannot be without."""
        for type_ in self.shape.types:
            for n in range(3):
                side = next((one for one in self.shape.sides_of(type_.name)), None)
                if side is None:
                    continue
                number = self.shape.sides.index(side)
                self.step(Draft("create", number, n, (), (), 6))

    def step(self, draft, focus=False):
        change = self.drawer.resolve(draft, self.state, focus)
        self.apply(change)

    def apply(self, change):
        parts = change.parts or (change,)
        method, path, body, headers = request(change)
        self.trace.append(f"{method} {path} {body if body is not None else ''}")
        verdict = self._rehearse(change, parts)
        self.trace[-1] += f" -> {verdict.status} {verdict.reason}"
        answer = self.client.request(method, path, body, headers)
        self._check_answer(answer, verdict)
        for part in parts:
            self.tally(part.side.bond.kind, change.drawn, verdict.reason)
        before = self.state
        if answer.status < 300:
            self._accept(change, parts, answer)
            if answer.status == 200 and change.action in ("link", "unlink", "replace"):
                self._check_outcome(change, answer, before)
        self.compare_linkage()

    def _rehearse(self, change, parts):
        """The verdict; the mirror is left with nothing changed."""
        problems = [one._replace(pointer=f"/atomic:operations/{n}{one.pointer}") if change.parts else one
                    for n, part in enumerate(parts) for one in self.judge.of_document(part)]
        if problems:
            self.mirror.begin()
            self._confirm(problems, parts[0] if len(parts) == 1 else None)
            return verdict_of(problems)
        self.mirror.begin()
        keys = {}
        for n, part in enumerate(parts):
            self._name(part, keys, n)
            verdict = self.judge.verdict(part)
            if verdict.reason:
                self._confirm([verdict], part)
                return self._inside(verdict, change, n)
            try:
                perform(self.mirror, self.shape, part, keys.get(part.lid) or part.id or self._stand_in(part, n))
            except sa.exc.IntegrityError as error:
                require(part.action == "delete", f"SQLAlchemy may not do what is allowed: {error}")
                self.mirror.rollback()
                return self._inside(Verdict(409, "in use"), change, n)
        return Verdict(200, "") if change.parts else verdict

    def _stand_in(self, part, n):
        return stand_in(self.shape.type(part.type), n)

    def _name(self, part, keys, n):
        """Real ids, or stand-ins, in the place of lids."""
        if part.lid and part.action == "create":
            keys[part.lid] = part.id or keys.get(part.lid) or self._stand_in(part, n)
        elif part.lid:
            part.owner = keys[part.lid]
        part.members = tuple(self._named(one, keys) for one in part.members)
        part.links = {side: tuple(self._named(one, keys) for one in chosen) for side, chosen in part.links.items()}

    @staticmethod
    def _named(member, keys):
        return member._replace(id=keys[member.lid]) if member.lid else member

    @staticmethod
    def _inside(verdict, change, n):
        if not change.parts:
            return verdict
        return verdict._replace(pointers=frozenset(f"/atomic:operations/{n}{one}" for one in verdict.pointers))

    def _confirm(self, problems, part):
        """The tables themselves refuse what is refused on their account."""
        if part is None or not all(one.tables_refuse for one in problems) or (
                part.owner is not None and not self.mirror.exists(part.type, part.owner)):
            self.mirror.rollback()
            return
        try:
            perform(self.mirror, self.shape, part, part.id or self._stand_in(part, 0))
        except (sa.exc.IntegrityError, sa.orm.exc.FlushError, sa.exc.SAWarning):
            self.mirror.rollback()
            return
        require(False, f"nothing in the tables stands against it: {problems}")

    def _check_answer(self, answer, verdict):
        wanted = {verdict.status, 204} if verdict.status == 200 and answer.path == "/operations" else {verdict.status}
        require(answer.status in wanted, f"wanted {verdict.status} {verdict.reason}, got {answer!r}")
        for error in answer.errors:
            require(error.get("detail"), f"an error without detail: {answer!r}")
        if verdict.pointers and verdict.status != 400:
            require(set(answer.pointers) <= verdict.pointers,
                    f"{answer.pointers} name nothing out of {sorted(verdict.pointers)}: {answer!r}")

    def _accept(self, change, parts, answer):
        """What was rehearsed is kept, or done again when ids have to be the service's."""
        keys = self._new_ids(change, parts, answer)
        if keys:
            self.mirror.begin()
            by_lid = {part.lid: keys[n] for n, part in enumerate(parts) if n in keys and part.lid}
            for n, part in enumerate(parts):
                if part.lid or any(one.lid for one in part.members):
                    self._name(part, dict(by_lid), n)
                self._rename(part, by_lid)
                perform(self.mirror, self.shape, part, keys.get(n))
        self.mirror.commit()
        self.mirror.begin()
        self.state = self.mirror.snapshot()

    def _rename(self, part, by_lid):
        part.links = {side: tuple(self._named(one, by_lid) for one in chosen) for side, chosen in part.links.items()}

    @staticmethod
    def _new_ids(change, parts, answer):
        """Position of a create -> the id that it got."""
        creates = [n for n, part in enumerate(parts) if part.action == "create"]
        if not creates:
            return {}
        if not change.parts:
            data = answer.data
            require(answer.headers["Location"] == path_of(change.type, data["id"]) or change.id,
                    f"a wrong Location: {answer!r}")
            require(change.id in (None, data["id"]), f"not the id that was chosen: {answer!r}")
            return {0: data["id"]}
        results = answer.json["atomic:results"]
        return {n: results[n]["data"]["id"] for n in creates}

    # -- what an answer says of both sides ---------------------------------------------------------

    def _check_outcome(self, change, answer, before):
        """`meta` names exactly what has changed: members here, and collections on both sides."""
        side, owner, after, meta = change.side, change.owner, self.state, answer.json["meta"]
        old, new = before.members[side, owner], after.members[side, owner]
        shown = answer.data if isinstance(answer.data, list) else [answer.data] if answer.data else []
        require({one["id"] for one in shown} == new, f"wanted {sorted(new)}: {answer!r}")
        for name, wanted in (("added", new - old), ("removed", old - new)):
            found = {one["id"] for one in meta.get(name, ())}
            require(found == wanted, f"meta.{name} is not {sorted(wanted)}: {answer!r}")
        wanted = set()
        for one in {side, side.inverse} - {None}:
            wanted |= {relationship_path(one, id_) for id_ in after.ids[one.type]
                       if before.members[one, id_] != after.members[one, id_]
                       or self._metas(before, one, id_) != self._metas(after, one, id_)}
        require(sorted(meta["changed"]) == sorted(wanted), f"meta.changed is not {sorted(wanted)}: {answer!r}")

    @staticmethod
    def _metas(state, side, id_):
        return side.bond.columns and {one: state.meta(side, id_, one) for one in state.members[side, id_]}

    # -- comparison --------------------------------------------------------------------------------

    def compare_linkage(self):
        """Every resource with its attributes and, on both sides, all of its linkage."""
        for type_ in self.shape.types:
            sides = self.shape.sides_of(type_.name)
            include = "&include=" + ",".join(one.name for one in sides) if sides else ""
            answer = self.client.get(f"/{type_.name}?page[size]=1000{include}")
            require(answer.status == 200, f"{answer!r}")
            require(sorted(answer.ids) == sorted(self.state.ids[type_.name]),
                    f"/{type_.name} lists {answer.ids}, SQLAlchemy {self.state.ids[type_.name]}")
            for one in answer.data:
                wanted = self.state.attributes[type_.name, one["id"]]
                require(one["attributes"] == wanted, f"{one} is not {wanted}")
                for side in sides:
                    self._compare(side, one["id"], one["relationships"][side.name]["data"], "is included with")

    def _compare(self, side, owner, data, how):
        shown = data if isinstance(data, list) else [data] if data else []
        found = [one["id"] for one in shown]
        wanted = self.state.members[side, owner]
        require(all(one["type"] == side.target for one in shown), f"{side} of {owner}: {shown}")
        require(len(found) == len(set(found)), f"{side} of {owner} names a member twice: {found}")
        require(set(found) == wanted, f"{side} of {owner} {how} {sorted(found)}, SQLAlchemy has {sorted(wanted)}")

    def compare_all(self):
        """The tables, and every relationship by every way there is to read it."""
        self._compare_tables()
        for side in self.shape.sides:
            for owner in self.state.ids[side.type]:
                self._compare_linkage_of(side, owner)
                self._compare_related(side, owner)
            self._compare_filters(side)
            self._compare_one_link(side)

    def _compare_tables(self):
        places = [type_.place for type_ in self.shape.types]
        places += [(bond.schema, bond.table) for bond in self.shape.bonds if bond.storage == ASSOCIATION]
        with self.mirror.engine.connect() as connection:
            for place in places:
                statement = f"select rows::text from {quote_place(place)} rows"
                stored = set(self.sql.column(statement))
                wanted = {row[0] for row in connection.exec_driver_sql(statement)}
                require(stored == wanted, f"{place}: too many {stored - wanted}, missing {wanted - stored}")

    def _read(self, path):
        answer = self.client.get(path)
        require(answer.status == 200, f"{answer!r}")
        return answer

    def _read_all(self, side, path):
        if side.is_to_one:
            data = self._read(path).data
            return [data] if data else []
        size = self.rng.choice(PAGE_SIZES)
        return self.client.walk(path if size is None else f"{path}?page[size]={size}")

    def _compare_linkage_of(self, side, owner):
        found = self._read_all(side, relationship_path(side, owner))
        self._compare(side, owner, found, "shows")
        for one in found if side.bond.columns else ():
            wanted = self.state.meta(side, owner, one["id"])
            require(one["meta"] == wanted, f"{side} of {owner}: {one} has not the columns {wanted}")

    def _compare_related(self, side, owner):
        found = self._read_all(side, path_of(side.type, owner, side.name))
        self._compare(side, owner, found, "is related to")
        for one in found:
            wanted = self.state.attributes[side.target, one["id"]]
            require(one["attributes"] == wanted, f"{one} is not {wanted}")

    def _compare_filters(self, side):
        """Who holds a certain member, and who holds so many."""
        holds = {owner: self.state.members[side, owner] for owner in self.state.ids[side.type]}
        member = self.rng.choice(self.state.ids[side.target] or [None])
        if member is not None and "," not in member:
            self._compare_filter(side, "", member, {one for one, held in holds.items() if member in held})
            self._compare_filter(side, "[none]", member, {one for one, held in holds.items() if member not in held})
        self._compare_filter(side, "[null]", "true", {one for one, held in holds.items() if not held})
        if not side.is_to_one:
            n = self.rng.randrange(4)
            self._compare_filter(side, "[count][ge]", str(n), {one for one, held in holds.items() if len(held) >= n})
            self._compare_filter(side, "[count]", str(n), {one for one, held in holds.items() if len(held) == n})

    def _compare_filter(self, side, operator, value, wanted):
        path = f"/{side.type}?filter[{side.name}]{operator}={urllib.parse.quote(value, safe='')}&page[size]=1000"
        found = self._read(path).ids
        require(set(found) == wanted, f"{path} finds {sorted(found)}, SQLAlchemy {sorted(wanted)}")

    def _compare_one_link(self, side):
        for owner in self.state.ids[side.type][:2]:
            for member in self.state.ids[side.target][:3]:
                answer = self.client.get(path_of(side.type, owner, side.name, urllib.parse.quote(member, safe="")))
                is_there = member in self.state.members[side, owner]
                require(answer.status == (200 if is_there else 404), f"linked: {is_there}, but {answer!r}")

    def story(self):
        return "\n".join(f"  {line}" for line in self.trace)
