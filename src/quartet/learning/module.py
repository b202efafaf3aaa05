"""The one Lightning module that trains every network."""

import time
from contextlib import AbstractContextManager, nullcontext
from inspect import unwrap
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from quartet.examples import EpochBatches, Examples
from quartet.learning.course import Course
from quartet.learning.lightning import LightningModule
from quartet.learning.output import logits_in_batches
from quartet.settings import NetworkSettings


class Supervised(LightningModule):
    """Minimises cross-entropy over K logits, or the squared error of one scaled value.

    A network may have a `loss(output, target)` of its own, and a `penalty()` of its last forward that training adds.
    With `class_weights: balanced`, an item of class k counts n / (K n_k) times, n_k being its training items.
    With `label_smoothing` e, a training label is 1 - e + e / K for its class and e / K for others; the validation
    loss takes labels as they are, so that models with and without can be compared.

    A batch of Lightning's is a block of whole epochs, as many as fit into `block_s` seconds: what Lightning does around
    a batch takes longer than an optimiser step of a small network (docs/decisions/0012-blocks-of-epochs.md).
    """

    automatic_optimization = False
    weights: Tensor | None

    def __init__(
        self, network: nn.Module, settings: NetworkSettings, splits: dict[str, Examples], course: Course, seed: int
    ) -> None:
        super().__init__()
        self.network = network
        self.settings = settings
        self.examples = splits
        self.course = course
        self.seed = seed
        self.bf16, self.block_s = False, 0.0
        weights = balanced(splits["train"].target) if settings.class_weights == "balanced" else None
        self.register_buffer("weights", weights, persistent=False)

    def train_dataloader(self) -> list[int]:
        """One block, and another until training is done."""
        return [0]

    def training_step(self, batch: int, batch_idx: int) -> None:
        """A block of epochs."""
        until = time.monotonic() + self.block_s
        while not self.course.is_over:
            self.course.add_epoch(self.train_epoch())
            if self.course.is_due:
                self.course.add_validation(float(self.validation_loss()), self.network)
            if time.monotonic() >= until:
                break
        self.trainer.should_stop = self.course.is_over

    def train_epoch(self) -> float:
        """An optimiser step for each batch; their mean training loss."""
        optimizer, batches = self.optimizers(use_pl_optimizer=False), self.batches(self.course.n_epochs)
        n_steps = self.settings.epochs * len(batches)
        losses = []
        for step, (inputs, target) in enumerate(batches, self.course.n_epochs * len(batches)):
            seed_draws(self.seed * 1_000_003 + step, self.device)
            with self.precision():
                loss = self.loss(self.network(*inputs), target, self.settings.label_smoothing)
                penalty = getattr(self.network, "penalty", None)
                whole = loss + penalty() if penalty else loss
            forget_gradients(optimizer)
            whole.backward()
            if self.settings.schedule == "one_cycle":
                share = one_cycle(step, n_steps=n_steps, warm_up=self.settings.warm_up)
                set_step_size(optimizer, self.settings.learning_rate * share)
            take_step(optimizer)
            losses.append(loss.detach())
        return float(torch.stack(losses).mean())

    def batches(self, epoch: int) -> EpochBatches:
        """An epoch's batches, on the device."""
        return EpochBatches(self.examples["train"].to(self.device), self.settings.batch_size, self.seed, epoch)

    def precision(self) -> AbstractContextManager[None]:
        """16-bit products where they were asked for; outside, gradients are taken and parameters kept in 32 bits."""
        return torch.autocast(self.device.type, torch.bfloat16) if self.bf16 else nullcontext()

    def loss(self, output: Tensor, target: Tensor, smoothing: float = 0.0) -> Tensor:
        """The network's own loss where it has one, cross-entropy or squared error elsewhere."""
        own = getattr(self.network, "loss", None)
        loss: Tensor = own(output, target) if own else loss_of(output, target, self.weights, smoothing)
        return loss

    @torch.no_grad()
    def validation_loss(self) -> Tensor:
        """The loss of the validation split, without dropout."""
        validation = self.examples["validation"].to(self.device)
        with self.precision():
            logits = logits_in_batches(self.network, validation)
        return self.loss(logits, validation.target)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """The optimiser."""
        return optimizer_of(self.network, self.settings)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep what came of the epochs so far."""
        checkpoint["course"] = self.course.state_dict()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Go on from there."""
        self.course.load_state_dict(checkpoint["course"])


