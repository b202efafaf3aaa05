"""What a check found, as a person looks at it: in words, and the first failing rows with their cells as short text."""

from typing import TYPE_CHECKING, Any

from quartet.safe_text import cell, cut, printable

if TYPE_CHECKING:
    import pandas as pd

MAX_SHOWN = 10  # rows of a check
MAX_COLUMNS, MAX_NAME = 12, 60
ROWS = {
    "items": "item",
    "edges": "edge",
    "columns": "column",
    "classes": "class",
    "left_out": "part",
}  # what a row of a table is


def exhibits(
    result: dict[str, Any], annotated: "dict[str, pd.DataFrame]", canonical: "dict[str, pd.DataFrame]"
) -> dict[str, list[Any]]:
    """The first rows that fail a check as `columns` and `rows` of short text.

    The column that fails stands second, where it is not the id itself.
    """
    table, places = annotated[result["table"]], result["places"][:MAX_SHOWN]
    known = list(dict.fromkeys(name for name in ("id", result["column"], "split", "label") if name in table))
    rows = table[known].iloc[places].reset_index(drop=True)
    others = source_of(rows, canonical.get(result["table"], table), places)
    return as_text(rows.join(others.drop(columns=known, errors="ignore").iloc[:, : MAX_COLUMNS - len(known)]))


def source_of(rows: "pd.DataFrame", source: "pd.DataFrame", places: list[int]) -> "pd.DataFrame":
    """The same rows as their source has them, columns first that hold something missing or infinite."""
    if not places or max(places) >= len(source):
        return rows
    found = source.iloc[places].reset_index(drop=True)
    odd = (found.isna() | found.isin([float("inf"), -float("inf")])).any()
    return found[[*found.columns[odd], *found.columns[~odd]]] if same_rows(rows, found) else rows


def same_rows(rows: "pd.DataFrame", found: "pd.DataFrame") -> bool:
    """Whether two tables name the same rows, so that a suite may leave rows out."""
    return "id" not in found or rows["id"].astype(str).tolist() == found["id"].astype(str).tolist()


def as_text(table: "pd.DataFrame") -> dict[str, list[Any]]:
    """The names of a small table's columns, and its cells as short text, None where one is missing."""
    rows = [[cell(value) for value in row] for row in table.itertuples(index=False, name=None)]
    return {"columns": [cut(str(name), MAX_NAME) for name in table], "rows": rows}


def in_words(result: dict[str, Any]) -> str:
    """How many rows fail a check, or the fact it is about."""
    observed, column = result["observed"], printable(result["column"])
    if "unique_value_count" in result["expectation"]:
        return f"{printable(observed)} different values"
    if result["table"] not in ROWS:
        return f"{column.removeprefix('n_').replace('_', ' ')}: {printable(observed)}"
    name = ROWS[result["table"]]
    rows = f"{result['n']:,} {name}{'' if result['n'] == 1 else 'es' if name.endswith('s') else 's'}"
    return f"{result['n_failed']:,} of {rows}" if result["n_failed"] else f"none of {rows} fails"


def tells(result: dict[str, Any]) -> bool:
    """Whether failing rows hold something to show in the column: more than a mark that is set, or nothing."""
    shown = result["observed"] or []
    return bool(shown) and shown not in (["True"], ["False"]) and "not_be_null" not in result["expectation"]


def rows_in_words(result: dict[str, Any], n: int) -> str:
    """The first failing rows by id, or by place where that is missing, each with what it holds if that tells much."""
    held = [row[1] for row in result["examples"]["rows"]] if tells(result) and result["column"] != "id" else []
    values = [f" ({printable(value)})" for value in held[:n]]
    values += [""] * (n - len(values))
    named = zip(result["rows"], result["places"], strict=True)
    ids = [f"row {place}" if cell(row) is None else printable(row) for row, place in named]
    names = [f"{name}{value}" for name, value in zip(ids[:n], values, strict=False)]
    return ", ".join([*names, *(["…"] if names and result["n_failed"] > n else [])])
