"""A graph as a source gives it → canonical `items` (id, split, label, a column f_… per feature) and `edges`.

A node whose split is "" stands in the graph only: it is neither trained nor scored on.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from quartet.errors import SourceError
from quartet.files import File, LeftOut
from quartet.rows import as_numbers, as_text, require
from quartet.splits import published_or_hashed
from quartet.tables import csv_options, kind_of, read_table

FEATURE = "f_"  # what the name of a feature column begins with, so that it meets no column of ours


def from_files(files: Iterable[File], settings: Any) -> dict[str, pd.DataFrame]:
    """`nodes.csv` as items and `edges.csv` as edges; either may be a .tsv or .parquet.

    Raises:
        SourceError: one of them is missing, or cannot be read.
    """
    found: dict[str, pd.DataFrame] = {}
    left_out = LeftOut()
    for file in files:
        table = {"nodes": "items", "edges": "edges"}.get(PurePosixPath(file.name).name.partition(".")[0])
        if table and kind_of(file.name) and table not in found:
            found[table] = read_table(file, csv_options(settings))
        else:
            left_out.add(file.name, "it is neither nodes.csv nor edges.csv")
    if len(found) < 2:
        came = f"there is no {'edges' if 'items' in found else 'nodes'}.csv"
        mend = (
            "nodes.csv has the columns id, features and label; edges.csv has source, target and, if you like, weight."
        )
        raise SourceError("a graph is a folder or archive with nodes.csv and edges.csv", came=came, mend=mend)
    return found | {"left_out": left_out.table()}


def canonical(tables: dict[str, pd.DataFrame], settings: Any, seed: int) -> dict[str, pd.DataFrame]:
    """Nodes by id and undirected edges, each once; the order of a source's rows changes nothing."""
    if "edges" not in tables:
        mend = "Name a source that has both tables."
        raise SourceError("a graph has a table of nodes and one of edges", came="there are no edges", mend=mend)
    items = nodes(tables["items"].rename(columns=str), settings, seed)
    return {"items": items, "edges": edges(tables["edges"]), "left_out": LeftOut.of(tables).table()}


def nodes(frame: pd.DataFrame, settings: Any, seed: int) -> pd.DataFrame:
    """N nodes with id, split and label as text and F features as float64."""
    named = settings.split or "split"
    require(frame, ["id", "label", *settings.drop, *([settings.split] if settings.split else [])])
    published = frame[named] if named in frame else pd.Series(None, index=frame.index, dtype=object)
    known = pd.DataFrame({"id": as_text(frame["id"]), "label": as_text(frame["label"])})
    known.insert(1, "split", split_of(known, published.astype(object), settings, seed))
    features = numbers(frame.drop(columns=["id", "label", named, *settings.drop], errors="ignore"))
    return pd.concat([known, features], axis=1).sort_values("id", kind="stable", ignore_index=True)


def split_of(known: pd.DataFrame, published: pd.Series, settings: Any, seed: int) -> pd.Series:
    """The split (N,) of each node; what the source leaves open is decided by a hash of the id.

    A node left open stands in the graph only (split "") where it has no label, and where the source
    names test nodes: then the nodes it names are all there are to learn from and be scored on.
    """
    published = published.mask(published == "")
    named_test = bool((published == "test").any())
    aside = published.isna() & (named_test | known["label"].isna())
    fractions = {"validation": settings.validation_fraction, "test": settings.test_fraction}
    split = published_or_hashed(published[~aside], known.loc[~aside, "id"], seed=seed, **fractions)
    return split.reindex(known.index, fill_value="")


def numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Feature columns as float64, their names prefixed so that they meet no other.

    Raises:
        SourceError: a column holds something else than numbers.
    """
    read = {str(column): as_numbers(frame[column]) for column in frame}
    others = [column for column, values in read.items() if values is None]
    if others:
        mend = "Write a 0/1 column per category, or name them under `drop:`."
        raise SourceError("the features of nodes are numbers", came=f"{', '.join(others)} hold text", mend=mend)
    return pd.DataFrame(read, index=frame.index, dtype=float).add_prefix(FEATURE)


def edges(frame: pd.DataFrame) -> pd.DataFrame:
    """Undirected edges, source ≤ target as text; an edge given twice with the same weight is one edge.

    A missing end becomes "", which is no node, and a missing weight stays missing: the suite names both.
    """
    require(frame, ["source", "target"])
    source, target = as_text(frame["source"]).fillna(""), as_text(frame["target"]).fillna("")
    ordered = source <= target
    weight = pd.to_numeric(frame["weight"], errors="coerce").astype(float) if "weight" in frame else 1.0
    table = pd.DataFrame(
        {"source": source.where(ordered, target), "target": target.where(ordered, source), "weight": weight}
    )
    return table.drop_duplicates().sort_values(["source", "target", "weight"], ignore_index=True)
