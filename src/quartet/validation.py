"""Runs expectations with Great Expectations; the only module that imports it."""

import logging
from typing import TYPE_CHECKING, Any

from quartet.expectation import Expectation

if TYPE_CHECKING:
    import pandas as pd

MAX_ROWS = 20


def run(tables: "dict[str, pd.DataFrame]", expectations: list[Expectation]) -> list[dict[str, Any]]:
    """What each expectation found: meaning, severity, success, observed, n_failed and the first failing ids.

    Raises:
        RuntimeError: an expectation could not be computed; that is never a pass.
    """
    lost = [expectation for expectation in expectations if expectation.table not in tables]
    if lost:
        raise RuntimeError(f"{lost[0].name} is about the table {lost[0].table}, which the suite did not annotate")
    context = _context()
    results = []
    for name, table in tables.items():
        mine = [expectation for expectation in expectations if expectation.table == name]
        results += _check_table(context, name, table, mine) if mine else []
    return results


def _context() -> Any:
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


def _check_table(
    context: Any, name: str, table: "pd.DataFrame", expectations: list[Expectation]
) -> list[dict[str, Any]]:
    import great_expectations as gx

    source = context.data_sources.add_pandas(name)
    batch = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("all").get_batch({"dataframe": table})
    suite = gx.ExpectationSuite(name=name)
    for place, expectation in enumerate(expectations):
        arguments = {key: value for key, value in expectation.kwargs.items() if value is not None}
        suite.add_expectation(_class(gx, expectation.type)(**arguments, meta={"place": place}))
    index = {"unexpected_index_column_names": ["id"]} if "id" in table else {}
    validated = batch.validate(suite, result_format={"result_format": "COMPLETE", **index})
    by_place = sorted(validated.results, key=_place)  # Great Expectations gives results in an order of its own
    return [_summary(e, result) for e, result in zip(expectations, by_place, strict=True)]


def _place(result: Any) -> int:
    return int(result.expectation_config.meta["place"])


def _class(gx: Any, expectation_type: str) -> Any:
    name = "".join(part.capitalize() for part in expectation_type.split("_"))
    return getattr(gx.expectations, name)


def _summary(expectation: Expectation, result: Any) -> dict[str, Any]:
    raised = result.exception_info.get("raised_exception") or any(
        isinstance(info, dict) and info.get("raised_exception") for info in result.exception_info.values()
    )
    if raised:
        raise RuntimeError(f"{expectation.type} on {expectation.kwargs} could not be computed: {result.exception_info}")
    found = result.result
    failing = [row["id"] for row in found.get("unexpected_index_list") or [] if isinstance(row, dict)]
    return {
        "name": expectation.name,
        "table": expectation.table,
        "expectation": expectation.type,
        "column": expectation.kwargs.get("column"),
        "meaning": expectation.meaning,
        "severity": expectation.severity,
        "success": bool(result.success),
        "observed": _plain(found.get("observed_value", _values(found))),
        "n_failed": int(found.get("unexpected_count", 0) or 0),
        "rows": [_plain(identity) for identity in failing[:MAX_ROWS]],
    }


def _values(found: dict[str, Any]) -> list[Any]:
    return sorted({str(value) for value in found.get("unexpected_list") or []})[:5]


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return value if isinstance(value, int | float | str | list | None) else str(value)
