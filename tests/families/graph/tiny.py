"""A small graph that can be learned, and ways to break it."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from families.graph import tiny_communities, tiny_graphs, tiny_links

Tables = dict[str, pd.DataFrame]
N_NODES, N_ASIDE = 60, 6  # the last ones have neither label nor split
CLASSES = ["ant", "bee", "cat"]


def source(seed: int = 0) -> Tables:
    """Three groups with many edges inside and few between, and features that lean towards the group."""
    generator = np.random.default_rng(seed)
    group = np.arange(N_NODES) % 3
    chance = np.where(group[:, None] == group, 0.3, 0.03)
    ends = np.argwhere(np.triu(generator.random((N_NODES, N_NODES)) < chance, k=1))
    label = pd.Series(np.array(CLASSES)[group], dtype=object).where(np.arange(N_NODES) < N_NODES - N_ASIDE, None)
    x = np.eye(3)[group] + generator.normal(0, 0.5, (N_NODES, 3))
    items = pd.DataFrame({"id": range(N_NODES), "label": label, "x0": x[:, 0], "x1": x[:, 1], "x2": x[:, 2]})
    edges = pd.DataFrame({"source": ends[:, 0], "target": ends[:, 1], "weight": generator.uniform(0.5, 2, len(ends))})
    return {"items": items, "edges": edges}


DATASETS: dict[str, dict] = {
    "tiny_nodes": {
        "family": "graph",
        "source": "data/mine/tiny.csv",
        "task": "node_classification",
        "classes": CLASSES,
        "checks": {"enough_items": {"min_value": 30}},
    },
    "tiny_bare": {
        "family": "graph",
        "source": "data/mine/tiny.csv",
        "drop": ["x0", "x1", "x2"],
        "classes": CLASSES,
        "checks": {"enough_items": {"min_value": 30}, "nothing_left_out": {"severity": "error"}},
    },
    **tiny_communities.DATASETS,
    **tiny_links.DATASETS,
    **tiny_graphs.DATASETS,
}
HOMES = {name: home for home in (tiny_communities, tiny_links, tiny_graphs) for name in home.DATASETS}

MODELS: dict[str, dict] = {
    "gcn": {"hidden": 8, "epochs": 40},
    "gcnii": {"hidden": 16, "layers": 2, "epochs": 40, "dropout": 0.1},
    "mlp": {"hidden": 16, "epochs": 40, "dropout": 0.1},
    "label_propagation": {"steps": 20},
    **tiny_communities.MODELS,
    **tiny_links.MODELS,
    **tiny_graphs.MODELS,
}


def with_items(tables: Tables, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Tables:
    return tables | {"items": change(tables["items"].copy())}


def with_value(tables: Tables, column: str, value: object) -> Tables:
    """Another value in one column of the first training node."""

    def change(items: pd.DataFrame) -> pd.DataFrame:
        items.loc[items.index[items["split"] == "train"][0], column] = value
        return items

    return with_items(tables, change)


def with_edge(tables: Tables, source: str, target: str, weight: float) -> Tables:
    edge = pd.DataFrame({"source": [source], "target": [target], "weight": [weight]})
    return tables | {"edges": pd.concat([tables["edges"], edge], ignore_index=True)}


def with_edge_back(tables: Tables) -> Tables:
    first = tables["edges"].iloc[0]
    return with_edge(tables, first["target"], first["source"], first["weight"] + 1)


def with_node_in_two_splits(tables: Tables) -> Tables:
    copy = tables["items"][tables["items"]["split"] == "train"].head(1).assign(split="test")
    return with_items(tables, lambda items: pd.concat([items, copy], ignore_index=True))


def with_few_nodes(tables: Tables) -> Tables:
    items = pd.concat([group.head(3) for _, group in tables["items"].groupby(["split", "label"])])
    edges = tables["edges"]
    inside = edges["source"].isin(items["id"]) & edges["target"].isin(items["id"])
    return {"items": items.reset_index(drop=True), "edges": edges[inside].reset_index(drop=True)}


def with_untrained_class(tables: Tables) -> Tables:
    untrained = (tables["items"]["label"] == "ant") & (tables["items"]["split"] == "train")
    return with_items(tables, lambda items: items.assign(split=items["split"].mask(untrained, "validation")))


BROKEN: dict[str, Callable[[Tables], Tables]] = {
    "a label is no class": lambda tables: with_value(tables, "label", "dog"),
    "a node has no id": lambda tables: with_value(tables, "id", None),
    "there is one class only": lambda tables: with_items(tables, lambda items: items.assign(label="ant")),
    "a training node has no label": lambda tables: with_value(tables, "label", None),
    "a node stands in train and in test": with_node_in_two_splits,
    "a word that is no split": lambda tables: with_value(tables, "split", "held-out"),
    "a feature is missing": lambda tables: with_value(tables, "f_x0", np.nan),
    "a feature is infinite": lambda tables: with_value(tables, "f_x0", np.inf),
    "a feature is the label": lambda tables: with_items(
        tables, lambda items: items.assign(f_x1=pd.factorize(items["label"])[0].astype(np.float32))
    ),
    "there are too few nodes": with_few_nodes,
    "a class has no training node": with_untrained_class,
    "no node is in the test split": lambda tables: with_items(
        tables, lambda items: items.assign(split=items["split"].replace("test", "train"))
    ),
    "an edge dangles": lambda tables: with_edge(tables, "0", "nobody", 1.0),
    "an edge has another weight on its way back": with_edge_back,
    "an edge weighs nothing": lambda tables: with_edge(tables, "0", "3", 0.0),
    "an edge has no weight": lambda tables: with_edge(tables, "0", "3", np.nan),
    "there is no edge": lambda tables: tables | {"edges": tables["edges"].head(0)},
}
