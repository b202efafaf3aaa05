"""validate: what may pass to training, by the family's Great Expectations suite."""

from typing import Any

from quartet.artifacts import load_tables, read_plan
from quartet.errors import GateRefused
from quartet.family import Family
from quartet.gate.exhibits import as_text, exhibits, in_words, rows_in_words, tells
from quartet.gate.suites import LIMITS, expectations
from quartet.gate.validation import run
from quartet.project import Project, write_json
from quartet.safe_text import printable

MAX_CHECKS, MAX_COLUMNS, MAX_ROWS, MAX_MEANING = 8, 4, 8, 240  # of a refusal: it must fit a terminal


def validate(project: Project, name: str) -> None:
    """Check the canonical tables of the dataset `name`; write validation.json in any case, passed.json where they pass.

    Raises:
        GateRefused: an expectation of severity `error` failed; the message names the rows.
    """
    plan = read_plan(project, "validate", name)
    canonical = load_tables(project.raw(name))
    annotated = Family(plan.family).suite.annotate(canonical, plan.settings)
    results = [
        result | explain(plan.checks[result["name"]]) | {"examples": exhibits(result, annotated, canonical)}
        for result in run(annotated, expectations(plan.checks, annotated))
    ]
    failed = [result for result in results if not result["success"] and result["severity"] == "error"]
    measured = {table: as_text(annotated[table]) for table in ("columns", "facts")}
    write_json(project.validation(name), {"success": not failed, "results": results, **measured})
    project.passed(name).unlink(missing_ok=True)
    if failed:
        raise refusal(name, failed, results)
    write_json(project.passed(name), {"success": True})


def explain(check: dict[str, Any]) -> dict[str, Any]:
    """The limits of a check that are in force, and what the suite had in place of those that params.yaml changed."""
    limits = {limit: check[limit] for limit in LIMITS if limit in check}
    return {"limits": limits, "changed": check["changed"], "firm": check.get("firm", False)}


def refusal(name: str, failed: list[dict[str, Any]], results: list[dict[str, Any]]) -> GateRefused:
    """The error that names failed checks, a block each."""
    checks: dict[str, list[dict[str, Any]]] = {}
    for result in failed:
        checks.setdefault(result["name"], []).append(result)
    count = f"{len(checks)} of {len({result['name'] for result in results})} checks failed"
    shown, more = list(checks)[:MAX_CHECKS], len(checks) - MAX_CHECKS
    rest = [f"  and {more} more, which data/{name}/validation.json holds"] if more > 0 else []
    return GateRefused(
        f"the data of {name} pass their suite before anything is trained on them",
        came="\n".join([count, *(block(checks[check]) for check in shown), *rest]),
        mend="\nMend these rows at their source, or the settings of the dataset in params.yaml, and run again;\n"
        f"`quartet report` shows the rows. {way_round([check for check in checks if not checks[check][0]['firm']])}",
    )


def way_round(soft: list[str]) -> str:
    """How to let data pass that fail only checks that may be made a warning."""
    if not soft:
        return "These checks cannot be made warnings: nothing could be computed of such data."
    lines = ["To let the rest pass all the same, write under the dataset", "  checks:"]
    return "\n".join([*lines, *(f"    {check}: {{severity: warn}}" for check in soft[:MAX_CHECKS])])


def block(results: list[dict[str, Any]]) -> str:
    """One failed check: what must hold, and what came in which rows of each column."""
    lines = [f"  {results[0]['name']}: {printable(results[0]['meaning'], MAX_MEANING)}"]
    for result in results[:MAX_COLUMNS]:
        named = result["table"] == "items" and (tells(result) or len(results) > 1 or "null" in result["expectation"])
        column = f"{printable(result['column'])}: " if named else ""
        rows = rows_in_words(result, MAX_ROWS)
        lines.append(f"    {column}{in_words(result)}{': ' if rows else ''}{rows}")
    more = len(results) - MAX_COLUMNS
    return "\n".join([*lines, *([f"    and {more} more columns"] if more > 0 else [])])
