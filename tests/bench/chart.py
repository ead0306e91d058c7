"""The chart: requests per second of every contestant, at its best number of connections, as SVG."""

import datetime
import html
import math
import statistics

import report
from sample import MeasuringFailed

WIDTH, LEFT, RIGHT, TOP = 860, 190, 150, 62
BAR, GAP, GROUP_GAP = 13, 2, 12
COLOURS = {"backref": "#1f5fa8", "pgbench": "#9aa5b1", "node": "#d99a3d", "fastapi": "#b5524a",
           "fastapi-plain": "#8c6bb1"}


def text(x, y, words, size=12, anchor="start", colour="#222", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}"'
            f' font-weight="{weight}">{html.escape(words)}</text>')


def bar(x, y, width, colour):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{BAR}" rx="2" fill="{colour}"/>'


class Axis:
    """Logarithmic: the contestants lie two orders of magnitude apart."""

    def __init__(self, least, most):
        self.low, self.high = math.floor(math.log10(least)), math.log10(most)

    def x(self, value):
        return LEFT + (math.log10(value) - self.low) / (self.high - self.low) * (WIDTH - LEFT - RIGHT)

    def ticks(self):
        return [10 ** n for n in range(self.low, math.floor(self.high) + 1)]


def label_of(results, workload, name, rate):
    if name == "backref":
        return f"{report.number(rate)}/s"
    ratio = statistics.median(results.ratios(workload.name, name))
    return f"{report.number(rate)}/s ({ratio:.{1 if ratio < 10 else 0}f}×)"


def groups(results, axis):
    """Bars of all workloads; the height at which they end."""
    names, lines, y = ["backref", *results.peers], [], TOP
    for workload in results.workloads:
        middle = y + len(names) * (BAR + GAP) / 2 + 4
        lines.append(text(LEFT - 12, middle, workload.title, anchor="end"))
        for name in names:
            rate = results.best(workload.name, name)[1]
            lines.append(bar(LEFT, y, axis.x(rate) - LEFT, COLOURS[name]))
            weight = "bold" if name == "backref" else "normal"
            lines.append(text(axis.x(rate) + 6, y + BAR - 3, label_of(results, workload, name, rate), 11,
                              weight=weight))
            y += BAR + GAP
        y += GROUP_GAP
    return lines, y


def legend(names):
    x, lines = LEFT, []
    for name in names:
        title = report.peer_title(name)
        lines += [bar(x, TOP - 30, BAR, COLOURS[name]), text(x + BAR + 6, TOP - 19, title)]
        x += 40 + 7 * len(title)
    return lines


def draw(results, machine):
    rates = [results.best(w.name, name)[1] for w in results.workloads for name in ("backref", *results.peers)]
    axis = Axis(min(rates), max(rates))
    bars, bottom = groups(results, axis)
    grid = [f'<line x1="{axis.x(tick):.1f}" y1="{TOP - 6}" x2="{axis.x(tick):.1f}" y2="{bottom}" stroke="#ddd"/>'
            + text(axis.x(tick), bottom + 14, report.number(tick), 11, "middle", "#666") for tick in axis.ticks()]
    height = bottom + 58
    about = [line.partition(": ")[2] for line in machine.splitlines() if line.startswith("machine: ")][0]
    rounds = max(len(samples) for samples in results.samples.values())
    busy = ", which was busy with other work too" if results.noisy() > len(results.samples) / 2 else ""
    foot = [text(WIDTH / 2, bottom + 34, "Requests per second, on a logarithmic scale, each at the number of connections"
                                         " that suits it best; in brackets backref's rate over this one's.", 11, "middle", "#444"),
            text(WIDTH / 2, bottom + 50, f"{datetime.date.today().isoformat()}, medians of {rounds}"
                                         f" round{'s' if rounds > 1 else ''}, {about}{busy}", 11, "middle", "#444")]
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
            ' font-family="sans-serif">', f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
            text(LEFT, 22, "backref and what one would use instead", 15, weight="bold"))
    return "\n".join([*head, *legend(["backref", *results.peers]), *grid, *bars, *foot, "</svg>"]) + "\n"


def write(results, machine, path):
    path.write_text(draw(results, machine), encoding="utf-8")


def keep(made, kept):
    """The chart of the last run becomes the one that the README shows."""
    if not made.exists():
        raise MeasuringFailed(f"{made} is not there: run make bench first")
    kept.write_text(made.read_text(encoding="utf-8"), encoding="utf-8")
