"""Sixteen clients write to the same few resources; afterwards both sides, and SQL, tell one story.

While they run, every answer must be one that the contract allows: no 5xx, 404 only where somebody may
have deleted what the request names. One relationship is kept apart for a ledger: each of its pairs is
written by one client alone, so that client's last acknowledged change decides whether the link exists,
and each of its reads, from either side and over another connection, must show its own last change.

ORACLE_SECONDS sets how long the clients write (10), ORACLE_SEED where their random numbers start.
"""

import os
import random
import threading
import time
from collections import defaultdict

from support.client import document, idents
from support.model import ATTRIBUTES, SIDES

from .crew import together
from .sides import BY_NAME, COLUMNS, ENDS, TABLES, sides_of, stored

SECONDS = float(os.environ.get("ORACLE_SECONDS", "10"))
SEED = int(os.environ.get("ORACLE_SEED", "1"))
CLIENTS = 16
MOST_PASSING = 8  # resources of one type that may be deleted: few, so that clients meet

FRIEND_HOBBIES = BY_NAME["friends", "hobbies"]
CHAOS = [side for side in SIDES if side.table != FRIEND_HOBBIES.table]
STATUSES = {
    "link": {204},
    "unlink": {204},
    "replace": {204},
    "put": {201, 204},
    "drop": {204},
    "look": {200, 404},
    "linkage": {200},
    "related": {200},
    "create": {201},
    "update": {200},
    "delete": {204},
}


class World:
    """What the clients share: lasting resources that nobody deletes, passing ones that anybody may."""

    def __init__(self, api):
        counts = {"persons": 5, "phones": 6, "friends": 8, "hobbies": 8}
        self.lasting = {
            kind: [api.create(kind, ATTRIBUTES[kind]()) for _ in range(count)]
            for kind, count in counts.items()
        }
        self.passing = {kind: [] for kind in counts}
        self.lock = threading.Lock()

    def some(self, rng, kind, count):
        with self.lock:
            everything = self.lasting[kind] + self.passing[kind]
        return [rng.choice(everything) for _ in range(count)]

    def add(self, kind, key):
        with self.lock:
            self.passing[kind].append(key)

    def take(self, rng, kind):
        """A passing resource to delete, or None. It may stay listed a moment: others race for it."""
        with self.lock:
            here = self.passing[kind]
            if len(here) < 3:
                return None
            key = rng.choice(here)
            if rng.random() < 0.7:
                here.remove(key)
            return key

    def is_lasting(self, kind, keys):
        return set(keys) <= set(self.lasting[kind])


