"""Shapes at random: hypothesis draws types, names, keys and relationships of every kind."""

import hypothesis.strategies as st

from .shape import ASSOCIATION, FOREIGN_KEY, Attribute, Bond, Column, Shape, Type

MAX_TYPES, MAX_MORE_BONDS = 5, 4

TYPE_NAMES = ("people", "Orders", "user", "select", "2nd-hand", "x", "line_items")
TABLE_NAMES = ("select", "Order Lines", 'the "best"', "größen", "user", "plain", "it's")
COLUMN_NAMES = ("plain", "Mixed Case", "from", 'in "quotes"', "straße", "user", "100%")
FIELD_NAMES = ("name", "Größe", "is it", "created-at", "select", "N")
RELATIONSHIP_NAMES = ("members", "owner", "select", "Parts", "is-in", "a_b", "1st")
SCHEMAS = (None, None, None, "aside", "Other Room")

ON_DELETE = ("set null", "set null", "cascade", "restrict", "no action")
ON_DELETE_REQUIRED = ("cascade", "restrict", "no action", "set null")

FOREIGN_KEYS = {  # kind -> what is always so
    "many-to-one": {},
    "required": {"required": True},
    "refused": {"refuses": "a"},
    "tree": {"itself": True},
    "one-to-one": {"a_single": True},
    "required one-to-one": {"a_single": True, "required": True},
    "refused one-to-one": {"a_single": True, "refuses": "ab"},
    "chain": {"a_single": True, "itself": True},
    "view-only to-one": {"view_only": "b"},
    "view-only to-many": {"view_only": "a"},
}
ASSOCIATIONS = {
    "many-to-many": {},
    "with columns": {"columns": True},
    "directed": {"itself": True},
    "symmetric": {"itself": True, "symmetric": True},
    "symmetric with columns": {"itself": True, "symmetric": True, "allow_self": True, "columns": True},
    "single over a table": {"b_single": True},
    "both single over a table": {"a_single": True, "b_single": True},
    "refused over a table": {"b_single": True, "refuses": "a"},
    "tree over a table": {"itself": True, "b_single": True},
    "view-only over a table": {"view_only": "a"},
}
KINDS = {**FOREIGN_KEYS, **ASSOCIATIONS}


class Drawing:
    """Names that are taken, and the types drawn so far."""

    def __init__(self, draw):
        self.draw = draw
        self.taken = set()

    def choice(self, values):
        return self.draw(st.sampled_from(values))

    def name(self, scope, stems):
        """A name that nothing else in this scope has, compared without regard to case."""
        stem = self.choice(stems)
        name, n = stem, 1
        while (scope, name.lower()) in self.taken:
            n += 1
            name = f"{stem}{n}"
        self.taken.add((scope, name.lower()))
        return name

    # -- types -------------------------------------------------------------------------------------

    def type(self):
        name = self.name("types", TYPE_NAMES)
        schema = self.choice(SCHEMAS)
        table = self.name("tables", TABLE_NAMES)
        key_type = self.choice(("bigint", "integer", "smallint", "uuid", "text"))
        key = self.name(name, ("id", "id", "code", "The Key"))
        client_ids = key_type == "text" or self.draw(st.booleans())
        attributes = [self.attribute(name, n) for n in range(self.choice((1, 2, 3)))]
        return Type(name, schema, table, key, key_type, client_ids, tuple(attributes))

    def attribute(self, type_name, n):
        type_ = "text" if n == 0 else self.choice(("integer", "boolean", "date"))
        default = {"text": "'new'", "integer": "7", "boolean": "true", "date": "'2020-01-01'"}[type_]
        is_unique = n == 0 and self.draw(st.booleans())
        has_default = not is_unique and self.draw(st.booleans())
        return Attribute(self.name((type_name, "fields"), FIELD_NAMES), self.name(type_name, COLUMN_NAMES),
                         type_, is_unique, default if has_default else None)

    # -- bonds -------------------------------------------------------------------------------------

    def bond(self, kind, types):
        rules = dict(KINDS[kind])
        is_of_itself = rules.pop("itself", False)
        a, b = self.two_types(types, is_of_itself, rules.get("required", False))
        rules["style"] = self.style(rules)
        if "view_only" not in rules and not rules.get("symmetric"):
            rules["order_by"] = self.choice(("", "", "+", "-"))
        a_name = self.name((a, "fields"), RELATIONSHIP_NAMES)
        b_name = None if rules.get("symmetric") else self.name((b, "fields"), RELATIONSHIP_NAMES)
        if rules["style"] == "one-sided":
            if "refuses" in rules or self.draw(st.booleans()):
                b_name, rules["refuses"] = None, rules.get("refuses", "")[:1]
            else:
                a_name = None
        if kind in FOREIGN_KEYS:
            actions = ON_DELETE_REQUIRED if rules.get("required") else ON_DELETE
            return Bond(kind, FOREIGN_KEY, a, b, a_name, b_name, column=self.name(b, COLUMN_NAMES),
                        b_single=True, on_delete=self.choice(actions), **rules)
        return self.association(kind, a, b, a_name, b_name, rules)

    def association(self, kind, a, b, a_name, b_name, rules):
        table = self.name("tables", TABLE_NAMES)
        columns = ()
        if rules.pop("columns", False):
            columns = (Column("note", self.name(table, COLUMN_NAMES), "text", None),
                       Column("rank", self.name(table, COLUMN_NAMES), "integer", self.choice((None, "7"))))
        key_from_b = self.draw(st.booleans())
        return Bond(kind, ASSOCIATION, a, b, a_name, b_name, schema=self.choice(SCHEMAS), table=table,
                    a_column=self.name(table, COLUMN_NAMES), b_column=self.name(table, COLUMN_NAMES),
                    columns=columns, key_from_b=key_from_b, **rules)

    def two_types(self, types, is_of_itself, is_required):
        """A required foreign key refers to a type before its own: so one can be created before the other."""
        a = self.choice(types[:-1] if is_required else types)
        if is_of_itself:
            return a.name, a.name
        b = self.choice(types[types.index(a) + 1:] if is_required else [one for one in types if one is not a])
        return a.name, b.name

    def style(self, rules):
        if rules.get("symmetric"):
            return "symmetric"
        styles = ["back_populates", "backref a", "backref b", "back_populates", "backref a"]
        return self.choice(styles if rules.get("view_only") else [*styles, "one-sided"])


@st.composite
def shapes(draw, kind=None):
    """A shape whose first bond is of this kind."""
    drawing = Drawing(draw)
    types = [drawing.type() for _ in range(draw(st.integers(2, MAX_TYPES)))]
    kinds = [kind or drawing.choice(tuple(KINDS))]
    kinds += draw(st.lists(st.sampled_from(tuple(KINDS)), min_size=1, max_size=MAX_MORE_BONDS))
    return Shape(tuple(types), tuple(drawing.bond(one, types) for one in kinds))
