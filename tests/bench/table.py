"""CSV files in build/bench, and the verdicts on the targets."""

import csv
import dataclasses
import statistics

import workloads
from report import median
from sample import Sample

FIELDS = [field.name for field in dataclasses.fields(Sample)]


def rows_of(results):
    """The medians of each cell, name to value; the ratio is backref's rate over this one's."""
    for (workload, connections, name), samples in results.samples.items():
        row = {"workload": workload, "connections": connections, "who": name, "rounds": len(samples)}
        row.update({field: median(samples, field) for field in FIELDS})
        both = name != "backref" and results.of(workload, connections, "backref")
        ratios = results.ratios(workload, name, connections, connections) if both else None
        row.update(ratio=statistics.median(ratios) if ratios else None, ratio_min=min(ratios) if ratios else None,
                   ratio_max=max(ratios) if ratios else None)
        yield row


def _text(value):
    return "" if value is None else (f"{value:.4f}" if isinstance(value, float) else str(value))


def write(path, headings, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(headings)
        out.writerows([_text(value) for value in row] for row in rows)


def write_speed(results, folder):
    """results.csv: the medians; samples.csv: every run."""
    rows = list(rows_of(results))
    if rows:
        write(folder / "results.csv", rows[0], (row.values() for row in rows))
        write(folder / "samples.csv", ["workload", "connections", "who", "round", *FIELDS],
              ([*key, round_, *(getattr(sample, field) for field in FIELDS)]
               for key, samples in results.samples.items() for round_, sample in enumerate(samples, 1)))


def verdicts_on_speed(results):
    """(what, wanted, found, met) of those targets whose workload and peer were measured."""
    names = {w.name: w.title for w in results.workloads}
    for target in workloads.TARGETS:
        if target.workload in names and target.peer in results.peers:
            found = statistics.median(results.ratios(target.workload, target.peer, target.connections))
            at = f" at {target.connections} connections" if target.connections else ""
            yield (f"{names[target.workload]}{at}, of the best of {target.peer}", f"at least {target.least:g} ×",
                   f"{found:.2f} ×", found >= target.least)
    if "get" in names and "pgbench" in results.peers:
        ours, theirs = (median(results.of("get", 1, who), "p50_ms") for who in ("backref", "pgbench"))
        yield _at_most("p50 of GET by id at 1 connection, of pgbench's", ours / theirs,
                       workloads.MOST_P50_OF_PGBENCH, "×", 2)


def _at_most(what, found, most, unit, digits):
    return what, f"at most {most:g} {unit}", f"{found:.{digits}f} {unit}", found <= most


def verdict_on_bulk(pairs):
    return _at_most("10,000 links in one request, of psql's insert", statistics.median(a / b for a, b in pairs),
                    workloads.MOST_BULK_OF_PSQL, "×", 2)


def verdicts_on_idle(idle):
    yield _at_most("memory when idle", idle.memory_mib, workloads.MOST_IDLE_MIB, "MiB", 1)
    yield _at_most("memory per idle connection", idle.kib_per_connection, workloads.MOST_KIB_PER_CONNECTION, "KiB", 1)
    yield _at_most("ready after the exec", statistics.median(idle.ready_ms), workloads.MOST_READY_MS, "ms", 0)


def verdicts_on_growth(tables):
    for what, medians in tables.items():
        for request, (small, large) in medians.items():
            yield _at_most(f"growth, {what}: {request}", large / small, workloads.MOST_GROWTH, "×", 2)
