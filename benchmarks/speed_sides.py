"""The two sides of a comparison, each process measured alike: Quartet's train step, and a peer's script."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PEERS = Path(__file__).parent / "peers"


@dataclass(frozen=True)
class Measured:
    """What a process printed and used; memory is the most that it or a process it waited for held at once."""

    said: str
    wall_s: float
    cpu_s: float
    peak_mb: float


class Failed(Exception):
    """A process failed; the message is the end of what it said."""


def measured(command: list[str], folder: Path) -> Measured:
    """Run a command to its end.

    Raises:
        Failed: its exit code is not 0.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        said = out.read()
        if process.returncode:
            raise Failed(f"{' '.join(command[:3])} …: {(said + err.read()).strip()[-1500:]}")
    return Measured(said, wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def sample(process: Measured, trainings: list[dict[str, Any]], versions: dict[str, str]) -> dict[str, Any]:
    """One process as figures: what a training took on average, and what the whole process took."""
    mean = {key: sum(one[key] for one in trainings) / len(trainings) for key in ("wall_s", "cpu_s", "n_epochs")}
    whole = {f"process_{key}": value for key, value in asdict(process).items() if key in ("wall_s", "cpu_s")}
    kept = [one for one in trainings if one.get("laps")]
    if kept:  # seconds up to the epoch whose weights were kept
        ends = [one["laps"][one["kept_epoch"] - 1] for one in kept]
        mean |= {
            "kept_wall_s": sum(end[0] for end in ends) / len(ends),
            "kept_cpu_s": sum(e[1] for e in ends) / len(ends),
        }
    scores = [one["score"] for one in trainings]
    return mean | whole | {"peak_mb": process.peak_mb, "scores": scores, "versions": versions}


class Ours:
    """A model of a project whose data are prepared: each run trains it anew, with the seeds that are next."""

    def __init__(self, project: Path, settings: dict[str, Any], metric: str) -> None:
        self.project, self.settings, self.metric = project, settings, metric
        self.name: str = settings["model"]
        (self.dataset,) = (path.name for path in (project / "data").iterdir() if (path / "prepared").exists())

    def run(self, repeat: int) -> dict[str, Any]:
        """One process of `quartet stage train`."""
        n = self.settings.get("seeds", 1)
        self.forget()
        self.plan(list(range(repeat * n, (repeat + 1) * n)))
        process = measured(["quartet", "stage", "train", self.name], self.project)
        return sample(process, self.trainings(), self.versions())

    def forget(self) -> None:
        """Remove what earlier runs left, so that nothing is taken from them."""
        hidden = self.project / ".quartet"
        for folder in (self.models, hidden / "checkpoints", hidden / "durations"):
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def models(self) -> Path:
        """A folder per seed."""
        return self.project / "models" / self.dataset / self.name

    def plan(self, seeds: list[int]) -> None:
        """Name the seeds in the plan file; the settings stay as planned."""
        file = self.project / "plan" / "train" / f"{self.name}.json"
        plan = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps(plan | {"seeds": seeds}), encoding="utf-8")

    def trainings(self) -> list[dict[str, Any]]:
        """What each seed's training took and scored."""
        metrics = self.project / "metrics" / self.dataset / f"{self.name}.json"
        scores = json.loads(metrics.read_text(encoding="utf-8"))[self.metric]["values"]
        folders = sorted(self.models.glob("seed-*"), key=lambda path: int(path.name.removeprefix("seed-")))
        return [self.training(folder, score) for folder, score in zip(folders, scores, strict=True)]

    def training(self, folder: Path, score: float) -> dict[str, Any]:
        """One seed; its epochs are what the last row of its history says."""
        fingerprint = json.loads((folder / "config.json").read_text(encoding="utf-8"))["fingerprint"]
        file = self.project / ".quartet" / "durations" / f"{fingerprint}.json"
        took = json.loads(file.read_text(encoding="utf-8"))
        n_epochs = int(float((folder / "history.csv").read_text(encoding="utf-8").splitlines()[-1].split(",")[0]))
        return {"wall_s": took["fit_s"], "cpu_s": took["fit_cpu_s"], "n_epochs": n_epochs, "score": score}

    def versions(self) -> dict[str, str]:
        """What it ran on."""
        from importlib.metadata import version

        return {name: version(name) for name in ("quartet-ml", "torch")}


class Peer:
    """A peer's script, in the peers' environment, on the arrays and tables that Quartet prepared."""

    def __init__(self, data: Path, settings: dict[str, Any], environment: Path, epochs: int | None) -> None:
        self.data, self.settings, self.epochs = data.absolute(), settings, epochs
        self.name: str = settings["name"]
        self.python = environment / settings.get("environment", "") / "bin" / "python"

    def run(self, repeat: int) -> dict[str, Any]:
        """One process of the script."""
        n = self.settings.get("seeds", 1)
        command = [str(self.python), str(PEERS / self.settings["script"]), "--data", str(self.data)]
        command += ["--seed", str(repeat * n), "--seeds", str(n), *map(str, self.settings.get("arguments", []))]
        command += ["--epochs", str(self.epochs)] if self.epochs else []
        with tempfile.TemporaryDirectory() as folder:  # Ludwig leaves files where it runs
            process = measured(command, Path(folder))
        facts = json.loads(process.said.splitlines()[-1])
        return sample(process, facts["trainings"], facts["versions"])
