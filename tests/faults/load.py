"""Clients that write all the time and remember what was acknowledged.

Each client works on resources of its own, so what it was told last is what must be stored:

- a create with relationships that was answered 201 is there with exactly its links; one that was refused
  with 503 or lost its connection is there whole or not at all;
- a group of links that is only ever linked and unlinked in one request is there whole or not at all, as
  the last acknowledged request left it unless a later one had an unknown outcome.
"""

import http.client
import itertools
import threading
import time

from support.client import Client, document, idents
from support.model import ATTRIBUTES, bulk, unique

CLIENTS = 16
GROUP = 4
PAUSE_SECONDS = 0.005  # after a refusal: a client that is told to come back later does not spin


class Writer:
    """One client thread of the load."""

    def __init__(self, load, sql):
        self.load = load
        self.person, = bulk(sql, "persons", 1)
        self.phones = bulk(sql, "phones", 3 * GROUP)
        self.created = {}  # email -> phones, answered 201
        self.unknown = {}  # email -> phones, outcome unknown
        self.groups = {i: {False} for i in range(2)}  # group -> whether linked: what is possible

    def members(self, group):
        return self.phones[group * GROUP : (group + 1) * GROUP]

    def run(self):
        client = Client(self.load.base_url, timeout=self.load.limit_seconds + 5)
        try:
            for turn in itertools.count():
                if self.load.stopping.is_set():
                    return
                (self.create, self.toggle, self.look, self.toggle)[turn % 4](client, turn)
        finally:
            client.close()

    def create(self, client, turn):
        attributes = ATTRIBUTES["persons"]()
        attributes["email"] = unique("load") + "@example.org"
        phones = self.phones[2 * GROUP :][: 1 + turn % GROUP]
        body = document("persons", attributes, {"phones": idents("phones", phones)})
        answer = self.load.send(client, "POST", "/persons", body, {201})
        (self.created if answer is not None else self.unknown)[attributes["email"]] = phones

    def toggle(self, client, turn):
        group = turn // 2 % 2
        link = self.groups[group] != {True}
        path = f"/persons/{self.person}/relationships/phones"
        body = {"data": idents("phones", self.members(group))}
        answer = self.load.send(client, "POST" if link else "DELETE", path, body, {204})
        self.groups[group] = {link} if answer is not None else self.groups[group] | {link}

    def look(self, client, _):
        path = f"/persons/{self.person}/relationships/phones"
        answer = self.load.send(client, "GET", path, None, {200})
        if answer is None:
            return
        shown = set(answer.ids)
        for group, possible in self.groups.items():
            found = shown & set(self.members(group))
            assert len(found) in (0, GROUP), f"half a group is shown: {answer!r}"
            assert bool(found) in possible, f"group {group} may be {possible}: {answer!r}"

    def verify(self, sql):
        """Compares the ledger with what is stored. Returns how many acknowledged creates were checked."""
        stored = dict(sql.rows(
            "select email, array(select phone_id::text from person_phones"
            " where person_id = id order by phone_id) from persons where email = any(%s)",
            [*self.created, *self.unknown]))
        for email, phones in self.created.items():
            assert email in stored, f"an acknowledged create is gone: {email}"
            assert stored[email] == phones, f"{email} was created with {phones}, has {stored[email]}"
        for email, phones in self.unknown.items():
            assert stored.get(email, phones) == phones, (
                f"half a create: {email} has {stored[email]}, not {phones}"
            )
        linked = set(sql.column(
            "select phone_id::text from person_phones where person_id = %s", self.person))
        for group, possible in self.groups.items():
            found = linked & set(self.members(group))
            assert len(found) in (0, GROUP), f"half a group is stored: {sorted(found)}"
            assert bool(found) in possible, f"group {group} linked: {bool(found)}, may be: {possible}"
        return len(self.created)


