"""Networks on one graph: each takes the places of nodes (B,) in it and gives their logits (B, K).

Those that tell edges take the places of two nodes (B, 2) and give logits (B, 2) of no edge and an edge; those that
compare graphs take the places of two graphs (B, 2) and give how alike they are (B, 1).

Those that find communities also take the places of the ends of edges (E, 2), and give logits (E, 2, K).

A network holds the graph itself, as buffers that move with it, so that examples are nothing but places.
"""

import numpy as np
import torch

from quartet.examples import Examples, as_target
from quartet.families.graph.models.pairs import Pairs
from quartet.families.graph.models.places import Places
from quartet.family import Encoder


def examples(arrays: dict[str, np.ndarray], encoder: Encoder) -> Examples:
    """Places of nodes (N,), or of the ends of edges (E, 2) with their weights (E,) as targets, as tensors."""
    node = torch.tensor(arrays["node"])
    if encoder.facts["task"] == "community_detection":
        target = torch.tensor(arrays["target"]) if "target" in arrays else torch.zeros(len(node), dtype=torch.int64)
        return Places((node,), target)
    if encoder.facts["task"] == "link_prediction":
        return Pairs(node, as_target(arrays, encoder), encoder.arrays["edge_index"], len(encoder.facts["ids"]))
    kind = Examples if encoder.facts["task"] == "similarity" else Places
    return kind((node,), as_target(arrays, encoder))
