"""Gradient descent through Lightning."""

import logging
import os
import warnings
from typing import TYPE_CHECKING

import torch
from torch import nn

from quartet.errors import UsageError
from quartet.examples import Examples
from quartet.learning.checkpoints import Resumable
from quartet.learning.course import Course, Row
from quartet.learning.lightning import Callback, Trainer
from quartet.learning.module import Supervised
from quartet.learning.output import memory_for
from quartet.settings import NetworkSettings, TrainerSettings

if TYPE_CHECKING:
    from quartet.learning.fit import Run

BLOCK_S = 1.0  # between two looks of Lightning, which takes its checkpoints and signals then


def descend(
    network: nn.Module, settings: NetworkSettings, splits: dict[str, Examples], run: "Run"
) -> tuple[nn.Module, list[Row]]:
    """The network, trained, and a row per validation; from its checkpoint on where there is one."""
    course = Course(settings, run.listen)
    module = Supervised(network, settings, splits, course, run.seed)
    module.bf16, module.block_s = is_bf16(run.trainer), min(BLOCK_S, run.every_s)
    resume = run.checkpoint if run.checkpoint and run.checkpoint.exists() else None
    # the file is ours: optimiser state and the course of epochs are more than weights
    with memory_for(network):
        lightning(run).fit(module, ckpt_path=resume, weights_only=False)
    course.finish(module.network)
    return module.network.cpu().eval(), course.rows


def lightning(run: "Run") -> Trainer:
    """A lean Trainer: no bars, no loggers, no validation loop; the module says when training is over."""
    quiet()
    where = accelerator(run.trainer)
    # as Trainer(deterministic=True) does it, except that torch.use_deterministic_algorithms imports the compiler;
    # some operations have no deterministic version on a GPU: there, weights are equal within a tolerance only
    torch.set_deterministic_debug_mode("error" if where == "cpu" else "warn")
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"  # NVIDIA, cuBLAS Library, Results reproducibility
    # with deterministic algorithms torch would fill every new tensor, though none here is read before it is written
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # a property
    callbacks = list[Callback]()
    if run.checkpoint:
        run.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        callbacks.append(Resumable(run.checkpoint, run.every_s))
    return Trainer(
        accelerator=where,
        devices=1,
        max_epochs=-1,
        callbacks=callbacks,
        benchmark=False,
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


def is_bf16(trainer: TrainerSettings) -> bool:
    """32-bit products on a CPU, bf16 ones on a GPU that has them, unless set.

    Raises:
        UsageError: bf16 was asked of a processor that has no instructions for it.
    """
    where = accelerator(trainer)
    if trainer.precision == "auto":
        return where == "gpu" and torch.cuda.is_bf16_supported()
    if trainer.precision == "bf16" and where == "cpu" and not has_bf16():
        mend = "Set trainer.precision to auto or 32, or run on a GPU or on a processor with AVX512-BF16 or AMX."
        raise UsageError("precision: bf16 needs a processor with bf16 instructions", came="this has none", mend=mend)
    return trainer.precision == "bf16"


def has_bf16() -> bool:
    """Whether this processor multiplies bf16 numbers itself; others take many times as long as in 32 bits.

    On x86 without AVX-512, oneDNN has no bf16 LSTM at all (torch: could not create a primitive descriptor).
    """
    return any(there for name, there in torch.cpu.get_capabilities().items() if name.endswith("bf16"))


def quiet() -> None:
    """Lightning's hints are for people who write loops; ours has none of the workers they speak of."""
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="pytorch_lightning")
    # https://github.com/Lightning-AI/pytorch-lightning/issues/21326
    warnings.filterwarnings("ignore", message=".*LeafSpec.* is deprecated")
