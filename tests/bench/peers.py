"""The two that are compared: backref driven by wrk, and pgbench. Each gives a Sample per run."""

import dataclasses
import json
import os
import pathlib
import re
import subprocess
import time

from support.postgres import SUPERUSER, bin_folder

import machine
import scene

HERE = pathlib.Path(__file__).resolve().parent
ANSWERS = "backref_requests_total"
SENDS = "backref_database_sends_total"
WAITING = "backref_requests_waiting"
SETTLE_SECONDS = 5
LOGGED_SHARE = 0.2


class MeasuringFailed(Exception):
    """The run did not do what it should have measured."""


@dataclasses.dataclass
class Sample:
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    service_us: float = None  # processor time per request
    postgres_us: float = None
    client_us: float = None
    rss_mib: float = None
    sends: float = None  # writes to PostgreSQL's sockets per request
    noise_cores: float = None  # busy with none of the three


class Meter:
    """Processor time of everybody, from construction to stop()."""

    def __init__(self, cluster, service):
        self.cluster, self.service = cluster, service
        self.before = self._read()

    def _read(self):
        return {
            "now": time.monotonic(), "busy": machine.busy_seconds(),
            "postgres": machine.family_processor_seconds(self.cluster.process.pid),
            "service": machine.processor_seconds(self.service.pid),
            "client": machine.own_children_seconds(),
        }

    def stop(self):
        after = self._read()
        return {name: after[name] - self.before[name] for name in after}


def noise(used, seconds):
    known = used["postgres"] + used["service"] + used["client"]
    return max(0.0, (used["busy"] - known) / seconds)


