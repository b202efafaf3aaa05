"""Edges as a source gives them → each once, whatever its direction."""

import numpy as np
import pandas as pd

from quartet.families.graph.columns import ids_of
from quartet.reading.files import LeftOut


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
