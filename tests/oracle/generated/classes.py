"""The classes of a shape in SQLAlchemy's own words. Runs on SQLAlchemy 1.4 and 2.0."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import backref, declarative_base, relationship

from .shape import ASSOCIATION, FOREIGN_KEY, Side

TYPES = {
    "bigint": sa.BigInteger, "integer": sa.Integer, "smallint": sa.SmallInteger, "text": sa.Text,
    "boolean": sa.Boolean, "date": sa.Date, "uuid": lambda: postgresql.UUID(as_uuid=False),
}


class Classes:
    """`of[type]` are the mapped classes. Attributes of a class are called as in the shape, with "a_" or "r_"
    before, since SQLAlchemy keeps some names for itself; the key is `key`.

    What a symmetric relationship is has no words in SQLAlchemy. It is two here: the links whose lesser
    end the resource is, and those whose greater end it is ("r_NAME" and "r_NAME of the greater").
    """

    def __init__(self, shape):
        self.shape = shape
        self.base = declarative_base()
        self.of, self.associations = {}, {}
        foreign_keys = {}
        for type_ in shape.types:
            held = [one for one in shape.bonds if one.storage == FOREIGN_KEY and one.b == type_.name]
            foreign_keys[type_.name] = {one: self._foreign_key(one) for one in held}
        for type_ in shape.types:
            self._map(type_, foreign_keys[type_.name])
        for bond in shape.bonds:
            self._relate(bond)
        sa.orm.configure_mappers()

    def is_in_two_steps(self, bond):
        """Rows may refer to each other in a circle, which a flush resolves by a second UPDATE (post_update).
        SQLAlchemy then forgets whom a one-to-many collection has lost, so it is only where it must be."""
        reached, waiting = set(), [bond.a]
        while waiting:
            at = waiting.pop()
            if at not in reached:
                reached.add(at)
                waiting += [one.a for one in self.shape.bonds if one.storage == FOREIGN_KEY and one.b == at]
        return not bond.required and bond.b in reached

    def name(self, side):
        return "r_" + side.name

    @staticmethod
    def back_name(side):
        return f"r_{side.name} of the greater"

    # -- tables ------------------------------------------------------------------------------------

    def _key_of(self, type_name):
        type_ = self.shape.type(type_name)
        return sa.Column(type_.key, TYPES[type_.key_type](), primary_key=True)

    def _foreign_key(self, bond):
        return sa.Column(bond.column, TYPES[self.shape.type(bond.a).key_type]())

    @staticmethod
    def _column(one):
        return sa.Column(one.column, TYPES[one.type](),
                         server_default=sa.FetchedValue() if one.default else None)

    def _map(self, type_, foreign_keys):
        key = self._key_of(type_.name)
        attributes = {one: self._column(one) for one in type_.attributes}
        table = sa.Table(type_.table, self.base.metadata, key, *attributes.values(), *foreign_keys.values(),
                         schema=type_.schema)
        self.of[type_.name] = type("C_" + type_.name, (self.base,), {
            "__table__": table, "key": key,
            **{"a_" + one.name: column for one, column in attributes.items()},
            **{"f_" + bond.column: column for bond, column in foreign_keys.items()}})

    def table_of(self, type_name):
        return self.of[type_name].__table__

    # -- relationships -----------------------------------------------------------------------------

    def _relate(self, bond):
        if bond.storage == ASSOCIATION:
            self.associations[bond] = sa.Table(
                bond.table, self.base.metadata,
                *(sa.Column(getattr(bond, end + "_column"), TYPES[self.shape.type(getattr(bond, end)).key_type](),
                            primary_key=True) for end in "ab"),
                *map(self._column, bond.columns), schema=bond.schema)
        ends = bond.ends()
        if bond.symmetric:
            side = Side(bond, "a")
            setattr(self.of[bond.a], self.name(side), relationship(
                self.of[bond.a], **self._join(side), collection_class=set,
                back_populates=self.back_name(side)))
            setattr(self.of[bond.a], self.back_name(side), relationship(
                self.of[bond.a], **self._join(Side(bond, "b")), collection_class=set,
                back_populates=self.name(side)))
            return
        if bond.style.startswith("backref"):
            side = Side(bond, bond.style[-1])
            other = side.inverse
            settings = self._settings(other)
            settings.setdefault("viewonly", False)  # else it is copied from this side
            setattr(self.of[side.type], self.name(side), relationship(
                self.of[side.target], **self._join(side), **self._settings(side),
                backref=backref(self.name(other), **settings, **self._remote(other))))
            return
        for end in ends:
            side = Side(bond, end)
            more = {"back_populates": self.name(side.inverse)} if side.inverse else {}
            setattr(self.of[side.type], self.name(side), relationship(
                self.of[side.target], **self._join(side), **self._settings(side), **more))

    def _join(self, side):
        bond = side.bond
        near, far = self.of[side.type], self.of[side.target]
        if bond.storage == ASSOCIATION:
            table = self.associations[bond]
            here = table.c[getattr(bond, side.end + "_column")]
            there = table.c[getattr(bond, side.other + "_column")]
            return {"secondary": table, "primaryjoin": near.__table__.c[self.shape.type(side.type).key] == here,
                    "secondaryjoin": far.__table__.c[self.shape.type(side.target).key] == there,
                    "foreign_keys": [here, there]}
        one, holder = self.of[bond.a].__table__, self.of[bond.b].__table__
        return {"primaryjoin": one.c[self.shape.type(bond.a).key] == holder.c[bond.column],
                "foreign_keys": [holder.c[bond.column]], **self._remote(side)}

    def _remote(self, side):
        """Which end is the far one, where both are one table."""
        bond = side.bond
        if bond.storage == ASSOCIATION or not bond.is_of_itself:
            return {}
        table = self.of[bond.b].__table__
        return {"remote_side": [table.c[self.shape.type(bond.a).key if side.end == "b" else bond.column]]}

    def _settings(self, side):
        bond = side.bond
        settings = {"uselist": not side.is_to_one}
        if not side.is_to_one:
            settings["collection_class"] = set
        if side.view_only:
            return {**settings, "viewonly": True}
        if side.inverse is not None and side.inverse.view_only:
            settings["sync_backref"] = False
        if bond.storage == FOREIGN_KEY:
            settings["post_update"] = self.is_in_two_steps(bond)
            if side.end == "a":
                settings["passive_deletes"] = True  # what a delete does is the foreign key's own rule
        return settings
