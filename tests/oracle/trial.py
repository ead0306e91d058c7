"""One run of changes against a service and the oracle, and the comparison of everything on both sides."""

from collections import defaultdict, deque

from support.model import SIDES, TYPES

from .models import Oracle
from .operations import Drawer, expected, perform, touched
from .sides import ENDS, TABLES

#: Page sizes that the comparison asks for: none at all, tiny ones that make many pages, and a large one.
PAGE_SIZES = (None, 1, 2, 5, 1000)


class Disagreement(AssertionError):
    """backref's answer, or what it shows afterwards, is not what the oracle says."""


def require(condition, what):
    if not condition:
        raise Disagreement(what)


def check_answer(answer, wanted):
    """Status and pointers of one answer against an Expected; the client has linted its document."""
    require(answer.status == wanted.status, f"wanted {wanted.status}, got {answer!r}")
    if answer.status >= 400:
        require(answer.errors, f"a refusal without errors: {answer!r}")
        for error in answer.errors:
            require(error["status"] == str(wanted.status), f"wrong status in an error: {answer!r}")
            require(error.get("detail"), f"an error without detail: {answer!r}")
    if wanted.pointers:
        require(
            set(answer.pointers) <= wanted.pointers,
            f"pointers {answer.pointers} name nothing out of {sorted(wanted.pointers)}",
        )


def ids_of(members, kind):
    """The ids of identifiers or resources, all of which must be of one type."""
    for one in members:
        require(one["type"] == kind, f"wanted type {kind}: {one}")
    return {int(one["id"]) for one in members}


class Trial:
    """Applies changes to both, and compares.

    clients one or more connections to the service; each request takes one of them, so that a change and
            what is read after it meet in different workers
    rows    rows(table) gives the pairs an association table holds, as a set, straight from the database
    rng     decides connections and page sizes, nothing else
    company others change resources of their own in the same database: look only at what this trial made,
            and start serial numbers here so that unique values differ
    """

    def __init__(self, clients, rows, rng, company=None):
        self.clients = clients
        self.rows = rows
        self.rng = rng
        self.oracle = Oracle()
        self.alone = company is None
        self.drawer = Drawer(self.oracle, company or 0)
        self.made = defaultdict(set)  # type -> every id this trial ever created
        self.trace = deque(maxlen=30)
        self.steps = 0

    def close(self):
        self.oracle.close()

    def step(self, draft):
        """One change, its answer, and at once the collections it names, from both sides."""
        op = self.drawer.resolve(draft)
        self.trace.append(str(op))
        self.steps += 1
        wanted = expected(op, self.oracle)
        answer = self._client().request(*op.request())
        check_answer(answer, wanted)
        key = None
        if answer.status < 300:
            key = self._accept(op, answer)
        for side, owner in touched(op, key):
            if owner is not None and self.oracle.get(side.type, owner) is not None:
                self.compare_linkage(side, owner)
        return op

    def _accept(self, op, answer):
        key = None
        if op.action in ("create", "update"):
            data = answer.data
            require(data["type"] == op.side.type, f"wrong type: {answer!r}")
            for name, value in op.attributes.items():
                require(data["attributes"][name] == value, f"{name} is not {value!r}: {answer!r}")
            key = int(data["id"])
            if op.action == "create":
                location = answer.headers.get("Location", "")
                self.made[op.side.type].add(key)
                path = f"/{op.side.type}/{key}"
                require(location.endswith(path), f"wrong Location {location!r}: {answer!r}")
            else:
                require(key == op.owner, f"another resource came back: {answer!r}")
        perform(op, self.oracle, key)
        if op.action == "delete":
            self.drawer.buried(op.side.type, op.owner)
        return key

    def _client(self):
        return self.rng.choice(self.clients)

    def _walk(self, path):
        size = self.rng.choice(PAGE_SIZES)
        found = self._client().walk(path if size is None else f"{path}?page[size]={size}")
        keys = [(one["type"], one["id"]) for one in found]
        require(len(keys) == len(set(keys)), f"{path} names a member twice: {keys}")
        return found

    def compare_linkage(self, side, key):
        shown = ids_of(self._walk(side.relationship(key)), side.target)
        wanted = self.oracle.members(side, key)
        require(shown == wanted, f"{side} of {key} shows {sorted(shown)}, SQLAlchemy {sorted(wanted)}")

    def compare_related(self, side, key):
        found = self._walk(side.related(key))
        shown, wanted = ids_of(found, side.target), self.oracle.members(side, key)
        require(
            shown == wanted, f"related {side} of {key} are {sorted(shown)}, SQLAlchemy {sorted(wanted)}"
        )
        for one in found:
            self._compare_attributes(side.target, one)

    def compare_all(self):
        """Every resource, every collection on both sides at both endpoints, every association table."""
        for table in TABLES:
            stored, wanted = self._own_rows(table), self.oracle.rows(table)
            require(
                stored == wanted,
                f"{table}: rows too many {sorted(stored - wanted)}, missing {sorted(wanted - stored)}",
            )
        for kind in TYPES:
            listed = self._walk(f"/{kind}")
            if not self.alone:
                listed = [one for one in listed if int(one["id"]) in self.made[kind]]
            shown, wanted = ids_of(listed, kind), set(self.oracle.ids(kind))
            require(shown == wanted, f"/{kind} lists {sorted(shown)}, SQLAlchemy {sorted(wanted)}")
            for one in listed:
                self._compare_attributes(kind, one)
        for side in SIDES:
            for key in self.oracle.ids(side.type):
                self.compare_linkage(side, key)
                self.compare_related(side, key)

    def _own_rows(self, table):
        rows = self.rows(table)
        if self.alone:
            return rows
        near, far = (self.made[kind] for kind in ENDS[table])
        return {row for row in rows if row[0] in near or row[1] in far}

    def _compare_attributes(self, kind, resource):
        wanted = self.oracle.attributes(kind, int(resource["id"]))
        shown = {name: resource["attributes"].get(name) for name in wanted}
        require(shown == wanted, f"{kind} {resource['id']}: {shown} is not {wanted}")

    def story(self):
        """The last operations, for a failure's message."""
        return "\n".join(f"  {line}" for line in self.trace)
