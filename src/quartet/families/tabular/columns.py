"""What kind of column each is, inferred from its cells, and columns as canonical tables hold them."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from quartet.errors import SourceError
from quartet.families.tabular.cells import SLASHED, Cells, as_array
from quartet.families.tabular.settings import Kind

MOST = 0.95  # of the cells: then the column is of that type, and the others are mistakes
NEARLY_ALL_DIFFER = 0.9
ENOUGH = 20  # cells, to call a column an identifier
N_WORDS = 4  # a cell on average, in free text
CODE = r"^0\d+$"
LIKE_A_NUMBER = r"^[+-]?[$€£]?\s?\d{1,3}(?:[,.' ]\d{3})+(?:[.,]\d+)?%?$|^[+-]?[$€£]?\s?\d+(?:[.,]\d+)?\s?[%$€£]?$"
NAMED_ID = re.compile(r"(?i:(^|[_\s.:-])(id|uuid|guid|key|index|idx|nr|no)$|^unnamed: 0$)|[a-z]I[Dd]$")
WRITTEN = {"number": "numbers", "boolean": "true or false (or yes or no)", "date": "dates, such as 2020-01-31"}


@dataclass(frozen=True)
class Inferred:
    """What kind a column is, and what says so."""

    kind: Kind
    reason: str


def infer_kind(name: str, cells: Cells) -> Inferred:
    """The kind of one column.

    A column is of numbers, or dates, where 95 % of its cells are or were meant to be: `as_kind` then names the first
    that is not, instead of taking all for categories. Numbers 0 and 1 stay numbers. Whole numbers that differ from
    each other and count rows, or are named as an id, are an identifier; so is text of which 90 % of the cells differ.
    """
    known = cells.counts.sum()
    if not known:
        return Inferred("drop", "all its cells are missing")
    if not np.isnan(cells.numbers).all() and share(cells, ~np.isnan(cells.numbers)) >= MOST:
        return infer_number(name, cells)
    if not np.isnan(cells.booleans).any():
        return Inferred("boolean", "its cells are true or false")
    if share(cells, ~np.isnat(cells.dates)) >= MOST or share(cells, looks(cells, SLASHED)) >= MOST:
        return Inferred("date", "its cells are dates")
    if share(cells, looks(cells, LIKE_A_NUMBER)) >= MOST:
        return Inferred("number", "its cells are numbers")
    return infer_text(cells, int(known))


def infer_number(name: str, cells: Cells) -> Inferred:
    """Number; or drop for an identifier, or category for codes such as 01234."""
    known, numbers = cells.counts.sum(), cells.numbers
    if looks(cells, CODE).any():
        codes = "its numbers begin with 0, as codes do"
        differ = known >= ENOUGH and len(numbers) >= NEARLY_ALL_DIFFER * known
        return Inferred("drop", f"{codes}, and nearly all differ") if differ else Inferred("category", codes)
    finite = numbers[np.isfinite(numbers)]
    whole = len(finite) > 0 and bool((finite % 1 == 0).all())
    if whole and known >= ENOUGH and len(finite) >= MOST * known:
        counts_rows = finite.min() in (0, 1) and finite.max() - finite.min() <= known
        if counts_rows or NAMED_ID.search(name):
            return Inferred("drop", "its whole numbers differ from row to row, as identifiers do")
    return Inferred("number", "its cells are numbers")


def infer_text(cells: Cells, known: int) -> Inferred:
    """Category; or drop for an identifier or free text."""
    n_distinct = len(cells.values)
    words = float(np.average(as_array(pc.count_substring(cells.text, " ")), weights=cells.counts)) + 1
    found = f"{n_distinct:,} of its {known:,} cells differ"
    if known >= ENOUGH and words >= N_WORDS and n_distinct > known / 2:
        return Inferred("drop", f"{found}, of {words:.0f} words on average: it is free text")
    if known >= ENOUGH and n_distinct >= NEARLY_ALL_DIFFER * known:
        return Inferred("drop", f"{found}, as identifiers do")
    return Inferred("category", f"its cells hold {n_distinct:,} different texts")


def share(cells: Cells, distinct: np.ndarray) -> float:
    """The share of the known cells that are one of these distinct ones, a mask (D,)."""
    return float(cells.counts[distinct].sum() / cells.counts.sum())


def looks(cells: Cells, pattern: str) -> np.ndarray:
    """Which distinct cells (D,) are text that matches a pattern."""
    if not cells.is_text:
        return np.zeros(len(cells.values), bool)
    return as_array(pc.match_substring_regex(cells.values, pattern))


def as_kind(cells: Cells, kind: Kind, name: str, ids: pd.Series) -> pd.Series:
    """The cells as float64, `boolean`, datetime64[us] or text, missing ones missing.

    Raises:
        SourceError: a cell is not of that kind; the message names its column and row.
    """
    if kind == "category":
        return text_column(cells, ids.index)
    if kind == "number":
        refuse(cells, np.isnan(cells.numbers), kind, name, ids)
        return pd.Series(cells.spread(cells.numbers, np.nan), ids.index)
    if kind == "date":
        refuse(cells, np.isnat(cells.dates), kind, name, ids)
        return pd.Series(cells.spread(cells.dates, "NaT"), ids.index)
    refuse(cells, np.isnan(cells.booleans), kind, name, ids)
    values = cells.spread(cells.booleans, np.nan)
    return pd.Series(pd.arrays.BooleanArray(values == 1, np.isnan(values)), ids.index)


def kind_of(values: pd.Series) -> Kind:
    """What kind a canonical column is, as its type says."""
    if pd.api.types.is_bool_dtype(values):
        return "boolean"
    if pd.api.types.is_datetime64_any_dtype(values):
        return "date"
    return "number" if pd.api.types.is_numeric_dtype(values) else "category"


def text_column(cells: Cells, index: pd.Index) -> pd.Series:
    """The cells as text, None where missing."""
    codes = pa.array(cells.codes, mask=cells.codes < 0)
    return pd.Series(pd.array(cells.text.take(codes), dtype="str"), index)


def refuse(cells: Cells, wrong: np.ndarray, kind: Kind, name: str, ids: pd.Series) -> None:
    """Raise SourceError where a distinct cell, one of a mask (D,), is not of the kind that its column is."""
    if not wrong.any():
        return
    row, n = cells.first_row(wrong), int(cells.counts[wrong].sum())
    cell = cells.text[int(cells.codes[row])].as_py()
    raise SourceError(
        f"the column {name} holds {WRITTEN[kind]}",
        came=f"row {ids.iloc[row]} has {cell[:60]!r}" + (f", the first of {n}" if n > 1 else ""),
        mend=f"Correct it or leave it empty; {way_out(cell, kind)}pin `columns: {{{name}: category}}`, or drop.",
    )


def way_out(cell: str, kind: Kind) -> str:
    """The setting that could read a cell that is not of its column's kind."""
    if kind == "date" and re.match(SLASHED, cell):
        return "or set `day_first:` to say whether 03/04/2020 is in April; or "
    if kind == "number" and re.match(r"^[+-]?\d+[.,]\d+$", cell):
        return "or set `decimal:` to the mark it has; or "
    return "or name it under `missing_values:` if it stands for a missing value; or "
