"""Runs expectations with Great Expectations; the only module that imports it."""

import logging
from typing import TYPE_CHECKING, Any

from quartet.gate.expectation import Expectation

if TYPE_CHECKING:
    import pandas as pd

MAX_ROWS = 20
# Great Expectations' COMPLETE format holds all failing rows, several times over; these hold none and MAX_ROWS of them.
COUNTS = {"result_format": "BASIC", "partial_unexpected_count": 0}
ROWS = {"result_format": "BASIC", "partial_unexpected_count": MAX_ROWS, "include_unexpected_rows": True}


def run(tables: "dict[str, pd.DataFrame]", expectations: list[Expectation]) -> list[dict[str, Any]]:
    """What each expectation found: meaning, severity, success, observed, n of n_failed, and which rows failed first.

    A failing row is named in `rows` by its id, and in `places` by where it stands in its table. A table without `id`
    is one row of facts.

    Raises:
        RuntimeError: an expectation could not be computed; that is never a pass.
    """
    lost = [expectation for expectation in expectations if expectation.table not in tables]
    if lost:
        raise RuntimeError(f"{lost[0].name} is about the table {lost[0].table}, which the suite did not annotate")
    batches = _batches()
    results = []
    for name, table in tables.items():
        mine = [expectation for expectation in expectations if expectation.table == name]
        results += _check_table(batches, table, mine) if mine else []
    return results


def _batches() -> Any:
    """What makes a batch of a table."""
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    asset = context.data_sources.add_pandas("tables").add_dataframe_asset("table")
    return asset.add_batch_definition_whole_dataframe("whole")


def _check_table(batches: Any, table: "pd.DataFrame", expectations: list[Expectation]) -> list[dict[str, Any]]:
    found = _validate(batches, table, expectations, COUNTS)
    summaries = [_summary(e, result) for e, result in zip(expectations, found, strict=True)]
    for expectation, summary in zip(expectations, summaries, strict=True):
        if "id" not in table:
            summary["observed"] = _plain(table[expectation.kwargs["column"]].iloc[0])
        elif summary["n_failed"] and not summary["success"]:
            summary |= _failing(batches, table, expectation)
    return summaries


def _validate(batches: Any, table: "pd.DataFrame", expectations: list[Expectation], form: dict[str, Any]) -> list[Any]:
    """What Great Expectations says of each expectation, of a table that holds no other columns than they need."""
    import great_expectations as gx

    suite = gx.ExpectationSuite(name="suite")
    for place, expectation in enumerate(expectations):
        suite.add_expectation(_gx_expectation(expectation, place))
    columns = [name for name in table if name == "id" or name in {e.kwargs.get("column") for e in expectations}]
    batch = batches.get_batch({"dataframe": table[columns].reset_index(drop=True)})
    validated = batch.validate(suite, result_format=form)
    return sorted(validated.results, key=_place)  # Great Expectations gives results in an order of its own


def _place(result: Any) -> int:
    return int(result.expectation_config.meta["place"])


def _gx_expectation(expectation: Expectation, place: int = 0) -> Any:
    import great_expectations as gx

    name = "".join(part.capitalize() for part in expectation.type.split("_"))
    arguments = {key: value for key, value in expectation.kwargs.items() if value is not None}
    return getattr(gx.expectations, name)(**arguments, meta={"place": place})


def _summary(expectation: Expectation, result: Any) -> dict[str, Any]:
    raised = result.exception_info.get("raised_exception") or any(
        isinstance(info, dict) and info.get("raised_exception") for info in result.exception_info.values()
    )
    if raised:
        raise RuntimeError(f"{expectation.type} on {expectation.kwargs} could not be computed: {result.exception_info}")
    found = result.result
    return {
        "name": expectation.name,
        "table": expectation.table,
        "expectation": expectation.type,
        "column": expectation.kwargs.get("column"),
        "meaning": expectation.meaning,
        "severity": expectation.severity,
        "success": bool(result.success),
        "observed": _plain(found.get("observed_value")),
        "n": int(found.get("element_count", 0) or 0),
        "n_failed": int(found.get("unexpected_count", 0) or 0),
        "rows": [],
        "places": [],
    }


def _failing(batches: Any, table: "pd.DataFrame", expectation: Expectation) -> dict[str, Any]:
    """The first rows that fail one expectation, and the values that some of them hold."""
    (result,) = _validate(batches, table, [expectation], ROWS)
    failing = result.result["unexpected_rows"]
    values = {str(value) for value in failing[expectation.kwargs["column"]]}
    return {
        "observed": sorted(values)[:5],
        "rows": [_plain(identity) for identity in failing["id"]],
        "places": [int(place) for place in failing.index],
    }


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return value if isinstance(value, int | float | str | list | None) else str(value)
