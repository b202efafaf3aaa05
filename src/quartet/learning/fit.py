"""Fit a network: by gradient descent through Lightning, or in its own way where it has a `fit`."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import torch
from threadpoolctl import threadpool_limits
from torch import nn

from quartet.examples import Examples
from quartet.learning.course import Row
from quartet.settings import ModelSettings, NetworkSettings, TrainerSettings


@dataclass(frozen=True)
class Run:
    """One training: where it runs, its seed, where its checkpoint lives, and who hears of each validation."""

    seed: int
    trainer: TrainerSettings
    checkpoint: Path | None = None
    every_s: float = 20.0
    listen: Callable[[Row], None] = lambda row: None


def fit(
    build: Callable[[], nn.Module], settings: ModelSettings, splits: dict[str, Examples], run: Run
) -> tuple[nn.Module, list[Row]]:
    """The trained network and a row per validation: epoch, train_loss, validation_loss.

    Args:
        build: makes the untrained network, whose weights come from torch's global generator, seeded here.
        splits: the examples of `train` and `validation`.
    """
    torch.set_num_threads(run.trainer.threads)
    torch.manual_seed(run.seed)
    network = build()
    make_ready(settings)
    if not isinstance(settings, NetworkSettings):
        with threadpool_limits(run.trainer.threads):  # scikit-learn's solvers do not heed torch's threads
            network.fit(splits["train"])  # type: ignore[operator]  # a baseline has one
        return network.eval(), []
    from quartet.learning.descent import descend

    return descend(network, settings, splits, run)


def make_ready(settings: ModelSettings) -> None:
    """Import what training takes, so that its time is its own: Lightning takes seconds, which no baseline waits.

    Threads are limited in libraries that are loaded by then: one that a solver loads itself would take all cores, and
    the last bits of what it solves depend on how many they are.
    """
    import_module("quartet.learning.descent" if isinstance(settings, NetworkSettings) else "sklearn.linear_model")
