"""Time and peak memory of ingest, validate and prepare, beside what a plain loop needs to read the same file.

    python benchmarks/ingestion.py [--rows 1000000] [--columns 50] [--data FOLDER] [--only NAME]

A mixed-type CSV (numbers, whole numbers, categories, booleans, dates, missing cells) is made in a temporary project;
FOLDER may hold aclImdb_labelled.tar.xz, cifar10_images.tar.xz, covid_xray.tar.gz and planetoid/ind.cora.*.
Each stage and each peer is a process of its own; its memory is the largest resident set that the kernel saw.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SHOWN = ("split", "label")
STAGES = ("ingest", "validate", "prepare")
CHUNK = 100_000  # rows made at a time
BASELINES = {"tabular": "logistic_regression", "text": "bag_of_words", "image": "logistic_regression", "graph": "gcn"}
AS_PUBLISHED = {"no_straddling": {"severity": "warn"}}  # some reviews stand in both of its splits
SETS = {  # name → what of FOLDER it is made of, and its settings
    "imdb": ("aclImdb_labelled.tar.xz", {"family": "text", "checks": AS_PUBLISHED}),
    "cifar10": ("cifar10_images.tar.xz", {"family": "image", "size": 32}),
    "covid_xray": ("covid_xray.tar.gz", {"family": "image", "channels": "grey", "size": 128}),
    "cora": ("planetoid", {"family": "graph", "format": "planetoid", "name": "cora"}),
}


def main() -> int:
    """Run what was asked for; 1 if a stage failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=50)
    parser.add_argument("--data", type=Path, help="a folder with the public sets")
    parser.add_argument("--only", help="table, imdb, cifar10, covid_xray or cora")
    parser.add_argument("--peer", nargs=2, metavar=("NAME", "PATH"), help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--count", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        write_csv(options.write, options.rows, options.columns)
        return 0
    if options.peer:
        print(read_plainly(options.peer[0], Path(options.peer[1])), "items")
        return 0
    if options.count:
        print(count(options.count))
        return 0
    wanted = [name for name in ("table", *SETS) if options.only in (None, name)]
    with tempfile.TemporaryDirectory() as folder:
        failed = [name for name in wanted if not measure(name, options, Path(folder) / name)]
    return 1 if failed else 0


def measure(name: str, options: argparse.Namespace, project: Path) -> bool:
    """Print a table of one set's stages; whether all of them ran."""
    made = make(name, options, project)
    if made is None:
        return True
    source, settings = made
    write_params(project, name, {"source": str(source.relative_to(project)), **settings})
    print(f"\n{name}: {source.name}, {settings}")
    peer_s, peer_bytes, said = run([sys.executable, __file__, "--peer", name, str(source)], project)
    print(f"  {'a plain read':<14}{peer_s:8.1f} s{peer_bytes / 1e9:8.2f} GB   {said.splitlines()[-1]}", flush=True)
    for stage, arguments in {"plan": [], **{stage: [name] for stage in STAGES}}.items():
        command = ["quartet", "stage", stage, *arguments]
        try:
            seconds, peak, _ = run(command, project)
        except subprocess.CalledProcessError as error:
            print(f"  {stage} failed: {error.output.strip()[-2000:]}")
            return False
        ratio = f"{seconds / peer_s:6.1f}× its time" if stage != "plan" else ""
        print(f"  {stage:<14}{seconds:8.1f} s{peak / 1e9:8.2f} GB {ratio}", flush=True)
    items = project / "data" / name / "raw" / "items.parquet"
    print("  " + run([sys.executable, __file__, "--count", str(items)], project)[2])
    return True


def run(command: list[str], folder: Path) -> tuple[float, int, str]:
    """Seconds, peak bytes and output of a process; what this one holds counts too, so that it holds little.

    Raises:
        CalledProcessError: it failed.
    """
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        output.seek(0)
        said = output.read().strip()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, said)
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024), said


