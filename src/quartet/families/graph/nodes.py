"""The classes of a graph's nodes: a graph → sparse arrays, and nodes → their places in it.

The encoder holds the whole graph, features and edges of validation and test nodes included: learning
on it is transductive (Kipf & Welling 2017). Labels are learned from the training split only.
"""

from typing import Any

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.families.graph.columns import FEATURE, ids_of
from quartet.family import SPLITS, Encoder


def fit(tables: dict[str, pd.DataFrame], settings: Any) -> Encoder:
    """The graph, and the classes of its training nodes.

    Raises:
        SourceError: two nodes have one id, or the settings want given features and there are none.
    """
    graph, facts = graph_of(tables, settings)
    items = tables["items"]
    classes = settings.classes or sorted(items.loc[items["split"] == "train", "label"].unique())
    return Encoder(facts | {"classes": classes}, graph)


def graph_of(tables: dict[str, pd.DataFrame], settings: Any) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and facts: `edge_index` (2, 2E) and `edge_weight` (2E,), each edge in both directions, no self-loops.

    Features, where there are any: the nonzero ones `x_value` (NNZ,), at node and column `x_index` (2, NNZ).

    What the gate let pass as a warning: an edge to an unknown node, or without a weight above 0, is left out, and a
    missing feature is 0.

    Raises:
        SourceError: two nodes have one id, or the settings want given features and there are none.
    """
    items, edges = tables["items"], tables["edges"]
    refuse_copies(items["id"])
    ids = items["id"].tolist()
    graph = both_directions(edges, ids)
    x, n_features = features_of(items, graph["edge_index"], settings)
    return graph | x, {"task": settings.task, "ids": ids, "n_features": n_features}


def parts(tables: dict[str, pd.DataFrame], encoder: Encoder) -> dict[str, pd.DataFrame]:
    """The nodes of each split; others stand in the graph only."""
    items = tables["items"]
    return {split: items[items["split"] == split].reset_index(drop=True) for split in SPLITS}


def refuse_copies(ids: pd.Series) -> None:
    """Raise SourceError where an id stands twice, so that it is no node's."""
    copies = ids[ids.duplicated()]
    if len(copies):
        mend = "Remove one of them; no severity of `ids_are_unique` can tell them apart."
        raise SourceError("each node has an id of its own", came=f"{copies.iloc[0]!r} stands twice", mend=mend)


def features_of(items: pd.DataFrame, edge_index: np.ndarray, settings: Any) -> tuple[dict[str, np.ndarray], int]:
    """What a network sees of each node, and how many features F that is; nothing and 0 for the identity."""
    given = items.filter(regex=f"^{FEATURE}").fillna(0).to_numpy(np.float32)  # (N, F)
    wanted = settings.features
    if wanted == "degree":
        return degrees(edge_index, len(items))
    if wanted == "given" and not given.shape[1]:
        mend = "Add columns of numbers to the nodes, or set `features: degree` or `features: identity`."
        raise SourceError("`features: given` asks for features of nodes", came="there are none", mend=mend)
    if wanted == "identity" or not given.shape[1]:
        return {}, 0
    return nonzero(by_sum(given) if settings.normalise_rows else given), given.shape[1]


def by_sum(x: np.ndarray) -> np.ndarray:
    """Features x (N, F) divided by the sum of their absolute values; rows of 0 stay as they are."""
    sums = np.abs(x).sum(axis=1, keepdims=True)
    return x / np.where(sums > 0, sums, 1)


def degrees(edge_index: np.ndarray, n_nodes: int) -> tuple[dict[str, np.ndarray], int]:
    """One feature of 1 per node: which of 0, 1, 2–3, 4–7, 8–15, … its degree is in; and how many there are.

    Source: Xu et al. 2019, How Powerful are Graph Neural Networks?, sec. 7, https://arxiv.org/abs/1810.00826.
        Differs: steps that double, so that a degree seen once is not a feature of its own.
    """
    degree = np.bincount(edge_index[0], minlength=n_nodes)
    step = np.frexp(degree)[1].astype(np.int64)  # (N,), the number of binary digits
    x = {"x_index": np.stack([np.arange(n_nodes), step]), "x_value": np.ones(n_nodes, np.float32)}
    return x, int(step.max(initial=0)) + 1


def both_directions(edges: pd.DataFrame, ids: list[str]) -> dict[str, np.ndarray]:
    """Edges between places in `ids`, there and back; self-loops and edges without ends or weight are left out."""
    edges = whole(edges, ids)
    ends = np.stack([index_of(edges[end], ids) for end in ("source", "target")])  # (2, E)
    weight = edges["weight"].to_numpy(np.float32)
    return {
        "edge_index": np.concatenate([ends, ends[::-1]], axis=1),  # (2, 2E)
        "edge_weight": np.concatenate([weight, weight]),  # (2E,)
    }


def whole(edges: pd.DataFrame, ids: list[str]) -> pd.DataFrame:
    """The edges (E rows) between two nodes that are there, with a finite weight above 0."""
    weight = edges["weight"].to_numpy(float)
    known = edges["source"].isin(ids) & edges["target"].isin(ids) & (edges["source"] != edges["target"])
    found: pd.DataFrame = edges[known & np.isfinite(weight) & (weight > 0)]
    return found


def nonzero(x: np.ndarray) -> dict[str, np.ndarray]:
    """Features x (N, F) as indices and values of the nonzero ones."""
    rows, columns = np.nonzero(x)
    return {"x_index": np.stack([rows, columns]).astype(np.int64), "x_value": x[rows, columns]}


def encode(items: pd.DataFrame, encoder: Encoder) -> dict[str, np.ndarray]:
    """`node` (B,) int64, places in the graph, and `target` (B,) int64 class indices where there are labels."""
    arrays = {"node": places(ids_of(items["id"]), encoder)}
    if "label" in items:
        arrays["target"] = index_of(items["label"], encoder.classes)
    return arrays


def places(ids: pd.Series, encoder: Encoder) -> np.ndarray:
    """Where in the graph the nodes with these ids (B,) are, int64.

    Raises:
        SourceError: the graph has no such node.
    """
    found = index_of(ids, encoder.facts["ids"])
    unknown = [str(name) for name in ids[found < 0].unique()]
    if unknown:
        few = ", ".join(unknown[:5]) + (", …" if len(unknown) > 5 else "")
        raise SourceError(
            "a model of a graph is asked about nodes of the graph it was trained on",
            came=f"{few} {'is' if len(unknown) == 1 else 'are'} not among its {len(encoder.facts['ids'])} nodes",
            mend="Correct the ids, or add the nodes and their edges to the source and train again.",
        )
    return found


def index_of(values: pd.Series, known: list[str]) -> np.ndarray:
    """Where in `known` each value (N,) stands, int64; -1 for one that does not."""
    return np.asarray(pd.Index(known).get_indexer(pd.Index(values)), dtype=np.int64)


def raw_input(items: pd.DataFrame, encoder: Encoder) -> pd.DataFrame:
    """The ids, as text.

    Raises:
        SourceError: there is no such column.
    """
    if "id" not in items:
        came = f"the columns {', '.join(map(str, items.columns))} came"
        mend = f"Name the column `id`; ids are such as {', '.join(encoder.facts['ids'][:3])}."
        raise SourceError("a model of a graph is asked with a column `id` of nodes", came=came, mend=mend)
    return pd.DataFrame({"id": ids_of(items["id"])})