class Load:
    """`with Load(service, sql, …) as load:` runs the writers; `finish()` stops and judges them.

    limit_seconds  no answer may take longer
    may_break      the service itself is killed: a lost connection is then an unknown outcome, not a fault
    """

    def __init__(self, service, sql, limit_seconds, may_break=False):
        self.base_url, self.limit_seconds, self.may_break = service.base_url, limit_seconds, may_break
        self.stopping = threading.Event()
        self.acknowledged = 0
        self.refusals = []  # seconds that each 503 took
        self.slowest = 0.0
        self.failures = []
        self._lock = threading.Lock()
        self.writers = [Writer(self, sql) for _ in range(CLIENTS)]
        self.threads = [threading.Thread(target=self._run, args=(one,)) for one in self.writers]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def _run(self, writer):
        try:
            writer.run()
        except BaseException as failure:
            self.failures.append(failure)

    def send(self, client, method, path, body, wanted):
        """The answer, or None when its outcome is unknown. Anything but `wanted` and a proper 503 fails."""
        began = time.monotonic()
        try:
            answer = client.request(method, path, body)
        except (OSError, http.client.HTTPException) as failure:
            if not self.may_break:
                raise AssertionError(f"{method} {path}: the connection broke: {failure!r}") from failure
            self.stopping.wait(PAUSE_SECONDS)
            return None
        took = time.monotonic() - began
        with self._lock:
            self.slowest = max(self.slowest, took)
            if answer.status in wanted:
                self.acknowledged += 1
                return answer
            self.refusals.append(took)
        assert answer.status == 503, f"wanted {sorted(wanted)} or 503: {answer!r}"
        assert (answer.headers.get("Retry-After") or "").isdigit(), f"a 503 without Retry-After: {answer!r}"
        self.stopping.wait(PAUSE_SECONDS)
        return None

    def await_acknowledged(self, count, seconds):
        """Returns when `count` further requests have succeeded."""
        goal, end = self.acknowledged + count, time.monotonic() + seconds
        while self.acknowledged < goal:
            assert not self.failures, self.failures[0]
            assert time.monotonic() < end, (
                f"only {self.acknowledged - goal + count} of {count} requests succeeded in {seconds} s"
            )
            time.sleep(0.01)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def finish(self, sql):
        """Stops the clients, raises what went wrong for any of them, compares the ledgers with SQL."""
        self.stop()
        if self.failures:
            raise self.failures[0]
        assert self.slowest < self.limit_seconds, f"an answer took {self.slowest:.1f} s"
        assert sum(writer.verify(sql) for writer in self.writers) > 0, "nothing was created at all"


class Probe:
    """Asks /healthz and /readyz all the time from a thread of its own."""

    def __init__(self, service):
        self.base_url = service.base_url
        self.ready = []  # (when, status)
        self.failure = None
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()

    def _run(self):
        try:
            with Client(self.base_url, timeout=20, check=None) as client:
                while not self.stopping.is_set():
                    began = time.monotonic()
                    health = client.get("/healthz")
                    took = time.monotonic() - began
                    assert health.status == 200, f"/healthz while the process is up: {health!r}"
                    assert took < 1, f"/healthz took {took:.2f} s"
                    ready = client.get("/readyz")
                    assert ready.status in (200, 503), f"/readyz: {ready!r}"
                    self.ready.append((time.monotonic(), ready.status))
                    self.stopping.wait(0.02)
        except BaseException as failure:
            self.failure = failure

    def check(self):
        if self.failure is not None:
            raise self.failure

    def await_ready(self, status, seconds):
        """Returns how long it took until /readyz, asked from now on, answered `status`."""
        began = time.monotonic()
        while True:
            self.check()
            if self.ready and self.ready[-1][0] > began and self.ready[-1][1] == status:
                return time.monotonic() - began
            assert time.monotonic() - began < seconds, (
                f"/readyz did not become {status} in {seconds} s, last {self.ready[-1:]}"
            )
            time.sleep(0.01)