def make(name: str, options: argparse.Namespace, project: Path) -> tuple[Path, dict[str, object]] | None:
    """The source inside a new project and its settings; None where it is not there."""
    mine = project / "data" / "mine"
    mine.mkdir(parents=True)
    if name == "table":
        source = mine / "table.csv"
        size = ["--rows", str(options.rows), "--columns", str(options.columns)]
        run([sys.executable, __file__, "--write", str(source), *size], project)
        print(f"{options.rows:,} rows, {options.columns} columns, {source.stat().st_size / 1e6:,.0f} MB")
        return source, {"family": "tabular", "target": "target", "missing": "impute"}
    file, settings = SETS[name]
    if options.data is None or not (options.data / file).exists():
        print(f"\n{name}: no {file} at hand")
        return None
    source, given = mine / file, options.data / file
    shutil.copytree(given, source) if given.is_dir() else shutil.copy(given, source)
    return source, settings


def write_csv(file: Path, n_rows: int, n_columns: int) -> None:
    """A table whose target depends on its first two columns; a tenth of the columns each holds 2 % missing cells."""
    import pyarrow as pa
    import pyarrow.csv

    writer = None
    for start in range(0, n_rows, CHUNK):
        table = pa.table(chunk(start, min(CHUNK, n_rows - start), n_columns))
        writer = writer or pyarrow.csv.CSVWriter(file, table.schema)
        writer.write_table(table)
    writer.close()


def chunk(start: int, n: int, n_columns: int) -> dict[str, object]:
    """Some rows, as columns: of ten, five numbers, two of whole numbers, two categories, then booleans and dates."""
    import numpy as np
    import pyarrow as pa

    random = np.random.default_rng(start)
    words = np.array([f"category {i}" for i in range(40)])
    columns: dict[str, object] = {}
    for place in range(n_columns - 1):
        kind = place % 10
        if kind < 5:
            values = random.normal(size=n).round(6)
        elif kind < 7:
            values = random.integers(0, 10_000, n)
        elif kind < 9:
            values = words[random.integers(0, 8 if kind == 7 else 40, n)]
        elif place % 20 == 9:
            values = np.where(random.random(n) < 0.5, "yes", "no")
        else:
            values = (np.datetime64("2000-01-01") + random.integers(0, 9_000, n)).astype("datetime64[D]").astype(str)
        columns[f"column_{place}"] = pa.array(values, mask=random.random(n) < 0.02 if kind in (3, 7) else None)
    score = np.asarray(columns["column_0"]) + np.asarray(columns["column_1"]) + random.normal(size=n)
    return columns | {"target": np.where(score > 0, "high", "low")}


def write_params(project: Path, name: str, settings: dict[str, object]) -> None:
    """params.yaml (JSON is YAML) with one dataset and its baseline."""
    model = {"dataset": name, "architecture": BASELINES[str(settings["family"])]}
    params = {"datasets": {name: settings}, "models": {f"{name}-model": model}}
    (project / "params.yaml").write_text(json.dumps(params, indent=1), encoding="utf-8")


def read_plainly(name: str, path: Path) -> int:
    """Read a source as a user without Quartet would; how many items there are."""
    if name == "table":
        import pandas as pd

        return len(pd.read_csv(path))
    if name == "cora":
        return planetoid(path)
    if name == "imdb":
        return len([content.decode("utf-8") for _, content in members(path, ".txt")])
    import io

    import numpy as np
    from PIL import Image

    return len([np.asarray(Image.open(io.BytesIO(content))) for _, content in members(path, ".jpg")])


def members(path: Path, ending: str) -> Iterator[tuple[str, bytes]]:
    """The files of a tar archive, in their order."""
    with tarfile.open(path, "r|*") as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(ending):
                yield member.name, archive.extractfile(member).read()


def planetoid(folder: Path) -> int:
    """Nodes of Cora, as torch-geometric reads the files."""
    from torch_geometric.datasets import Planetoid

    with tempfile.TemporaryDirectory() as root:
        raw = Path(root) / "Cora" / "raw"
        raw.mkdir(parents=True)
        for file in folder.glob("ind.cora.*"):
            (raw / file.name).symlink_to(file.resolve())
        return int(Planetoid(root, "Cora")[0].num_nodes)


def count(file: Path) -> str:
    """Items per split and class of canonical items."""
    import pyarrow.parquet

    items = pyarrow.parquet.read_table(file, columns=["split", "label"])
    splits, labels = ({str(e["values"]): e["counts"].as_py() for e in items[name].value_counts()} for name in SHOWN)
    return f"{len(items):,} items; {splits}; {labels}"


if __name__ == "__main__":
    sys.exit(main())
