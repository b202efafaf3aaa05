"""A graph as a source gives it → canonical `items` (id, split, label, a column f_… per feature) and `edges`.

A node whose split is "" stands in the graph only: it is neither trained nor scored on.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from quartet.errors import SourceError
from quartet.families.graph import links, planetoid, similarity
from quartet.families.graph.columns import features_of, ids_of, named
from quartet.families.graph.edges import undirected
from quartet.reading.files import File, LeftOut
from quartet.reading.tables import csv_options, kind_of, read_table
from quartet.rows import require
from quartet.splits import published_or_hashed

TABLES = {"nodes": "items", "edges": "edges"}  # file name → table
PAIRS = {"pairs": "pairs"}  # where graphs are compared


def from_files(files: Iterable[File], settings: Any) -> dict[str, pd.DataFrame]:
    """`items` and `edges` of nodes.csv and edges.csv (or .tsv, .parquet), or of the files of `format`.

    Where graphs are compared, `pairs` of pairs.csv too.

    Raises:
        SourceError: a file is missing, stands twice, or cannot be read.
    """
    if settings.format == "planetoid":
        return planetoid.from_files(files, settings)
    wanted = TABLES | (PAIRS if settings.task == "similarity" else {})
    found: dict[str, tuple[str, pd.DataFrame]] = {}
    left_out = LeftOut()
    for file in files:
        stem = PurePosixPath(file.name).name.partition(".")[0].lower()
        if stem in PAIRS and stem not in wanted:
            raise several_graphs(file.name, settings)
        if stem not in wanted or not kind_of(file.name):
            left_out.add(file.name, f"it is neither {' nor '.join(f'{name}.csv' for name in wanted)}")
            continue
        if stem in found:
            came = f"{found[stem][0]} and {file.name} came"
            raise SourceError(f"a graph has one table of {stem}", came=came, mend="Remove one, or join them.")
        found[stem] = file.name, read_table(file, csv_options(settings))
    refuse_missing(set(wanted) - set(found), [name for name, *_ in left_out.rows])
    return {wanted[stem]: table for stem, (_, table) in found.items()} | {"left_out": left_out.table()}


def refuse_missing(missing: set[str], others: list[str]) -> None:
    """Raise SourceError where nodes.csv or edges.csv is not there."""
    if not missing:
        return
    came = f"there is no {' and no '.join(f'{stem}.csv' for stem in sorted(missing, reverse=True))}"
    mend = "nodes.csv has the columns id, features and label; edges.csv has source, target and, if you like, weight."
    if "pairs" in missing:
        mend = (
            "pairs.csv has the columns a, b and distance; nodes.csv and edges.csv say by a column graph which is which."
        )
    if any(PurePosixPath(name).name.startswith("ind.") for name in others):
        came, mend = f"{came}, but files such as {others[0]}", "Set `format: planetoid` of the dataset."
    raise SourceError("a graph is a folder or archive with nodes.csv and edges.csv", came=came, mend=mend)


def several_graphs(what: str, settings: Any) -> SourceError:
    """The error that a source holds more graphs than one."""
    mend = (
        f"Set `task: similarity` to compare graphs, or bring one; if {what} says something else, remove it or name it "
        "under `drop:`."
    )
    return SourceError(f"{settings.task} is about one graph", came=f"{what} came", mend=mend)


def canonical(tables: dict[str, pd.DataFrame], settings: Any, seed: int) -> dict[str, pd.DataFrame]:
    """Nodes by id and undirected edges, each once; the order of a source's rows changes nothing.

    Where edges are held out or graphs compared, `items` are pairs, and `nodes` a table of its own.
    """
    if "edges" not in tables:
        mend = "Name a source that has both tables."
        raise SourceError("a graph has a table of nodes and one of edges", came="there are no edges", mend=mend)
    if settings.task == "similarity":
        return similarity.canonical(tables, settings, seed)
    left_out = LeftOut.of(tables)
    items = nodes(named(tables["items"], "nodes", labelled(settings)), settings, seed, left_out)
    edges = undirected(named(tables["edges"], "edges", ["source", "target"]), left_out)
    if settings.task == "link_prediction":
        return links.canonical(items, edges, settings, seed) | {"left_out": left_out.table()}
    return {"items": items, "edges": edges, "left_out": left_out.table()}


def labelled(settings: Any) -> list[str]:
    """The columns that nodes must have: labels only where they are learnt."""
    return ["id", "label"] if settings.task == "node_classification" else ["id"]


def nodes(frame: pd.DataFrame, settings: Any, seed: int, left_out: LeftOut) -> pd.DataFrame:
    """N nodes with id, split and label as text and F features as float32."""
    asked = settings.split or "split"
    require(frame, [*settings.drop, *settings.categorical, *([settings.split] if settings.split else [])])
    for column in settings.drop:
        left_out.add(f"column {column} of nodes", "`drop` of params.yaml leaves it out", asked=True)
    refuse_reserved(settings)
    frame = frame.drop(columns=settings.drop)
    if "graph" in frame:
        raise several_graphs("a column `graph`", settings)
    label = frame["label"] if "label" in frame else pd.Series(None, frame.index, dtype="str")
    known = pd.DataFrame({"id": ids_of(frame["id"]), "label": ids_of(label)})
    published = ids_of(frame[asked]) if asked in frame else pd.Series(None, index=frame.index, dtype="str")
    known.insert(1, "split", split_of(known, published, settings, seed))
    features = features_of(frame.drop(columns=["id", "label", asked], errors="ignore"), settings.categorical)
    return pd.concat([known, features], axis=1).sort_values("id", kind="stable", ignore_index=True)


def refuse_reserved(settings: Any) -> None:
    """Raise SourceError where a setting about features names the ids or labels."""
    for name in ("drop", "categorical"):
        wrong = {"id", "label"}.intersection(getattr(settings, name))
        if wrong:
            came = f"{', '.join(sorted(wrong))} came"
            raise SourceError(f"`{name}` names columns of features", came=came, mend="Correct it in params.yaml.")


def split_of(known: pd.DataFrame, published: pd.Series, settings: Any, seed: int) -> pd.Series:
    """The split (N,) of each node; what the source leaves open is decided by a hash of the id.

    A node left open stands in the graph only (split "") where it has no label, and where the source
    names test nodes: then the nodes it names are all there are to learn from and be scored on.
    """
    if settings.task == "link_prediction":
        return pd.Series("", known.index)
    named_test = bool((published == "test").any())
    if settings.task == "community_detection":  # found without labels, which only test looks at
        scored = known["label"].notna() if known["label"].notna().any() else pd.Series(True, known.index)
        return scored.map({True: "test", False: ""})
    aside = published.isna() & (named_test | known["label"].isna())
    fractions = {"validation": settings.validation_fraction, "test": settings.test_fraction}
    split = published_or_hashed(published[~aside], known.loc[~aside, "id"], seed=seed, **fractions)
    return split.reindex(known.index, fill_value="")