def forget_gradients(optimizer: Any) -> None:
    """As its zero_grad does, which also tells a profiler: 3 % of a small network's step."""
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = None


def set_step_size(optimizer: Any, step_size: float) -> None:
    """The step size of its next step."""
    for group in optimizer.param_groups:
        group["lr"] = step_size


def take_step(optimizer: Any) -> None:
    """As its step does, which also tells a profiler and the compiler, and imports the compiler for that."""
    with torch.no_grad():
        unwrap(type(optimizer).step)(optimizer)


def seed_draws(seed: int, device: torch.device) -> None:
    """Seed what dropout and augmentation draw, by the step, so that a resumed training draws the same.

    torch.manual_seed asks each kind of device there could be, which takes longer than a step of a small network.
    """
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        torch.cuda.manual_seed(seed)


def optimizer_of(network: nn.Module, settings: NetworkSettings) -> torch.optim.Optimizer:
    """Adam or SGD with weight decay as an L2 penalty, or AdamW with weight decay apart from the gradient.

    Source: Kingma & Ba 2015, Adam, alg. 1, https://arxiv.org/abs/1412.6980; Loshchilov & Hutter 2019, Decoupled
        Weight Decay Regularization, alg. 2, https://arxiv.org/abs/1711.05101; Sutskever et al. 2013, On the importance
        of initialization and momentum in deep learning, eq. 3-4, https://proceedings.mlr.press/v28/sutskever13.html.
    """
    groups = parameter_groups(network, settings.weight_decay)
    if settings.optimizer == "sgd":
        momentum = settings.momentum
        return torch.optim.SGD(groups, lr=settings.learning_rate, momentum=momentum, nesterov=momentum > 0, fused=True)
    kind = torch.optim.AdamW if settings.optimizer == "adamw" else torch.optim.Adam
    return kind(groups, lr=settings.learning_rate, fused=True)


def one_cycle(step: int, *, n_steps: int, warm_up: float) -> float:
    """The share of the peak step size: a straight climb over the first `warm_up` of all steps, then a straight fall.

    Source: Smith & Topin 2018, Super-Convergence, sec. 3, https://arxiv.org/abs/1708.07120. Differs: no phase below the
        first step size, momentum stays.
    """
    peak = warm_up * n_steps
    climb = (step + 1) / peak if peak else 1.0
    return max(0.0, min(1.0, climb, (n_steps - step) / (n_steps - peak)))


def parameter_groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Parameters with their weight decay: all alike, or as a network's `weight_decays()` says, 0 for the others."""
    own = getattr(network, "weight_decays", lambda: [(network.parameters(), weight_decay)])()
    groups: list[dict[str, Any]] = [{"params": list(some), "weight_decay": decay} for some, decay in own]
    known = {id(parameter) for group in groups for parameter in group["params"]}
    free = [parameter for parameter in network.parameters() if id(parameter) not in known]
    return [group for group in [*groups, {"params": free, "weight_decay": 0.0}] if group["params"]]


def balanced(target: Tensor) -> Tensor:
    """Weights (K,) n / (K n_k) of classes from the indices (N,) of training items; 1 for a class that has none."""
    counts = torch.bincount(target)
    present = counts > 0
    return torch.where(present, len(target) / (present.sum() * counts.clamp(min=1)), 1.0)


def loss_of(logits: Tensor, target: Tensor, weights: Tensor | None = None, smoothing: float = 0.0) -> Tensor:
    """Mean loss of logits (B, K) on class indices (B,), or of values (B, 1) on scaled targets (B,).

    Args:
        weights: (≤ K,), how much an item of each class counts; 1 for a class beyond them.
        smoothing: share of each label spread over all classes; values are learnt as they are.
    """
    if target.is_floating_point():
        return functional.mse_loss(logits[:, 0].float(), target)
    if weights is not None:
        weights = functional.pad(weights, (0, logits.shape[1] - len(weights)), value=1.0)
    return functional.cross_entropy(logits.float(), target, weights, label_smoothing=smoothing)
