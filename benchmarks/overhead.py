"""What the trainer costs per optimiser step of a tiny network, and what the pipeline costs besides training.

    python benchmarks/overhead.py steps                       our trainer, a default Lightning and a plain loop, in turn
    python benchmarks/overhead.py pipeline [--clone FOLDER]   a run of a clone of this repository; no-op commands

On one core, in CPU seconds of all processes. Figures are kept in benchmarks/speed/, and shown in docs/performance.md.
"""

import argparse
import contextlib
import io
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median
from types import SimpleNamespace

from published import call, machine
from speed import RESULTS, ROOT
from speed_page import table
from speed_sides import measured

BARS = {
    "quartet --help": 0.3,
    "quartet status": 1.0,
    "dvc repro": 2.0,
    "quartet run": 3.0,
}  # --help in CPU, others wall
STEP_BAR_MS, STAGE_BAR_S = 1.0, 6.0
SIZES = {"one step an epoch": (140, 140, 500), "100 steps an epoch": (1600, 16, 10)}  # items, batch, epochs


def main() -> int:
    """Measure one of the two; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("steps", "pipeline"))
    parser.add_argument("--clone", type=Path, help="where the repository is cloned and run; made anew if absent")
    parser.add_argument("--core", type=int, default=min(os.sched_getaffinity(0)))
    options = parser.parse_args()
    os.sched_setaffinity(0, {options.core})
    os.environ |= {"OMP_NUM_THREADS": "1", "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    RESULTS.mkdir(exist_ok=True)
    if options.what == "steps":
        return steps()
    with tempfile.TemporaryDirectory() as folder:
        return pipeline(options.clone or Path(folder) / "quartet")


def steps() -> int:
    """CPU milliseconds per optimiser step of each way to train, five times in turn."""
    ways: dict[str, Callable[[int, int, int], None]] = {
        "Quartet": ours,
        "Lightning, defaults": lightning,
        "plain loop": plain,
    }
    took = defaultdict(list)
    for repeat in range(6):
        for size, (n, batch, epochs) in SIZES.items():
            for way, train in ways.items():
                start = time.process_time()
                train(n, batch, epochs)
                if repeat:  # the first warms up
                    took[way, size].append((time.process_time() - start) / (epochs * -(-n // batch)) * 1000)
    rows = [
        (way, size, f"{median(found):.2f} ms", f"{min(found):.2f}–{max(found):.2f}")
        for (way, size), found in took.items()
    ]
    text = table(("trainer", "network of 20 x 16 x 2", "CPU per optimiser step", "least and greatest"), rows)
    worst = max(median(found) for (way, _), found in took.items() if way == "Quartet")
    print(text)
    note = f"Written by `python benchmarks/overhead.py steps`: {machine()}, one core. Bar: ≤ {STEP_BAR_MS} ms."
    (RESULTS / "steps.md").write_text(f"## A trainer's overhead\n\n{note}\n\n{text}\n", encoding="utf-8")
    return int(worst > STEP_BAR_MS)


def items(n: int) -> tuple:
    """Rows x (n, 20) and classes (n,)."""
    import torch

    x = torch.randn(n, 20, generator=torch.Generator().manual_seed(0))
    return x, (x.sum(dim=1) > 0).long()


def network():
    """A tiny one."""
    from torch import nn

    return nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(16, 2))


def ours(n: int, batch: int, epochs: int) -> None:
    """As the train step does, checkpoints included."""
    from quartet.examples import Examples
    from quartet.families.tabular.settings import MLPSettings
    from quartet.learning.fit import Run, fit
    from quartet.settings import TrainerSettings

    x, target = items(n)
    splits = {"train": Examples((x,), target), "validation": Examples((x[:100],), target[:100])}
    settings = MLPSettings(architecture="mlp", dataset="", epochs=epochs, batch_size=batch, patience=None)
    with tempfile.TemporaryDirectory() as folder:
        fit(network, settings, splits, Run(0, TrainerSettings(), Path(folder) / "checkpoint.ckpt"))


def lightning(n: int, batch: int, epochs: int) -> None:
    """As its documentation begins: a module, DataLoaders, a Trainer with nothing but the epochs."""
    import pytorch_lightning as pl
    import torch
    from torch.nn import functional
    from torch.utils.data import DataLoader, TensorDataset

    class Module(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.network = network()

        def training_step(self, batch, _) -> torch.Tensor:
            loss = functional.cross_entropy(self.network(batch[0]), batch[1])
            self.log("train_loss", loss)
            return loss

        def validation_step(self, batch, _) -> None:
            self.log("validation_loss", functional.cross_entropy(self.network(batch[0]), batch[1]))

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters())

    x, target = items(n)
    train = DataLoader(TensorDataset(x, target), batch_size=batch, shuffle=True)
    validation = DataLoader(TensorDataset(x[:100], target[:100]), batch_size=100)
    quiet = contextlib.redirect_stdout(io.StringIO())
    with tempfile.TemporaryDirectory() as folder, quiet:
        pl.Trainer(max_epochs=epochs, default_root_dir=folder, accelerator="cpu").fit(Module(), train, validation)


def plain(n: int, batch: int, epochs: int) -> None:
    """A loop by hand over whole tensors, with validation after each epoch."""
    import torch
    from torch.nn import functional

    (x, target), model = items(n), network()
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(epochs):
        for rows in torch.randperm(n).split(batch):
            optimizer.zero_grad()
            functional.cross_entropy(model(x[rows]), target[rows]).backward()
            optimizer.step()
        with torch.no_grad():
            functional.cross_entropy(model(x[:100]), target[:100])


def pipeline(clone: Path) -> int:
    """CPU seconds of a run of all stages that are not fit, and of commands that find nothing to do."""
    if not clone.exists():
        call(["git", "clone", "--quiet", str(ROOT), str(clone)], ROOT)
    n = len(call(["dvc", "stage", "list", "--name-only"], clone).split())
    took = measured(["quartet", "run", "--force"], clone)
    fit_s = fitted(clone)
    each_s = (took.cpu_s - fit_s) / n
    row = (str(n), f"{took.wall_s:.0f} s", f"{took.cpu_s:.0f} s", f"{fit_s:.0f} s", f"**{each_s:.1f} s**")
    idle = [no_op(command.split(), clone) for command in BARS]
    heads = ("stages", "wall", "CPU", "of which fit", f"the rest, per stage (bar: ≤ {STAGE_BAR_S:g} s)", "memory")
    text = table(heads, [(*row, f"{took.peak_mb:,.0f} MB")])
    text += "\n\n" + table(("command, nothing to do", "CPU", "wall", "bar"), [one.row for one in idle])
    print(text)
    note = (
        f"Written by `python benchmarks/overhead.py pipeline`: `quartet run --force` on the embedded data, {machine()},"
        " one core. The rest is process starts, imports, DVC, Prefect, ingest to prepare, scoring, MLflow and report;"
        " memory that of the largest process."
    )
    (RESULTS / "pipeline.md").write_text(f"## The pipeline's overhead\n\n{note}\n\n{text}\n", encoding="utf-8")
    return int(each_s > STAGE_BAR_S or any(one.missed for one in idle))


def fitted(clone: Path) -> float:
    """CPU seconds of all trainings alone; their processes import and write besides."""
    configs = [json.loads(file.read_text(encoding="utf-8")) for file in clone.glob("models/*/*/*/config.json")]
    files = [clone / ".quartet" / "durations" / f"{config['fingerprint']}.json" for config in configs]
    return sum(json.loads(file.read_text(encoding="utf-8")).get("fit_cpu_s", 0.0) for file in files)


def no_op(command: list[str], folder: Path) -> SimpleNamespace:
    """A command that finds nothing to do: the median of five."""
    runs = [measured(command, folder) for _ in range(5)]
    cpu, wall = median(run.cpu_s for run in runs), median(run.wall_s for run in runs)
    name = " ".join(command)
    judged, unit = (cpu, "CPU") if name.endswith("--help") else (wall, "wall")
    row = (f"`{name}`", f"{cpu:.2f} s", f"{wall:.2f} s", f"≤ {BARS[name]:g} s {unit}")
    return SimpleNamespace(row=row, missed=judged > BARS[name])


if __name__ == "__main__":
    sys.exit(main())
