"""Small graphs whose distances are known, and ways to break their pairs."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from families.graph.tiny_links import with_cell, with_passed

Tables = dict[str, pd.DataFrame]
N_GRAPHS = 40


def source(seed: int = 0) -> Tables:
    """Trees of 3 to 8 nodes, and as a distance the difference of their sizes and of their largest degrees."""
    generator = np.random.default_rng(seed)
    nodes, edges, known = [], [], []
    for number in range(N_GRAPHS):
        n = int(generator.integers(3, 9))
        parents = [int(generator.integers(0, node)) for node in range(1, n)]
        nodes += [(f"g{number}", node) for node in range(n)]
        edges += [(f"g{number}", parent, node + 1) for node, parent in enumerate(parents)]
        known.append((n, max(np.bincount(np.r_[parents, range(1, n)]))))
    first, second = np.triu_indices(N_GRAPHS, k=1)
    distance = np.abs(np.array(known)[first] - np.array(known)[second]).sum(axis=1)
    pairs = pd.DataFrame({"a": [f"g{i}" for i in first], "b": [f"g{i}" for i in second], "distance": distance})
    return {
        "items": pd.DataFrame(nodes, columns=["graph", "id"]),
        "edges": pd.DataFrame(edges, columns=["graph", "source", "target"]),
        "pairs": pairs,
    }


DATASETS: dict[str, dict] = {
    "tiny_graphs": {"family": "graph", "source": "data/mine/tiny", "task": "similarity"},
}
MODELS: dict[str, dict] = {
    "simgnn": {"hidden": 8, "slices": 4, "bins": 4, "epochs": 5},
    "spectral": {},
}


def chosen(tables: Tables, split: str) -> pd.Series:
    items = tables["items"]
    return items[items["split"] == split].iloc[0]


def with_pair(tables: Tables, **values: object) -> Tables:
    """One more pair: the first of training with changes."""
    more = pd.DataFrame([{**chosen(tables, "train"), "id": "another", **values}])
    return tables | {"items": pd.concat([tables["items"], more], ignore_index=True)}


def with_pair_turned(tables: Tables) -> Tables:
    pair = chosen(tables, "train")
    return with_pair(tables, a=pair["b"], b=pair["a"])


def with_pair_in_two_splits(tables: Tables) -> Tables:
    return with_pair(tables, split="test")


def with_graph_in_two_splits(tables: Tables) -> Tables:
    """A graph of test that looks as one of training does."""
    graphs, nodes, edges = tables["graphs"], tables["nodes"], tables["edges"]
    first = graphs[graphs["split"] == "train"].head(1)
    name = first["id"].item()
    mine = nodes[nodes["graph"] == name]
    known = {node: f"copy/{node.partition('/')[2]}" for node in mine["id"]}
    inside = edges[edges["source"].isin(known)]
    more = {
        "graphs": first.assign(id="copy", split="test"),
        "nodes": mine.assign(graph="copy", id=mine["id"].map(known)),
        "edges": inside.assign(**{end: inside[end].map(known) for end in ("source", "target")}),
    }
    return tables | {key: pd.concat([tables[key], table], ignore_index=True) for key, table in more.items()}


def with_few_pairs(tables: Tables) -> Tables:
    return tables | {"items": pd.concat([group.head(8) for _, group in tables["items"].groupby("split")])}


def without_test(tables: Tables) -> Tables:
    items = tables["items"]
    return tables | {"items": items[items["split"] != "test"].reset_index(drop=True)}


def with_node_twice(tables: Tables) -> Tables:
    nodes = tables["nodes"]
    return tables | {"nodes": pd.concat([nodes, nodes.head(1)], ignore_index=True)}


def with_feature(tables: Tables, value: float) -> Tables:
    return tables | {"nodes": tables["nodes"].assign(f_x=np.float32(value))}


def back(tables: Tables) -> Tables:
    edge = tables["edges"].iloc[0]
    return with_passed(tables, edge["target"], edge["source"], edge["weight"] + 1)


BROKEN: dict[str, Callable[[Tables], Tables]] = {
    "a pair stands twice, the other way round": with_pair_turned,
    "a pair stands in training and in test": with_pair_in_two_splits,
    "a graph of test looks as one of training": with_graph_in_two_splits,
    "a distance is missing": lambda tables: with_cell(tables, "items", "distance", np.nan),
    "a distance is below 0": lambda tables: with_cell(tables, "items", "distance", -1.0),
    "a pair is of nobody": lambda tables: with_cell(tables, "items", "b", "nobody"),
    "a pair has no id": lambda tables: with_cell(tables, "items", "id", None),
    "two pairs have one id": lambda tables: with_cell(tables, "items", "id", tables["items"]["id"].iloc[1]),
    "a word that is no split": lambda tables: with_cell(tables, "items", "split", "held-out"),
    "there are too few pairs": with_few_pairs,
    "no pair is in the test split": without_test,
    "two nodes have one id": with_node_twice,
    "a feature is missing": lambda tables: with_feature(tables, np.nan),
    "a feature is infinite": lambda tables: with_feature(tables, np.inf),
    "an edge dangles": lambda tables: with_passed(tables, "g0/0", "nobody"),
    "an edge has another weight on its way back": back,
    "an edge weighs nothing": lambda tables: with_passed(tables, "g0/0", "g1/0", 0.0),
    "there is no edge": lambda tables: tables | {"edges": tables["edges"].head(0)},
}
