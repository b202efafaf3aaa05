"""What every peer's script is told, measures and says: arguments, a clock that can stand still, one line of JSON."""

import argparse
import json
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np


@dataclass
class Clock:
    """Wall and CPU seconds of training alone: it runs between `start` and `stop`, and a lap is noted per epoch."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    laps: list[tuple[float, float, float]] = field(default_factory=list)  # wall, CPU, validation score

    def start(self) -> None:
        """Go on."""
        self.began = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        """Stand still."""
        self.wall_s += time.perf_counter() - self.began[0]
        self.cpu_s += time.process_time() - self.began[1]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count what is done inside."""
        self.start()
        yield
        self.stop()

    def lap(self, validation: float) -> None:
        """An epoch ended, with this score on validation; not while the clock runs."""
        self.laps.append((self.wall_s, self.cpu_s, validation))


@dataclass
class Training:
    """One training: seconds up to the last epoch, score on test, epochs done and the one whose weights were kept."""

    seed: int
    wall_s: float
    cpu_s: float
    score: float
    n_epochs: int
    kept_epoch: int
    laps: list[tuple[float, float, float]]


def training(seed: int, clock: Clock, score: float, *, kept: int | None = None, n_epochs: int = 0) -> Training:
    """A finished training; `kept` is the lap of the kept weights, the last one if absent."""
    n = n_epochs or len(clock.laps)
    return Training(seed, clock.wall_s, clock.cpu_s, score, n, n if kept is None else kept + 1, clock.laps)


def parser(description: str) -> argparse.ArgumentParser:
    """The arguments that all scripts share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True, help="data/<dataset> of a Quartet project")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=1, help="trainings, one after another: seed, seed + 1, …")
    parser.add_argument("--epochs", type=int, help="as published if absent")
    return parser


def say(options: argparse.Namespace, train: Callable[[int], Training], packages: tuple[str, ...]) -> None:
    """Train once per seed, and print what it took."""
    trainings = [asdict(train(seed)) for seed in range(options.seed, options.seed + options.seeds)]
    usage = resource.getrusage(resource.RUSAGE_SELF)
    facts = {
        "trainings": trainings,
        "process_cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
        "versions": {name: version(name) for name in packages},
    }
    print(json.dumps(facts))


def split(folder: Path, name: str) -> dict[str, np.ndarray]:
    """The arrays that Quartet prepared of one split."""
    with np.load(folder / "prepared" / f"{name}.npz") as archive:
        return {key: archive[key] for key in archive.files}


def padded(arrays: dict[str, np.ndarray], length: int, *, left: bool) -> np.ndarray:
    """Token ids (N, length) int32, 0 where a text is shorter: before it (left) or after it."""
    ends = np.append(arrays["offsets"][1:], len(arrays["tokens"]))
    x = np.zeros((len(ends), length), np.int32)
    for row, (start, end) in enumerate(zip(arrays["offsets"], ends, strict=True)):
        n = end - start
        x[row, slice(length - n, length) if left else slice(n)] = arrays["tokens"][start:end]
    return x
