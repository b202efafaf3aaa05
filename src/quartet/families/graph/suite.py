"""What may pass to training: no dangling, repeated or weightless edge, no unknown or untrained class."""

from typing import Any

import numpy as np
import pandas as pd

from quartet.expectation import Expectation, fact, filled, labels_and_splits, never
from quartet.facts import count, count_classes, mark_copies
from quartet.families.graph.tables import FEATURE


def annotate(tables: dict[str, pd.DataFrame], settings: Any) -> dict[str, pd.DataFrame]:
    """Mark nodes, edges and features for what is wrong with them; count examples and classes.

    `features` has a row per feature column, so that a failure names columns however many there are.
    """
    items, edges = tables["items"], tables["edges"]
    examples = items[items["split"] != ""]
    facts = count(examples, settings.minimum_items, **count_classes(examples), n_edges=len(edges))
    columns = items.filter(regex=f"^{FEATURE}")
    return {
        "items": mark_nodes(items[["id", "split", "label"]], edges, columns),
        "edges": mark_edges(edges, set(items["id"])),
        "features": pd.DataFrame(
            {"id": columns.columns.str.removeprefix(FEATURE), "constant": columns.nunique().to_numpy() < 2}
        ),
        "facts": facts,
    }


def mark_nodes(items: pd.DataFrame, edges: pd.DataFrame, columns: pd.DataFrame) -> pd.DataFrame:
    """Nodes (N rows) with `duplicate`, `straddles` (an id twice), `unlabelled`, `infinite` and `isolated`."""
    away = edges[edges["source"] != edges["target"]]
    marked = mark_copies(items, items["id"])
    marked["unlabelled"] = (items["split"] != "") & items["label"].isna()
    marked["infinite"] = ~np.isfinite(columns.to_numpy(float)).all(axis=1)
    marked["isolated"] = ~items["id"].isin({*away["source"], *away["target"]})
    return marked


def mark_edges(edges: pd.DataFrame, ids: set[str]) -> pd.DataFrame:
    """Edges (E rows) with an `id` (source–target), `dangling`, `self_loop`, `repeated` and `weightless`."""
    pairs = pd.Series(list(map(frozenset, zip(edges["source"], edges["target"], strict=True))), index=edges.index)
    return edges.assign(
        id=edges["source"] + "–" + edges["target"],
        dangling=~(edges["source"].isin(ids) & edges["target"].isin(ids)),
        self_loop=edges["source"] == edges["target"],
        repeated=pairs.duplicated(keep=False),
        weightless=~(np.isfinite(edges["weight"]) & (edges["weight"] > 0)),
    )


def checks(tables: dict[str, pd.DataFrame], settings: Any) -> list[Expectation]:
    """What must hold of the annotated tables."""
    return [
        *labels_and_splits("label", settings.classes, graph_only=True),
        filled("id"),
        never("infinite", "each feature of a node is a finite number"),
        never("isolated", "each node has a neighbour: one without is classified by its own features alone", "warn"),
        never("dangling", "each edge joins two nodes that are there", table="edges"),
        never(
            "repeated", "no two edges join the same nodes, in either direction, with different weights", table="edges"
        ),
        never("weightless", "each weight is a finite number above 0", table="edges"),
        never("self_loop", "no edge joins a node to itself: such edges are left out", "warn", table="edges"),
        *([never("constant", "no feature is constant", table="features")] if len(tables["features"]) else []),
        fact("n_edges", "there are edges", at_least=1),
        fact("n_classes_missing", "there are at least two classes", at_most=0),
        fact("n_classes_untrained", "each class has a training node", at_most=0),
    ]
