"""pgbench: one prepared statement per transaction, over the unix socket that the servers use too."""

import os
import pathlib
import re
import subprocess
import time

from support.postgres import SUPERUSER, bin_folder

import machine
from sample import MeasuringFailed, Meter, Sample, noise

HERE = pathlib.Path(__file__).resolve().parent
SETTLE_SECONDS = 5
LOGGED_SHARE = 0.2


class Pgbench:
    name = "pgbench"

    def __init__(self, cluster, size, database, folder):
        self.cluster, self.size, self.database = cluster, size, database
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
            meter = Meter(self.cluster)
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
        meter = Meter(self.cluster)
        transactions, rate = self._drive(self._command(
            workload, connections, f"-T{duration}", "-l", f"--sampling-rate={LOGGED_SHARE}",
            f"--log-prefix={self.folder / 'log'}"))
        used = meter.stop()
        n = workload.statements
        p50, p99 = (value and value / n for value in self._latencies_ms("log"))
        per_request = {name: max(0.0, used[name] - opening[name]) / transactions / n * 1e6
                       for name in ("postgres", "client")}
        return Sample(requests_per_second=rate * n, p50_ms=p50, p99_ms=p99,
                      postgres_us=per_request["postgres"], client_us=per_request["client"],
                      noise_cores=noise(used))
