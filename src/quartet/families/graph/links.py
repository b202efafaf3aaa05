"""Edges that are held out: pairs of nodes, and whether an edge joins them.

What networks pass messages along are the edges of training, in both directions; those of validation and test are in
the graph in neither. Each of these has as many pairs without an edge as with one; training draws such pairs anew in
each epoch, from all that its own graph does not join, since it does not know what is held out.

Source: Kipf & Welling 2016, Variational Graph Auto-Encoders, sec. 3, https://arxiv.org/abs/1611.07308: 5 % of the
    edges for validation, 10 % for test. Differs: a hash of an edge decides, so the shares hold in expectation.
"""

from typing import Any

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.families.graph import nodes, non_edges
from quartet.families.graph.columns import ids_of
from quartet.family import SPLITS, Encoder
from quartet.splits import assign_splits

CLASSES = ["no edge", "edge"]
ENDS = ["source", "target"]


def canonical(known: pd.DataFrame, edges: pd.DataFrame, settings: Any, seed: int) -> dict[str, pd.DataFrame]:
    """`items`: pairs (id, source, target, split, label); `nodes`; and `edges`, those that messages pass along.

    Args:
        known: N nodes by id.
        edges: each once, whatever its direction; what is no edge between two of the nodes stays for the gate.
    """
    pairs = nodes.whole(edges, known["id"].tolist())[ENDS].drop_duplicates()
    pairs = pairs.assign(id=pair_ids(pairs), label=CLASSES[1])
    pairs["split"] = assign_splits(pairs["id"], seed, settings.validation_fraction, settings.test_fraction)
    held_out = pairs.loc[pairs["split"] != SPLITS[0], "id"]
    items = pd.concat([pairs, negatives(pairs, known["id"], seed)], ignore_index=True)
    items = items[["id", "split", *ENDS, "label"]].sort_values("id", kind="stable", ignore_index=True)
    passed = edges[~pair_ids(edges).isin(held_out)].reset_index(drop=True)
    return {"items": items, "nodes": known.drop(columns="split"), "edges": passed}


def pair_ids(pairs: pd.DataFrame) -> pd.Series:
    """The names (n,) of pairs."""
    return pairs["source"] + "--" + pairs["target"]


def negatives(pairs: pd.DataFrame, ids: pd.Series, seed: int) -> pd.DataFrame:
    """As many pairs without an edge as there are edges in validation and in test, none of them twice."""
    names = ids.dropna().drop_duplicates().sort_values(ignore_index=True)
    ends = np.stack([nodes.index_of(pairs[end], names.tolist()) for end in ENDS])  # (2, E)
    counts = pairs["split"].value_counts()
    wanted = {split: int(counts.get(split, 0)) for split in SPLITS[1:]}
    drawn = non_edges.draw(sum(wanted.values()), len(names), ends, np.random.default_rng(seed))
    table = pd.DataFrame({end: names.take(drawn[:, i]).to_numpy() for i, end in enumerate(ENDS)})
    return table.assign(id=pair_ids(table), label=CLASSES[0], split=np.repeat(list(wanted), list(wanted.values())))


def fit(tables: dict[str, pd.DataFrame], settings: Any) -> Encoder:
    """The graph of training; `label` (N,) and `labels` name the classes of nodes, which no network sees.

    Raises:
        SourceError: two nodes have one id, or the settings want given features and there are none.
    """
    known = tables["nodes"]
    graph, facts = nodes.graph_of({"items": known, "edges": tables["edges"]}, settings)
    labels = sorted(known["label"].dropna().unique())
    graph["label"] = nodes.index_of(known["label"], labels)  # (N,), -1 where there is none
    return Encoder(facts | {"classes": CLASSES, "labels": labels}, graph)


def parts(tables: dict[str, pd.DataFrame], encoder: Encoder) -> dict[str, pd.DataFrame]:
    """The pairs of each split; of training, those that an edge joins."""
    items = tables["items"]
    return {split: items[items["split"] == split].reset_index(drop=True) for split in SPLITS}


def encode(items: pd.DataFrame, encoder: Encoder) -> dict[str, np.ndarray]:
    """`node` (B, 2) int64, places of both ends, and `target` (B,) int64: 1 for an edge, 0 for none.

    Raises:
        SourceError: the graph has no such node.
    """
    arrays = {"node": np.stack([nodes.places(ids_of(items[end]), encoder) for end in ENDS], axis=1)}
    if "label" in items:
        arrays["target"] = nodes.index_of(items["label"], encoder.classes)
    return arrays


def raw_input(items: pd.DataFrame, encoder: Encoder) -> pd.DataFrame:
    """The ids of both ends, as text.

    Raises:
        SourceError: there are no such columns.
    """
    if not {*ENDS} <= {*items}:
        came = f"the columns {', '.join(map(str, items.columns))} came"
        mend = f"Name the columns so; ids of nodes are such as {', '.join(encoder.facts['ids'][:3])}."
        raise SourceError("a model of edges is asked with columns `source` and `target`", came=came, mend=mend)
    return pd.DataFrame({end: ids_of(items[end]) for end in ENDS})


def beside(items: pd.DataFrame, output: np.ndarray, encoder: Encoder) -> pd.DataFrame:
    """The ids of both ends."""
    return raw_input(items, encoder).reset_index(drop=True)
