"""What answers HTTP and is loaded by wrk: backref itself and its peers in peers/."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import machine
import scene
from sample import MeasuringFailed, Meter, Sample, noise

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = HERE / "peers"
INSTALLED = HERE.parents[1] / "build" / "bench" / "node"
PYTHON = "/usr/bin/python3"  # Debian's, whose packages these are
ANSWERS = "backref_requests_total{"
SENDS = "backref_database_sends_total"
WAITING = "backref_requests_waiting"
PAGES = 1000
START_SECONDS = 30
SETTLE_SECONDS = 30
FEWEST_REQUESTS, LONGER = 100, 4


def answered(counters):
    """Answers so far, by the service's counters."""
    return sum(value for name, value in counters.items() if name.startswith(ANSWERS))


def page_step(size):
    """Rows between the places at which pages begin, the same for every server."""
    return min(1000, max(50, size.friends // PAGES))


class Server:
    """Loaded by wrk. `pid` is the process that answers, or the parent of those that do."""

    name = None

    def __init__(self, cluster, size, folder):
        self.cluster, self.size = cluster, size
        self.cursors = pathlib.Path(folder) / f"cursors-{self.name}"
        self.seed = 0

    def write_cursors(self, cursors):
        self.cursors.write_text("\n".join(cursors) + "\n")

    def counted(self):
        """Counters of its own from which errors are seen; {} when it has none."""
        return {}

    def wait_until_idle(self):
        """wrk leaves its last requests behind: at most one processor tick in a tenth of a second."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline:
            before = machine.family_processor_seconds(self.pid)
            time.sleep(0.1)
            if machine.family_processor_seconds(self.pid) - before < 0.015:
                return
        raise MeasuringFailed(f"{self.name} is still busy {SETTLE_SECONDS} s after its last request")

    def drive(self, workload, connections, seconds):
        """What wrk says about one run of it."""
        self.seed += 1
        env = {
            **os.environ, "LUA_PATH": f"{HERE}/lua/?.lua", "BENCH_SEED": str(self.seed),
            "BENCH_FRIENDS": str(self.size.friends), "BENCH_HOBBIES": str(self.size.hobbies),
            "BENCH_PHONES": str(self.size.phones), "BENCH_CURSORS": str(self.cursors),
            "BENCH_CONNECTIONS": str(connections),
        }
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s",
             "-s", str(HERE / "lua" / f"{workload.name}.lua"), self.base_url],
            env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if done.returncode != 0 or len(lines) != 1:
            raise MeasuringFailed(f"wrk, {self.name}, {workload.name}: {done.stdout}{done.stderr}")
        return json.loads(lines[0])

    def _refuse_errors(self, workload, said, grown, connections):
        """Every answer must have been 2xx: wrk counts what it read from 400 up, the service counts
        the other classes too. Requests that wrk leaves behind at its end, at most one per
        connection, count as 4xx there, and nobody has seen those answers."""
        wrong = {k: said[k] for k in ("connect", "read", "write", "timeout", "status") if said[k]}
        for name, n in grown.items():
            left_behind = connections if "4xx" in name else 0
            if name.startswith(ANSWERS) and "2xx" not in name and n > left_behind:
                wrong[name] = int(n)
        if wrong:
            raise MeasuringFailed(
                f"{self.name}, {workload.name}: not every answer was 2xx: {wrong},"
                f" {said['requests']} requests. The end of its log:\n{self.log()[-2000:]}")

    def run(self, workload, connections, seconds):
        """A Sample; of one that answers few requests within that time, of a longer run."""
        sample, requests = self._run_once(workload, connections, seconds)
        if requests < FEWEST_REQUESTS:
            sample, requests = self._run_once(workload, connections, LONGER * seconds)
        if requests == 0:
            raise MeasuringFailed(f"{self.name}, {workload.name}: not one answer in {LONGER * seconds} s")
        return sample

    def _run_once(self, workload, connections, seconds):
        self.wait_until_idle()
        before = self.counted()
        meter = Meter(self.cluster, self.pid)
        said = self.drive(workload, connections, seconds)
        if not self.is_running():
            raise MeasuringFailed(f"{self.name} ended:\n{self.log()[-4000:]}")
        self.wait_until_idle()
        used = meter.stop()
        after = self.counted()
        grown = {name: value - before.get(name, 0) for name, value in after.items()}
        self._refuse_errors(workload, said, grown, connections)
        done = said["requests"] + connections  # those left behind were worked on too
        sample = Sample(
            requests_per_second=said["requests"] / said["duration_us"] * 1e6,
            p50_ms=said["p50_us"] / 1000, p99_ms=said["p99_us"] / 1000,
            service_us=used["service"] / done * 1e6, postgres_us=used["postgres"] / done * 1e6,
            client_us=used["client"] / done * 1e6, memory_mib=machine.memory_mib(self.pid),
            sends=grown[SENDS] / done if grown else None, noise_cores=noise(used))
        return sample, said["requests"]


class Backref(Server):
    name = "backref"

    def __init__(self, cluster, size, folder, service):
        super().__init__(cluster, size, folder)
        self.service, self.pid, self.base_url = service, service.pid, service.base_url
        self.is_running, self.log = service.is_running, service.log
        self.write_cursors(self._gather_cursors("/friends", PAGES))

    def _gather_cursors(self, path, wanted):
        """Cursors at places spread over a collection, by walking it."""
        following, found = f"{path}?page%5Bsize%5D={page_step(self.size)}", []
        while following and len(found) < wanted:
            following = json.loads(scene.fetch(self.service, following))["links"]["next"]
            cursor = re.search(r"page%5Bafter%5D=([^&]+)", following or "")
            if cursor:
                found.append(cursor.group(1))
        if len(found) < 2:
            raise MeasuringFailed(f"{path} has no next page")
        return found[:-1]

    def counted(self):
        return scene.counters(self.service)

    def wait_until_idle(self):
        deadline = time.monotonic() + SETTLE_SECONDS
        while self.counted()[WAITING] != 0:
            if time.monotonic() > deadline:
                raise MeasuringFailed("requests still wait for PostgreSQL")
            time.sleep(0.02)


class Peer(Server):
    """A program of peers/ that listens on a port which the kernel chose; the cursor of a row is its id."""

    def __init__(self, cluster, size, folder, url):
        super().__init__(cluster, size, folder)
        step = page_step(size)
        self.write_cursors([str(after) for after in range(step, size.friends - 50, step)])
        self.log_path = pathlib.Path(folder) / f"log-{self.name}"
        env = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                self.command(), env={**env, **self.environment(url)}, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True)
        self.pid = self.process.pid
        self.base_url = self._wait_for_address()

    def _wait_for_address(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.is_running():
            port = machine.listening_port(self.pid)
            if port and self._answers(f"http://127.0.0.1:{port}"):
                return f"http://127.0.0.1:{port}"
            time.sleep(0.05)
        self.close()
        raise MeasuringFailed(f"{self.name} did not start:\n{self.log()}")

    @staticmethod
    def _answers(base_url):
        try:
            with urllib.request.urlopen(f"{base_url}/friends/1", timeout=10) as answer:
                return answer.status == 200
        except ConnectionError:
            return False
        except urllib.error.URLError as failure:
            if isinstance(failure.reason, ConnectionError):
                return False
            raise

    def is_running(self):
        return self.process.poll() is None

    def log(self):
        return self.log_path.read_text(errors="replace")

    def close(self):
        """The processes that it started end with it: all are of the session made for it."""
        if self.is_running():
            self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()


class FastApi(Peer):
    """FastAPI with SQLAlchemy as their documentation shows, two uvicorn workers."""

    name, title = "fastapi", "FastAPI, SQLAlchemy"
    plain = "0"

    @staticmethod
    def missing():
        """Why it cannot run here, or None."""
        imports = "import fastapi, uvicorn, sqlalchemy, psycopg2, uvloop, httptools"
        done = subprocess.run([PYTHON, "-c", imports], capture_output=True, text=True, check=False)
        return None if done.returncode == 0 else done.stderr.strip().splitlines()[-1]

    def command(self):
        return [PYTHON, "-B", "-m", "uvicorn", "--app-dir", str(PROGRAMS), "--host", "127.0.0.1", "--port", "0",
                "--workers", "2", "--no-access-log", "fastapi_app:app"]

    def environment(self, url):
        return {"DATABASE_URL": url, "PEER_PLAIN": self.plain}


class FastApiPlain(FastApi):
    """The same without response models, which check and convert every answer."""

    name, title = "fastapi-plain", "FastAPI, no response models"
    plain = "1"


class Node(Peer):
    """Written by hand on node:http and pg, a cluster of two."""

    name, title = "node", "Node, pg"

    @staticmethod
    def missing():
        if not shutil.which("node") or not shutil.which("npm"):
            return "node or npm is not there"
        lock = (PROGRAMS / "package-lock.json").read_bytes()
        stamp = INSTALLED / "installed"
        if stamp.exists() and stamp.read_bytes() == lock:
            return None
        INSTALLED.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PROGRAMS / name, INSTALLED)
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"],
                              cwd=INSTALLED, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return "npm could not install pg: " + (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        stamp.write_bytes(lock)
        return None

    def command(self):
        return ["node", str(PROGRAMS / "node.js")]

    def environment(self, url):
        place = urllib.parse.urlsplit(url)
        query = dict(urllib.parse.parse_qsl(place.query))
        return {"PGHOST": query["host"], "PGUSER": query["user"], "PGDATABASE": place.path.strip("/"),
                "PGPORT": str(self.cluster.port), "NODE_PATH": str(INSTALLED / "node_modules"),
                "NODE_ENV": "production"}


PEERS = {peer.name: peer for peer in (FastApi, Node, FastApiPlain)}
