"""SQLAlchemy over tables of its own: what backref has accepted is done to its objects.

A session lives for one request. Whatever is read comes from PostgreSQL: `flush` writes, checks the unique
constraints that wait for a commit, and forgets all that was loaded.
"""

import datetime
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.pool import StaticPool

from .classes import Classes


#: An id of each type of key that nothing has.
NOWHERE = {
    "bigint": str(2**63 - 1), "integer": str(2**31 - 1), "smallint": str(2**15 - 1),
    "uuid": "ffffffff-ffff-4fff-bfff-ffffffffffff", "text": "no such id",
}


def key_of(type_, id_):
    """The key that an id of a document stands for."""
    return id_ if type_.key_type in ("uuid", "text") else int(id_)


def stand_in(type_, serial):
    """A key for a resource whose id is not known yet."""
    if type_.key_type == "uuid":
        return str(uuid.UUID(int=(0xFFFF << 112) + serial, version=4))
    return f"stand-in {serial}" if type_.key_type == "text" else str(32000 + serial)


class Mirror:
    def __init__(self, shape, connect):
        """connect: makes a psycopg2 connection to the database that has the shape's tables."""
        self.shape = shape
        self.classes = Classes(shape)
        self.engine = sa.create_engine("postgresql+psycopg2://", creator=connect, poolclass=StaticPool)
        self.session = None

    def close(self):
        self.rollback()
        self.engine.dispose()

    def begin(self):
        self.rollback()
        self.session = Session(self.engine, future=True, autoflush=False)

    def commit(self):
        self.session.commit()
        self.session.close()
        self.session = None

    def rollback(self):
        if self.session is not None:
            self.session.close()
            self.session = None

    def flush(self):
        self.session.flush()
        for when in ("immediate", "deferred"):
            self.session.execute(sa.text(f"set constraints all {when}"))
        self.session.expunge_all()

    # -- reading -----------------------------------------------------------------------------------

    def get(self, type_name, id_):
        return self.session.get(self.classes.of[type_name], key_of(self.shape.type(type_name), id_))

    def exists(self, type_name, id_):
        return self.get(type_name, id_) is not None

    def ids(self, type_name):
        return [str(key) for key in self.session.scalars(sa.select(self.classes.of[type_name].key))]

    def has_value(self, type_, attribute, value, but=None):
        """Has another resource than `but` this value?"""
        class_ = self.classes.of[type_.name]
        found = self.session.scalars(sa.select(class_.key).where(getattr(class_, "a_" + attribute.name) == value))
        return any(str(key) != but for key in found)

    def members(self, side, id_):
        """The ids at the other end, as a frozenset."""
        return self._ids(side, self.get(side.type, id_))

    def _ids(self, side, found):
        held = getattr(found, self.classes.name(side))
        objects = ([] if held is None else [held]) if side.is_to_one else set(held)
        if side.bond.symmetric:
            objects |= getattr(found, self.classes.back_name(side))
        return frozenset(str(one.key) for one in objects)

    def metas(self, bond):
        """(id of a, id of b) -> the further columns of that link; both ways round of a symmetric one."""
        found = {}
        for row in self.session.execute(sa.select(self.classes.associations[bond])).mappings():
            a, b = str(row[bond.a_column]), str(row[bond.b_column])
            found[a, b] = {one.name: row[one.column] for one in bond.columns}
            if bond.symmetric:
                found[b, a] = found[a, b]
        return found

    def snapshot(self):
        """Everything: `ids[type]`, `members[side, id]`, `attributes[type, id]` and `metas[bond]`."""
        self.session.expunge_all()
        ids, members, attributes = {}, {}, {}
        for type_ in self.shape.types:
            class_, sides = self.classes.of[type_.name], self.shape.sides_of(type_.name)
            names = [self.classes.name(side) for side in sides]
            names += [self.classes.back_name(side) for side in sides if side.bond.symmetric]
            loads = [selectinload(getattr(class_, name)) for name in names]
            for found in self.session.scalars(sa.select(class_).options(*loads).order_by(class_.key)):
                id_ = str(found.key)
                ids.setdefault(type_.name, []).append(id_)
                attributes[type_.name, id_] = {
                    one.name: as_json(getattr(found, "a_" + one.name)) for one in type_.attributes}
                members.update({(side, id_): self._ids(side, found) for side in sides})
        metas = {bond: self.metas(bond) for bond in self.shape.bonds if bond.columns}
        return State({one.name: ids.get(one.name, []) for one in self.shape.types}, members, attributes, metas)

    # -- writing -----------------------------------------------------------------------------------

    def link(self, side, id_, members):
        owner = self.get(side.type, id_)
        for member in self._load(side, members):
            self._add(owner, side, member)
        self.flush()
        self._write_metas(side, id_, members)

    def unlink(self, side, id_, members):
        owner = self.get(side.type, id_)
        for member in self._load(side, members):
            self._remove(owner, side, member)
        self.flush()

    def replace(self, side, id_, members):
        """The members become all there is; of a to-one that is one member or none."""
        owner = self.get(side.type, id_)
        wanted = self._load(side, members)
        name = self.classes.name(side)
        if side.is_to_one:
            if wanted:
                self._add(owner, side, wanted[0])
            else:
                self._let_go(side, getattr(owner, name))
                setattr(owner, name, None)
        elif side.bond.symmetric:
            for member in getattr(owner, name) | getattr(owner, self.classes.back_name(side)):
                if member not in wanted:
                    self._remove(owner, side, member)
            for member in wanted:
                self._add(owner, side, member)
        else:
            for member in wanted:
                self._make_free(owner, side, member)
            for member in getattr(owner, name) - set(wanted):
                self._let_go(side, member)
            setattr(owner, name, set(wanted))
        self.flush()
        self._write_metas(side, id_, members)

    def create(self, type_name, id_, attributes, links):
        """links: side -> members"""
        type_ = self.shape.type(type_name)
        made = self.classes.of[type_name](key=key_of(type_, id_))
        self._assign(made, type_, attributes)
        for side, members in links.items():
            if _is_column_that_must_be(side):
                for member in self._load(side, members):
                    self._make_free(made, side, member)
                    setattr(made, self.classes.name(side), member)
        self.session.add(made)
        self.flush()
        for side, members in links.items():
            if not _is_column_that_must_be(side):
                self.replace(side, id_, members)

    def update(self, type_name, id_, attributes, links):
        type_ = self.shape.type(type_name)
        self._assign(self.get(type_name, id_), type_, attributes)
        self.flush()
        for side, members in links.items():
            self.replace(side, id_, members)

    def delete(self, type_name, id_):
        self.session.delete(self.get(type_name, id_))
        self.flush()

    # -- the parts of a write ----------------------------------------------------------------------

    @staticmethod
    def _assign(found, type_, attributes):
        for one in type_.attributes:
            if one.name in attributes:
                setattr(found, "a_" + one.name, from_json(one.type, attributes[one.name]))

    def _load(self, side, members):
        found = [self.get(side.target, member.id) for member in members]
        return list(dict.fromkeys(one for one in found if one is not None))

    def _make_free(self, owner, side, member):
        """Loads both sides, so that SQLAlchemy keeps them in step. What has no other side that could be kept
        in step, and may have one owner only, is taken from it first."""
        if owner in self.session:
            getattr(owner, self.classes.name(side))
        inverse = side.inverse
        if inverse is not None and not inverse.view_only:
            held = getattr(member, self.classes.name(inverse))
            if side.bond.a_single and self.classes.is_in_two_steps(side.bond) and held is not owner:
                for one, end in ((owner, side), (member, inverse)):
                    setattr(one, self.classes.name(end), None)
                self.session.flush()
        elif side.members_are_single and side.kind != "one-to-many":
            class_, name = self.classes.of[side.type], self.classes.name(side)
            relationship = getattr(class_, name)
            holds = relationship == member if side.is_to_one else relationship.contains(member)
            for holder in self.session.scalars(sa.select(class_).where(holds)).all():
                if holder is not owner:
                    self._remove(holder, side, member)
            self.session.flush()

    def _add(self, owner, side, member):
        name = self.classes.name(side)
        if side.bond.symmetric:
            if member not in getattr(owner, name) and member not in getattr(owner, self.classes.back_name(side)):
                lesser, greater = sorted((owner, member), key=lambda one: one.key)
                first = name if not side.bond.key_from_b else self.classes.back_name(side)
                getattr(lesser, first).add(greater)
            return
        self._make_free(owner, side, member)
        if not side.is_to_one:
            getattr(owner, name).add(member)
        elif getattr(owner, name) is not member:
            self._let_go(side, getattr(owner, name))
            setattr(owner, name, member)

    def _remove(self, owner, side, member):
        name = self.classes.name(side)
        held = getattr(owner, name)
        if held is member or not side.is_to_one and member in held:
            self._let_go(side, member)
        if not side.is_to_one:
            held.discard(member)
        elif held is member:
            setattr(owner, name, None)
        if side.bond.symmetric:
            getattr(owner, self.classes.back_name(side)).discard(member)

    def _let_go(self, side, member):
        """See Classes.is_in_two_steps: what SQLAlchemy forgets, where no other side remembers it."""
        is_alone = side.inverse is None or side.inverse.view_only
        if member is not None and side.kind == "one-to-many" and is_alone and (
                self.classes.is_in_two_steps(side.bond)):
            setattr(member, "f_" + side.bond.column, None)

    def _write_metas(self, side, id_, members):
        """The unit of work knows nothing of an association table's further columns."""
        bond = side.bond
        if not bond.columns:
            return
        table = self.classes.associations[bond]
        owner_key = key_of(self.shape.type(side.type), id_)
        seen = set()
        for member in members:
            columns = {one.column: member.meta[one.name] for one in bond.columns if one.name in member.meta}
            if not columns or member.id in seen:
                seen.add(member.id)  # of a member that is repeated the first one counts
                continue
            keys = {side.end: owner_key, side.other: key_of(self.shape.type(side.target), member.id)}
            ways = [keys, {side.end: keys[side.other], side.other: keys[side.end]}][:2 if bond.symmetric else 1]
            self.session.execute(sa.update(table).values(columns).where(sa.or_(*(
                sa.and_(table.c[bond.a_column] == way["a"], table.c[bond.b_column] == way["b"]) for way in ways))))
            seen.add(member.id)


def _is_column_that_must_be(side):
    return side.kind == "many-to-one" and side.bond.required


class State:
    """What there is at one moment."""

    def __init__(self, ids, members, attributes, metas):
        self.ids, self.members, self.attributes, self.metas = ids, members, attributes, metas

    def meta(self, side, owner, member):
        pair = (owner, member) if side.end == "a" else (member, owner)
        return self.metas[side.bond].get(pair)

    def __eq__(self, other):
        return vars(self) == vars(other)


def as_json(value):
    return value.isoformat() if isinstance(value, datetime.date) else value


def from_json(type_, value):
    return datetime.date.fromisoformat(value) if type_ == "date" and value is not None else value
