"""The many-to-many rows of the two-sided mutation table, one named case each.

A case is a start, requests with the answer each must get, and the links there are afterwards. Its
number is the row of the table it stands for (a letter tells several cases of one row apart). After each
case every resource that it names is looked at: linkage and related resources of every relationship, on
both sides, and the rows that the association tables hold.

    a1, a2, …   resources on the side that the request names     LINK    POST …/relationships/…
    b1, b2, …   resources on the other side                      UNLINK  DELETE …/relationships/…
    b99         an id that nobody has                            REPL    PATCH …/relationships/…
    p h f o     a person, phone, friend, hobby, where a case     PUT DROP LOOK  one link: PUT, DELETE, GET
                needs particular types                           CREATE PATCH DELETE  the resource itself

Cases that name only a and b run on all six sides of the three relationships.
"""

import json
import re
from collections import namedtuple

import pytest

from support.client import document, idents
from support.model import ATTRIBUTES, MISSING, SIDES, bulk

from .sides import BY_NAME, UNIQUE, inverse, pair, sides_of

Case = namedtuple("Case", "row start requests after")

SIX_SIDES = [
    Case("1", "", ["LINK a1 b1 -> 204"], "a1-b1"),
    Case("2", "", ["LINK b1 a1 -> 204"], "a1-b1"),
    Case("3", "", ["LINK a1 b1,b2,b3 -> 204"], "a1-b1 a1-b2 a1-b3"),
    Case("4", "a1-b1", ["LINK a1 b1 -> 204"], "a1-b1"),
    Case("4-put", "", ["PUT a1 b1 -> 201", "PUT a1 b1 -> 204", "LOOK a1 b1 -> 200"], "a1-b1"),
    Case("5", "", ["LINK a1 b1,b1 -> 204"], "a1-b1"),
    Case("6", "a1-b1", ["LINK b1 a1 -> 204", "PUT b1 a1 -> 204"], "a1-b1"),
    Case("7", "a1-b1", ["LINK a1 b1,b2 -> 204"], "a1-b1 a1-b2"),
    Case("8", "a1-b1", ["LINK a1 -> 204"], "a1-b1"),
    Case("9", "a1-b1", ["LINK a2 b1 -> 204"], "a1-b1 a2-b1"),
    Case("11", "a1-b1", ["UNLINK a1 b1 -> 204", "LOOK a1 b1 -> 404", "LOOK b1 a1 -> 404"], ""),
    Case("12", "a1-b1 a2-b1 a3-b1", ["UNLINK a1 b1 -> 204"], "a2-b1 a3-b1"),
    Case("13", "a1-b1", ["UNLINK b1 a1 -> 204"], ""),
    Case("14", "a1-b1 a1-b2", ["UNLINK a1 b1 -> 204"], "a1-b2"),
    Case("15", "a1-b1", ["UNLINK a1 b2 -> 204"], "a1-b1"),
    Case("15-drop", "a1-b1", ["DROP a1 b2 -> 204", "DROP b2 a1 -> 204"], "a1-b1"),
    Case("16", "a1-b1", ["UNLINK a1 b1 -> 204", "UNLINK a1 b1 -> 204"], ""),
    Case("16-drop", "a1-b1", ["DROP a1 b1 -> 204", "DROP b1 a1 -> 204"], ""),
    Case("17", "a1-b1", ["UNLINK a1 b1,b2 -> 204"], ""),
    Case("18", "a1-b1 a1-b2", ["UNLINK a1 b1,b1 -> 204", "UNLINK a1 -> 204"], "a1-b2"),
    Case("19", "a1-b1", ["UNLINK a1 b1 -> 204", "GET a1 -> 200", "GET b1 -> 200"], ""),
    Case("21", "", ["LINK b1 a1 -> 204", "UNLINK a1 b1 -> 204"], ""),
    Case("22", "a1-b1", ["UNLINK b1 a1 -> 204", "LINK a1 b1 -> 204"], "a1-b1"),
    Case("23", "a1-b1 a1-b2 a2-b3", ["REPL a1 b2,b3 -> 204"], "a1-b2 a1-b3 a2-b3"),
    Case("24", "a1-b1 a1-b2", ["REPL a1 -> 204"], ""),
    Case("25", "a1-b1 a1-b2", ["REPL a1 b2,b1 -> 204"], "a1-b1 a1-b2"),
    Case("26", "a1-b1 a1-b2 a1-b3", ["REPL a1 -> 204", "LINK a1 b1,b2 -> 204"], "a1-b1 a1-b2"),
    Case("27", "", ["REPL a1 b1,b2,b1 -> 204"], "a1-b1 a1-b2"),
    Case("28", "a1-b1 a2-b1", ["REPL b1 a3 -> 204"], "a3-b1"),
    Case("29", "a1-b1", ["PATCH a1 b2 -> 200"], "a1-b2"),
    Case("29-refused", "a1-b1", ["PATCH a1 b2,b99 -> 404 {rel}/1"], "a1-b1"),
    Case("30", "a1-b1", ["PATCH a1 -> 200"], "a1-b1"),
    Case("31-null", "a1-b1", ["REPL a1 `null` -> 400 /data"], "a1-b1"),
    Case("31-object", "a1-b1", ['REPL a1 `{"type":"B","id":"$b1"}` -> 400 /data'], "a1-b1"),
    Case("31-in-patch", "a1-b1", ["PATCH a1 `null` -> 400 {rel}"], "a1-b1"),
    Case("32-link", "a1-b1", ["LINK a1 `[null]` -> 400 /data/0"], "a1-b1"),
    Case("32-replace", "a1-b1", ['REPL a1 `[{"type":"B","id":"$b1"},null]` -> 400 /data/1'], "a1-b1"),
    Case("32-unlink", "a1-b1", ['UNLINK a1 `[{"type":"B","id":"$b1"},null]` -> 400 /data/1'], "a1-b1"),
    Case("35", "a1-b1", ["LINK a1 b99 -> 404 /data/0", "PUT a1 b99 -> 404"], "a1-b1"),
    Case("36", "a1-b1", ["LINK a1 b2,b99,b3 -> 404 /data/1"], "a1-b1"),
    Case("37", "a1-b1", ["REPL a1 b2,b99 -> 404 /data/1"], "a1-b1"),
    Case(
        "38", "a1-b1",
        ["LINK a99 b1 -> 404", "UNLINK a99 b1 -> 404", "REPL a99 b1 -> 404", "REPL a99 -> 404",
         "LINK a99 -> 404", "PUT a99 b1 -> 404", "DROP a99 b1 -> 404", "LOOK a99 b1 -> 404",
         "LINKAGE a99 -> 404", "RELATED a99 -> 404", "PATCH a99 b1 -> 404"],
        "a1-b1",
    ),
    Case("40", "a1-b1", ["UNLINK a1 b99 -> 204", "DROP a1 b99 -> 204"], "a1-b1"),
    Case("41", "a1-b1 a1-b2", ["UNLINK a1 b1,b99 -> 204"], "a1-b2"),
    Case(
        "42-link", "a1-b1",
        ['LINK a1 `[{"type":"A","id":"$a1"}]` -> 409 /data/0|/data/0/type'], "a1-b1",
    ),
    Case(
        "42-replace", "a1-b1",
        ['REPL a1 `[{"type":"B","id":"$b1"},{"type":"A","id":"$a1"}]` -> 409 /data/1|/data/1/type'],
        "a1-b1",
    ),
    Case(
        "42-unlink", "a1-b1",
        ['UNLINK a1 `[{"type":"A","id":"$b1"}]` -> 409 /data/0|/data/0/type'], "a1-b1",
    ),
    Case("42-create", "b1", ['CREATE a1 `[{"type":"A","id":"$b1"}]` -> 409 {rel}/0|{rel}/0/type'], ""),
    Case("43-number", "a1-b1", ['LINK a1 `[{"type":"B","id":1}]` -> 400 /data/0|/data/0/id'], "a1-b1"),
    Case("43-no-type", "a1-b1", ['LINK a1 `[{"id":"$b2"}]` -> 400 /data/0|/data/0/type'], "a1-b1"),
    Case("43-no-id", "a1-b1", ['LINK a1 `[{"type":"B"}]` -> 400 /data/0|/data/0/id'], "a1-b1"),
    *(
        Case(
            f"43-{name}", "a1-b1",
            [f'LINK a1 `[{{"type":"B","id":"{text}"}}]` -> 400|404 /data/0|/data/0/id'], "a1-b1",
        )
        for name, text in {
            "leading-zero": "0$b2", "plus": "+$b2", "space": " $b2", "minus": "-$b2", "zero": "0",
            "fraction": "$b2.0", "overflow": "9223372036854775808", "forty-digits": "1" * 40,
            "letters": "abc", "empty": "", "sql": "1 OR 1=1", "full-width": "\uff11",
        }.items()
    ),
    *(
        # A spelling that is no id must not be read as the number inside it: b1 stays linked.
        Case(
            f"43-unlink-{name}", "a1-b1",
            [f'UNLINK a1 `[{{"type":"B","id":"{text}"}}]` -> 204|400|404'], "a1-b1",
        )
        for name, text in {
            "leading-zero": "0$b1", "plus": "+$b1", "space": "$b1 ", "sql": "$b1 OR 1=1",
        }.items()
    ),
    Case("44-lid", "a1-b1", ['LINK a1 `[{"type":"B","lid":"new"}]` -> 400|403'], "a1-b1"),
    Case(
        "44-nested", "a1-b1",
        ['LINK a1 `[{"type":"B","attributes":{"name":"new"}}]` -> 400|403'], "a1-b1",
    ),
    Case("47", "b1 b2", ["CREATE a1 b1,b2 -> 201"], "a1-b1 a1-b2"),
    Case("50", "b1", ["CREATE a1 b1,b1 -> 201"], "a1-b1"),
    Case("51", "b1", ["CREATE a1 b1,b99 -> 404 {rel}/1"], ""),
    Case("52", "a1-b1 b2", ["CLASH a1 b2 -> 409"], "a1-b1"),
    Case("53", "a1-b1 a1-b2 a2-b1", ["DELETE a1 -> 204"], "a2-b1"),
    Case("57", "a1-b1", ["DELETE a1 -> 204", "DELETE a1 -> 404", "GET a1 -> 404", "LINKAGE a1 -> 404",
                         "RELATED a1 -> 404", "LINK a1 b1 -> 404", "LINK b1 a1 -> 404 /data/0"], ""),
    Case("58", "a1-b1", ["DELETE a1 -> 204", "AGAIN a1 -> 201"], ""),
    Case("59", "a1-b1", ["ERASE a1 b1", "LOOK a1 b1 -> 404", "UNLINK a1 b1 -> 204"], ""),
]

