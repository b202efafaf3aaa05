"""The speed of Quartet beside what a user would pick instead: both in turn, on the same data, in one run.

    python benchmarks/speed.py [--data FOLDER] [--only NAME…] [--cores N] [--repeats N] [--work FOLDER]

benchmarks/speed.yaml holds the parts: data, settings, peers, what is compared and the bar. A set is taken from FOLDER
where it lies there, from the catalog otherwise; a part whose data cannot be had is skipped, with the reason. Each part
is a project of its own under --work, prepared once by `dvc repro`; then Quartet and each peer train in turn, a process
each, pinned to one core, or with --cores 2 on two. Figures are kept in benchmarks/speed/, and docs/performance.md is
written from them. Exits 1 where a bar is missed. Where torch finds a GPU, both sides train on it and wall time is
compared.
"""

import argparse
import json
import os
import sys
import tempfile
from argparse import Namespace
from datetime import date
from pathlib import Path
from typing import Any

from published import call, instructions, machine, params_of
from ruamel.yaml import YAML
from speed_page import page, run_table
from speed_ratios import verdicts
from speed_sides import Failed, Ours, Peer, measured

HERE = Path(__file__).parent
ROOT = HERE.parent
PARTS, RESULTS, PAGE = HERE / "speed.yaml", HERE / "speed", ROOT / "docs" / "performance.md"
BEFORE = ("plan", "ingest@{0}", "validate@{0}", "prepare@{0}")


def main() -> int:
    """Run what was asked for; 1 where a bar is missed."""
    parts = YAML(typ="safe").load(PARTS)
    options = arguments(list(parts))
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    if options.cores:
        pin(options)
    said = [run(name, parts[name], options) for name in options.only or parts] if options.cores else []
    PAGE.write_text(page(parts, kept(parts), figures()), encoding="utf-8")
    return int(any(one["bar"] and one["said"] != "reached" for found in said for one in found))


def arguments(names: list[str]) -> Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a folder with the public sets")
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--cores", type=int, default=1, help="1, or as many as are idle; 0 only writes the page anew")
    parser.add_argument("--core", type=int, default=min(os.sched_getaffinity(0)), help="the one to pin to")
    parser.add_argument("--repeats", type=int, help="processes of each side; as in the part if absent")
    parser.add_argument("--epochs", type=int, help="of peers: fewer, to try a part out; figures are not kept")
    parser.add_argument("--models", nargs="+", help="of ours; all if absent, which is what is kept")
    parser.add_argument("--peers", nargs="+", help="by name; all if absent, which is what is kept")
    parser.add_argument("--environment", type=Path, default=ROOT / ".venv-peers", help="where the peers are installed")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "quartet-speed")
    return parser.parse_args()


def pin(options: Namespace) -> None:
    """Let this process and all that it starts have so many cores, and as many threads."""
    if options.cores == 1:
        os.sched_setaffinity(0, {options.core})
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(options.cores)


def run(name: str, part: dict[str, Any], options: Namespace) -> list[dict[str, Any]]:
    """Run one part and keep its figures; what became of its bars."""
    project = options.work / name
    print(f"\n{name}: {part['protocol'].strip()}", flush=True)
    try:
        prepare(part, project, options)
        figures = interleaved(part, project, options)
    except (Failed, SystemExit) as error:
        print(f"{name} was skipped: {error}", flush=True)
        return []
    print(run_table(part, figures), flush=True)
    found = verdicts(part, figures)
    for one in found:
        print(f"{one['model']}: bar {one['bar']}, fastest peer {one['fastest']}: {one['said']}", flush=True)
    if not (options.epochs or options.models or options.peers):
        keep(name, figures, options.cores)
    return found


def prepare(part: dict[str, Any], project: Path, options: Namespace) -> None:
    """A project whose data are prepared, by the stages that `quartet run` runs."""
    if not (project / "params.yaml").exists():
        call(["quartet", "init", str(project)], ROOT)
    params = params_of(part | {"seeds": 1}, Namespace(data=options.data, seeds=None), project)
    params["trainer"] = {"threads": options.cores}
    (project / "params.yaml").write_text(json.dumps(params, indent=1), encoding="utf-8")  # JSON is YAML
    (dataset,) = params["datasets"]
    for stage in BEFORE:
        call(["dvc", "repro", "--single-item", stage.format(dataset)], project)


def interleaved(part: dict[str, Any], project: Path, options: Namespace) -> dict[str, Any]:
    """The figures of all sides: one process of each, then the next of each."""
    (dataset,) = part["params"]["datasets"]
    ours = [Ours(project, own, part["metric"]) for own in part["ours"]]
    peers = [
        Peer(project / "data" / dataset, peer, options.environment.absolute(), options.epochs) for peer in part["peers"]
    ]
    ours = [side for side in ours if side.name in (options.models or [side.name])]
    peers = [side for side in peers if side.name in (options.peers or [side.name])]
    if not has_bf16():
        print("bf16 is left out: this processor has no instructions for it", flush=True)
        ours, peers = ([side for side in sides if "precision" not in side.settings] for sides in (ours, peers))
    figures: dict[str, Any] = {
        "ours": {side.name: [] for side in ours},
        "peers": {side.name: [] for side in peers},
        **where(options),
    }
    for repeat in range(options.repeats or part["repeats"]):
        for side, found in [*((one, figures["ours"]) for one in ours), *((one, figures["peers"]) for one in peers)]:
            if repeat >= side.settings.get("repeats", repeat + 1):
                continue
            found[side.name].append(side.run(repeat))
            said = found[side.name][-1]
            print(f"  {repeat}: {side.name}: {said['cpu_s']:.2f} s of CPU a training, {said['scores']}", flush=True)
    return figures


def has_bf16() -> bool:
    """Whether a GPU is here, or a CPU that multiplies bf16 numbers itself."""
    code = "import torch; from quartet.learning.descent import has_bf16; print(torch.cuda.is_available() or has_bf16())"
    return measured([sys.executable, "-c", code], ROOT).said.strip() == "True"


def where(options: Namespace) -> dict[str, str]:
    """When and on what it runs, and by which clock: CPU seconds say nothing of a GPU, nor of threads that wait."""
    code = "import torch; print(torch.cuda.get_device_name() if torch.cuda.is_available() else '')"
    gpu = measured([sys.executable, "-c", code], ROOT).said.strip()
    clock = "cpu_s" if options.cores == 1 and not gpu else "wall_s"
    return {"date": date.today().isoformat(), "machine": machine() + (f", {gpu}" if gpu else ""), "clock": clock}


def keep(name: str, figures: dict[str, Any], cores: int) -> None:
    """Keep the figures of a part, those of one core and of several, and of kinds of processor, beside each other."""
    file = RESULTS / f"{name}.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    gpu = "a GPU and " if figures["clock"] == "wall_s" and cores == 1 else ""
    known[f"{gpu}{cores} core{'s' * (cores > 1)}, {instructions()}"] = figures
    RESULTS.mkdir(exist_ok=True)
    file.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def kept(parts: dict[str, Any]) -> dict[str, Any]:
    """The figures of each part that was run here or elsewhere."""
    files = {name: RESULTS / f"{name}.json" for name in parts}
    return {name: json.loads(file.read_text(encoding="utf-8")) for name, file in files.items() if file.exists()}


def figures() -> list[str]:
    """What the other benchmarks wrote for the page."""
    return [file.read_text(encoding="utf-8") for file in sorted(RESULTS.glob("*.md"))]


if __name__ == "__main__":
    sys.exit(main())
