"""Fit a network: by gradient descent through Lightning, or in its own way where it has a `fit`."""

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from pytorch_lightning import Callback, Trainer
from pytorch_lightning.callbacks import EarlyStopping
from threadpoolctl import threadpool_limits
from torch import nn

from quartet.errors import UsageError
from quartet.examples import Examples
from quartet.learning.callbacks import BestWeights, History, Resumable, Row
from quartet.learning.module import Supervised
from quartet.settings import ModelSettings, NetworkSettings, TrainerSettings


@dataclass(frozen=True)
class Run:
    """One training: where it runs, its seed, where its checkpoint lives, and who hears of each epoch."""

    seed: int
    trainer: TrainerSettings
    checkpoint: Path | None = None
    every_s: float = 20.0
    listen: Callable[[Row], None] = lambda row: None


def fit(
    build: Callable[[], nn.Module], settings: ModelSettings, splits: dict[str, Examples], run: Run
) -> tuple[nn.Module, list[Row]]:
    """The trained network and a row per epoch: epoch, train_loss, validation_loss.

    Args:
        build: makes the untrained network, whose weights come from torch's global generator, seeded here.
        splits: the examples of `train` and `validation`.
    """
    torch.set_num_threads(run.trainer.threads)
    torch.manual_seed(run.seed)
    network = build()
    if not isinstance(settings, NetworkSettings):
        with threadpool_limits(run.trainer.threads):  # scikit-learn's solvers do not heed torch's threads
            network.fit(splits["train"])  # type: ignore[operator]  # a baseline has one
        return network.eval(), []
    module = Supervised(network, settings, train=splits["train"], validation=splits["validation"], seed=run.seed)
    history = History(run.listen)
    resume = run.checkpoint if run.checkpoint and run.checkpoint.exists() else None
    # the file is ours: optimiser state and callbacks are more than weights
    lightning(settings, run, history).fit(module, ckpt_path=resume, weights_only=False)
    return module.network.cpu().eval(), history.rows


def lightning(settings: NetworkSettings, run: Run, history: History) -> Trainer:
    """A lean Trainer: no bars, no loggers, no validation loop."""
    quiet()
    callbacks: list[Callback] = [history]
    if settings.keep == "best":
        callbacks.append(BestWeights(history))
    if settings.patience and settings.schedule == "constant":
        callbacks.append(EarlyStopping("validation_loss", patience=settings.patience, check_on_train_epoch_end=True))
    if run.checkpoint:
        run.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        callbacks.append(Resumable(run.checkpoint, run.every_s))
    return Trainer(
        accelerator=accelerator(run.trainer),
        devices=1,
        precision=precision(run.trainer),
        max_epochs=settings.epochs,
        callbacks=callbacks,
        reload_dataloaders_every_n_epochs=1,
        # some operations have no deterministic version on a GPU: there, weights are equal within a tolerance only
        deterministic=True if accelerator(run.trainer) == "cpu" else "warn",
        logger=False,
        enable_checkpointing=run.checkpoint is not None,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def accelerator(trainer: TrainerSettings) -> str:
    """The device to use: auto takes a GPU where there is one.

    Raises:
        UsageError: a GPU was asked for and there is none.
    """
    there = torch.cuda.is_available()
    if trainer.accelerator == "gpu" and not there:
        mend = "Set trainer.accelerator to auto or cpu, or run on a machine with a GPU and its driver."
        raise UsageError("accelerator: gpu needs a GPU that torch can use", came="there is none here", mend=mend)
    return "gpu" if there and trainer.accelerator != "cpu" else "cpu"


def precision(trainer: TrainerSettings) -> Literal["32-true", "bf16-mixed"]:
    """32-bit on a CPU, bf16 on a GPU that has it, unless set."""
    if trainer.precision == "auto":
        return "bf16-mixed" if accelerator(trainer) == "gpu" and torch.cuda.is_bf16_supported() else "32-true"
    return "bf16-mixed" if trainer.precision == "bf16" else "32-true"


def quiet() -> None:
    """Lightning's hints are for people who write loops; ours has none of the workers they speak of."""
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="pytorch_lightning")
    # https://github.com/Lightning-AI/pytorch-lightning/issues/21326
    warnings.filterwarnings("ignore", message=".*LeafSpec.* is deprecated")