PARTICULAR = [
    Case("10", "p1-h1 p1-f1", ["LINK p1.phones h2 -> 204"], "p1-h1 p1-h2 p1-f1"),
    Case("33", "p1-f1 f1-o1", ["REPL f1.hobbies o2 -> 204"], "p1-f1 f1-o2"),
    Case("48", "p1", ["CREATE h1.owners p1 -> 201"], "p1-h1"),
    Case("49", "p1 o1", ["CREATE f1.persons p1 hobbies o1 -> 201"], "p1-f1 f1-o1"),
    Case(
        "49-refused", "p1 o1",
        ["CREATE f1.persons p1 hobbies o1,o99 -> 404 /data/relationships/hobbies/data/1"], "",
    ),
    Case("55", "p1-f1 f1-o1 p1-h1", ["DELETE f1 -> 204"], "p1-h1"),
]

LETTERS = {"p": "persons", "h": "phones", "f": "friends", "o": "hobbies"}


class Stage:
    """The resources of one case, by the names that the case gives them."""

    def __init__(self, api, sql, side=None):
        self.api, self.sql, self.side = api, sql, side
        self.types = dict(LETTERS)
        if side:
            self.types = {"a": side.type, "b": side.target}
        self.ids, self.attributes, self.gone = {}, {}, set()

    def kind(self, name):
        return self.types[name[0]]

    def id(self, name):
        """The id behind a name; the resource is made when the case mentions it first."""
        if name.endswith("99"):
            return MISSING
        if name not in self.ids:
            self.attributes[name] = ATTRIBUTES[self.kind(name)]()
            self.ids[name] = self.api.create(self.kind(name), self.attributes[name])
        return self.ids[name]

    def relationship(self, owner, member_letter=None):
        """`p1.phones`, or `a1` and the one relationship that a case on six sides is about."""
        name, _, rel = owner.partition(".")
        if rel:
            return name, BY_NAME[self.kind(name), rel]
        return name, self.side if name[0] == "a" else inverse(self.side)

    def fill(self, text):
        """Ids and types in a literal body: $b1 is an id, "A" and "B" are the two types."""
        text = re.sub(r"\$([a-z]\d)", lambda found: self.id(found.group(1)), text)
        for letter in "ab":
            text = text.replace(f'"{letter.upper()}"', f'"{self.types[letter]}"')
        return json.loads(text)

    def linkage(self, side, words):
        """The `data` that a request's members stand for."""
        if words.startswith("`"):
            return self.fill(words.strip("`"))
        return idents(side.target, [self.id(one) for one in words.split(",") if one])

    # -- requests ------------------------------------------------------------------------------

    def perform(self, line):
        request, _, outcome = line.partition(" -> ")
        verb, owner, members = (request.split(" ", 2) + [""])[:3]
        if verb == "ERASE":
            name, side = self.relationship(owner)
            changed = self.sql.run(
                f"delete from {side.table} where {side.own_column} = %s and {side.target_column} = %s",
                self.id(name), self.id(members),
            )
            assert changed == 1
            return
        answer = getattr(self, "do_" + verb.lower())(owner, members)
        statuses, _, pointers = outcome.partition(" ")
        assert str(answer.status) in statuses.split("|"), f"{line}: {answer!r}"
        if pointers:
            _, side = self.relationship(owner)
            allowed = pointers.replace("{rel}", f"/data/relationships/{side.rel}/data").split("|")
            assert answer.pointers and set(answer.pointers) <= set(allowed), f"{line}: {answer!r}"

    def _write(self, method, owner, members):
        name, side = self.relationship(owner)
        body = {"data": self.linkage(side, members)}
        return self.api.request(method, side.relationship(self.id(name)), body)

    def do_link(self, owner, members):
        return self._write("POST", owner, members)

    def do_unlink(self, owner, members):
        return self._write("DELETE", owner, members)

    def do_repl(self, owner, members):
        return self._write("PATCH", owner, members)

    def _one(self, method, owner, member):
        name, side = self.relationship(owner)
        return self.api.request(method, side.one(self.id(name), self.id(member)))

    def do_put(self, owner, member):
        return self._one("PUT", owner, member)

    def do_drop(self, owner, member):
        return self._one("DELETE", owner, member)

    def do_look(self, owner, member):
        return self._one("GET", owner, member)

    def do_linkage(self, owner, _):
        name, side = self.relationship(owner)
        return self.api.get(side.relationship(self.id(name)))

    def do_related(self, owner, _):
        name, side = self.relationship(owner)
        return self.api.get(side.related(self.id(name)))

    def do_get(self, name, _):
        return self.api.get(f"/{self.kind(name)}/{self.id(name)}")

    def do_delete(self, name, _):
        answer = self.api.delete(f"/{self.kind(name)}/{self.id(name)}")
        if answer.status == 204:
            self.gone.add(name)
        return answer

    def _body(self, owner, members, attributes, key=None):
        """members: `b1,b2`, or `p1 hobbies o1` with further relationships by name."""
        name, side = self.relationship(owner)
        words = members.split(" ") if not members.startswith("`") else [members]
        links = {side.rel: self.linkage(side, words[0])}
        for rel, more in zip(words[1::2], words[2::2]):
            links[rel] = self.linkage(BY_NAME[side.type, rel], more)
        return document(side.type, attributes, links if members else None, key)

    def do_create(self, owner, members):
        name, side = self.relationship(owner)
        attributes = ATTRIBUTES[side.type]()
        before = self.sql.count(side.type)
        answer = self.api.post(f"/{side.type}", self._body(owner, members, attributes))
        made = answer.status == 201
        assert self.sql.count(side.type) == before + made, "a refused create left a resource behind"
        if made:
            self.ids[name], self.attributes[name] = answer.id, attributes
        return answer

    def do_clash(self, name, members):
        """A create whose unique value is the one of `name`."""
        kind = self.kind(name)
        self.id(name)
        before = self.sql.count(kind)
        answer = self.api.post(f"/{kind}", self._body(name, members, self.attributes[name]))
        assert answer.pointers == [f"/data/attributes/{UNIQUE[kind]}"], answer
        assert self.sql.count(kind) == before
        return answer

    def do_again(self, name, _):
        """A new resource with the very attributes of a deleted one."""
        answer = self.api.post(f"/{self.kind(name)}", document(self.kind(name), self.attributes[name]))
        assert answer.status != 201 or answer.id != self.ids[name]
        self.ids[name] = answer.id if answer.status == 201 else None
        self.gone.discard(name)
        return answer

    def do_patch(self, owner, members):
        """New attributes together with the members: both or neither."""
        name, side = self.relationship(owner)
        key, attributes = self.id(name), ATTRIBUTES[side.type]()
        answer = self.api.patch(f"/{side.type}/{key}", self._body(owner, members, attributes, key))
        if answer.status == 200:
            self.attributes[name] = attributes
        if key != MISSING:
            shown = self.api.get(f"/{side.type}/{key}").data["attributes"]
            assert {one: shown[one] for one in attributes} == self.attributes[name]
        return answer

    # -- start and end -------------------------------------------------------------------------

    def _links(self, text):
        """(side, owner name, member name) for each `a1-b1`; a bare name only makes the resource."""
        for word in text.split():
            first, _, second = word.partition("-")
            self.id(first)
            if second:
                self.id(second)
                side = next(
                    one for one in ([self.side] if self.side else SIDES)
                    if (one.type, one.target) == (self.kind(first), self.kind(second))
                )
                yield side, first, second

    def begin(self, text):
        for side, owner, member in self._links(text):
            answer = self.api.put(side.one(self.id(owner), self.id(member)))
            assert answer.status == 201, answer

    def compare(self, text):
        """Every relationship of every resource named so far, at both endpoints and in SQL."""
        wanted = set()
        for side, owner, member in self._links(text):
            wanted.add((side.table, pair(side, int(self.id(owner)), int(self.id(member)))))
        for name, key in self.ids.items():
            if name in self.gone:
                continue
            for side in sides_of(self.kind(name)):
                members = {
                    str(other)
                    for table, row in wanted if table == side.table
                    for other in row if pair(side, int(key), other) == row
                }
                assert self.api.linkage(side.relationship(key)) == members, f"linkage of {side} of {name}"
                assert self.api.linkage(side.related(key)) == members, f"related {side} of {name}"
                assert side.rows(self.sql, key) == sorted(members, key=int), f"{side.table} for {name}"
        for name in self.gone:
            for side in sides_of(self.kind(name)):
                assert side.rows(self.sql, self.ids[name]) == [], f"{name} is gone, its links are not"


