"""What to propose for a graph: nodes.csv and edges.csv in a folder or archive."""

from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from quartet.errors import UsageError
from quartet.families.graph.settings import Dataset
from quartet.families.graph.tables import from_files
from quartet.rows import as_numbers, as_text
from quartet.sight import Proposal, Sight
from quartet.tables import kind_of
from quartet.targets import propose_size

MODELS: dict[str, dict[str, Any]] = {"label_propagation": {}, "gcn": {}}


def propose(sight: Sight) -> Proposal | None:
    """Settings and models for a graph; None for what is none.

    Raises:
        UsageError, SourceError: a table or the labels are missing, or there are too few nodes.
    """
    names = {PurePosixPath(name).name.partition(".")[0] for name in sight.names if kind_of(name)}
    if "edges" not in sight.ready and not {"nodes", "edges"} <= names:
        return None
    tables = sight.ready or from_files(sight.walk(), Dataset(family="graph", source="data/mine/graph"))
    nodes, edges = tables["items"].rename(columns=str), tables["edges"]
    saw = f"{sight.name}: a graph of {len(nodes):,} nodes and {len(edges):,} edges"
    proposal = Proposal({"family": "graph"}, {name: dict(values) for name, values in MODELS.items()}, saw)
    proposal.set("task", "node_classification", "its nodes have labels")
    propose_classes(proposal, sight, nodes)
    propose_features(proposal, nodes.drop(columns=["id", "label", "split"], errors="ignore"))
    propose_size(proposal, len(nodes), "nodes")
    return proposal


def propose_classes(proposal: Proposal, sight: Sight, nodes: pd.DataFrame) -> None:
    """The classes of the nodes that have one.

    Raises:
        UsageError: none has.
    """
    labels = as_text(nodes["label"]) if "label" in nodes else pd.Series(dtype=object)
    classes = sorted(labels.dropna().unique())
    if len(classes) < 2:
        came = f"{sight.name} has {len(classes)}" if "label" in nodes else f"it has {', '.join(nodes.columns)}"
        mend = "Name the column with the classes `label`; a node without one may leave it empty."
        raise UsageError("the table of nodes has a column `label` with two classes or more", came=came, mend=mend)
    proposal.set("classes", classes, f"the {len(classes)} values of label")
    unlabelled = int(labels.isna().sum())
    if unlabelled:
        proposal.hints.append(f"{unlabelled:,} nodes have no label: they stand in the graph only")


def propose_features(proposal: Proposal, features: pd.DataFrame) -> None:
    """Which columns are no features."""
    texts = [str(column) for column in features if as_numbers(features[column]) is None]
    single = [str(column) for column in features if column not in texts and features[column].nunique() < 2]
    if texts or single:
        why = [f"{', '.join(texts)} hold text"] * bool(texts) + [f"{', '.join(single)} hold a single value"] * bool(
            single
        )
        proposal.set("drop", texts + single, "; ".join(why))
