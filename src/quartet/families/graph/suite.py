"""What no column check can see of a graph: nodes twice or alone, edges that dangle or repeat, parts, homophily."""

from typing import Any

import numpy as np
import pandas as pd

from quartet.families.graph import pair_suite
from quartet.families.graph.columns import FEATURE
from quartet.families.graph.marks import degrees, mark_edges, parts, places
from quartet.gate.facts import count, describe_classes, describe_columns, mark_copies, mean_recall

DEGREE = "number of neighbours"
SAMPLE = 40_000  # labelled nodes that a leak is looked for in


def annotate(tables: dict[str, pd.DataFrame], settings: Any) -> dict[str, pd.DataFrame]:
    """Mark nodes and edges for what is wrong with them; count examples, classes and edges, and describe features."""
    if "nodes" in tables:
        return pair_suite.annotate(tables, settings)
    items, edges = tables["items"], tables["edges"]
    examples = items[items["split"] != ""]
    features = items.filter(regex=f"^{FEATURE}")
    ends = places(edges, items["id"])
    degree = degrees(ends, len(items))
    classes = describe_classes(examples)
    return tables | {
        "items": mark_nodes(items[["id", "split", "label"]], degree, features).assign(
            twin=twins(items, features, ends)
        ),
        "edges": mark_edges(edges, ends),
        "columns": describe(items, features, degree),
        "classes": classes,
        "facts": count(examples, n_classes=len(classes), **measure(items["label"], ends, degree)),
    }


def mark_nodes(items: pd.DataFrame, degree: np.ndarray, features: pd.DataFrame) -> pd.DataFrame:
    """Nodes (N rows) with `duplicate`, `straddles` (an id twice), `unlabelled`, `missing`, `infinite`, `isolated`."""
    marked = mark_copies(items, items["id"])
    x = features.to_numpy(np.float32)
    marked["unlabelled"] = (items["split"] != "") & items["label"].isna()
    marked["missing"] = np.isnan(x).any(axis=1)
    marked["infinite"] = np.isinf(x).any(axis=1)
    marked["isolated"] = degree == 0
    return marked


def twins(items: pd.DataFrame, features: pd.DataFrame, ends: np.ndarray) -> pd.Series:
    """Whether a node (N,) of another split has the same features and neighbours; False where there are no features."""
    if not features.shape[1]:
        return pd.Series(False, items.index)
    away = ends[:, (ends[0] != ends[1]) & (ends >= 0).all(axis=0)]
    ids, neighbours = pd.util.hash_array(items["id"].to_numpy(object)), np.zeros(len(items), np.uint64)
    for here, there in (away, away[::-1]):
        np.add.at(neighbours, here, ids[there])  # a sum, so that their order changes nothing
    content = pd.util.hash_pandas_object(features.assign(neighbours=neighbours), index=False)
    splits = items["split"].mask(items["split"] == "")
    return (splits.groupby(content).transform("nunique") > 1) & splits.notna()


def describe(items: pd.DataFrame, features: pd.DataFrame, degree: np.ndarray) -> pd.DataFrame:
    """The table `columns`: each feature, whether it is `constant` and what it gives away, and the nodes' degree."""
    kinds = dict.fromkeys(features.columns, "number") | {DEGREE: "measure"}
    columns = describe_columns(items.assign(**{DEGREE: degree}), kinds)
    is_feature = columns["kind"] == "number"
    examples = items[["split", "label"]][items["label"].notna()].sample(frac=1, random_state=0).head(SAMPLE)
    telling = is_feature & (columns["distinct"] >= examples["label"].nunique())  # fewer values cannot tell all classes
    return columns.assign(
        id=columns["id"].str.removeprefix(FEATURE),
        constant=is_feature & (columns["distinct"] < 2),
        leak=[leak(items[name], examples) if tells else 0.0 for name, tells in zip(kinds, telling, strict=True)],
    )


def leak(feature: pd.Series, examples: pd.DataFrame) -> float:
    """How well one feature (N,) tells the class of labelled nodes outside the training split: balanced accuracy.

    It is that of a decision tree fitted on the training nodes.
    """
    x, y = feature.loc[examples.index].to_numpy()[:, None], examples["label"].to_numpy(object)
    train = (examples["split"] == "train").to_numpy()
    if train.all() or not train.any() or not np.isfinite(x).all():
        return 0.0
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(random_state=0).fit(x[train], y[train])
    return mean_recall(y[~train], tree.predict(x[~train]))


def measure(labels: pd.Series, ends: np.ndarray, degree: np.ndarray) -> dict[str, float]:
    """Counts of edges and neighbours, the share of the nodes in the largest connected part, and homophily."""
    n = len(degree)
    return {
        "n_edges": ends.shape[1],
        "mean_degree": float(degree.mean()) if n else 0.0,
        "max_degree": int(degree.max(initial=0)),
        "share_isolated": float((degree == 0).mean()) if n else 0.0,
        "homophily": homophily(labels, ends[:, (ends >= 0).all(axis=0)]),
        **parts(ends, n),
    }


def homophily(labels: pd.Series, ends: np.ndarray) -> float:
    """How much more often than by chance edges (2, E) join two nodes of a class: 1 always, 0 as by chance.

    (h - Σ p²) / (1 - Σ p²), h the share of edges inside a class, p each class's share of the ends of edges; over
    edges whose ends are labelled. NaN where there are none, or all are of one class.

    Source: Platonov et al. 2023, Characterizing Graph Datasets for Node Classification, eq. 2,
        https://arxiv.org/abs/2209.06177 (adjusted homophily).
    """
    codes = pd.factorize(labels)[0][ends[:, ends[0] != ends[1]]]
    codes = codes[:, (codes >= 0).all(axis=0)]
    if not codes.size:
        return float("nan")
    chance = float(((np.bincount(codes.ravel()) / codes.size) ** 2).sum())
    return float(((codes[0] == codes[1]).mean() - chance) / (1 - chance)) if chance < 1 else float("nan")
