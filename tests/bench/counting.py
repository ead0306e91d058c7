"""Instructions, counted by callgrind: of the pure parts, and of whole requests in the service. They hardly depend on what
else the machine does, so a change of a percent is a change of the program."""

import contextlib
import csv
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

from support.service import Service, binary

import data
import report
import scene
from growth import Line
from sample import MeasuringFailed

HERE = pathlib.Path(__file__).resolve().parent
PURE = HERE.parents[1] / "build" / "release" / "tests" / "bench" / "instructions" / "counted"
KEPT = HERE / "instructions.tsv"
SIZE = data.Size(friends=4000, hobbies=1000, with_persons=False)
TIME = "2026-01-31 09:15:00.123456+00"
REQUESTS = 200
STARTS = 3
WARM_UP_REQUESTS = 50
VALGRIND = ["valgrind", "--tool=callgrind", "-q"]


def totals(path):
    """(what the dump is called, instructions)."""
    text = path.read_text()
    name = re.search(r"^desc: Trigger: (?:Client Request: )?(.*)$", text, re.M)
    return name.group(1) if name else None, int(re.search(r"^totals: (\d+)$", text, re.M).group(1))


def dumps_in(folder):
    """In the order in which they were made; the last one, of the program's end, has no number."""
    return sorted(folder.glob("out.*"), key=lambda path: int(path.suffix[1:]))


def count_pure():
    """Name to instructions of one time."""
    with tempfile.TemporaryDirectory(prefix="brcount-") as folder:
        done = subprocess.run([*VALGRIND, f"--callgrind-out-file={folder}/out", str(PURE)],
                              capture_output=True, text=True, check=False)
        times = re.search(r"^times (\d+)$", done.stdout, re.M)
        if done.returncode != 0 or not times:
            raise MeasuringFailed(f"{PURE} under callgrind:\n{done.stdout}{done.stderr}")
        counted = map(totals, dumps_in(pathlib.Path(folder)))
        return {name: round(n / int(times.group(1))) for name, n in counted}


class CountedService:
    """The service with one worker under callgrind, which counts from the first request on."""

    def __init__(self, url, folder):
        self.folder = pathlib.Path(folder)
        wrapper = self.folder / "counted-backref"
        wrapper.write_text(f'#!/bin/sh\nexec {" ".join(VALGRIND)} --instr-atstart=no --callgrind-out-file={folder}/out'
                           f' {binary()} "$@"\n')
        wrapper.chmod(0o755)
        self.service = _with_binary(wrapper, url)
        self._ask_valgrind("instrumentation on")

    def close(self):
        self.service.stop()

    def _ask_valgrind(self, command):
        done = subprocess.run(["vgdb", f"--pid={self.service.pid}", *command.split()], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, timeout=60)
        if done.returncode != 0:
            raise MeasuringFailed(f"vgdb {command}: {done.stdout}{done.stderr}")

    def _count(self, line, requests):
        self._ask_valgrind("zero")
        for method, path in requests:
            line.ask(method, path)
        before = set(self.folder.glob("out.*"))
        self._ask_valgrind("dump")
        return sum(totals(path)[1] for path in set(self.folder.glob("out.*")) - before)

    def per_request(self, requests):
        """Instructions of one of them, an endless series: what 2N take more than N, so that nothing but them counts."""
        def take(n):
            return [next(requests) for _ in range(n)]

        with contextlib.closing(Line(self.service)) as line:
            self._count(line, take(WARM_UP_REQUESTS))
            once = self._count(line, take(REQUESTS))
            return round((self._count(line, take(2 * REQUESTS)) - once) / REQUESTS)


def fix_times(connection):
    """All times have as many digits in every run."""
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        for table, columns in (("friends", ("created_at", "updated_at")), ("hobbies", ("created_at", "updated_at")),
                               ("friend_hobbies", ("linked_at",))):
            cursor.execute(f"update {table} set " + ", ".join(f"{name} = '{TIME}'" for name in columns))
        cursor.execute("vacuum full analyze")


def _with_binary(path, url):
    """The harness starts what BACKREF_BINARY names."""
    given = os.environ.get("BACKREF_BINARY")
    os.environ["BACKREF_BINARY"] = str(path)
    try:
        return Service(url, workers=1, access_log="off")
    finally:
        if given is None:
            del os.environ["BACKREF_BINARY"]
        else:
            os.environ["BACKREF_BINARY"] = given


def over_friends(method, path):
    """Requests for one friend after the other; all ids have four digits, so all answers are of one length."""
    while True:
        for friend in range(1000, SIZE.friends):
            yield method, path.format(friend)


def links(method, place):
    """A link of each friend: its first one of the data (place 1), or one that is not in the data (place 2)."""
    for friend in range(1000, SIZE.friends):
        yield method, f"/friends/{friend}/hobbies/{friend * 7919 % (SIZE.hobbies // data.LINKS) + place + 500}"


WHOLE = {
    "service: GET by id": lambda: over_friends("GET", "/friends/{}"),
    "service: page of 50": lambda: over_friends("GET", "/friends?page%5Bsize%5D=50"),
    "service: GET by id, 10 included": lambda: over_friends("GET", "/friends/{}?include=hobbies"),
    "service: page of 20, 200 included": lambda: over_friends("GET", "/friends?page%5Bsize%5D=20&include=hobbies"),
    "service: linkage, 10": lambda: over_friends("GET", "/friends/{}/relationships/hobbies"),
    "service: PUT one link": lambda: links("PUT", 2),
    "service: DELETE one link": lambda: links("DELETE", 1),
}


def count_whole():
    """Name to instructions of one request, of all of the service's threads: the median of some starts, because the
    order of things in the heap is another one in each process."""
    found = {}
    with scene.start_cluster() as cluster:
        url = scene.make_database(cluster, "counted", SIZE)
        with contextlib.closing(cluster.connect("counted")) as connection:
            fix_times(connection)
        for name, series in WHOLE.items():
            scene.say(name)
            requests = series()  # goes on from start to start: a link is new once
            found[name] = round(statistics.median(count_once(url, requests) for _ in range(STARTS)))
    return found


def count_once(url, requests):
    with tempfile.TemporaryDirectory(prefix="brcount-") as folder:
        with contextlib.closing(CountedService(url, folder)) as counted:
            return counted.per_request(requests)


def kept():
    if not KEPT.exists():
        return {}
    with open(KEPT, newline="", encoding="utf-8") as file:
        return {row["what"]: int(row["instructions"]) for row in csv.DictReader(file, delimiter="\t")}


def keep(counts):
    with open(KEPT, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, delimiter="\t", lineterminator="\n")
        out.writerow(["what", "instructions"])
        out.writerows(counts.items())


def change(old, new):
    return "new" if old is None else f"{(new - old) / old * 100:+.2f} %"


def run(update):
    for program in ("valgrind", "vgdb"):
        if not shutil.which(program):
            sys.exit(f"tests/bench/run: {program} is not there; install valgrind")
    if not PURE.exists():
        sys.exit("tests/bench/run: the counted parts are not built: make bench-instructions")
    old, new = kept(), {**count_pure(), **count_whole()}
    report.print_table(("instructions", "kept", "now", "change"), [
        (name, report.number(old.get(name)), report.number(n), change(old.get(name), n)) for name, n in new.items()])
    gone = sorted(set(old) - set(new))
    if gone:
        print(f"kept, and counted no longer: {', '.join(gone)}")
    if update:
        keep(new)
        print(f"written: {KEPT.name}")
