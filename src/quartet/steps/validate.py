"""validate: what may pass to training, by the family's Great Expectations suite."""

from typing import Any

from quartet.artifacts import load_tables, read_plan
from quartet.errors import GateRefused
from quartet.family import Family
from quartet.project import Project, write_json
from quartet.suites import expectations
from quartet.validation import run


def validate(project: Project, name: str) -> None:
    """Check the canonical tables of the dataset `name` and write validation.json, also when they fail.

    Raises:
        GateRefused: an expectation of severity `error` failed; the message names the rows.
    """
    plan = read_plan(project, "validate", name)
    suite = Family(plan.family).suite
    tables = suite.annotate(load_tables(project.raw(name)), plan.settings)
    results = run(tables, expectations(plan.checks, tables))
    failed = [result for result in results if not result["success"] and result["severity"] == "error"]
    write_json(project.validation(name), {"success": not failed, "results": results})
    if failed:
        raise GateRefused(
            f"the data of {name} pass their suite before anything is trained on them",
            came="\n".join([f"{len(failed)} of {len(results)} expectations failed", *map(describe, failed)]),
            mend="\nMend them at their source, or change the dataset's settings or `checks:`, and run again.",
        )


def describe(result: dict[str, Any]) -> str:
    """One failed expectation, as a line."""
    column = f" [{result['column']}]" if result["column"] else ""
    rows = ", ".join(str(row) for row in result["rows"])
    more = ", …" if result["n_failed"] > len(result["rows"]) else ""
    where = f", {result['n_failed']} of the items: {rows}{more}" if rows else ""
    return f"  {result['meaning']}{column}: found {result['observed']}{where} (checks.{result['name']})"
