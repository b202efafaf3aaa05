"""What a check found, as a person looks at it: in words, and the first failing rows with their cells as short text."""

from typing import TYPE_CHECKING, Any

from quartet.cells import cell, cut, printable

if TYPE_CHECKING:
    import pandas as pd

MAX_SHOWN = 10  # rows of a check
MAX_COLUMNS = 12
FIRST = ("id", "split", "label")
ROWS = {"items": "item", "edges": "edge", "columns": "column", "left_out": "part"}  # what a row of a table is


def exhibits(
    result: dict[str, Any], annotated: "dict[str, pd.DataFrame]", canonical: "dict[str, pd.DataFrame]"
) -> list[dict[str, str | None]]:
    """The first rows that fail a check: column → cell, the one that fails always among them."""
    table = annotated[result["table"]]
    columns = columns_to_show(table, canonical.get(result["table"], table), result["column"])
    rows = table[columns].iloc[result["places"][:MAX_SHOWN]]
    return [
        {cut(name, 60): cell(value) for name, value in zip(columns, row, strict=True)}
        for row in rows.itertuples(index=False, name=None)
    ]


def columns_to_show(table: "pd.DataFrame", source: "pd.DataFrame", failing: str) -> list[str]:
    """The columns of a row that tell most: what it is, what fails, and what else the source has."""
    known = [name for name in (*FIRST, failing) if name in table]
    others = [str(name) for name in source if name in table]
    return list(dict.fromkeys([*known, *others]))[:MAX_COLUMNS]


def records(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """A small table as JSON values."""
    return [
        {str(name): value.item() if hasattr(value, "item") else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]


def in_words(result: dict[str, Any]) -> str:
    """How many rows fail a check, or the fact it is about."""
    observed, column = result["observed"], printable(result["column"])
    if "unique_value_count" in result["expectation"]:
        return f"{printable(observed)} different values"
    if result["table"] not in ROWS:
        return f"{column.removeprefix('n_').replace('_', ' ')}: {printable(observed)}"
    rows = f"{result['n']:,} {ROWS[result['table']]}{'' if result['n'] == 1 else 's'}"
    return f"{result['n_failed']:,} of {rows}" if result["n_failed"] else f"none of {rows} fails"


def tells(result: dict[str, Any]) -> bool:
    """Whether failing rows hold something to show in the column: more than a mark that is set, or nothing."""
    shown = result["observed"] or []
    return bool(shown) and shown not in (["True"], ["False"]) and "not_be_null" not in result["expectation"]


def rows_in_words(result: dict[str, Any], n: int) -> str:
    """The first failing rows by id, each with what it holds where that tells something."""
    held = [example.get(cut(result["column"], 60)) for example in result["examples"]] if tells(result) else []
    values = [f" ({printable(value)})" for value in held[:n]] if result["column"] != "id" else []
    values += [""] * (n - len(values))
    names = [f"{printable(row)}{value}" for row, value in zip(result["rows"][:n], values, strict=False)]
    return ", ".join([*names, *(["…"] if names and result["n_failed"] > n else [])])
