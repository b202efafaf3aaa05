"""How alike two graphs are: many graphs, and pairs of them whose distance is known.

A graph is in the split that a hash of its shape and the seed says, so that isomorphic graphs are in one; a pair is in
the later one of its two graphs' (training, validation, test). A test pair is thus one of a graph that no training pair
holds with any other graph.

Source: Bai et al. 2019, SimGNN, sec. 5.1 and 5.2, https://arxiv.org/abs/1808.05689: 60, 20 and 20 % of the graphs,
    each test graph compared with those of training and validation; what is learnt is exp(-2 d / (n_a + n_b)). Differs:
    other shares, isomorphic graphs kept together, and two test graphs are compared too.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.families.graph import nodes
from quartet.families.graph.columns import FEATURE, features_of, ids_of, named
from quartet.families.graph.edges import undirected
from quartet.families.graph.shapes import shapes
from quartet.family import SPLITS, Encoder
from quartet.reading.files import LeftOut
from quartet.rows import require
from quartet.splits import assign_splits

ENDS = ["a", "b"]


def canonical(tables: dict[str, pd.DataFrame], settings: Any, seed: int) -> dict[str, pd.DataFrame]:
    """`items`: pairs (id, split, a, b, distance); `graphs` (id, split, n_nodes); `nodes` and `edges` of all graphs.

    A node's id is that of its graph, a slash and its own; edges are named by these.

    Raises:
        SourceError: there are no pairs, or a column is missing.
    """
    if "pairs" not in tables:
        mend = "Add pairs.csv with the columns a and b, which name graphs, and distance."
        raise SourceError("graphs are compared by a table of pairs", came="there is none", mend=mend)
    left_out = LeftOut.of(tables)
    known = nodes_of(tables["items"], settings, left_out)
    frame = named(tables["edges"], "edges", ["graph", "source", "target"])
    ends = {end: inside(frame["graph"], frame[end]).fillna("") for end in ("source", "target")}
    edges = undirected(frame.drop(columns="graph").assign(**ends), left_out)
    graphs = graphs_of(known, edges, settings, seed)
    items = pairs_of(named(tables["pairs"], "pairs", [*ENDS, "distance"]), graphs, left_out)
    return {"items": items, "graphs": graphs, "nodes": known, "edges": edges, "left_out": left_out.table()}


def inside(graph: pd.Series, name: pd.Series) -> pd.Series:
    """Names of nodes (n,) in their graphs; missing where either is."""
    found: pd.Series = ids_of(graph) + "/" + ids_of(name)
    return found


def nodes_of(frame: pd.DataFrame, settings: Any, left_out: LeftOut) -> pd.DataFrame:
    """Nodes (graph, id and features); a column `label` is a feature per value: what kind of node it is."""
    frame = named(frame, "nodes", ["graph", "id"])
    require(frame, [*settings.drop, *settings.categorical])
    for column in settings.drop:
        left_out.add(f"column {column} of nodes", "`drop` of params.yaml leaves it out", asked=True)
    frame = frame.drop(columns=settings.drop)
    kinds = list(dict.fromkeys([*settings.categorical, *(["label"] if "label" in frame else [])]))
    known = pd.DataFrame({"graph": ids_of(frame["graph"]), "id": inside(frame["graph"], frame["id"])})
    features = features_of(frame.drop(columns=["graph", "id"]), kinds)
    return pd.concat([known, features], axis=1).sort_values(["graph", "id"], kind="stable", ignore_index=True)


def graphs_of(known: pd.DataFrame, edges: pd.DataFrame, settings: Any, seed: int) -> pd.DataFrame:
    """Graphs (id, split, n_nodes) by id; those of one shape are in one split."""
    sizes = known.groupby("graph").size()
    keys = shapes(known, edges).reindex(sizes.index)
    split = assign_splits(keys, seed, settings.validation_fraction, settings.test_fraction)
    return pd.DataFrame({"id": sizes.index, "split": split.to_numpy(), "n_nodes": sizes.to_numpy()})


def pairs_of(frame: pd.DataFrame, graphs: pd.DataFrame, left_out: LeftOut) -> pd.DataFrame:
    """Pairs (id, split, a, b, distance), a before b; a pair of an unknown graph is in no split, for the gate to refuse.

    A pair given twice, or in both orders, with one distance is one pair.
    """
    for column in frame.columns.difference([*ENDS, "distance"], sort=False):
        left_out.add(f"column {column} of pairs", "a pair has a, b and a distance")
    ends = pd.DataFrame({end: ids_of(frame[end]).fillna("") for end in ENDS})
    turned = ends["a"] > ends["b"]
    table = pd.DataFrame(
        {
            "a": ends["a"].mask(turned, ends["b"]),
            "b": ends["b"].mask(turned, ends["a"]),
            "distance": pd.to_numeric(frame["distance"], errors="coerce").astype(float),
        }
    ).drop_duplicates(ignore_index=True)
    rank = graphs.set_index("id")["split"].map({split: place for place, split in enumerate(SPLITS)})
    latest = pd.concat([table[end].map(rank) for end in ENDS], axis=1).max(axis=1, skipna=False)
    split = latest.map(dict(enumerate(SPLITS))).fillna("")
    table.insert(0, "id", table["a"] + "--" + table["b"])
    table.insert(1, "split", split)
    return table.sort_values(["id", "distance"], kind="stable", ignore_index=True)


def fit(tables: dict[str, pd.DataFrame], settings: Any) -> Encoder:
    """All graphs as one: `graph` (N,) is the place of each node's among `graphs`.

    Where nodes have no features, what is seen of one is its degree, one of 0 to the largest in training graphs.

    Raises:
        SourceError: two nodes of a graph have one id, or each is to learn a vector that no other graph has.
    """
    known, graphs = tables["nodes"], tables["graphs"]
    if settings.features == "identity":
        mend = "Set `features: degree`, or give the nodes columns of numbers."
        raise SourceError("graphs are compared by what their nodes share", came="`features: identity` came", mend=mend)
    by_degree = settings.features == "degree" or not known.filter(regex=f"^{FEATURE}").shape[1]
    wanted = SimpleNamespace(**vars(settings) | {"features": "identity" if by_degree else settings.features})
    arrays, facts = nodes.graph_of({"items": known, "edges": tables["edges"]}, wanted)
    names = graphs["id"].tolist()
    arrays["graph"] = nodes.index_of(known["graph"], names)
    if by_degree:
        trained = (graphs["split"] == SPLITS[0]).to_numpy()[arrays["graph"]]
        arrays |= degrees(arrays["edge_index"], trained)
        facts["n_features"] = int(arrays["x_index"][1].max(initial=0)) + 1
    sizes = graphs["n_nodes"].tolist()
    return Encoder(facts | {"graphs": names, "sizes": sizes, "target_range": [0.0, 1.0]}, arrays)


def degrees(edge_index: np.ndarray, trained: np.ndarray) -> dict[str, np.ndarray]:
    """A feature of 1 per node (N,): its degree, or the largest one that nodes of training graphs have."""
    degree = np.bincount(edge_index[0], minlength=len(trained))
    capped = np.minimum(degree, degree[trained].max(initial=0))
    return {"x_index": np.stack([np.arange(len(degree)), capped]), "x_value": np.ones(len(degree), np.float32)}


def parts(tables: dict[str, pd.DataFrame], encoder: Encoder) -> dict[str, pd.DataFrame]:
    """The pairs of each split."""
    items = tables["items"]
    return {split: items[items["split"] == split].reset_index(drop=True) for split in SPLITS}


def encode(items: pd.DataFrame, encoder: Encoder) -> dict[str, np.ndarray]:
    """`node` (B, 2) int64, places of both graphs, and `target` (B,): exp(-d / n), with n the mean number of nodes.

    Raises:
        SourceError: a graph is not known.
    """
    places = np.stack([places_of(ids_of(items[end]), encoder) for end in ENDS], axis=1)
    arrays = {"node": places}
    if "distance" in items:
        arrays["target"] = np.exp(-items["distance"].to_numpy(float) / mean_size(places, encoder)).astype(np.float32)
    return arrays


def mean_size(places: np.ndarray, encoder: Encoder) -> np.ndarray:
    """How many nodes the graphs of pairs (B, 2) have in the mean (B,)."""
    return np.asarray(np.array(encoder.facts["sizes"], float)[places].mean(axis=1))


def distance(similarity: np.ndarray, places: np.ndarray, encoder: Encoder) -> np.ndarray:
    """The distance (B,) that a similarity (B,) of the graphs at these places (B, 2) stands for: -n log s."""
    return np.asarray(-np.log(np.clip(similarity, 1e-6, 1.0)) * mean_size(places, encoder))


def places_of(names: pd.Series, encoder: Encoder) -> np.ndarray:
    """Where the graphs with these names (B,) are, int64.

    Raises:
        SourceError: one is not known.
    """
    found = nodes.index_of(names, encoder.facts["graphs"])
    unknown = [str(name) for name in names[found < 0].unique()]
    if unknown:
        few = ", ".join(unknown[:5]) + (", …" if len(unknown) > 5 else "")
        came = f"{few} {'is' if len(unknown) == 1 else 'are'} not among its {len(encoder.facts['graphs'])}"
        mend = "Correct the names, or add the graphs to the source and train again."
        raise SourceError("a model is asked about graphs of the source it was trained on", came=came, mend=mend)
    return found


def raw_input(items: pd.DataFrame, encoder: Encoder) -> pd.DataFrame:
    """The names of both graphs, as text.

    Raises:
        SourceError: there are no such columns.
    """
    if not {*ENDS} <= {*items}:
        came = f"the columns {', '.join(map(str, items.columns))} came"
        mend = f"Name the columns so; graphs are such as {', '.join(encoder.facts['graphs'][:3])}."
        raise SourceError("a model of graphs is asked with columns `a` and `b`", came=came, mend=mend)
    return pd.DataFrame({end: ids_of(items[end]) for end in ENDS})


def beside(items: pd.DataFrame, output: np.ndarray, encoder: Encoder) -> pd.DataFrame:
    """The names of both graphs, and the `distance` (B,) that the predicted similarity (B,) stands for."""
    pairs = raw_input(items, encoder).reset_index(drop=True)
    return pairs.assign(distance=distance(output, encode(pairs, encoder)["node"], encoder))
