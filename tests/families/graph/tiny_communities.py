"""The small graph of tiny.py, whose groups are to be found without labels, and ways to break it."""

from collections.abc import Callable

import numpy as np
import pandas as pd

Tables = dict[str, pd.DataFrame]
N_NODES = 60
CLASSES = ["ant", "bee", "cat"]


def source(seed: int = 0) -> Tables:
    """Three groups with many edges inside and few between, and features that lean towards the group."""
    generator = np.random.default_rng(seed)
    group = np.arange(N_NODES) % 3
    chance = np.where(group[:, None] == group, 0.4, 0.03)
    ends = np.argwhere(np.triu(generator.random((N_NODES, N_NODES)) < chance, k=1))
    x = np.eye(3)[group] + generator.normal(0, 0.3, (N_NODES, 3))
    items = pd.DataFrame(x).add_prefix("x").assign(id=range(N_NODES), label=np.array(CLASSES)[group])
    return {"items": items, "edges": pd.DataFrame({"source": ends[:, 0], "target": ends[:, 1]})}


DATASETS: dict[str, dict] = {
    "tiny_communities": {
        "family": "graph",
        "source": "data/mine/tiny.csv",
        "task": "community_detection",
        "classes": CLASSES,
    },
}
MODELS: dict[str, dict] = {
    "infomax": {"hidden": 16, "epochs": 20, "learning_rate": 0.01, "refit": 5},
    "dmon": {"hidden": 16, "epochs": 20},
    "louvain": {},
}


def with_items(tables: Tables, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Tables:
    return tables | {"items": change(tables["items"].copy())}


def with_value(tables: Tables, column: str, value: object) -> Tables:
    """Another value in one column of the first node."""
    return with_items(tables, lambda items: items.assign(**{column: items[column].mask(items.index == 0, value)}))


def with_edge(tables: Tables, source: str, target: str, weight: float) -> Tables:
    edge = pd.DataFrame({"source": [source], "target": [target], "weight": [weight]})
    return tables | {"edges": pd.concat([tables["edges"], edge], ignore_index=True)}


def with_edge_back(tables: Tables) -> Tables:
    first = tables["edges"].iloc[0]
    return with_edge(tables, first["target"], first["source"], first["weight"] + 1)


def with_node_twice(tables: Tables, split: str) -> Tables:
    return with_items(tables, lambda items: pd.concat([items, items.head(1).assign(split=split)], ignore_index=True))


BROKEN: dict[str, Callable[[Tables], Tables]] = {
    "a label is no class": lambda tables: with_value(tables, "label", "dog"),
    "a node has no id": lambda tables: with_value(tables, "id", None),
    "a node stands twice": lambda tables: with_node_twice(tables, "test"),
    "a node stands twice, as what is scored and as what is not": lambda tables: with_node_twice(tables, "train"),
    "a word that is no split": lambda tables: with_value(tables, "split", "held-out"),
    "a feature is missing": lambda tables: with_value(tables, "f_x0", np.nan),
    "a feature is infinite": lambda tables: with_value(tables, "f_x0", np.inf),
    "there are too few nodes": lambda tables: {
        "items": tables["items"].head(4),
        "edges": tables["edges"][tables["edges"][["source", "target"]].isin(tables["items"]["id"].head(4)).all(axis=1)],
    },
    "an edge dangles": lambda tables: with_edge(tables, "0", "nobody", 1.0),
    "an edge has another weight on its way back": with_edge_back,
    "an edge weighs nothing": lambda tables: with_edge(tables, "0", "3", 0.0),
    "there is no edge": lambda tables: tables | {"edges": tables["edges"].head(0)},
}
