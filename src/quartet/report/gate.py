"""What the gate said of a dataset, ready for its page: every check, and the failing rows of those that failed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from quartet.gate.exhibits import ROWS, in_words, tells
from quartet.project import Project, read_json
from quartet.report.pictures import Picture, picture_of
from quartet.safe_text import cell, cut

STATUSES = ("failed", "warning", "passed")  # the order of checks on a page
MAX_PARTS = 3  # columns of one check that are shown with their rows
MAX_LEFT_OUT, MAX_CAPTION = 40, 40
LIMITS = {"min_value": "at least", "max_value": "at most", "mostly": "share that must pass"}


@dataclass(frozen=True)
class Limit:
    """One limit of a check.

    Args:
        before: what the suite has, where params.yaml says something else.
    """

    name: str
    value: Any
    before: Any = None

    @property
    def words(self) -> str:
        """The limit as a reader sees it."""
        return f"{LIMITS[self.name]} {short(self.value)}" if self.name in LIMITS else short(self.value)


@dataclass(frozen=True)
class Part:
    """What a check found in one column.

    Args:
        rows: the first ids, and `n_more` others.
        examples: `columns` and `rows` of cells; the column that fails stands second, or is the id.
        pictures: thumbnails of them, where they are pictures.
    """

    column: str
    table: str
    found: str
    rows: list[str]
    n_more: int
    examples: dict[str, list[Any]]
    pictures: list[Picture]


@dataclass(frozen=True)
class Check:
    """One check, of one column or of several.

    Args:
        status: failed, warning or passed.
        firm: whether no setting makes it a warning.
        parts: one for each column that fails; for a check that passed, one for each column.
    """

    name: str
    meaning: str
    severity: str
    status: str
    firm: bool
    limits: list[Limit]
    parts: list[Part]


@dataclass(frozen=True)
class Gate:
    """What the suite said of the data.

    Args:
        state: passed, failed, or not run.
        checks: what validation.json says, failures first.
        columns: what was measured of each column, as `columns` and `rows` of cells.
    """

    state: str
    checks: list[Check] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)

    def count(self, status: str) -> int:
        """How many checks ended like that."""
        return sum(check.status == status for check in self.checks)

    def ended(self, *statuses: str) -> list[Check]:
        """The checks that ended in one of these ways."""
        return [check for check in self.checks if check.status in statuses]


@dataclass(frozen=True)
class LeftOut:
    """What of a source is not used: the first parts by name, and how many for which reason."""

    n: int
    first: list[tuple[str | None, str | None, bool]]
    reasons: list[tuple[str, bool, int]]


def gate_of(project: Project, dataset: str) -> Gate:
    """What validation.json says."""
    file = project.validation(dataset)
    if not file.exists():
        return Gate("not run")
    content = read_json(file)
    items = project.raw(dataset) / "items.parquet"
    by_name = groupby(sorted(content["results"], key=lambda result: result["name"]), lambda result: result["name"])
    checks = [check_of(list(results), items) for _, results in by_name]
    checks.sort(key=lambda check: STATUSES.index(check.status))
    return Gate("passed" if content["success"] else "failed", checks, content["columns"])


def check_of(results: list[dict[str, Any]], items: Path) -> Check:
    """One check from its results, one for each of its columns."""
    first = results[0]
    failing = [result for result in results if not result["success"]]
    status = "passed" if not failing else "warning" if first["severity"] == "warn" else "failed"
    in_force = {"severity": first["severity"], **first["limits"]}
    limits = [Limit(name, value, first["changed"].get(name)) for name, value in in_force.items()]
    parts = [part_of(result, items if place < MAX_PARTS else None) for place, result in enumerate(failing or results)]
    return Check(first["name"], first["meaning"], first["severity"], status, first["firm"], limits, parts)


def part_of(result: dict[str, Any], items: Path | None) -> Part:
    """What one result says; its rows are shown where the file of items is given."""
    failing = not result["success"]
    return Part(
        column=cell(result["column"], 60) or "",
        table=result["table"],
        found=in_words(result),
        rows=[cell(row, 60) or "missing" for row in result["rows"]],
        n_more=max(0, result["n_failed"] - len(result["rows"])) if result["table"] in ROWS and failing else 0,
        examples=result["examples"] if items is not None else {"columns": [], "rows": []},
        pictures=pictures_of(result, items) if items is not None and result["table"] == "items" else [],
    )


def pictures_of(result: dict[str, Any], items: Path) -> list[Picture]:
    """Thumbnails of the rows shown, each under its id and what fails; none where items are no pictures."""
    shown = result["examples"]["rows"]
    if not shown or not items.exists() or "picture" not in pq.read_schema(items).names:
        return []
    rows = ds.dataset(items).take(result["places"][: len(shown)], columns=["id", "picture"]).to_pandas()
    if [cell(name) for name in rows["id"]] != [row[0] for row in shown]:  # the data were read anew since
        return []
    told = [f": {result['column']} {row[1]}" if tells(result) else "" for row in shown]
    names = [cut(row[0] or "missing", MAX_CAPTION) for row in shown]
    return [picture_of(data, name + more) for data, name, more in zip(rows["picture"], names, told, strict=True)]


def left_out_of(folder: Path) -> LeftOut | None:
    """What ingest noted as left out; None where it used all there was."""
    file = folder / "left_out.parquet"
    table = pd.read_parquet(file) if file.exists() else pd.DataFrame()
    if table.empty:
        return None
    rows = [(name, reason, bool(asked)) for name, reason, asked in table.itertuples(index=False, name=None)]
    shown = sorted(rows, key=lambda row: row[2])[:MAX_LEFT_OUT]  # what nobody asked for comes first
    return LeftOut(len(rows), [(cell(name), cell(reason), asked) for name, reason, asked in shown], counted(rows))


def counted(rows: Iterable[tuple[str, str, bool]]) -> list[tuple[str, bool, int]]:
    """(reason, asked, how often), the commonest first."""
    counts = Counter((reason, asked) for _, reason, asked in rows)
    return [(cell(reason) or "", asked, n) for (reason, asked), n in counts.most_common(MAX_LEFT_OUT)]


def short(value: Any) -> str:
    """A limit as text."""
    return f"{value:,.6g}" if isinstance(value, int | float) else str(value)
