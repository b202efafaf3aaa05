"""What a trained network says of items."""

import numpy as np
import torch
from torch import Tensor, nn

from quartet.examples import Examples
from quartet.family import Encoder

BATCH = 1024


def logits_in_batches(network: nn.Module, examples: Examples) -> Tensor:
    """Logits (N, K) of all items in their own order, without dropout."""
    was_training = network.training
    network.eval()
    rows = torch.arange(len(examples), device=examples.device)
    result = torch.cat([network(*examples.batch(part)[0]) for part in torch.split(rows, BATCH)])
    network.train(was_training)
    return result


@torch.inference_mode()
def outputs(network: nn.Module, examples: Examples, encoder: Encoder) -> np.ndarray:
    """Probabilities (N, K) float64, values (N,) in the target's own unit, or communities (N,) or (E, 2), on the CPU.

    Args:
        network: on the CPU; the examples may still lie where they were trained on.
    """
    logits = logits_in_batches(network, examples.to(torch.device("cpu"))).double()
    if encoder.facts["task"] == "community_detection":
        return np.asarray(logits.argmax(dim=-1))
    if encoder.classes:
        return np.asarray(logits.softmax(dim=1))
    low, high = encoder.facts["target_range"]
    return np.asarray(logits[:, 0] * ((high - low) or 1.0) + low)