class Writer:
    """One client: `act` makes one random request and judges its answer."""

    def __init__(self, world, clients, rng, pairs):
        self.world, self.clients, self.rng = world, clients, rng
        self.pairs = pairs
        self.ledger = {one: False for one in pairs}
        self.counts = defaultdict(int)

    def request(self, method, path, body=None):
        return self.rng.choice(self.clients).request(method, path, body)

    def act(self):
        roll = self.rng.random()
        if roll < 0.3:
            self.write_own_pairs()
        elif roll < 0.4:
            self.create_or_delete()
        elif roll < 0.47:
            self.update()
        elif roll < 0.53:
            self.delete(self.rng.choice(("persons", "phones", "friends")))
        else:
            self.change_links()

    def judge(self, action, answer, lasting):
        allowed = STATUSES[action] if lasting else STATUSES[action] | {404}
        assert answer.status in allowed, f"{action} may answer {sorted(allowed)}: {answer!r}"
        self.counts[action, answer.status] += 1

    # -- anybody's pairs ---------------------------------------------------------------------

    def change_links(self):
        side = self.rng.choice(CHAOS)
        owner, = self.world.some(self.rng, side.type, 1)
        members = self.world.some(self.rng, side.target, self.rng.choice((0, 1, 1, 2, 3, 5)))
        lasting = self.world.is_lasting(side.type, [owner])
        action = self.rng.choice(
            ("link", "link", "unlink", "replace", "put", "drop", "look", "linkage", "related")
        )
        if action in ("link", "unlink", "replace"):
            method = {"link": "POST", "unlink": "DELETE", "replace": "PATCH"}[action]
            answer = self.request(method, side.relationship(owner), side.body(*members))
        elif action in ("linkage", "related"):
            path = side.relationship(owner) if action == "linkage" else side.related(owner)
            answer, members = self.request("GET", path), []
        else:
            members = (members + self.world.some(self.rng, side.target, 1))[:1]
            method = {"put": "PUT", "drop": "DELETE", "look": "GET"}[action]
            answer = self.request(method, side.one(owner, members[0]))
        named = [] if action in ("unlink", "drop") else members  # unlinking the missing succeeds
        self.judge(action, answer, lasting and self.world.is_lasting(side.target, named))

    def _relationships(self, kind):
        sides = [side for side in sides_of(kind) if side in CHAOS]
        return {side: self.world.some(self.rng, side.target, self.rng.randrange(4)) for side in sides}

    def _all_lasting(self, links):
        return all(self.world.is_lasting(side.target, members) for side, members in links.items())

    def create_or_delete(self):
        kind = self.rng.choice(("persons", "phones", "friends"))
        if len(self.world.passing[kind]) > MOST_PASSING:
            self.delete(kind)
        else:
            self.create(kind)

    def create(self, kind):
        links = self._relationships(kind)
        relationships = {side.rel: idents(side.target, members) for side, members in links.items()}
        body = document(kind, ATTRIBUTES[kind](), relationships)
        answer = self.request("POST", f"/{kind}", body)
        self.judge("create", answer, self._all_lasting(links))
        if answer.status == 201:
            self.world.add(kind, answer.id)

    def update(self):
        kind = self.rng.choice(("persons", "phones", "friends"))
        key, = self.world.some(self.rng, kind, 1)
        links = self._relationships(kind)
        relationships = {side.rel: idents(side.target, members) for side, members in links.items()}
        body = document(kind, None, relationships, key)
        answer = self.request("PATCH", f"/{kind}/{key}", body)
        lasting = self.world.is_lasting(kind, [key]) and self._all_lasting(links)
        self.judge("update", answer, lasting)

    def delete(self, kind):
        key = self.world.take(self.rng, kind)
        if key is not None:
            self.judge("delete", self.request("DELETE", f"/{kind}/{key}"), lasting=False)

    # -- this client's own pairs ---------------------------------------------------------------

    def write_own_pairs(self):
        side = self.rng.choice((FRIEND_HOBBIES, BY_NAME["hobbies", "friends"]))
        near = 0 if side is FRIEND_HOBBIES else 1
        owner = self.rng.choice(self.pairs)[near]
        chosen = [one for one in self.pairs if one[near] == owner]
        chosen = self.rng.sample(chosen, self.rng.randint(1, len(chosen)))
        members = [one[1 - near] for one in chosen]
        present = self.rng.random() < 0.55
        if len(members) == 1 and self.rng.random() < 0.4:
            answer = self.request("PUT" if present else "DELETE", side.one(owner, members[0]))
            was = self.ledger[chosen[0]]
            wanted = {204 if was or not present else 201}
        else:
            method = "POST" if present else "DELETE"
            answer = self.request(method, side.relationship(owner), side.body(*members))
            wanted = {204}
        assert answer.status in wanted, f"wanted {wanted}: {answer!r}"
        for one in chosen:
            self.ledger[one] = present
        self.read_own_pair(*self.rng.choice(chosen))

    def read_own_pair(self, friend, hobby):
        """From a random side, at a random endpoint: the pair is as this client last left it."""
        side, owner, member = self.rng.choice(
            ((FRIEND_HOBBIES, friend, hobby), (BY_NAME["hobbies", "friends"], hobby, friend))
        )
        linked = self.ledger[friend, hobby]
        if self.rng.random() < 0.3:
            answer = self.request("GET", side.one(owner, member))
            assert answer.status == (200 if linked else 404), f"linked is {linked}: {answer!r}"
            return
        path = self.rng.choice((side.relationship(owner), side.related(owner)))
        shown = self.rng.choice(self.clients).linkage(path)
        assert (member in shown) == linked, f"{path} shows {sorted(shown)}; {member} linked: {linked}"


def assert_one_story(api, sql):
    """Every collection, from both sides and both endpoints, shows exactly the rows stored; none dangles."""
    rows_of = stored(sql)
    for table in TABLES:
        for column, kind in zip(COLUMNS[table], ENDS[table]):
            dangling = sql.rows(
                f"select {column} from {table} where not exists"
                f" (select from {kind} where {kind}.id = {table}.{column})"
            )
            assert not dangling, f"{table}.{column} names {kind} that are gone: {dangling}"
    for side in SIDES:
        rows = rows_of(side.table)
        for owner in sorted(api.linkage(f"/{side.type}"), key=int):
            near = 0 if COLUMNS[side.table][0] == side.own_column else 1
            wanted = {str(row[1 - near]) for row in rows if row[near] == int(owner)}
            for path in (side.relationship(owner), side.related(owner)):
                assert api.linkage(path) == wanted, f"{path} is not what {side.table} holds"


def test_sixteen_clients(fresh_service):
    service = fresh_service()
    api = service.client()
    world = World(api)
    rng = random.Random(SEED)
    pairs = [(f, h) for f in world.lasting["friends"] for h in world.lasting["hobbies"]]
    rng.shuffle(pairs)
    writers = [
        Writer(
            world,
            [service.client(), service.client()],
            random.Random(SEED * 1000 + index),
            pairs[index::CLIENTS],
        )
        for index in range(CLIENTS)
    ]
    end = time.monotonic() + SECONDS

    def write(writer):
        while time.monotonic() < end:
            writer.act()

    together([lambda one=one: write(one) for one in writers])

    assert_one_story(api, service.sql)
    links = stored(service.sql)(FRIEND_HOBBIES.table)
    for writer in writers:
        for (friend, hobby), linked in writer.ledger.items():
            assert ((int(friend), int(hobby)) in links) == linked, (
                f"friend {friend}, hobby {hobby}: acknowledged as {'linked' if linked else 'unlinked'}"
            )
    done = defaultdict(int)
    for writer in writers:
        for (action, _), count in writer.counts.items():
            done[action] += count
    assert set(done) == set(STATUSES), f"some action never happened: {dict(done)}"
