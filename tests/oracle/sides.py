"""What the oracle needs beyond `support.model`: inverses, stored pairs, attributes by number."""

from support.model import SIDES, TYPES

BY_NAME = {(side.type, side.rel): side for side in SIDES}
TABLES = tuple(dict.fromkeys(side.table for side in SIDES))

#: The column order of each association table: the one of the side that is listed first.
COLUMNS = {side.table: (side.own_column, side.target_column) for side in reversed(SIDES)}

#: The types at the two ends of each association table, in that order.
ENDS = {side.table: (side.type, side.target) for side in reversed(SIDES)}

#: The attribute of a type that no two resources share; nothing about a friend is unique.
UNIQUE = {"persons": "email", "phones": "number", "hobbies": "name"}

#: An id that no test ever creates: the largest that a bigint holds.
NOWHERE = 2**63 - 1


def sides_of(kind):
    """The relationships of one type."""
    return [side for side in SIDES if side.type == kind]


def inverse(side):
    return BY_NAME[side.target, side.inverse]


def pair(side, owner, member):
    """The row that stores this link, in the association table's column order."""
    return (owner, member) if COLUMNS[side.table][0] == side.own_column else (member, owner)


def stored(sql):
    """A function from an association table's name to the pairs it holds, as a set."""
    return lambda table: set(sql.rows(f"select {', '.join(COLUMNS[table])} from {table}"))


def empty(sql):
    """Deletes every resource and, with them, every link."""
    for kind in TYPES:
        sql.run(f"delete from {kind}")


def new_attributes(kind, serial):
    """Attributes that satisfy every constraint of a type and differ for every serial number."""
    if kind == "persons":
        return {"name": f"Person {serial}", "email": f"p{serial}@example.org"}
    if kind == "phones":
        return {"number": f"+1555{serial:09d}", "label": "mobile"}
    if kind == "friends":
        return {"name": f"Friend {serial}", "nickname": f"f{serial}"}
    return {"name": f"Hobby {serial}", "description": f"number {serial}"}
