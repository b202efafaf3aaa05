"""A small graph whose edges can be told from what nodes look like, and ways to break its pairs."""

from collections.abc import Callable

import numpy as np
import pandas as pd

Tables = dict[str, pd.DataFrame]
N_NODES = 50


def source(seed: int = 0) -> Tables:
    """Five groups with most edges inside, and features that lean towards the group; nobody says the groups."""
    generator = np.random.default_rng(seed)
    group = np.arange(N_NODES) % 5
    chance = np.where(group[:, None] == group, 0.7, 0.03)
    ends = np.argwhere(np.triu(generator.random((N_NODES, N_NODES)) < chance, k=1))
    x = np.eye(5)[group] + generator.normal(0, 0.3, (N_NODES, 5))
    items = pd.DataFrame(x).add_prefix("x").assign(id=[f"n{place}" for place in range(N_NODES)])
    names = items["id"].to_numpy()
    return {"items": items, "edges": pd.DataFrame({"source": names[ends[:, 0]], "target": names[ends[:, 1]]})}


SETTINGS = {"family": "graph", "source": "data/mine/tiny.csv", "task": "link_prediction"}
DATASETS: dict[str, dict] = {
    "tiny_links": SETTINGS | {"validation_fraction": 0.15, "test_fraction": 0.2, "features": "given"},
}
MODELS: dict[str, dict] = {
    "gae": {"hidden": 8, "d_embedding": 4, "epochs": 40},
    "vgae": {"hidden": 8, "d_embedding": 4, "epochs": 40},
    "gnae": {"d_embedding": 4, "epochs": 40},
    "common_neighbours": {"index": "adamic_adar"},
}


def chosen(tables: Tables, split: str, label: str) -> pd.Series:
    """The first pair of a split with this label."""
    items = tables["items"]
    return items[(items["split"] == split) & (items["label"] == label)].iloc[0]


def with_pair(tables: Tables, pair: pd.Series, **changes: str) -> Tables:
    """One more pair: this one with changes."""
    more = pd.DataFrame([{**pair, "id": "another", **changes}])
    return tables | {"items": pd.concat([tables["items"], more], ignore_index=True)}


def with_passed(tables: Tables, source: str, target: str, weight: float = 1.0) -> Tables:
    """One more edge that messages pass along."""
    more = pd.DataFrame([{"source": source, "target": target, "weight": weight}])
    return tables | {"edges": pd.concat([tables["edges"], more], ignore_index=True)}


def with_leak(tables: Tables) -> Tables:
    pair = chosen(tables, "test", "edge")
    return with_passed(tables, pair["target"], pair["source"])


def with_edge_called_none(tables: Tables) -> Tables:
    pair = chosen(tables, "train", "edge")
    return with_pair(tables, pair, split="test", label="no edge", source=pair["target"], target=pair["source"])


def with_negative_twice(tables: Tables) -> Tables:
    pair = chosen(tables, "test", "no edge")
    return with_pair(tables, pair, source=pair["target"], target=pair["source"])


def with_pair_in_two_splits(tables: Tables) -> Tables:
    return with_pair(tables, chosen(tables, "test", "no edge"), split="validation")


def with_cell(tables: Tables, table: str, column: str, value: object) -> Tables:
    changed = tables[table].copy()
    changed.loc[0, column] = value
    return tables | {table: changed}


def with_itself(tables: Tables) -> Tables:
    pair = chosen(tables, "test", "no edge")
    return with_pair(tables, pair, target=pair["source"])


def with_few_pairs(tables: Tables) -> Tables:
    items = tables["items"]
    return tables | {"items": pd.concat([group.head(4) for _, group in items.groupby(["split", "label"])])}


def with_edges_only(tables: Tables) -> Tables:
    items = tables["items"]
    return tables | {"items": items[items["label"] == "edge"].reset_index(drop=True)}


def with_id_twice(tables: Tables) -> Tables:
    nodes = tables["nodes"]
    return tables | {"nodes": pd.concat([nodes, nodes.head(1)], ignore_index=True)}


def without_test(tables: Tables) -> Tables:
    items = tables["items"]
    return tables | {"items": items[items["split"] != "test"].reset_index(drop=True)}


def back(tables: Tables) -> Tables:
    edge = tables["edges"].iloc[0]
    return with_passed(tables, edge["target"], edge["source"], edge["weight"] + 1)


BROKEN: dict[str, Callable[[Tables], Tables]] = {
    "messages pass along an edge of test, the other way round": with_leak,
    "an edge of training is called none in test": with_edge_called_none,
    "a pair without an edge stands twice": with_negative_twice,
    "a pair stands in validation and in test": with_pair_in_two_splits,
    "a node is paired with itself": with_itself,
    "a pair has no id": lambda tables: with_cell(tables, "items", "id", None),
    "two pairs have one id": lambda tables: with_cell(tables, "items", "id", tables["items"]["id"].iloc[1]),
    "a pair has no label": lambda tables: with_cell(tables, "items", "label", None),
    "a pair is of nobody": lambda tables: with_cell(tables, "items", "source", "nobody"),
    "a word that is no split": lambda tables: with_cell(tables, "items", "split", "held-out"),
    "there are too few pairs": with_few_pairs,
    "there are no pairs without an edge": with_edges_only,
    "no pair is in the test split": without_test,
    "two nodes have one id": with_id_twice,
    "a feature is missing": lambda tables: with_cell(tables, "nodes", "f_x0", np.nan),
    "a feature is infinite": lambda tables: with_cell(tables, "nodes", "f_x0", np.inf),
    "an edge dangles": lambda tables: with_passed(tables, "n0", "nobody"),
    "an edge has another weight on its way back": back,
    "an edge weighs nothing": lambda tables: with_passed(tables, "n0", "n3", 0.0),
    "there is no edge": lambda tables: tables | {"edges": tables["edges"].head(0)},
}
