"""How the cost of a request grows with the data: one client, one request at a time.

The two databases, and the two hobbies, take turns request by request, so that whatever else the
machine does meets both sides alike. What is compared is the median.
"""

import contextlib
import random
import re
import socket
import statistics
import time

import data
import report
import scene
import table
from sample import MeasuringFailed
from workloads import MOST_GROWTH

SETTINGS = {"shared_buffers": "2GB", "max_wal_size": "16GB"}
SMALL = data.Size(friends=10_000, hobbies=1_000, with_persons=False)
LARGE = data.Size(friends=1_000_000, hobbies=100_000, with_persons=False,
                  big_hobby_friends=100_000)
QUICK_LARGE = data.Size(friends=110_000, hobbies=10_000, with_persons=False,
                        big_hobby_friends=100_000)
FIRST_PAGE = "page%5Bsize%5D=50"
NEXT = re.compile(rb'"next":"[^"]*?page%5Bafter%5D=([^"&]+)')


class Line:
    """One kept-alive connection, with as little between request and answer as Python allows."""

    def __init__(self, service):
        self.host = f"{service.host}:{service.port}"
        self.socket = socket.create_connection((service.host, service.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        self.socket.close()

    def ask(self, method, path):
        """(seconds, body); an answer that is not 2xx raises."""
        text = f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode()
        began = time.perf_counter()
        self.socket.sendall(text)
        answer = self.socket.recv(1 << 18)
        head_end = answer.find(b"\r\n\r\n")
        while head_end < 0:
            answer += self._more(path)
            head_end = answer.find(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", answer[:head_end])
        whole = head_end + 4 + (int(length.group(1)) if length else 0)
        while len(answer) < whole:
            answer += self._more(path)
        took = time.perf_counter() - began
        if not answer.startswith(b"HTTP/1.1 2"):
            raise MeasuringFailed(f"{method} {path}: {answer[:1000]!r}")
        return took, answer[head_end + 4:]

    def _more(self, path):
        part = self.socket.recv(1 << 18)
        if not part:
            raise MeasuringFailed(f"the service closed the connection instead of answering {path}")
        return part


class Place:
    """Where requests go: a service and the paths of one side of the comparison."""

    def __init__(self, line, type_, ids, related, related_ids):
        self.line, self.type, self.ids = line, type_, ids
        self.related, self.related_ids = related, related_ids
        self.random = random.Random(7)
        self.list_path = None
        self.deep_pages = []

    def one(self):
        return f"/{self.type}/{self.random.choice(self.ids)}"

    def first_page(self):
        return f"{self.list_path or self.one() + '/' + self.related}?{FIRST_PAGE}"

    def deep_page(self):
        return self.random.choice(self.deep_pages)

    def link(self):
        return f"{self.one()}/{self.related}/{self.random.choice(self.related_ids)}"

    def gather_deep_pages(self, path, step):
        """Pages in the last tenth of a collection (its last page when it has few)."""
        following, cursors = f"{path}?page%5Bsize%5D={step}", []
        while following:
            found = NEXT.search(self.line.ask("GET", following)[1])
            following = None
            if found:
                cursors.append(found.group(1).decode())
                following = f"{path}?page%5Bsize%5D={step}&page%5Bafter%5D={cursors[-1]}"
        if not cursors:
            raise MeasuringFailed(f"{path} has no second page")
        self.deep_pages += [f"{path}?{FIRST_PAGE}&page%5Bafter%5D={cursor}"
                            for cursor in cursors[-max(1, len(cursors) // 10):]]


def measure(places, times):
    """Medians in µs: operation -> one per place. A link is new, and the next request unlinks it."""
    took = {name: [[] for _ in places]
            for name in ("GET by id", "first page", "deep page", "link", "unlink")}
    for _ in range(times):
        for i, place in enumerate(places):
            pair = place.link()
            requests = {
                "GET by id": ("GET", place.one()), "first page": ("GET", place.first_page()),
                "deep page": ("GET", place.deep_page()), "link": ("PUT", pair),
                "unlink": ("DELETE", pair),
            }
            for name, (method, path) in requests.items():
                took[name][i].append(place.line.ask(method, path)[0])
    return {name: [statistics.median(one) * 1e6 for one in each] for name, each in took.items()}


def list_places(lines, sizes):
    places = []
    for line, size in zip(lines, sizes):
        place = Place(line, "friends", range(1, size.friends + 1), "hobbies",
                      range(1, size.hobbies + 1))
        place.list_path = "/friends"
        place.gather_deep_pages("/friends", 1000)
        places.append(place)
    return places


def hobby_places(line, size):
    """Hobbies with 100 friends, and the one with 100,000, in the same database. New links go to
    friends that the latter does not have."""
    others = range(size.big_hobby_friends + 1, size.friends + 1)
    small = Place(line, "hobbies", size.small_hobbies, "friends", others)
    for hobby in small.ids:
        small.gather_deep_pages(f"/hobbies/{hobby}/friends", 60)
    big = Place(line, "hobbies", [size.big_hobby], "friends", others)
    big.gather_deep_pages(f"/hobbies/{size.big_hobby}/friends", 1000)
    return [small, big]


def print_medians(what, headings, medians):
    lines = []
    for name, (small, large) in medians.items():
        ratio = large / small
        verdict = "pass" if ratio <= MOST_GROWTH else "miss"
        lines.append((name, report.number(small), report.number(large), f"{ratio:.2f}", verdict))
    print(f"\n{what}, median µs per request:")
    report.print_table(("request", *headings, "ratio", f"at most {MOST_GROWTH}"), lines)


def run(output, quick):
    """What and request to medians (small, large), printed and written."""
    times, sizes = (200, (SMALL, QUICK_LARGE)) if quick else (2000, (SMALL, LARGE))
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(scene.start_cluster(SETTINGS))
        scene.say(f"filling {sizes[0].friends:,} and {sizes[1].friends:,} friends, 10 links each")
        urls = [scene.make_database(cluster, name, size)
                for name, size in zip(("small", "large"), sizes)]
        services = [stack.enter_context(scene.start_service(url)) for url in urls]
        lines = [stack.enter_context(contextlib.closing(Line(service))) for service in services]
        print(scene.describe(cluster), flush=True)
        scene.say("the list of friends, small and large")
        by_size = measure(list_places(lines, sizes), times)
        scene.say("hobbies with 100 and with 100,000 friends")
        by_links = measure(hobby_places(lines[1], sizes[1]), times)
    headings = [f"{size.friends:,}" for size in sizes]
    print_medians("friends with 10 hobbies each, by their number", headings, by_size)
    print_medians("a hobby, by its number of friends", ["100", "100,000"], by_links)
    tables = {"friends": by_size, "a hobby's friends": by_links}
    table.write(output / "growth.csv", ["what", "request", "small_us", "large_us", "ratio"],
                ([what, request, small, large, large / small] for what, medians in tables.items()
                 for request, (small, large) in medians.items()))
    return tables
