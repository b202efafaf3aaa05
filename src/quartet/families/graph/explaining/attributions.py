"""How much each edge that messages pass along speaks for what a network says of a node or a pair."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call

from quartet.families.graph.models.graph import Graph

STEPS = 16


@dataclass(frozen=True)
class Spoken:
    """An edge of the graph between two places, or a node's loop to itself, and what it adds to the log odds."""

    a: int
    b: int
    weight: float


def edges_for(network: nn.Module, pair: tuple[int, int], steps: int = STEPS) -> list[Spoken]:
    """What each edge adds to the log odds of an edge between two nodes, the most first; both directions together."""
    return parts_of(network, torch.tensor([pair]), lambda logits: logits[1] - logits[0], steps)


def edges_for_class(network: nn.Module, node: int, number: int, steps: int = STEPS) -> list[Spoken]:
    """What each edge adds to how far the logit of a node's class is above the mean of all, the most first."""
    return parts_of(network, torch.tensor([node]), lambda logits: logits[number] - logits.mean(), steps)


def parts_of(network: nn.Module, asked: Tensor, score: Callable[[Tensor], Tensor], steps: int) -> list[Spoken]:
    """What each edge adds to the score of the logits (K,) of what is asked.

    Integrated gradients along all entries of the normalised adjacency, from 0 to what they are: the parts sum to the
    score less what is left of it without any message.

    Source: Sundararajan, Taly & Yan 2017, Axiomatic Attribution for Deep Networks, eq. 3,
        https://arxiv.org/abs/1703.01365; computed by captum.
    """
    from captum.attr import IntegratedGradients

    def scores(weights: Tensor) -> Tensor:
        """Of each row of weights (S, E): (S,)."""
        logits = [functional_call(network, {"graph.weight": weight}, (asked,))[0] for weight in weights]
        return torch.stack([score(logit) for logit in logits])

    graph = cast("Graph", network.graph)
    weight = graph.weight
    found = IntegratedGradients(scores).attribute(weight[None], n_steps=steps, internal_batch_size=steps)
    return together(graph.edge_index.numpy(), found[0].detach().numpy())


def together(index: np.ndarray, parts: np.ndarray) -> list[Spoken]:
    """Parts (E,) of directed edges (2, E), those there and back added up, the largest first; 0 is left out."""
    ends, place = np.unique(np.sort(index, axis=0), axis=1, return_inverse=True)
    sums = np.bincount(place.ravel(), parts)
    order = np.argsort(-np.abs(sums), kind="stable")
    return [Spoken(int(ends[0, i]), int(ends[1, i]), float(sums[i])) for i in order if sums[i]]
