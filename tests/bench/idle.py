"""What the service costs when it does nothing: memory, idle connections, its start; and its sends as the kernel sees them."""

import dataclasses
import os
import re
import resource
import shutil
import socket
import subprocess
import tempfile
import time

from support.service import Service, binary

import machine
import scene
import servers
from sample import MeasuringFailed

N_CONNECTIONS = 1000
TRACED_CONNECTIONS = 64
TRACED_SECONDS = 2
READY_WITHIN_SECONDS = 10
SETTLE_SECONDS = 0.5


@dataclasses.dataclass
class Traced:
    connections: int
    requests: int
    by_strace: float
    by_metrics: float


@dataclasses.dataclass
class Idle:
    workers: int
    memory_mib: float
    kib_per_connection: float
    n_connections: int
    ready_ms: list
    traced: Traced = None
    why_not_traced: str = None


def ask_for_status(address, path):
    """The status of one GET over a unix socket; None while nobody listens."""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(address)
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = line.recv(4096)
        except OSError:
            return None
    found = re.match(rb"HTTP/1\.1 (\d+)", answer)
    return int(found.group(1)) if found else None


def ready_milliseconds(url):
    """From before the exec to the first 200 of /readyz."""
    with tempfile.TemporaryDirectory(prefix="brready-") as folder:
        address = os.path.join(folder, "socket")
        command = [str(binary()), "serve", "--database", url, "--workers", str(scene.WORKERS),
                   "--listen", f"unix:{address}"]
        began = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            while ask_for_status(address, "/readyz") != 200:
                if time.perf_counter() - began > READY_WITHIN_SECONDS or process.poll() is not None:
                    raise MeasuringFailed("the service did not become ready")
                time.sleep(0.0002)
            return (time.perf_counter() - began) * 1000
        finally:
            process.terminate()
            process.wait()


def open_lines(service, n):
    """Connections that have had one answer each and stay open."""
    request = f"GET /friends/1 HTTP/1.1\r\nHost: {service.host}:{service.port}\r\n\r\n".encode()
    lines = []
    for _ in range(n):
        line = socket.create_connection((service.host, service.port), timeout=10)
        lines.append(line)
        line.sendall(request)
        answer = line.recv(1 << 16)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise MeasuringFailed(f"an idle connection's first answer: {answer[:500]!r}")
    return lines


def memory_of_connections(service):
    """KiB of each of many idle connections. Some are opened before, so that what all have in common is there."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = N_CONNECTIONS + 200
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(hard, wanted), hard))
    lines = []
    try:
        lines += open_lines(service, 20)
        before = machine.rss_mib(service.pid)
        lines += open_lines(service, N_CONNECTIONS)
        return (machine.rss_mib(service.pid) - before) * 1024 / N_CONNECTIONS
    finally:
        for line in lines:
            line.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Trace:
    """strace on a running service, from construction to sends(), which counts those to unix sockets: PostgreSQL's."""

    def __init__(self, pid, path):
        self.path, self.said = path, None
        self.process = subprocess.Popen(
            ["strace", "-f", "-qq", "-yy", "-s", "0", "-e", "trace=sendto,sendmsg,write,writev", "-o", path,
             "-p", str(pid)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def is_attached(self, pid):
        tasks = os.listdir(f"/proc/{pid}/task")
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and self.process.poll() is None:
            traced = [re.search(r"TracerPid:\s*(\d+)", open(f"/proc/{pid}/task/{task}/status").read()).group(1)
                      for task in tasks]
            if "0" not in traced:
                return True
            time.sleep(0.01)
        return False

    def stop(self):
        """What strace said; the service runs on without it."""
        if self.said is None:
            self.process.terminate()
            self.said = self.process.communicate()[1]
        return self.said

    def sends(self):
        self.stop()
        with open(self.path, encoding="utf-8", errors="replace") as lines:
            return sum(bool(re.match(r"\d+ +\w+\(\d+<UNIX", line)) for line in lines)


def trace_sends(backref, workload):
    """(Traced, None) or (None, why not)."""
    if not shutil.which("strace"):
        return None, "strace is not there"
    with tempfile.NamedTemporaryFile(prefix="brstrace-") as file:
        backref.wait_until_idle()
        before = backref.counted()
        trace = Trace(backref.pid, file.name)
        if not trace.is_attached(backref.pid):
            return None, f"strace may not attach: {trace.stop().strip()}"
        try:
            backref.drive(workload, TRACED_CONNECTIONS, TRACED_SECONDS)
            backref.wait_until_idle()
            sends = trace.sends()
        finally:
            trace.stop()
    after = backref.counted()
    requests = servers.answered(after) - servers.answered(before)
    by_metrics = after[servers.SENDS] - before[servers.SENDS]
    return Traced(TRACED_CONNECTIONS, int(requests), sends / requests, by_metrics / requests), None


def measure(url, times):
    """Idle without `traced`, which needs a loaded service."""
    ready = [ready_milliseconds(url) for _ in range(times)]
    with Service(url, workers=scene.WORKERS) as service:
        time.sleep(SETTLE_SECONDS)
        resident = machine.rss_mib(service.pid)
        per_connection = memory_of_connections(service)
    return Idle(scene.WORKERS, resident, per_connection, N_CONNECTIONS, ready)
