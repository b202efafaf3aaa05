"""What to propose for a graph: nodes.csv and edges.csv, or Planetoid's files, in a folder or archive."""

from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from quartet.errors import SourceError
from quartet.families.graph import planetoid
from quartet.families.graph.columns import ids_of, named
from quartet.families.graph.settings import Dataset
from quartet.families.graph.tables import from_files
from quartet.proposing.sight import Proposal, Sight
from quartet.proposing.targets import propose_size
from quartet.reading.tables import kind_of
from quartet.rows import as_numbers

MODELS: dict[str, dict[str, dict[str, Any]]] = {
    "node_classification": {"label_propagation": {}, "gcn": {}},
    "link_prediction": {"common_neighbours": {}, "gae": {}, "gnae": {}},
    "similarity": {"spectral": {}, "simgnn": {}},
}
MAX_CATEGORIES = 50  # values of a column of text that become features
ASIDE = ("id", "label", "split", "graph")
# task → the table of what is learnt, and what its rows are called
LEARNT = {
    "node_classification": ("items", "nodes"),
    "link_prediction": ("edges", "edges"),
    "similarity": ("pairs", "pairs of graphs"),
}


def propose(sight: Sight) -> Proposal | None:
    """Settings and models for a graph; None for what is none.

    Raises:
        UsageError, SourceError: a table or the labels are missing, or there are too few nodes.
    """
    published = published_set(sight)
    stems = {PurePosixPath(name).name.partition(".")[0].lower() for name in sight.names if kind_of(name)}
    if not published and "edges" not in sight.ready and not {"nodes", "edges"} <= stems:
        return None
    reading = {"format": "planetoid", "name": published} if published else {}
    if "pairs" in stems | sight.ready.keys():
        reading["task"] = "similarity"
    settings = Dataset.model_validate({"family": "graph", "source": "data/mine/graph", **reading})
    tables = sight.ready or from_files(sight.walk(), settings)
    nodes = named(tables["items"], "nodes", ["id"])
    edges = named(tables["edges"], "edges", ["source", "target"])
    task, reason = task_of(tables, nodes)
    saw = f"{sight.name}: {graphs_in_words(tables)} of {len(nodes):,} nodes and {len(edges):,} rows of edges"
    models = {name: dict(values) for name, values in MODELS[task].items()}
    proposal = Proposal({"family": "graph", **reading}, models, saw)
    proposal.set("task", task, reason)
    if task == "node_classification":
        propose_classes(proposal, sight, nodes)
    if published:
        proposal.name = published
        proposal.set("normalise_rows", True, "its features are counts of words")
    else:
        propose_features(proposal, nodes.drop(columns=list(ASIDE), errors="ignore"))
    learnt, things = LEARNT[task]
    propose_size(proposal, len(tables[learnt]), things)
    return proposal


def task_of(tables: dict[str, pd.DataFrame], nodes: pd.DataFrame) -> tuple[str, str]:
    """What is to be learnt, and why."""
    if "pairs" in tables:
        return "similarity", "it has pairs of graphs, and how far they are apart"
    if "label" in nodes:
        return "node_classification", "its nodes have labels"
    return "link_prediction", "its nodes have no column `label`, so that edges are what can be learnt"


def graphs_in_words(tables: dict[str, pd.DataFrame]) -> str:
    """One graph, or how many."""
    n_graphs = tables["items"]["graph"].nunique() if "pairs" in tables and "graph" in tables["items"] else 1
    return "a graph" if n_graphs == 1 else f"{n_graphs:,} graphs"


def published_set(sight: Sight) -> str | None:
    """The name of a set in Planetoid's files, or None for other files.

    Raises:
        SourceError: there are several.
    """
    matches = [planetoid.FILE.fullmatch(PurePosixPath(name).name) for name in sight.names]
    sets = sorted({match["set"] for match in matches if match})
    if len(sets) > 1:
        mend = "Put the files of one into a folder of their own and name that."
        raise SourceError("a source holds one set", came=f"{sight.name} holds {', '.join(sets)}", mend=mend)
    return sets[0] if sets else None


def propose_classes(proposal: Proposal, sight: Sight, nodes: pd.DataFrame) -> None:
    """The classes of the nodes that have one.

    Raises:
        SourceError: there are not two.
    """
    labels = ids_of(nodes["label"])
    classes = sorted(labels.dropna().unique())
    if len(classes) < 2:
        mend = "Fill in the labels that are known; a node without one may leave it empty."
        must = "the column `label` of the nodes holds two classes or more"
        raise SourceError(must, came=f"that of {sight.name} holds {', '.join(classes) or 'none'}", mend=mend)
    proposal.set("classes", classes, f"the {len(classes)} values of label")
    if unlabelled := int(labels.isna().sum()):
        proposal.hints.append(f"{unlabelled:,} nodes have no label: they stand in the graph only")


def propose_features(proposal: Proposal, features: pd.DataFrame) -> None:
    """Which columns become features as they are, which one per value, and which ones not."""
    useless = {str(column): reason for column in features if (reason := reason_to_drop(features[column]))}
    categorical = [str(name) for name in features if name not in useless and as_numbers(features[name]) is None]
    if categorical:
        proposal.set("categorical", categorical, "they hold text with few values")
    if useless:
        proposal.set("drop", list(useless), "; ".join(f"{name}: {reason}" for name, reason in useless.items()))
    if len(useless) == features.shape[1]:
        proposal.hints.append("there are no features: a network learns from the edges alone")


def reason_to_drop(values: pd.Series) -> str:
    """Why a column of the nodes is no feature, or ""."""
    n_values = values.nunique()
    if n_values < 2:
        return "all its cells are equal"
    if as_numbers(values) is None:
        return f"it holds {n_values:,} different texts" if n_values > MAX_CATEGORIES else ""
    return f"{int(values.isna().sum()):,} of its cells are empty" if values.isna().any() else ""