class Backref:
    name = "backref"

    def __init__(self, cluster, service, size, folder):
        self.cluster, self.service, self.size = cluster, service, size
        self.paths = pathlib.Path(folder) / "paths"
        self.seed = 0

    def gather_pages(self, type_, wanted):
        """Paths of pages of 50 at places spread over a collection, by walking it."""
        step = max(50, self.size.friends // wanted)
        found = [f"/{type_}?page%5Bsize%5D=50"]
        following = f"/{type_}?page%5Bsize%5D={min(step, 1000)}"
        while following and len(found) < wanted:
            following = json.loads(scene.fetch(self.service, following))["links"]["next"]
            cursor = re.search(r"page%5Bafter%5D=([^&]+)", following or "")
            if cursor:
                found.append(f"{found[0]}&page%5Bafter%5D={cursor.group(1)}")
        if len(found) < 2:
            raise MeasuringFailed(f"/{type_} has no next page: {found}")
        self.paths.write_text("\n".join(found[:-1]) + "\n")

    def _settled(self):
        """The counters once nothing is in flight: wrk leaves its last requests behind."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            found = scene.counters(self.service)
            if found[WAITING] == 0:
                return found
            if time.monotonic() > deadline:
                raise MeasuringFailed(f"{found[WAITING]:.0f} requests still wait for PostgreSQL")
            time.sleep(0.02)

    def _drive(self, workload, connections, seconds):
        self.seed += 1
        env = {
            **os.environ, "LUA_PATH": f"{HERE}/lua/?.lua", "BENCH_SEED": str(self.seed),
            "BENCH_FRIENDS": str(self.size.friends), "BENCH_HOBBIES": str(self.size.hobbies),
            "BENCH_PHONES": str(self.size.phones), "BENCH_PATHS": str(self.paths),
        }
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s",
             "-s", str(HERE / "lua" / f"{workload.name}.lua"), self.service.base_url],
            env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if done.returncode != 0 or len(lines) != 1:
            raise MeasuringFailed(f"wrk, {workload.name}: {done.stdout}{done.stderr}")
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
        if not self.service.is_running():
            wrong["service"] = f"ended:\n{self.service.log()[-4000:]}"
        if wrong or said["requests"] == 0:
            raise MeasuringFailed(
                f"{workload.name}: not every answer was 2xx: {wrong}, {said['requests']} requests."
                f" The end of the service's log:\n{self.service.log()[-2000:]}")

    def run(self, workload, connections, seconds):
        before = self._settled()
        meter = Meter(self.cluster, self.service)
        said = self._drive(workload, connections, seconds)
        if not self.service.is_running():
            self._refuse_errors(workload, said, {}, connections)
        after = self._settled()
        used = meter.stop()
        grown = {name: value - before[name] for name, value in after.items()}
        self._refuse_errors(workload, said, grown, connections)
        answered = grown[ANSWERS + '{status="2xx"}']
        took = said["duration_us"] / 1e6
        return Sample(
            requests_per_second=said["requests"] / took,
            p50_ms=said["p50_us"] / 1000, p99_ms=said["p99_us"] / 1000,
            service_us=used["service"] / answered * 1e6,
            postgres_us=used["postgres"] / answered * 1e6,
            client_us=used["client"] / said["requests"] * 1e6,
            rss_mib=machine.rss_mib(self.service.pid), sends=grown[SENDS] / answered,
            noise_cores=noise(used, used["now"]))


class Pgbench:
    """One prepared statement per transaction, over the unix socket that the service uses too."""

    name = "pgbench"

    def __init__(self, cluster, service, size, database, folder):
        self.cluster, self.service, self.size = cluster, service, size
        self.database = database
        self.folder = pathlib.Path(folder)
        self.opened = {}

    def _command(self, workload, clients, *limit):
        variables = [f"-D{name}={getattr(self.size, name)}"
                     for name in ("friends", "hobbies", "phones")]
        return [str(bin_folder() / "pgbench"), "-n", "-M", "prepared", f"-c{clients}",
                f"-j{min(clients, 2)}", *limit, *variables,
                "-f", str(HERE / "sql" / f"{workload.sql}.sql"),
                "-h", self.cluster.socket_folder, "-p", str(self.cluster.port), "-U", SUPERUSER,
                self.database]

    def _drive(self, command):
        env = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        resident = len(machine.children(self.cluster.process.pid))
        done = subprocess.run(command, env={**env, "LC_ALL": "C"}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        transactions = re.search(r"transactions actually processed: (\d+)", done.stdout)
        rate = re.search(r"tps = ([\d.]+)", done.stdout)
        failed = re.search(r"failed transactions: (\d+)", done.stdout)
        worked = rate and transactions.group(1) != "0" and not (failed and failed.group(1) != "0")
        if done.returncode != 0 or not worked:
            raise MeasuringFailed(f"pgbench failed:\n{done.stdout}{done.stderr}")
        deadline = time.monotonic() + SETTLE_SECONDS  # its sessions end a little after it
        while (len(machine.children(self.cluster.process.pid)) > resident
               and time.monotonic() < deadline):
            time.sleep(0.005)
        return int(transactions.group(1)), float(rate.group(1))

    def _opening(self, workload, clients):
        """What opening the sessions and their first statement take: a Meter's reading."""
        key = workload.name, clients
        if key not in self.opened:
            meter = Meter(self.cluster, self.service)
            self._drive(self._command(workload, clients, "-t1"))
            self.opened[key] = meter.stop()
        return self.opened[key]

    def _latencies_ms(self, prefix):
        took = []
        for path in self.folder.glob(f"{prefix}.*"):
            took += [int(line.split()[2]) for line in path.read_text().splitlines()]
            path.unlink()
        if not took:
            return None, None
        took.sort()
        return took[len(took) // 2] / 1000, took[len(took) * 99 // 100] / 1000

    def run(self, workload, connections, seconds):
        opening = self._opening(workload, connections)
        duration = seconds + int(opening["now"] + 0.8)  # -T counts from before the connecting
        meter = Meter(self.cluster, self.service)
        transactions, rate = self._drive(self._command(
            workload, connections, f"-T{duration}", "-l", f"--sampling-rate={LOGGED_SHARE}",
            f"--log-prefix={self.folder / 'log'}"))
        used = meter.stop()
        p50, p99 = self._latencies_ms("log")
        per_transaction = {name: max(0.0, used[name] - opening[name]) / transactions * 1e6
                           for name in ("postgres", "client")}
        return Sample(requests_per_second=rate, p50_ms=p50, p99_ms=p99,
                      postgres_us=per_transaction["postgres"], client_us=per_transaction["client"],
                      noise_cores=noise(used, used["now"]))
