"""Suites are data: checks.yaml beside this file for all families, suite.yaml in each family's folder for its own.

An entry is a check by name:

    meaning       what must hold, as a sentence; it may quote the check's limits, such as {min_value}
    expectation   the name of a Great Expectations type without `expect_`
    table         which annotated table it is about, `items` if absent
    column        the column it looks at, or
    each          a kind of column (feature, number, category, boolean, date, measure): one expectation per row of
                  the annotated table `columns` that is of this kind
    when          setting → value that must hold for the check to be made; a list is any of these, `given` any at all
    value_set     its values; $classes are the dataset's
    min_value, max_value, mostly, severity
                  its limits, which `checks:` of a dataset in params.yaml may change
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from quartet.expectation import Expectation
from quartet.settings import DatasetSettings

if TYPE_CHECKING:
    from quartet.family import Tables

LIMITS = ("min_value", "max_value", "mostly")
HERE = Path(__file__).parent


@cache
def suite_of(family: str) -> dict[str, dict[str, Any]]:
    """The checks of a family by name, those that all families share first."""
    files = (HERE / "checks.yaml", HERE / "families" / family / "suite.yaml")
    checks: dict[str, dict[str, Any]] = {}
    for file in files:
        checks |= YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8")) or {}
    return checks


def adjustable(check: dict[str, Any]) -> list[str]:
    """What a dataset may change of a check."""
    return ["severity", *(limit for limit in LIMITS if limit in check)]


def checks_of(settings: DatasetSettings) -> dict[str, dict[str, Any]]:
    """The checks that are made of a dataset, with its own limits filled in."""
    found = {}
    for name, check in suite_of(settings.family).items():
        if all(_holds(settings, key, value) for key, value in check.get("when", {}).items()):
            changes = settings.checks.get(name)
            changed = {k: v for k, v in changes.model_dump().items() if v is not None} if changes else {}
            filled = {"table": "items", "severity": "error"} | check | changed
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
    meaning = check["meaning"].format(**check)
    return Expectation(name, check["table"], f"expect_{check['expectation']}", meaning, kwargs, check["severity"])
