"""What a trained network says of items."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import numpy as np
import torch
from torch import Tensor, nn

from quartet.examples import Examples, as_output
from quartet.family import Encoder
from quartet.memory import freed_memory_kept


def logits_in_batches(network: nn.Module, examples: Examples) -> Tensor:
    """Logits (N, K) of all items in their own order, without dropout."""
    rows = torch.arange(len(examples))
    parts = examples.order(rows, examples.asked_at_once)  # texts by length
    with answering(network):
        logits: list[Tensor] = [network(*examples.batch(part.to(examples.device))[0]) for part in parts]
    if len(parts) == 1 and parts[0].equal(rows):
        return logits[0]
    return torch.cat(logits).index_select(0, torch.cat(parts).argsort().to(examples.device))


@contextmanager
def answering(network: nn.Module) -> Iterator[None]:
    """Without dropout and the like; its train() and eval() would take longer than a step of a small network."""
    learning = [module for module in network.modules() if module.training]
    for module in learning:
        module.training = False
    yield
    for module in learning:
        module.training = True


@torch.inference_mode()
def outputs(network: nn.Module, examples: Examples, encoder: Encoder) -> np.ndarray:
    """Probabilities (N, K) float64, values (N,) in the target's own unit, or communities (N,) or (E, 2), on the CPU.

    Args:
        network: on the CPU; the examples may still lie where they were trained on.
    """
    with memory_for(network):
        logits = logits_in_batches(network, examples.to(torch.device("cpu")))
    return as_output(logits, encoder)


def memory_for(network: nn.Module) -> AbstractContextManager[None]:
    """Freed memory is kept while a network computes with torch alone; baselines may do so with NumPy."""
    with_numpy = hasattr(network, "fit") or getattr(network, "uses_numpy", False)
    return nullcontext() if with_numpy else freed_memory_kept()
