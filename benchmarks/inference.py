"""How fast registered models answer: `quartet predict` in bulk, one row at a time, and how soon a server is ready.

    python benchmarks/inference.py --project FOLDER [--rows N] [--core N]

FOLDER is a project with champions, such as a clone of this repository after `quartet run`; one dataset of each family
is asked about its own items, again and again up to so many rows. Figures are kept in benchmarks/speed/, and shown in
docs/performance.md.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median

import pandas as pd
from published import machine
from speed import RESULTS
from speed_page import duration, table
from speed_sides import measured

COLUMNS = (
    *("family", "dataset", "champion", "rows", "rows per second", "CPU per row", "memory"),
    *("one row, loaded", "`quartet predict` of one row", "server ready after"),
)
N_ASKED, READY_S = 50, 120.0


def main() -> int:
    """Ask a dataset of each family."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=100_000, help="pictures: a tenth")
    parser.add_argument("--core", type=int, default=min(os.sched_getaffinity(0)))
    options = parser.parse_args()
    os.sched_setaffinity(0, {options.core})
    os.environ |= {"OMP_NUM_THREADS": "1", "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            asked(options.project.absolute(), name, options.rows, Path(folder)) for name in datasets(options.project)
        ]
    text = table(COLUMNS, rows)
    print(text)
    note = (
        f"Written by `python benchmarks/inference.py`: {machine()}, one core. Rows per second are of a whole `quartet"
    )
    note += " predict` less that of one row: reading, scoring and writing. The last column is `mlflow models serve`."
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "inference.md").write_text(f"## Answers\n\n{note}\n\n{text}\n", encoding="utf-8")
    return 0


def datasets(project: Path) -> list[str]:
    """The first dataset of each family that has a champion."""
    found: dict[str, str] = {}
    for file in sorted((project / "registry").glob("*.jsonl")):
        plans = [json.loads(plan.read_text(encoding="utf-8")) for plan in (project / "plan" / "train").glob("*.json")]
        families = [plan["family"] for plan in plans if plan["dataset"] == file.stem]
        for family in families[:1]:
            found.setdefault(family, file.stem)
    return list(found.values())


def asked(project: Path, dataset: str, n: int, folder: Path) -> tuple[str, ...]:
    """One dataset's row of the table."""
    items = pd.read_parquet(project / "data" / dataset / "raw" / "items.parquet")
    n = n // 10 if "picture" in items else n
    one, many = written(items.head(1), folder / f"{dataset}-1"), written(repeated(items, n), folder / dataset)
    output = folder / f"{dataset}.parquet"
    runs = [
        measured(["quartet", "predict", dataset, str(source), "-o", str(output)], project) for source in (one, many)
    ]
    said = json.loads(measured([sys.executable, __file__, str(project), dataset, str(one)], project).said)
    took = runs[1].wall_s - runs[0].wall_s
    return (
        *(said["family"], dataset, said["model"], f"{n:,}", f"{n / took:,.0f}"),
        *(f"{(runs[1].cpu_s - runs[0].cpu_s) / n * 1e6:,.0f} µs", f"{runs[1].peak_mb:,.0f} MB"),
        *(f"{said['one_row_s'] * 1000:.1f} ms", duration(runs[0].wall_s), duration(served(project, dataset))),
    )


def repeated(items: pd.DataFrame, n: int) -> pd.DataFrame:
    """So many rows: the same ones again and again."""
    return pd.concat([items] * -(-n // len(items)), ignore_index=True).head(n)


def written(items: pd.DataFrame, place: Path) -> Path:
    """What `quartet predict` takes: a folder of pictures, or a CSV."""
    if "picture" not in items:
        items.drop(columns=["label", "split"], errors="ignore").to_csv(place.with_suffix(".csv"), index=False)
        return place.with_suffix(".csv")
    place.mkdir()
    for row, picture in enumerate(items["picture"]):
        (place / f"{row}.png").write_bytes(picture)
    return place


def answer(project: str, dataset: str, source: str) -> None:
    """Print how long a loaded model takes for one row, in a process of its own."""
    from quartet.predict import load_version, predicted
    from quartet.project import Project
    from quartet.sources.input import input_chunks

    version = load_version(Project(Path(project)), dataset)
    (raw,) = input_chunks(Path(source), 1, version.options)
    took = []
    for _ in range(N_ASKED):
        start = time.perf_counter()
        list(predicted(version, iter([raw])))
        took.append(time.perf_counter() - start)
    print(json.dumps({"one_row_s": median(took), "family": version.scorer.family.name, "model": version.model}))


def served(project: Path, dataset: str) -> float:
    """Seconds until a server of the champion answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"models:/{dataset}@champion"
    command = ["mlflow", "models", "serve", "-m", address, "--env-manager", "local", "-p", str(port)]
    own = {"MLFLOW_TRACKING_URI": os.environ.get("MLFLOW_TRACKING_URI", f"sqlite:///{project / 'mlflow.db'}")}
    start = time.perf_counter()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=project, env=os.environ | own, stdout=quiet, stderr=quiet, process_group=0)
    try:
        while time.perf_counter() - start < READY_S:
            if answers(port):
                return time.perf_counter() - start
            time.sleep(0.1)
    finally:
        os.killpg(process.pid, 15)
        process.wait()
    return float("nan")


def answers(port: int) -> bool:
    """Whether a server is ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=5) as reply:
            return reply.status == 200
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    if sys.argv[1:2] and not sys.argv[1].startswith("-"):
        answer(*sys.argv[1:4])
    else:
        sys.exit(main())