def applies(case, side):
    return side.type in UNIQUE or not any(line.startswith("CLASH") for line in case.requests)


@pytest.mark.parametrize(
    "case, side",
    [
        pytest.param(case, side, id=f"{case.row}-{side}")
        for case in SIX_SIDES for side in SIDES if applies(case, side)
    ],
)
def test_row(api, sql, case, side):
    perform(Stage(api, sql, side), case)


@pytest.mark.parametrize("case", PARTICULAR, ids=lambda case: case.row)
def test_particular_row(api, sql, case):
    perform(Stage(api, sql), case)


def perform(stage, case):
    stage.begin(case.start)
    for line in case.requests:
        stage.perform(line)
    stage.compare(case.after)


# -- rows that need more than requests and links ---------------------------------------------------


@pytest.mark.parametrize("side", SIDES, ids=str)
def test_row_20_and_25_the_rows_that_stay_are_not_rewritten(api, sql, side):
    """The association table has a further column, linked_at; a row that stays keeps it, even its place."""
    owner, members = side.new_owner(api), side.new_members(api, 3)

    def rows():
        return dict(
            (str(key), (ctid, linked_at))
            for key, ctid, linked_at in sql.rows(
                f"select {side.target_column}, ctid::text, linked_at from {side.table}"
                f" where {side.own_column} = %s", owner)
        )

    assert api.patch(side.relationship(owner), side.body(*members)).status == 204
    before = rows()
    assert set(before) == set(members) and all(linked_at for _, linked_at in before.values())
    assert api.patch(side.relationship(owner), side.body(*reversed(members))).status == 204
    assert api.post(side.relationship(owner), side.body(*members)).status == 204
    assert rows() == before
    assert api.patch(side.relationship(owner), side.body(*members[1:])).status == 204
    assert rows() == {key: before[key] for key in members[1:]}
    assert api.delete(side.relationship(owner), side.body(members[1])).status == 204
    assert rows() == {members[2]: before[members[2]]}


