"""docs/performance.md, and what is printed of a part, from the figures that are kept."""

from statistics import mean, median, stdev
from typing import Any

from speed_ratios import Ratio, Sample, scores_of, verdicts

COLUMNS = (
    *("side", "precision", "training: CPU", "training: wall", "epochs", "process: CPU", "process: wall", "memory"),
    *("score on test", "peer / ours"),
)
WHAT = {
    "training": "training alone",
    "epoch": "training, divided by its epochs",
    "process": "the whole process",
    "kept": "training; of a peer, only up to the epoch whose weights validation chose",
}
INTRODUCTION = """\
# Performance

Written by `make bench DATA=FOLDER` from its own output: Quartet and each peer run in turn, each process anew, on the
same items, tokens and splits. FOLDER holds public sets; what it lacks comes from the catalog. Figures are medians over
processes, ratios medians of the pairs that ran next to each other, with the least and the greatest. Training is what
lies between data in memory and a trained network; that of Quartet includes scoring validation after each epoch, that of
peers does not, where nothing else is said. Memory is the peak of the process. Times of a training are those of one
seed. On one core, CPU seconds are compared; on all cores, or with a GPU, wall seconds. Figures of processors with
AVX-512 and of those with no more than AVX2 stand beside each other; the latter lack bf16.
"""


def page(parts: dict[str, Any], kept: dict[str, Any], figures: list[str]) -> str:
    """The page.

    Args:
        kept: the result of each part that was run.
        figures: sections of the other benchmarks.
    """
    sections = [section(name, parts[name], kept[name]) for name in parts if name in kept]
    return "\n".join([INTRODUCTION, summary(parts, kept), *sections, *figures])


def summary(parts: dict[str, Any], kept: dict[str, Any]) -> str:
    """One line per bar."""
    rows = [
        (name, found["model"], cores, found["fastest"] or "–", *judged(found))
        for name in parts
        for cores, run in kept.get(name, {}).items()
        for found in verdicts(parts[name], run)
        if found["bar"] is not None
    ]
    return table(("part", "ours", "on", "fastest peer", "peer / ours", "bar", ""), rows) + "\n"


def judged(found: dict[str, Any]) -> tuple[str, str, str]:
    """The ratio, the bar and what became of it."""
    return ratio_text(found["ratios"].get(found["fastest"])), f"≥ {found['bar']:g}", found["said"]


def section(name: str, part: dict[str, Any], runs: dict[str, Any]) -> str:
    """A part: what it is, and a table for each number of cores."""
    lines = [f"## {name}", "", f"{part['protocol'].strip()} Source: {part['source']}.", ""]
    for cores, run in runs.items():
        lines += [f"{cores}, {run['date']}, {run['machine']}. {versions_text(run)}. Compared: {WHAT[part['what']]}."]
        lines += ["", run_table(part, run), ""]
    return "\n".join(lines)


def run_table(part: dict[str, Any], run: dict[str, Any]) -> str:
    """All sides of a run; the ratio of each peer is to the model of ours that it names first."""
    found = verdicts(part, run)
    rows = [cells(f"**{own}**", precision(part["ours"], "model", own), run["ours"][own], "") for own in run["ours"]]
    for name, samples in run["peers"].items():
        ratios = "; ".join(f"{one['model']} {ratio_text(one['ratios'][name])}" for one in found)
        rows.append(cells(name, precision(part["peers"], "name", name), samples, ratios))
    return table(COLUMNS, rows)


def precision(sides: list[dict[str, Any]], key: str, name: str) -> str:
    """What a side computes in."""
    return next((f"{side.get('precision', '32-bit')}" for side in sides if side[key] == name), "")


def cells(name: str, precision: str, samples: list[Sample], ratios: str) -> tuple[str, ...]:
    """One side as text."""
    keys = ("cpu_s", "wall_s", "n_epochs", "process_cpu_s", "process_wall_s", "peak_mb")
    cpu, wall, epochs, whole_cpu, whole_wall, peak = (median(sample[key] for sample in samples) for key in keys)
    times = duration(cpu), duration(wall), f"{epochs:g}", duration(whole_cpu), duration(whole_wall), f"{peak:,.0f} MB"
    return name, precision, *times, score_text(scores_of(samples)), ratios


def score_text(scores: list[float]) -> str:
    """Mean ± standard deviation (n)."""
    spread = f" ± {stdev(scores):.4f}" if len(scores) > 1 else ""
    return f"{mean(scores):.4f}{spread} ({len(scores)})"


def ratio_text(ratio: Ratio | None) -> str:
    """Median with least and greatest."""
    return f"{ratio.median:.2f} ({ratio.low:.2f}–{ratio.high:.2f})" if ratio else "–"


def duration(seconds: float) -> str:
    """Three digits, in seconds."""
    return f"{seconds:.0f} s" if seconds >= 100 else f"{seconds:.3g} s"


def versions_text(run: dict[str, Any]) -> str:
    """The packages of all sides."""
    known = {
        f"{k} {v}"
        for found in (run["ours"], run["peers"])
        for samples in found.values()
        for k, v in samples[-1]["versions"].items()
    }
    return ", ".join(sorted(known))


def table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Rows as a Markdown table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in [columns, ("---",) * len(columns), *rows])
