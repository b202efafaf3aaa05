"""Communities of a graph's nodes, found without labels.

Training sees all nodes. Validation is every edge, with its weight: modularity is computed on it. Test is every node
with a label, which no step before has looked at; in a graph without labels it is the edges once more.
"""

from typing import Any

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.families.graph import nodes
from quartet.families.graph.columns import ids_of
from quartet.family import Encoder


def fit(tables: dict[str, pd.DataFrame], settings: Any) -> Encoder:
    """The graph as for its nodes' classes; `labels`, the classes there are, and `communities`, how many are sought.

    Raises:
        SourceError: two nodes have one id, or nobody says how many communities there are.
    """
    items = tables["items"]
    graph, facts = nodes.graph_of(tables, settings)
    labels = settings.classes or sorted(items["label"].dropna().unique())
    n_sought = settings.communities or len(labels)
    if not n_sought:
        came = "there are no labels to count, and no setting"
        raise SourceError("the number of communities is known", came=came, mend="Set `communities:` of the dataset.")
    return Encoder(facts | {"labels": labels, "communities": n_sought}, graph)


def parts(tables: dict[str, pd.DataFrame], encoder: Encoder) -> dict[str, pd.DataFrame]:
    """All nodes for training, all edges for validation, and the nodes with labels, or all edges, for test."""
    items, edges = tables["items"], nodes.whole(tables["edges"], encoder.facts["ids"])
    edges = edges.assign(id=edges["source"] + "--" + edges["target"])
    labelled = items.loc[items["label"].notna(), ["id", "label"]]
    test = labelled if encoder.facts["labels"] else edges
    found = {"train": items[["id"]], "validation": edges, "test": test}
    return {split: part.reset_index(drop=True) for split, part in found.items()}


def encode(items: pd.DataFrame, encoder: Encoder) -> dict[str, np.ndarray]:
    """`node` (B,), or (E, 2) of edges; `target`: class indices (B,) where there are labels, or weights (E,)."""
    if "source" in items:
        ends = [nodes.places(ids_of(items[end]), encoder) for end in ("source", "target")]
        weights = {"target": items["weight"].to_numpy(np.float32)} if "weight" in items else {}
        return {"node": np.stack(ends, axis=1), **weights}
    arrays = {"node": nodes.places(ids_of(items["id"]), encoder)}
    if "label" in items:
        arrays["target"] = nodes.index_of(items["label"], encoder.facts["labels"])
    return arrays


def raw_input(items: pd.DataFrame, encoder: Encoder) -> pd.DataFrame:
    """The ids of nodes, or of the two ends of edges, as text.

    Raises:
        SourceError: there are no such columns.
    """
    if "source" in items and "target" in items:
        return pd.DataFrame({end: ids_of(items[end]) for end in ("source", "target")})
    return nodes.raw_input(items, encoder)
