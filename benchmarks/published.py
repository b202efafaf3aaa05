"""The scoreboard: published protocols run by Quartet, beside what was published for them.

    python benchmarks/published.py [--data FOLDER] [--only NAME…] [--seeds N] [--work FOLDER]

benchmarks/published.yaml holds the protocols: data, settings, bars and where they come from. A set is taken from FOLDER
where it lies there, from the catalog otherwise. Each protocol is a project of its own under --work, run by `dvc repro`:
what was run before and has not changed is not run again. Every figure is of the test split, on which nothing is chosen.
Results are kept in benchmarks/published/, and docs/published.md is written from them. Exits 1 where a bar is missed.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).parent
ROOT = HERE.parent
PROTOCOLS, RESULTS, PAGE = HERE / "published.yaml", HERE / "published", ROOT / "docs" / "published.md"
WIDEST = {"avx512f": "AVX-512", "avx2": "AVX2"}  # flags of x86 processors
COLUMNS = ("protocol", "model", "measure", "published", "bar", "ours: mean ± sd (n)", "time", "CPU", "verdict")


def main() -> int:
    """Run what was asked for; 1 where a bar is missed or a protocol could not be run."""
    protocols = YAML(typ="safe").load(PROTOCOLS)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a folder with the public sets")
    parser.add_argument("--only", nargs="+", choices=list(protocols), metavar="NAME", help=", ".join(protocols))
    parser.add_argument("--seeds", type=int, help="how often each model is trained; as in the protocol if absent")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "quartet-published")
    options = parser.parse_args()
    results = [run(name, protocols[name], options) for name in options.only or protocols]
    print("\n" + table([row for result in results for row in result["rows"]]))
    PAGE.write_text(page(protocols), encoding="utf-8")
    return int(any(row["verdict"] == "missed" for result in results for row in result["rows"]))


def run(name: str, protocol: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    """Run one protocol; its result, which is kept too."""
    project = options.work / name
    print(f"\n{name}: {protocol['protocol']}", flush=True)
    if not (project / "params.yaml").exists():
        call(["quartet", "init", str(project)], ROOT)
    params = params_of(protocol, options, project)
    (project / "params.yaml").write_text(json.dumps(params, indent=1), encoding="utf-8")  # JSON is YAML
    (dataset,) = params["datasets"]
    before = ["plan", f"ingest@{dataset}", f"validate@{dataset}", f"prepare@{dataset}"]
    for stage in (*before, *(f"train@{model}" for model in params["models"]), f"evaluate@{dataset}"):
        repro(stage, project)
    call(["quartet", "report"], project)
    return keep(name, protocol, project)


def params_of(protocol: dict[str, Any], options: argparse.Namespace, project: Path) -> dict[str, Any]:
    """params.yaml of a protocol, its data brought into the project where they lie in the folder."""
    params: dict[str, Any] = json.loads(json.dumps(protocol["params"]))
    (settings,) = params["datasets"].values()
    given = options.data / protocol["file"] if options.data and "file" in protocol else None
    if given and given.exists():
        settings |= protocol.get("file_settings", {})
        settings["source"] = f"data/mine/{given.name}"
        place = project / settings["source"]
        if not place.exists():
            shutil.copytree(given, place) if given.is_dir() else shutil.copy(given, place)
    params["n_seeds"] = options.seeds or protocol["seeds"]
    return params


def repro(stage: str, project: Path) -> None:
    """Run one stage where it is stale, and say what it took."""
    print(f"  {stage} …", flush=True)
    start, before = time.perf_counter(), os.times()
    said = call(["dvc", "repro", "--single-item", stage], project)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    if "Running stage" in said:
        costs = costs_of(project)
        costs.parent.mkdir(exist_ok=True)
        costs.write_text(json.dumps(read_costs(project) | {stage: cpu}), encoding="utf-8")
    print(f"  {stage}: {time.perf_counter() - start:.0f} s, {cpu:.0f} s of CPU", flush=True)


def costs_of(project: Path) -> Path:
    """Where the CPU seconds of each stage are kept, by name: a later run that finds it fresh does not know them."""
    return project / ".quartet" / "costs.json"


def read_costs(project: Path) -> dict[str, float]:
    """The CPU seconds of each stage when it was run last."""
    file = costs_of(project)
    costs: dict[str, float] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return costs


def call(command: list[str], folder: Path) -> str:
    """Run a command; what it printed, which is shown where it failed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}", file=sys.stderr)
        raise SystemExit(f"{' '.join(command)} failed in {folder}")
    return done.stdout


def keep(name: str, protocol: dict[str, Any], project: Path) -> dict[str, Any]:
    """Write and return the rows of a protocol."""
    (dataset,) = protocol["params"]["datasets"]
    comparison = json.loads((project / "evaluation" / dataset / "comparison.json").read_text(encoding="utf-8"))
    rows = [row_of(name, bar, comparison, project) for bar in protocol["bars"]]
    result = {"rows": rows, "date": date.today().isoformat(), "machine": machine()}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return result


