"""Suites are data: checks.yaml beside this file for all families, suite.yaml in each family's folder for its own.

An entry is a check by name; `Form` says what may stand in it. A family's entry replaces a shared one of its name.

    rare_colour:
      meaning: each colour is one of {value_set}
      table: items
      column: colour
      expectation: column_values_to_be_in_set
      value_set: [red, green]
      mostly: 0.99
      severity: warn

What no column check can see becomes a column of its own: `annotate` of a family's suite.py adds it to `items`, or to
the one-row table `facts`, or to the table `columns` (a row per column of items), so that a failure names rows.
docs/checks.md lists all checks; `make docs` makes it anew.
"""

from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from quartet.gate.expectation import Expectation
from quartet.settings import DatasetSettings, Settings

if TYPE_CHECKING:
    from quartet.family import Tables

LIMITS = ("min_value", "max_value", "mostly")
HERE = Path(__file__).parent
MAX_VALUES = 12  # of a value set that a meaning quotes


class Form(Settings):
    """What may stand in an entry of a suite."""

    meaning: str = Field(description="what must hold, as a sentence; {min_value}, … quote the check's own limits")
    expectation: str = Field(pattern="^column_", description="a Great Expectations type without `expect_`")
    table: str = Field(default="items", description="the annotated table it is about")
    column: str | None = Field(default=None, description="the column it looks at")
    each: Literal["feature", "number", "category", "boolean", "date", "measure"] | None = Field(
        default=None, description="in place of `column`: every column of items that `columns` calls by this kind"
    )
    when: dict[str, Any] = Field(
        default={}, description="setting → value it must have for the check to be made: one of a list, `given`: any"
    )
    value_set: list[Any] | Literal["$classes"] | None = Field(
        default=None, description="the values there may be; $classes are those that the dataset states"
    )
    min_value: float | None = Field(default=None, description="at least this much; a dataset may change it")
    max_value: float | None = Field(default=None, description="at most this much; a dataset may change it")
    mostly: float | None = Field(
        default=None, ge=0, le=1, description="share of the rows that must pass, 1 if absent; a dataset may change it"
    )
    severity: Literal["error", "warn"] = Field(
        default="error", description="an error stops the dataset, a warn is shown; a dataset may change it"
    )

    firm: bool = Field(
        default=False, description="whether no dataset may change it: of data that fail it, nothing could be computed"
    )

    @model_validator(mode="after")
    def fits_together(self) -> Self:
        """One of `column` and `each`, and a meaning that quotes nothing but limits that are there."""
        if (self.column is None) == (self.each is None):
            raise ValueError("either `column` or `each` must be there")
        quoted = {name for _, name, _, _ in Formatter().parse(self.meaning) if name is not None}
        lost = quoted - {name for name in (*LIMITS, "value_set") if getattr(self, name) is not None}
        if lost:
            raise ValueError(f"`meaning` quotes {', '.join(sorted(lost))}, which the entry does not give")
        return self


@cache
def suite_of(family: str) -> dict[str, dict[str, Any]]:
    """The checks of a family by name, those that all families share first."""
    return read_suite(HERE / "checks.yaml") | read_suite(HERE.parent / "families" / family / "suite.yaml")


def read_suite(file: Path) -> dict[str, dict[str, Any]]:
    """The checks of one file.

    Raises:
        RuntimeError: it is no YAML, or an entry has not the form: a mistake in Quartet, never in a user's files.
    """
    checks: dict[str, dict[str, Any]]
    try:
        checks = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8")) or {}
        for name, check in checks.items():
            entry = name
            Form.model_validate(check)
    except YAMLError as error:
        raise RuntimeError(f"{file.name} is no suite: {error}") from error
    except ValidationError as error:
        raise RuntimeError(f"{entry} in {file.name} is no check: {error}") from error
    return checks


def adjustable(check: dict[str, Any]) -> list[str]:
    """What a dataset may change of a check."""
    return [] if check.get("firm") else ["severity", *(limit for limit in LIMITS if limit in check)]


def checks_of(settings: DatasetSettings) -> dict[str, dict[str, Any]]:
    """The checks that are made of a dataset, with its own limits filled in.

    `changed` of a check holds what the suite had where the dataset has something else.
    """
    found = {}
    for name, check in suite_of(settings.family).items():
        if all(_holds(settings, key, value) for key, value in check.get("when", {}).items()):
            changes = settings.checks.get(name)
            changed = {k: v for k, v in changes.model_dump().items() if v is not None} if changes else {}
            before = {"table": "items", "severity": "error"} | check
            filled = before | changed
            filled["changed"] = {key: before[key] for key in changed if before[key] != changed[key]}
            if filled.get("value_set") == "$classes":
                filled["value_set"] = settings.classes
            found[name] = {key: value for key, value in filled.items() if key != "when"}
    return found


def _holds(settings: DatasetSettings, key: str, value: Any) -> bool:
    there = getattr(settings, key, None)
    return bool(there) if value == "given" else there in value if isinstance(value, list) else there == value


def expectations(checks: dict[str, dict[str, Any]], tables: "Tables") -> list[Expectation]:
    """The checks as expectations of annotated tables."""
    return [
        expectation(name, check, column)
        for name, check in checks.items()
        for column in ([check["column"]] if "column" in check else columns_of_kind(tables, check["each"]))
    ]


def columns_of_kind(tables: "Tables", kind: str) -> list[str]:
    """The columns of items that the annotated table `columns` calls by this kind; all of them are features."""
    columns = tables["columns"]
    return [str(name) for name in columns.loc[(columns["kind"] == kind) | (kind == "feature"), "id"]]


def expectation(name: str, check: dict[str, Any], column: str) -> Expectation:
    """One check of one column."""
    limits = {limit: check[limit] for limit in LIMITS if limit in check}
    kwargs = {"column": column, **limits} | ({"value_set": check["value_set"]} if "value_set" in check else {})
    words = {limit: f"{value:,.6g}" for limit, value in limits.items()} | {"value_set": quoted(check.get("value_set"))}
    meaning = check["meaning"].format(**words)
    return Expectation(name, check["table"], f"expect_{check['expectation']}", meaning, kwargs, check["severity"])


def quoted(values: list[Any] | None) -> str:
    """A value set as a meaning quotes it."""
    words = [str(value) or "nothing" for value in values or []]
    return ", ".join(words[:MAX_VALUES]) + (f" or {len(words) - MAX_VALUES} more" if len(words) > MAX_VALUES else "")
