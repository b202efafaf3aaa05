"""A graph as a source gives it → canonical `items` (id, split, label, a column f_… per feature) and `edges`.

A node whose split is "" stands in the graph only: it is neither trained nor scored on.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.families.graph import planetoid
from quartet.families.graph.columns import features_of, ids_of, named
from quartet.reading.files import File, LeftOut
from quartet.reading.tables import csv_options, kind_of, read_table
from quartet.rows import require
from quartet.splits import published_or_hashed

TABLES = {"nodes": "items", "edges": "edges"}  # file name → table


def from_files(files: Iterable[File], settings: Any) -> dict[str, pd.DataFrame]:
    """`items` and `edges` of nodes.csv and edges.csv (or .tsv, .parquet), or of the files of `format`.

    Raises:
        SourceError: a file is missing, stands twice, or cannot be read.
    """
    if settings.format == "planetoid":
        return planetoid.from_files(files, settings)
    found: dict[str, tuple[str, pd.DataFrame]] = {}
    left_out = LeftOut()
    for file in files:
        stem = PurePosixPath(file.name).name.partition(".")[0].lower()
        if stem == "pairs":
            raise several_graphs(file.name)
        if stem not in TABLES or not kind_of(file.name):
            left_out.add(file.name, "it is neither nodes.csv nor edges.csv")
            continue
        if stem in found:
            came = f"{found[stem][0]} and {file.name} came"
            raise SourceError(f"a graph has one table of {stem}", came=came, mend="Remove one, or join them.")
        found[stem] = file.name, read_table(file, csv_options(settings))
    refuse_missing(set(TABLES) - set(found), [name for name, *_ in left_out.rows])
    return {TABLES[stem]: table for stem, (_, table) in found.items()} | {"left_out": left_out.table()}


def refuse_missing(missing: set[str], others: list[str]) -> None:
    """Raise SourceError where nodes.csv or edges.csv is not there."""
    if not missing:
        return
    came = f"there is no {' and no '.join(f'{stem}.csv' for stem in sorted(missing, reverse=True))}"
    mend = "nodes.csv has the columns id, features and label; edges.csv has source, target and, if you like, weight."
    if any(PurePosixPath(name).name.startswith("ind.") for name in others):
        came, mend = f"{came}, but files such as {others[0]}", "Set `format: planetoid` of the dataset."
    raise SourceError("a graph is a folder or archive with nodes.csv and edges.csv", came=came, mend=mend)


def several_graphs(what: str) -> SourceError:
    """The error that a source holds more graphs than one."""
    mend = f"Bring the nodes and edges of one graph; if {what} says something else, remove it or name it under `drop:`."
    return SourceError("node_classification is about the nodes of one graph", came=f"{what} came", mend=mend)


def canonical(tables: dict[str, pd.DataFrame], settings: Any, seed: int) -> dict[str, pd.DataFrame]:
    """Nodes by id and undirected edges, each once; the order of a source's rows changes nothing."""
    if "edges" not in tables:
        mend = "Name a source that has both tables."
        raise SourceError("a graph has a table of nodes and one of edges", came="there are no edges", mend=mend)
    left_out = LeftOut.of(tables)
    items = nodes(named(tables["items"], "nodes", ["id", "label"]), settings, seed, left_out)
    edges = undirected(named(tables["edges"], "edges", ["source", "target"]), left_out)
    return {"items": items, "edges": edges, "left_out": left_out.table()}


def nodes(frame: pd.DataFrame, settings: Any, seed: int, left_out: LeftOut) -> pd.DataFrame:
    """N nodes with id, split and label as text and F features as float32."""
    asked = settings.split or "split"
    require(frame, [*settings.drop, *settings.categorical, *([settings.split] if settings.split else [])])
    for column in settings.drop:
        left_out.add(f"column {column} of nodes", "`drop` of params.yaml leaves it out", asked=True)
    refuse_reserved(settings)
    frame = frame.drop(columns=settings.drop)
    if "graph" in frame:
        raise several_graphs("a column `graph`")
    known = pd.DataFrame({"id": ids_of(frame["id"]), "label": ids_of(frame["label"])})
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
    named_test = bool((published == "test").any())
    if settings.task == "community_detection":  # found without labels, which only test looks at
        scored = known["label"].notna() if known["label"].notna().any() else pd.Series(True, known.index)
        return scored.map({True: "test", False: ""})
    aside = published.isna() & (named_test | known["label"].isna())
    fractions = {"validation": settings.validation_fraction, "test": settings.test_fraction}
    split = published_or_hashed(published[~aside], known.loc[~aside, "id"], seed=seed, **fractions)
    return split.reindex(known.index, fill_value="")


def undirected(frame: pd.DataFrame, left_out: LeftOut) -> pd.DataFrame:
    """Edges, source ≤ target as text; an edge given twice with the same weight, or there and back, is one edge.

    A missing end becomes "", which is no node, and a missing weight stays missing: the suite names both.
    """
    for column in frame.columns.difference(["source", "target", "weight"], sort=False):
        left_out.add(f"column {column} of edges", "an edge has a source, a target and a weight")
    ends = pd.concat([ids_of(frame["source"]), ids_of(frame["target"])], ignore_index=True).fillna("")
    places, names = pd.factorize(ends, sort=True)
    a, b = places[: len(frame)], places[len(frame) :]
    weight = pd.to_numeric(frame["weight"], errors="coerce").to_numpy(float) if "weight" in frame else 1.0
    table = pd.DataFrame({"source": np.minimum(a, b), "target": np.maximum(a, b), "weight": weight}).drop_duplicates()
    note_copies(len(frame) - len(table), left_out)
    table = table.sort_values(["source", "target", "weight"], ignore_index=True)
    return table.assign(**{end: names.take(table[end].to_numpy()) for end in ("source", "target")})


def note_copies(n: int, left_out: LeftOut) -> None:
    """Note that edges were given more than once, which loses nothing: an edge has no direction."""
    if n:
        left_out.add(f"{n} rows of edges", "each says again, or the other way round, what another row says", asked=True)
