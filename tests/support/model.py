"""The default model as data: what tests need to run one case over every type and every side."""

import dataclasses
import itertools
import os
import random

from .client import idents

_counter = itertools.count()
_run = random.Random(os.urandom(8)).randrange(10**8)


def unique(prefix="x"):
    """A text that no other test uses."""
    return f"{prefix}-{_run:08d}-{next(_counter)}"


def unique_number():
    """An E.164 number that no other test uses."""
    return f"+1{_run:08d}{next(_counter):05d}"


ATTRIBUTES = {
    "persons": lambda: {"name": unique("Alice"), "email": unique("alice") + "@example.org"},
    "phones": lambda: {"number": unique_number(), "label": "mobile"},
    "friends": lambda: {"name": unique("Bob"), "nickname": "Bobby"},
    "hobbies": lambda: {"name": unique("Swimming"), "description": "in water"},
}
TYPES = tuple(ATTRIBUTES)

# Statements that insert many rows at once, for sets too large to create one by one.
_BULK = {
    "persons": "insert into persons (name) select {tag} || g from generate_series(1, {n}) g returning id",
    "phones": "insert into phones (number) select {number} || lpad(g::text, 6, '0')"
              " from generate_series(1, {n}) g returning id",
    "friends": "insert into friends (name) select {tag} || g from generate_series(1, {n}) g returning id",
    "hobbies": "insert into hobbies (name) select {tag} || g from generate_series(1, {n}) g returning id",
}
_bulk_numbers = itertools.count(_run % 10**6)


@dataclasses.dataclass(frozen=True)
class Side:
    """One side of a many-to-many relationship."""
    type: str
    rel: str
    target: str
    inverse: str
    table: str
    own_column: str
    target_column: str

    def __str__(self):
        return f"{self.type}.{self.rel}"

    def relationship(self, owner):
        return f"/{self.type}/{owner}/relationships/{self.rel}"

    def related(self, owner):
        return f"/{self.type}/{owner}/{self.rel}"

    def one(self, owner, member):
        return f"/{self.type}/{owner}/{self.rel}/{member}"

    def inverse_relationship(self, member):
        return f"/{self.target}/{member}/relationships/{self.inverse}"

    def inverse_related(self, member):
        return f"/{self.target}/{member}/{self.inverse}"

    def body(self, *members):
        return {"data": idents(self.target, members)}

    def new_owner(self, api):
        return api.create(self.type, ATTRIBUTES[self.type]())

    def new_member(self, api):
        return api.create(self.target, ATTRIBUTES[self.target]())

    def new_members(self, api, count):
        return [self.new_member(api) for _ in range(count)]

    def rows(self, sql, owner):
        """The member ids stored for this owner, as a sorted list of strings."""
        found = sql.column(f"select {self.target_column} from {self.table}"
                           f" where {self.own_column} = %s order by 1", owner)
        return [str(i) for i in found]


SIDES = (
    Side("persons", "phones", "phones", "owners", "person_phones", "person_id", "phone_id"),
    Side("phones", "owners", "persons", "phones", "person_phones", "phone_id", "person_id"),
    Side("persons", "friends", "friends", "persons", "person_friends", "person_id", "friend_id"),
    Side("friends", "persons", "persons", "friends", "person_friends", "friend_id", "person_id"),
    Side("friends", "hobbies", "hobbies", "friends", "friend_hobbies", "friend_id", "hobby_id"),
    Side("hobbies", "friends", "friends", "hobbies", "friend_hobbies", "hobby_id", "friend_id"),
)
RELATIONSHIPS = {type_: [s for s in SIDES if s.type == type_] for type_ in TYPES}

MISSING = "4611686018427387904"  # a well-formed id that no sequence of a test run reaches


def bulk(sql, type_, count):
    """Insert `count` rows by SQL. Returns their ids as strings, in increasing order."""
    tag = "'" + unique("bulk") + "-'"
    number = f"'+9{next(_bulk_numbers) % 10**6:06d}'"
    statement = _BULK[type_].format(tag=tag, number=number, n=int(count))
    return [str(i) for i in sorted(sql.column(statement))]


def ids_of(items):
    return [item["id"] for item in items]


def assert_both_sides(api, sql, side, owner, expected):
    """The one statement all link tests end with: linkage, related resources, every inverse and the
    association table say that `owner` has exactly the members `expected`."""
    expected = set(map(str, expected))
    assert api.linkage(side.relationship(owner)) == expected
    assert api.linkage(side.related(owner)) == expected
    assert side.rows(sql, owner) == sorted(expected, key=int)
    for member in expected:
        assert owner in api.linkage(side.inverse_relationship(member))
        assert owner in api.linkage(side.inverse_related(member))


def assert_not_linked(api, side, owner, *members):
    for member in members:
        assert owner not in api.linkage(side.inverse_relationship(member))
        assert owner not in api.linkage(side.inverse_related(member))
