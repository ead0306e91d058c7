"""Tables on stdout and CSV files in build/bench."""

import csv
import dataclasses
import statistics

import peers
import workloads

NOISY_CORES = 0.25
OF_SERVICE = ("service_us", "rss_mib", "sends")  # pgbench has none of these
FIELDS = [field.name for field in dataclasses.fields(peers.Sample)]


def median(samples, field):
    values = [getattr(s, field) for s in samples if getattr(s, field) is not None]
    return statistics.median(values) if values else None


class Results:
    """Samples by (workload name, connections, peer), in the order of the rounds."""

    def __init__(self):
        self.samples = {}

    def add(self, workload, connections, peer, sample):
        self.samples.setdefault((workload.name, connections, peer), []).append(sample)

    def of(self, name, connections, peer):
        return self.samples.get((name, connections, peer), [])

    def ratios(self, name, connections, against=None):
        """backref's rate over pgbench's, round by round; `against`: pgbench's client count."""
        ours = self.of(name, connections, "backref")
        theirs = self.of(name, against or connections, "pgbench")
        return [a.requests_per_second / b.requests_per_second for a, b in zip(ours, theirs)]

    def best_clients(self, name):
        """pgbench's best (client count, median rate)."""
        counts = [key[1] for key in self.samples if key[0] == name and key[2] == "pgbench"]
        rates = {n: median(self.of(name, n, "pgbench"), "requests_per_second") for n in counts}
        return max(rates.items(), key=lambda item: item[1])


def number(value, digits=0):
    return "–" if value is None else f"{value:,.{digits}f}".replace(",", " ")


def summary(results, workload, connections):
    """The medians of one row, name to value, as they go into the CSV."""
    row = {"workload": workload.name, "connections": connections}
    for peer in ("backref", "pgbench"):
        samples = results.of(workload.name, connections, peer)
        for field in FIELDS:
            if peer == "backref" or field not in OF_SERVICE:
                row[f"{peer}_{field}"] = median(samples, field)
    ratios = results.ratios(workload.name, connections)
    row.update(ratio=statistics.median(ratios), ratio_min=min(ratios), ratio_max=max(ratios))
    return row


HEADINGS = ("workload", "conn", "backref/s", "pgbench/s", "ratio", "min–max", "p50 ms", "p99 ms",
            "pgb p50", "pgb p99", "svc µs", "PG µs", "pgb PG µs", "RSS MiB", "sends", "noise")


def cells(title, row):
    noise = max(row["backref_noise_cores"], row["pgbench_noise_cores"])
    return (
        title, str(row["connections"]), number(row["backref_requests_per_second"]),
        number(row["pgbench_requests_per_second"]), number(row["ratio"], 2),
        f"{row['ratio_min']:.2f}–{row['ratio_max']:.2f}", number(row["backref_p50_ms"], 2),
        number(row["backref_p99_ms"], 2), number(row["pgbench_p50_ms"], 2),
        number(row["pgbench_p99_ms"], 2), number(row["backref_service_us"]),
        number(row["backref_postgres_us"]), number(row["pgbench_postgres_us"]),
        number(row["backref_rss_mib"], 1), number(row["backref_sends"], 2), number(noise, 2))


def print_table(headings, rows):
    """First column to the left, numbers to the right."""
    widths = [max(len(line[i]) for line in [headings, *rows]) for i in range(len(headings))]
    for line in [headings, tuple("-" * width for width in widths), *rows]:
        padded = [line[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(line[1:], widths[1:])]
        print("  ".join(padded).rstrip())


def all_rows(results):
    for workload in workloads.READS + workloads.WRITES:
        for connections in workload.connections:
            yield workload, summary(results, workload, connections)


LEGEND = """
ratio: requests/s of backref over pgbench at as many clients, median of the rounds and their range.
svc µs, PG µs: processor time per request of the service and of PostgreSQL under it; pgb PG µs: of
PostgreSQL under pgbench, without opening its sessions. sends: writes to PostgreSQL's sockets per
request. noise: cores busy with anything else (kernel threads too), the worse of the two peers."""


def print_speed(results):
    rows = list(all_rows(results))
    print_table(HEADINGS, [cells(workload.title, row) for workload, row in rows])
    print(LEGEND)
    noisy = [row for _, row in rows
             if max(row["backref_noise_cores"], row["pgbench_noise_cores"]) > NOISY_CORES]
    if noisy:
        print(f"\n{len(noisy)} of {len(rows)} rows were measured while something else used more than"
              f" {NOISY_CORES} cores: repeat on a quieter machine before quoting them.")


def print_best(results):
    print("\npgbench at its best client count, and backref at its best against that:")
    lines = []
    for workload in workloads.READS + workloads.WRITES:
        clients, rate = results.best_clients(workload.name)
        top = max(workload.connections, key=lambda n: median(
            results.of(workload.name, n, "backref"), "requests_per_second"))
        ratio = statistics.median(results.ratios(workload.name, top, against=clients))
        lines.append((workload.title, str(clients), number(rate), str(top), number(ratio, 2)))
    print_table(("workload", "clients", "pgbench/s", "backref conn", "ratio"), lines)


def print_bulk(pairs):
    """pairs: milliseconds of the request and of psql, in turn."""
    ours, theirs = ([pair[i] for pair in pairs] for i in (0, 1))
    times = [a / b for a, b in pairs]
    print(f"\n10,000 links in one request: {_spread(ours)} ms; insert … select unnest by psql:"
          f" {_spread(theirs)} ms; {statistics.median(times):.2f} times that"
          f" ({min(times):.2f}–{max(times):.2f}, {len(pairs)} pairs in turn)")


def _spread(values):
    return f"{statistics.median(values):.1f} ({min(values):.1f}–{max(values):.1f})"


def print_targets(results):
    print("\ntargets:")
    for name, connections, least in workloads.TARGETS:
        ratio = statistics.median(results.ratios(name, connections))
        verdict = "pass" if ratio >= least else "miss"
        print(f"  {verdict}  {name} at {connections} connections: {ratio:.2f} of pgbench,"
              f" at least {least:.2f} wanted")


def _text(value):
    return "" if value is None else (f"{value:.4f}" if isinstance(value, float) else str(value))


def write_csv(results, bulk_pairs, folder):
    """results.csv: the table; samples.csv: every run; bulk.csv: the pairs of 10,000 links."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row for _, row in all_rows(results)]
    _write(folder / "results.csv", rows[0], (row.values() for row in rows))
    _write(folder / "samples.csv", ["workload", "connections", "peer", "round", *FIELDS],
           ([*key, round_, *(getattr(sample, field) for field in FIELDS)]
            for key, samples in results.samples.items() for round_, sample in enumerate(samples, 1)))
    _write(folder / "bulk.csv", ["request_ms", "psql_ms"], bulk_pairs)


def _write(path, headings, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(headings)
        out.writerows([_text(value) for value in row] for row in rows)
