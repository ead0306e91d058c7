"""What was measured, and tables of it on stdout."""

import statistics

import servers
from workloads import CONNECTIONS

NOISY_CORES = 0.25


def median(samples, field):
    values = [getattr(s, field) for s in samples if getattr(s, field) is not None]
    return statistics.median(values) if values else None


class Results:
    """Samples by (workload name, connections, contestant), in the order of the rounds."""

    def __init__(self, workloads, peers):
        self.workloads, self.peers = workloads, peers
        self.samples = {}

    def add(self, workload, connections, name, sample):
        self.samples.setdefault((workload, connections, name), []).append(sample)

    def of(self, workload, connections, name):
        return self.samples.get((workload, connections, name), [])

    def best(self, workload, name):
        """The connections at which the median rate is highest, and that rate."""
        rates = {key[1]: median(samples, "requests_per_second")
                 for key, samples in self.samples.items() if key[0] == workload and key[2] == name}
        return max(rates.items(), key=lambda item: item[1])

    def ratios(self, workload, peer, ours=None, theirs=None):
        """backref's rate over the peer's, round by round, at those connections; None: at the best."""
        ours = self.of(workload, ours or self.best(workload, "backref")[0], "backref")
        theirs = self.of(workload, theirs or self.best(workload, peer)[0], peer)
        return [a.requests_per_second / b.requests_per_second for a, b in zip(ours, theirs)]

    def noisy(self):
        return sum(median(samples, "noise_cores") > NOISY_CORES for samples in self.samples.values())


def number(value, digits=0):
    return "–" if value is None else f"{value:,.{digits}f}".replace(",", " ")


def spread(values, digits=2):
    """Median and range."""
    if len(values) == 1:
        return number(values[0], digits)
    return f"{number(statistics.median(values), digits)} ({number(min(values), digits)}–{number(max(values), digits)})"


def print_table(headings, rows):
    """First column to the left, numbers to the right."""
    widths = [max(len(line[i]) for line in [headings, *rows]) for i in range(len(headings))]
    for line in [headings, tuple("-" * width for width in widths), *rows]:
        padded = [line[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(line[1:], widths[1:])]
        print("  ".join(padded).rstrip())


HEADINGS = ("workload", "conn", "who", "req/s", "p50 ms", "p99 ms", "its CPU µs", "PG CPU µs", "memory MiB", "sends",
            "noise")
LEGEND = """
req/s, p50, p99: medians of the rounds. its CPU µs, PG CPU µs: processor time per request of the server and of
PostgreSQL under it, without opening pgbench's sessions. memory: resident; of several processes, what they share
counted once. sends: writes to PostgreSQL's sockets per request, by /metrics. noise: cores busy with anything else."""


def print_speed(results):
    lines = []
    for workload in results.workloads:
        for (name, connections, who), samples in results.samples.items():
            if name != workload.name:
                continue
            fields = (("requests_per_second", 0), ("p50_ms", 2), ("p99_ms", 2), ("service_us", 0),
                      ("postgres_us", 0), ("memory_mib", 1), ("sends", 2), ("noise_cores", 2))
            lines.append((workload.title, str(connections), who,
                          *(number(median(samples, field), digits) for field, digits in fields)))
    print_table(HEADINGS, lines)
    print(LEGEND)
    if results.noisy():
        print(f"\n{results.noisy()} of {len(results.samples)} rows were measured while something else used more than"
              f" {NOISY_CORES} cores: repeat on a quieter machine before quoting them.")


def print_ratios(results):
    print("\nrequests/s of backref over the peer's, median of the rounds and their range; best: both at the number of"
          "\nconnections that suits them best")
    lines = []
    for workload in results.workloads:
        for connections in (*CONNECTIONS, None):
            lines.append((workload.title, str(connections or "best"),
                          *(spread(results.ratios(workload.name, peer, connections, connections))
                            for peer in results.peers)))
    print_table(("workload", "conn", *results.peers), lines)
    if "pgbench" in results.peers:
        best = {w.title: results.best(w.name, "pgbench") for w in results.workloads}
        print("\npgbench is best with: " + ", ".join(
            f"{title} {clients} ({number(rate)}/s)" for title, (clients, rate) in best.items()))


def print_bulk(pairs):
    """pairs: milliseconds of the request and of psql, in turn."""
    ours, theirs = ([pair[i] for pair in pairs] for i in (0, 1))
    print(f"\n10,000 links in one request: {spread(ours, 1)} ms; insert … select unnest by psql:"
          f" {spread(theirs, 1)} ms; {spread([a / b for a, b in pairs])} times that, {len(pairs)} pairs in turn")


def print_bulk_of_peers(by_name):
    for name, milliseconds in by_name.items():
        print(f"  the same request, {name}: {spread(milliseconds, 1)} ms")


def print_idle(idle):
    print(f"\nidle: {idle.workers} workers, {number(idle.memory_mib, 1)} MiB resident;"
          f" {number(idle.kib_per_connection, 1)} KiB more for each of {idle.n_connections} idle connections;"
          f" ready {spread(idle.ready_ms, 0)} ms after the exec ({len(idle.ready_ms)} starts)")
    if idle.traced:
        print(f"sends to PostgreSQL per request at {idle.traced.connections} connections, under strace:"
              f" {number(idle.traced.by_strace, 3)} counted by strace, {number(idle.traced.by_metrics, 3)} by /metrics"
              f" ({number(idle.traced.requests)} requests)")
    else:
        print(f"sends were not counted by strace: {idle.why_not_traced}")


def print_targets(verdicts):
    """verdicts: (what, wanted, found, met)."""
    print("\ntargets:")
    print_table(("what", "wanted", "found", ""), [(*line, "met" if met else "MISSED") for *line, met in verdicts])


def peer_title(name):
    return {"pgbench": "pgbench, no HTTP", "backref": "backref"}.get(name) or servers.PEERS[name].title
