"""validate: what may pass to training, by the family's Great Expectations suite."""

from typing import Any

from quartet.artifacts import load_tables, read_plan
from quartet.cells import printable
from quartet.errors import GateRefused
from quartet.exhibits import exhibits, in_words, records
from quartet.family import Family
from quartet.project import Project, write_json
from quartet.suites import LIMITS, expectations
from quartet.validation import run

MAX_CHECKS, MAX_IDS = 8, 8  # that a refusal names: it must fit a terminal
LETTERS = 60


def validate(project: Project, name: str) -> None:
    """Check the canonical tables of the dataset `name` and write validation.json, also when they fail.

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
    measured = {table: records(annotated[table]) for table in ("columns", "facts")}
    write_json(project.validation(name), {"success": not failed, "results": results, **measured})
    if failed:
        raise refusal(name, failed, len(results))


def explain(check: dict[str, Any]) -> dict[str, Any]:
    """The limits of a check that are in force, and what the suite had in place of those that params.yaml changed."""
    return {"limits": {limit: check[limit] for limit in LIMITS if limit in check}, "changed": check["changed"]}


def refusal(name: str, failed: list[dict[str, Any]], n_checks: int) -> GateRefused:
    """The error that names failed checks, a block each."""
    shown, more = failed[:MAX_CHECKS], len(failed) - MAX_CHECKS
    rest = [f"  and {more} more, which data/{name}/validation.json holds"] if more > 0 else []
    names = dict.fromkeys(result["name"] for result in shown)
    severities = ", ".join(f"{check}: {{severity: warn}}" for check in names)
    return GateRefused(
        f"the data of {name} pass their suite before anything is trained on them",
        came="\n".join([f"{len(failed)} of {n_checks} checks failed", *map(block, shown), *rest]),
        mend="\nMend these rows at their source, or the settings of the dataset in params.yaml, and run again.\n"
        "`quartet report` shows the rows. To let the data pass all the same, say under the dataset\n"
        f"  checks: {{{severities}}}",
    )


def block(result: dict[str, Any]) -> str:
    """One failed check: what must hold, what came, and in which rows."""
    column = f" [{printable(result['column'], LETTERS)}]" if result["column"] else ""
    rows = ", ".join(printable(row, LETTERS) for row in result["rows"][:MAX_IDS])
    more = ", …" if result["n_failed"] > MAX_IDS else ""
    where = f": {rows}{more}" if rows else ""
    must = printable(result["meaning"], 4 * LETTERS)
    return f"  {result['name']}{column}: {must}\n    found: {in_words(result)}{where}"