@pytest.mark.parametrize("side", SIDES, ids=str)
def test_row_34_fifty_members_over_pages(api, sql, side):
    owner, members = side.new_owner(api), bulk(sql, side.target, 50)
    assert api.post(side.relationship(owner), side.body(*members)).status == 204
    for path in (side.relationship(owner), side.related(owner)):
        for size in (1, 7, 25, 49, 50, 51):
            ids = [item["id"] for item in api.walk(f"{path}?page[size]={size}")]
            assert sorted(ids, key=int) == members, f"{path} by {size}"
        assert len(api.get(f"{path}?page[size]=7").data) == 7


@pytest.mark.parametrize("side", SIDES, ids=str)
def test_row_39_an_unknown_relationship(api, side):
    owner = side.new_owner(api)
    for path in (f"/{side.type}/{owner}/relationships/nope", f"/{side.type}/{owner}/nope"):
        assert api.get(path).status == 404
    path = f"/{side.type}/{owner}/relationships/nope"
    for method in ("POST", "PATCH", "DELETE"):
        assert api.request(method, path, side.body()).status == 404
    assert api.put(f"/{side.type}/{owner}/nope/1").status == 404


@pytest.mark.parametrize("side", SIDES, ids=str)
def test_row_101_linkage_and_related_are_the_same_set(api, side):
    owner, members = side.new_owner(api), side.new_members(api, 4)
    assert api.post(side.relationship(owner), side.body(*members)).status == 204
    linkage, related = api.get(side.relationship(owner)).data, api.get(side.related(owner)).data
    assert {(one["type"], one["id"]) for one in linkage} == {(side.target, one) for one in members}
    assert {(one["type"], one["id"]) for one in related} == {(side.target, one) for one in members}
    assert all("attributes" in one for one in related)
    assert not any("attributes" in one for one in linkage)
    for member in members:
        back = api.get(side.inverse_related(member)).data
        assert [(one["type"], one["id"]) for one in back] == [(side.type, owner)]


@pytest.mark.parametrize("side", SIDES, ids=str)
def test_a_write_that_shows_its_result(api, sql, side):
    """With `Prefer: return=representation` a link write answers 200 with the linkage as it now is."""
    owner, (first, second, third) = side.new_owner(api), side.new_members(api, 3)
    prefer = {"Prefer": "return=representation"}
    path = side.relationship(owner)
    for method, members, after in (
        ("POST", (first, second), {first, second}),
        ("POST", (first,), {first, second}),
        ("PATCH", (second, third), {second, third}),
        ("DELETE", (third, first), {second}),
    ):
        answer = api.request(method, path, side.body(*members), headers=prefer)
        assert answer.status == 200, answer
        assert set(answer.ids) == after, answer
        assert answer.json["meta"], answer
        assert set(side.rows(sql, owner)) == after
