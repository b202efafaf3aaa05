"""A graph's size, and a drawing of a small one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from quartet.safe_text import cut

MAX_DRAWN = 200  # nodes
N_COLOURS = 8
NODES = ("id", "label", "graph")  # columns of a table of nodes
WIDTH, MARGIN = 360, 12
ROW = 20  # of nodes without a neighbour


@dataclass(frozen=True)
class Node:
    """A node's place in the drawing, its colour's number and what it is."""

    x: float
    y: float
    colour: int
    name: str


@dataclass(frozen=True)
class Drawing:
    """Nodes, edges as pairs of places, and a name for each colour."""

    nodes: list[Node]
    edges: list[tuple[Node, Node]]
    legend: list[tuple[int, str]]


@dataclass(frozen=True)
class Network:
    """What a graph's edges say of it; `drawing` for a small one.

    Args:
        n_graphs: how many graphs these are together; 0 for one.
        held_out: whether these are the edges of training, and those of other splits are held out.
    """

    n_nodes: int
    n_edges: int
    n_isolated: int
    drawing: Drawing | None
    n_graphs: int = 0
    held_out: bool = False


def network_of(folder: Path, items: pd.DataFrame) -> Network | None:
    """The graph of canonical items (id, label) and edges (source, target); None where there are no edges.

    Where items are pairs, a table `nodes` has the graph's nodes (id, label), or those of all graphs (id, graph).
    """
    file = folder / "edges.parquet"
    if not file.exists():
        return None
    edges = pd.read_parquet(file, columns=["source", "target"]).astype(str)
    nodes = folder / "nodes.parquet"
    names = pq.read_schema(nodes if nodes.exists() else folder / "items.parquet").names
    known = pd.read_parquet(nodes, columns=[n for n in NODES if n in names]) if nodes.exists() else items
    ids = known["id"].astype(str)
    linked = set(edges["source"]) | set(edges["target"])
    several = "graph" in names
    drawn = len(ids) < MAX_DRAWN and not several
    return Network(
        n_nodes=len(ids),
        n_edges=len(edges),
        n_isolated=int((~ids.isin(linked)).sum()),
        drawing=draw(known.assign(id=ids), edges) if drawn else None,
        n_graphs=known["graph"].nunique() if "graph" in known else 0,
        held_out=nodes.exists() and not several,
    )


def draw(items: pd.DataFrame, edges: pd.DataFrame) -> Drawing:
    """Place nodes so that neighbours are near; those without one stand in a row below, where they push none away.

    Source: Fruchterman & Reingold 1991, Graph Drawing by Force-directed Placement, as networkx has it.
    """
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(items["id"])
    graph.add_edges_from(edge for edge in edges.itertuples(index=False) if set(edge) <= set(items["id"]))
    alone = list(nx.isolates(graph))
    joined = graph.subgraph(node for node in graph if node not in set(alone))
    places = fitted(nx.spring_layout(joined, seed=0), WIDTH - ROW * bool(alone)) | in_a_row(alone)
    labels = items["label"].fillna("no label").astype(str) if "label" in items else pd.Series("node", items.index)
    names = sorted(labels.unique())
    colours = {name: min(i, N_COLOURS - 1) for i, name in enumerate(names)}
    nodes = {
        key: Node(*places[key], colours[label], f"{cut(key, 60)}: {cut(label, 60)}")
        for key, label in zip(items["id"], labels, strict=True)
    }
    legend = [(colours[name], cut(name, 60)) for name in names] if 1 < len(names) <= N_COLOURS else []
    return Drawing(list(nodes.values()), [(nodes[a], nodes[b]) for a, b in graph.edges], legend)


def in_a_row(names: list[str]) -> dict[str, tuple[float, float]]:
    """Places at the foot of the drawing, from the left."""
    step = min(ROW, (WIDTH - 2 * MARGIN) / max(1, len(names) - 1))
    return {name: (round(MARGIN + i * step, 1), WIDTH - MARGIN) for i, name in enumerate(names)}


def fitted(places: dict[str, Any], height: int) -> dict[str, tuple[float, float]]:
    """Places stretched to fill the drawing down to a height."""
    import numpy as np

    if not places:
        return {}
    known = np.array(list(places.values()))  # (N, 2)
    low, span = known.min(axis=0), np.ptp(known, axis=0)
    inside = (known - low) / np.where(span > 0, span, 1) * (np.array([WIDTH, height]) - 2 * MARGIN) + MARGIN
    return {name: (round(float(x), 1), round(float(y), 1)) for name, (x, y) in zip(places, inside, strict=True)}
