"""Time and memory of the train step against the size of synthetic data, over three decades.

    python benchmarks/scaling.py [--only NAME…] [--decades N] [--core N]

Each size is a process of its own, `quartet stage train`, on one core. Figures are kept in
benchmarks/speed/scaling.json, and shown in docs/performance.md. Exits 1 where the largest of a family takes more than
8 GB, or the time grows faster than the data (a slope over 1.1 between the two largest sizes).
"""

import argparse
import json
import math
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import synthetic
from published import machine
from speed import RESULTS
from speed_page import duration, table
from speed_sides import measured

HERE = Path(__file__).parent
PICTURES = HERE.parent / "docs" / "pictures"
LIMIT_MB, STEEPEST = 8_000, 1.1
MLP = {"architecture": "mlp", "epochs": 1, "batch_size": 256}
CONV1D = {"architecture": "conv1d", "epochs": 1, "batch_size": 64}
CNN = {"architecture": "cnn", "epochs": 1, "batch_size": 128}
GCN = {"architecture": "gcn", "epochs": 20, "patience": None}

# what grows: family, settings, size at the greatest, data of that size; a step of the scale is a factor of ten
AXES: dict[str, tuple[str, dict[str, Any], int, Callable[[int], Any]]] = {
    "rows": ("tabular", MLP, 1_000_000, synthetic.table),
    "tokens": ("text", CONV1D, 20_000_000, lambda n: synthetic.texts(n // 100)),
    "pixels": ("image", CNN, 50_176_000, lambda n: synthetic.pictures(n // 784)),
    "nodes": ("graph", GCN, 100_000, lambda n: synthetic.graph(n, 10 * n)),
    "edges": ("graph", GCN, 1_000_000, lambda n: synthetic.graph(10_000, n)),
}


def main() -> int:
    """Measure what was asked for; 1 where something grows too fast or takes too much memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=list(AXES), default=list(AXES))
    parser.add_argument("--decades", type=int, default=3)
    parser.add_argument("--core", type=int, default=min(os.sched_getaffinity(0)))
    options = parser.parse_args()
    os.sched_setaffinity(0, {options.core})
    os.environ |= {"OMP_NUM_THREADS": "1", "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    file = RESULTS / "scaling.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for name in options.only:
        known[name] = [grown(name, decade) for decade in range(options.decades, -1, -1)]
    known["machine"] = machine()
    write(known)
    return int(any(bad(known[name]) for name in options.only))


def grown(name: str, decade: int) -> dict[str, float]:
    """The train step at one size, so many decades below the greatest."""
    n = AXES[name][2] // 10**decade
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        code = f"import scaling; from pathlib import Path; scaling.make({name!r}, {n}, Path({str(project)!r}))"
        measured([sys.executable, "-c", code], HERE)  # a process of its own: what it held is no part of the step's
        process = measured(["quartet", "stage", "train", "model"], project)
        (took,) = (json.loads(path.read_text("utf-8")) for path in (project / ".quartet/durations").glob("*.json"))
    found = {"n": n, "fit_cpu_s": took["fit_cpu_s"], "cpu_s": process.cpu_s, "peak_mb": process.peak_mb}
    print(f"{n:>12,} {name}: {found['fit_cpu_s']:.2f} s of CPU, {found['peak_mb']:,.0f} MB", flush=True)
    return found


def make(name: str, n: int, folder: Path) -> None:
    """A project of that size."""
    family, settings, _, data = AXES[name]
    synthetic.project(folder, family, data(n), settings)


def slope(points: list[dict[str, float]]) -> float:
    """Of time against size on logarithmic axes, between the two largest sizes: 1 is linear."""
    a, b = points[-2:]
    return math.log(b["fit_cpu_s"] / a["fit_cpu_s"]) / math.log(b["n"] / a["n"])


def bad(points: list[dict[str, float]]) -> bool:
    """Whether time grows faster than the data, or memory beyond the limit."""
    return slope(points) > STEEPEST or points[-1]["peak_mb"] > LIMIT_MB


def write(known: dict[str, Any]) -> None:
    """Keep the figures, the section of the page and the picture."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "scaling.json").write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    series = {name: known[name] for name in AXES if name in known}
    (PICTURES / "scaling.svg").write_text(drawn(series), encoding="utf-8")
    (RESULTS / "scaling.md").write_text(section(series, known["machine"]), encoding="utf-8")


def section(series: dict[str, list[dict[str, float]]], machine: str) -> str:
    """What the page says of growth."""
    rows = [
        (name, AXES[name][0], AXES[name][1]["architecture"], *cells(point), f"{slope(points):.2f}" * last)
        for name, points in series.items()
        for point in points
        for last in [point is points[-1]]
    ]
    columns = ("what grows", "family", "network", "size", "training: CPU", "memory of the process", "slope")
    return SECTION.format(table=table(columns, rows), machine=machine)


def cells(point: dict[str, float]) -> tuple[str, str, str]:
    """One size as text."""
    return f"{point['n']:,}", duration(point["fit_cpu_s"]), f"{point['peak_mb']:,.0f} MB"


SECTION = """\
## Growth

Written by `python benchmarks/scaling.py`: synthetic data, one epoch (of graphs 20), one core, {machine}.
The slope is that of time on logarithmic axes between the two largest sizes; 1 is linear. Texts have 100 tokens on
average, so that 20,000,000 tokens are 200,000 texts; pictures have 784 pixels; nodes have 10 edges each, and edges join
10,000 nodes.

![Time of training against size](pictures/scaling.svg)

{table}
"""


def drawn(series: dict[str, list[dict[str, float]]]) -> str:
    """A line per series: time against size, both logarithmic."""
    from quartet.report.charts import Chart, log_axis

    points = {name: [(p["n"], p["fit_cpu_s"]) for p in found] for name, found in series.items()}
    every = [point for found in points.values() for point in found]
    x, y = log_axis([x for x, _ in every], "size"), log_axis([y for _, y in every], "CPU seconds of training")
    chart = Chart("", "", x, y, [])
    left, right, top, bottom = chart.frame
    parts = [f'<path d="M{left} {top}V{bottom}H{right}" stroke="#888" fill="none"/>']
    parts += [written(chart.across(at), bottom + 14, text, "middle") for at, text in x.ticks()]
    parts += [written(left - 4, chart.up(at) + 3, text, "end") for at, text in y.ticks()]
    parts += [written((left + right) / 2, bottom + 32, x.label, "middle"), written(left, top - 2, y.label, "start")]
    for place, (name, found) in enumerate(points.items()):
        places = chart.places(found)
        path, colour = "L".join(f"{a} {b}" for a, b in places), COLOURS[place]
        parts.append(f'<path d="M{path}" stroke="{colour}" fill="none" stroke-width="1.5"/>')
        parts += [f'<circle cx="{a}" cy="{b}" r="2.5" fill="{colour}"/>' for a, b in places]
        parts.append(written(left + 8, top + 14 + 13 * place, name, "start", colour))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -8 360 260" width="640">{"".join(parts)}</svg>\n'


COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#7a6a00")


def written(x: float, y: float, text: str, anchor: str, colour: str = "#777") -> str:
    """A word in the picture."""
    place = f'x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}"'
    return f'<text {place} font-size="10" font-family="sans-serif">{text}</text>'


if __name__ == "__main__":
    sys.exit(main())
