"""What the kernel knows: processor time and memory of processes, and what else the cores do."""

import os
import pathlib
import statistics
import time

TICK = os.sysconf("SC_CLK_TCK")


def _times(pid):
    """(own, reaped children's) processor seconds of a process; zeros when it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0, 0.0
    words = text.rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICK, (int(words[13]) + int(words[14])) / TICK


def children(pid):
    return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def processor_seconds(pid):
    """Of one process, all its threads."""
    return _times(pid)[0]


def family_processor_seconds(pid):
    """Of a process, its children and those children that ended before."""
    return sum(_times(pid)) + sum(sum(_times(child)) for child in children(pid))


def own_children_seconds():
    """Of all programs that this one has run to their end."""
    used = os.times()
    return used.children_user + used.children_system


def rss_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} has no VmRSS")


def memory_mib(pid):
    """Resident memory; of a process with children the proportional share of all of them, so that
    pages which they have in common count once."""
    family = [str(pid), *children(pid)]
    if len(family) == 1:
        return rss_mib(pid)
    total = 0
    for one in family:
        for line in pathlib.Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def listening_port(pid):
    """The port of the IPv4 socket on which a process listens, or None: some programs do not tell
    which one they were given."""
    inodes = set()
    for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            inodes.add(os.readlink(descriptor))
        except FileNotFoundError:
            continue
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[3] == "0A" and f"socket:[{words[9]}]" in inodes:
            return int(words[1].partition(":")[2], 16)
    return None


def busy_seconds():
    """All cores together, with what the hypervisor took away."""
    words = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, words[1:9])
    return (user + nice + system + irq + softirq + steal) / TICK


def sync_microseconds(folder, seconds=0.3):
    """Median time of writing 8 KiB and waiting until it is on the disk of `folder`."""
    path = pathlib.Path(folder) / "sync-test"
    took = []
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.perf_counter()
            os.pwrite(descriptor, b"x" * 8192, 0)
            os.fdatasync(descriptor)
            took.append(time.perf_counter() - began)
    finally:
        os.close(descriptor)
        path.unlink()
    return statistics.median(took) * 1e6


def describe():
    """One line about this machine."""
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} x {model}, {memory:.0f} GiB, Linux {os.uname().release}"
