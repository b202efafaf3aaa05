"""What no column check can see of pairs: of nodes that an edge may join, and of graphs that are compared."""

from typing import Any

import numpy as np
import pandas as pd

from quartet.families.graph.columns import FEATURE
from quartet.families.graph.links import CLASSES
from quartet.families.graph.marks import degrees, mark_edges, parts, places
from quartet.families.graph.shapes import shapes
from quartet.family import SPLITS
from quartet.gate.facts import count, describe_columns

ENDS = {"link_prediction": ["source", "target"], "similarity": ["a", "b"]}
HELD_OUT = SPLITS[1:]


def annotate(tables: dict[str, pd.DataFrame], settings: Any) -> dict[str, pd.DataFrame]:
    """Mark pairs, nodes and edges for what is wrong with them; count them, and describe what splits may differ in."""
    known, edges = tables["nodes"], tables["edges"]
    between_nodes = settings.task == "link_prediction"
    ends = places(edges, known["id"])
    degree = degrees(ends, len(known))
    names = known["id"] if between_nodes else tables["graphs"]["id"]
    items = mark_pairs(tables["items"], names, ENDS[settings.task])
    items = mark_links(items, edges) if between_nodes else mark_distances(items)
    measures = {"degrees": degree_of_pairs(items, known["id"], degree)} if between_nodes else {}
    counts = {"n_edges": ends.shape[1], "mean_degree": float(degree.mean()) if len(known) else 0.0}
    if between_nodes:
        counts |= parts(ends, len(known)) | {"share_of_edges": share_of_edges(items)}
    else:
        measures["distance"] = items["distance"].to_numpy()
        counts |= {"n_graphs": len(tables["graphs"])}
    return tables | {
        "items": items,
        "nodes": mark_nodes(known),
        "edges": mark_edges(edges, ends),
        "columns": describe(known, items, measures),
        "classes": pd.DataFrame({"id": [], "train": [], "test": [], "of_even_share": []}),
        "facts": count(items, **counts),
        **({} if between_nodes else {"graphs": mark_graphs(tables)}),
    }


def mark_pairs(items: pd.DataFrame, names: pd.Series, ends: list[str]) -> pd.DataFrame:
    """Pairs with `duplicate` and `twice` (they stand twice, in any order), `straddles` (in two splits), `dangling`."""
    a, b = (items[end].fillna("").astype("str") for end in ends)
    content = a.where(a < b, b) + "\0" + b.where(a < b, a)
    return items.assign(
        duplicate=content.duplicated(keep=False),
        twice=content.duplicated(keep=False),  # a column of its own: two like checks of one column become one
        straddles=items.groupby(content)["split"].transform("nunique") > 1,
        dangling=~(a.isin(names) & b.isin(names)),
        self_pair=a == b,
        pair=content,
    )


def mark_links(items: pd.DataFrame, edges: pd.DataFrame) -> pd.DataFrame:
    """Pairs of nodes with `unlabelled`, `leaks` (held out, yet in the graph) and `contradicted` (an edge, and none).

    Args:
        edges: those that messages pass along.
    """
    a, b = edges["source"], edges["target"]
    passed = set(a.where(a < b, b) + "\0" + b.where(a < b, a))
    joined = passed | set(items.loc[items["label"] == CLASSES[1], "pair"])
    in_graph = items["pair"].isin(passed)
    marks = {
        "unlabelled": items["label"].isna(),
        "leaks": in_graph & items["split"].isin(HELD_OUT),
        "contradicted": (items["label"] == CLASSES[0]) & items["pair"].isin(joined),
    }
    return items.assign(**marks).drop(columns="pair")


def mark_distances(items: pd.DataFrame) -> pd.DataFrame:
    """Pairs of graphs with `unlabelled`, `distanceless`, and `trained` (held out, of two graphs of training)."""
    distance = items["distance"].to_numpy(float)
    trained = items[items["split"] == SPLITS[0]]
    known = {*trained["a"], *trained["b"]}
    both = items["a"].isin(known) & items["b"].isin(known)
    marks = {
        "unlabelled": np.isnan(distance),
        "distanceless": ~(np.isfinite(distance) & (distance >= 0)),
        "trained": both & items["split"].isin(HELD_OUT),
    }
    return items.assign(**marks).drop(columns="pair")


def mark_nodes(known: pd.DataFrame) -> pd.DataFrame:
    """Nodes (N rows) with `nameless` (no id, or that of another), `missing` and `infinite` features."""
    x = known.filter(regex=f"^{FEATURE}").to_numpy(np.float32)
    marks = {
        "nameless": known["id"].isna() | known["id"].duplicated(keep=False),
        "missing": np.isnan(x).any(axis=1),
        "infinite": np.isinf(x).any(axis=1),
    }
    return known[["id"]].assign(**marks)


def mark_graphs(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Graphs with `straddles`: a graph of the same shape is in another split."""
    graphs = tables["graphs"]
    shape = graphs["id"].map(shapes(tables["nodes"], tables["edges"]))
    return graphs.assign(straddles=graphs.groupby(shape)["split"].transform("nunique") > 1)


def degree_of_pairs(items: pd.DataFrame, ids: pd.Series, degree: np.ndarray) -> np.ndarray:
    """How many other training edges (B,) the two nodes that an edge joins have together; NaN for pairs without one."""
    by_id = pd.Series(degree, ids).groupby(level=0).first()
    both = sum(
        (items[end].map(by_id).fillna(0) for end in ENDS["link_prediction"]), -2.0 * (items["split"] == SPLITS[0])
    )
    return both.where(items["label"] == CLASSES[1]).to_numpy(float)


def share_of_edges(items: pd.DataFrame) -> float:
    """How many of the held-out pairs have an edge."""
    held_out = items[items["split"].isin(HELD_OUT)]
    return float((held_out["label"] == CLASSES[1]).mean()) if len(held_out) else float("nan")


def describe(known: pd.DataFrame, items: pd.DataFrame, measures: dict[str, np.ndarray]) -> pd.DataFrame:
    """The table `columns`: each feature of nodes and whether it is `constant`; and what was measured of pairs."""
    features = known.filter(regex=f"^{FEATURE}")
    measured = describe_columns(items[["split"]].assign(**measures), dict.fromkeys(measures, "measure"))
    rows = [
        {"id": name.removeprefix(FEATURE), "kind": "number", "distinct": features[name].nunique(), "drift": 0.0}
        for name in map(str, features)
    ]
    table = pd.concat([pd.DataFrame(rows, columns=measured.columns), measured], ignore_index=True)
    return table.assign(constant=(table["kind"] == "number") & (table["distinct"] < 2), leak=0.0)
