"""What no column check can see of a graph: nodes twice or alone, edges that dangle, repeat or weigh nothing."""

from typing import Any

import numpy as np
import pandas as pd

from quartet.facts import count, count_classes, describe_columns, mark_copies
from quartet.families.graph.tables import FEATURE


def annotate(tables: dict[str, pd.DataFrame], settings: Any) -> dict[str, pd.DataFrame]:
    """Mark nodes and edges for what is wrong with them; count examples, classes and edges, and describe features."""
    items, edges = tables["items"], tables["edges"]
    examples = items[items["split"] != ""]
    features = items.filter(regex=f"^{FEATURE}")
    columns = describe_columns(items, dict.fromkeys(features.columns, "number"))
    return tables | {
        "items": mark_nodes(items[["id", "split", "label"]], edges, features),
        "edges": mark_edges(edges, set(items["id"])),
        "columns": columns.assign(id=columns["id"].str.removeprefix(FEATURE)),
        "facts": count(examples, **count_classes(examples), n_edges=len(edges)),
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