def row_of(name: str, bar: dict[str, Any], comparison: dict[str, Any], project: Path) -> dict[str, Any]:
    """One figure beside its bar."""
    among = bar.get("best_of") or [bar["model"]]
    model = next(model for model in comparison["ranking"] if model in among)  # the best on validation
    report = comparison["models"][model]
    ours = report["test"][bar["metric"]]
    at_most = half_of(bar, comparison)
    passed = ours["mean"] >= bar["at_least"] if "at_least" in bar else ours["mean"] <= at_most if at_most else None
    bound = f"≥ {bar['at_least']:g}" if "at_least" in bar else f"≤ {at_most:.4g}" if at_most else ""
    return {
        "protocol": name,
        "model": f"{model} (best on validation)" if "best_of" in bar else model,
        "measure": bar["metric"],
        "published": bar.get("published", ""),
        "bar": ", ".join(filter(None, [bound, bar.get("bar_is")])),
        "ours": {key: ours[key] for key in ("mean", "sd", "n")},
        "interval": report["test_interval"] if bar["metric"] == comparison["metric"] else None,
        "n_items": report["n_items"]["test"],
        "fit_s": fit_seconds(report["fingerprints"].values(), project),
        "cpu_s": cpu_seconds(model, len(report["fingerprints"]), project),
        "verdict": {True: "reached", False: "missed", None: ""}[passed],
    }


def fit_seconds(fingerprints: Iterable[str], project: Path) -> float | None:
    """Mean seconds of a training; None where all were interrupted, which says nothing of how long they took."""
    files = [project / ".quartet" / "durations" / f"{fingerprint}.json" for fingerprint in fingerprints]
    known = [json.loads(file.read_text(encoding="utf-8"))["fit_s"] for file in files if file.exists()]
    return sum(known) / len(known) if known else None


def cpu_seconds(model: str, n_seeds: int, project: Path) -> float | None:
    """CPU seconds of a training with its start-up and scoring: those of the stage, shared among its seeds."""
    cost = read_costs(project).get(f"train@{model}")
    return cost / n_seeds if cost is not None else None


def half_of(bar: dict[str, Any], comparison: dict[str, Any]) -> float | None:
    """Half of what another model scores."""
    other = bar.get("half_of")
    return comparison["models"][other]["test"][bar["metric"]]["mean"] / 2 if other else None


def machine() -> str:
    """Where it ran; AMX multiplies matrices of bf16 numbers."""
    amx = " and AMX" if " amx_bf16 " in cpuinfo() else ""
    cpu = next((line.split(":")[1].strip() for line in cpuinfo().splitlines() if line.startswith("model name")), "")
    return f"{cpu or platform.processor()}, {instructions()}{amx}, {os.cpu_count()} cores, torch {version('torch')}"


def instructions() -> str:
    """The widest vectors that the processor computes with, on which speed and the last bits depend."""
    return next((name for flag, name in WIDEST.items() if f" {flag} " in cpuinfo()), platform.machine())


def cpuinfo() -> str:
    """What Linux says of the processor; empty elsewhere."""
    file = Path("/proc/cpuinfo")
    return file.read_text(encoding="utf-8") if file.exists() else ""


def cells(row: dict[str, Any]) -> tuple[str, ...]:
    """A row as text."""
    ours = row["ours"]
    spread = f" ± {ours['sd']:.4f}" if ours["sd"] is not None else ""
    score = f"{ours['mean']:.4f}{spread} ({ours['n']})"
    return (
        row["protocol"],
        row["model"],
        row["measure"],
        str(row["published"]),
        row["bar"],
        score,
        duration(row["fit_s"]),
        duration(row.get("cpu_s")),
        row["verdict"],
    )


def duration(seconds: float | None) -> str:
    """Seconds as text."""
    return "–" if seconds is None else f"{seconds / 60:.1f} min" if seconds >= 100 else f"{seconds:.1f} s"


def table(rows: list[dict[str, Any]]) -> str:
    """Rows as a Markdown table."""
    lines = [COLUMNS, ("---",) * len(COLUMNS), *map(cells, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(protocols: dict[str, Any]) -> str:
    """docs/published.md, from the results that are kept."""
    known = {name: RESULTS / f"{name}.json" for name in protocols}
    results = {name: json.loads(file.read_text("utf-8")) for name, file in known.items() if file.exists()}
    rows = [row for result in results.values() for row in result["rows"]]
    details = [
        f"- **{name}**: {protocols[name]['protocol']} Source: {protocols[name]['source']}. Run {result['date']} on "
        f"{result['machine']}; {result['rows'][0]['n_items']:,} test items."
        for name, result in results.items()
    ]
    return "\n".join([INTRODUCTION, table(rows), "", "## Protocols", "", *details, ""])


INTRODUCTION = """\
# Published figures, and ours

Written by `python benchmarks/published.py --data FOLDER` from its own output; FOLDER holds public sets, and what it
lacks comes from the catalog. Every figure is of the test split: mean ± standard deviation over n seeds. Settings and
epochs were chosen on validation, or by the publication. Time is that of one training with one seed, on a machine that
may have had other work; of a training that was interrupted it is not known. CPU is what its process used, start-up and
scoring included; trainings have one thread.
"""

if __name__ == "__main__":
    sys.exit(main())
