"""One description of a model, from which the tables, backref's model file and SQLAlchemy's classes are made.

A `Bond` is a fact that is stored once: a foreign key, or an association table. It has two ends, "a" and
"b"; of a foreign key, b holds the column and a is referred to. A `Side` is a bond seen from one end: what
a relationship of a type is. A bond has one or two sides; a symmetric one is its own inverse.
"""

from dataclasses import dataclass
from typing import Optional, Tuple

FOREIGN_KEY, ASSOCIATION = "foreign key", "association"


@dataclass(frozen=True)
class Attribute:
    name: str
    column: str
    type: str  # text, integer, boolean or date
    unique: bool = False
    default: Optional[str] = None  # an SQL literal; with one the column is NOT NULL


@dataclass(frozen=True)
class Type:
    name: str
    schema: Optional[str]
    table: str
    key: str
    key_type: str
    client_ids: bool
    attributes: Tuple[Attribute, ...]

    @property
    def is_given_ids(self):
        """Nothing but the client makes ids of this type."""
        return self.key_type == "text"

    @property
    def place(self):
        return self.schema, self.table


@dataclass(frozen=True)
class Column:
    """A further column of an association table, shown as meta."""

    name: str
    column: str
    type: str  # text or integer
    default: Optional[str]


@dataclass(frozen=True, eq=False)
class Bond:
    kind: str
    storage: str
    a: str  # the types at both ends
    b: str
    a_name: Optional[str]  # the relationships there; None: not declared
    b_name: Optional[str]
    style: str  # back_populates, backref from a, backref from b, one-sided
    # of a foreign key
    column: str = ""
    required: bool = False
    on_delete: str = "set null"
    # of an association table
    schema: Optional[str] = None
    table: str = ""
    a_column: str = ""
    b_column: str = ""
    key_from_b: bool = False  # the table's key begins with b's column
    columns: Tuple[Column, ...] = ()
    # how many of the other end a resource may have
    a_single: bool = False  # each a has one b at most
    b_single: bool = False
    symmetric: bool = False
    allow_self: bool = False
    refuses: str = ""  # ends whose side says on_move refuse: "", "a", "b", "ab"
    view_only: str = ""  # the end whose side is view-only
    order_by: str = ""  # at the to-many ends: attribute of the target's first attribute, "", "+", "-"

    @property
    def is_of_itself(self):
        return self.a == self.b

    def ends(self):
        return [end for end in "ab" if getattr(self, end + "_name")]


@dataclass(frozen=True)
class Side:
    bond: Bond
    end: str

    @property
    def other(self):
        return "b" if self.end == "a" else "a"

    @property
    def name(self):
        return getattr(self.bond, self.end + "_name")

    @property
    def type(self):
        return getattr(self.bond, self.end)

    @property
    def target(self):
        return getattr(self.bond, self.other)

    @property
    def inverse(self):
        """The other side; of a symmetric bond the same one; None when it is not declared."""
        if self.bond.symmetric:
            return self
        return Side(self.bond, self.other) if getattr(self.bond, self.other + "_name") else None

    @property
    def kind(self):
        if self.bond.storage == ASSOCIATION:
            return "many-to-many"
        return "many-to-one" if self.end == "b" else "one-to-many"

    @property
    def is_to_one(self):
        return getattr(self.bond, self.end + "_single")

    @property
    def members_are_single(self):
        """A member has one owner at most, so linking it takes it from another."""
        return getattr(self.bond, self.other + "_single")

    @property
    def refuses(self):
        return self.end in self.bond.refuses

    @property
    def view_only(self):
        return self.bond.view_only == self.end

    def __str__(self):
        return f"{self.type}.{self.name}"


@dataclass(frozen=True)
class Shape:
    types: Tuple[Type, ...]
    bonds: Tuple[Bond, ...]

    def type(self, name):
        return next(one for one in self.types if one.name == name)

    @property
    def sides(self):
        return [Side(bond, end) for bond in self.bonds for end in bond.ends()]

    def sides_of(self, type_):
        return [side for side in self.sides if side.type == type_]

    @property
    def schemas(self):
        return sorted({one.schema for one in self.types + self.bonds if one.schema})

    def is_ambiguous(self, bond):
        """Could another foreign key be meant as well, so that columns have to be named?"""
        if bond.storage == ASSOCIATION:
            return bond.is_of_itself
        return bond.is_of_itself or any(
            one is not bond and one.storage == FOREIGN_KEY and {one.a, one.b} == {bond.a, bond.b}
            for one in self.bonds
        )
