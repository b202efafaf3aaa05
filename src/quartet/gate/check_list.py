"""All checks of all suites as a Markdown page: `python -m quartet.gate.check_list`, which `make docs` calls."""

from collections.abc import Mapping
from typing import Any

from quartet.family import family_names
from quartet.gate.suites import HERE, LIMITS, expectation, quoted, read_suite

HEAD = """\
# What the gate checks

Made from the suites by `make docs`; do not edit. [own-data.md](own-data.md) says how a dataset changes a check:

```yaml
datasets:
  mine:
    checks: {enough_items: {min_value: 30}, no_duplicates: {severity: error}}
```

An `error` stops the dataset, a `warn` is shown on its page. The limits below are those that hold where params.yaml
says nothing else. Each of them may be changed, and so may the severity, except where nothing could be computed of data
that fail (`error, always`).
"""


def page() -> str:
    """The whole page."""
    shared = read_suite(HERE / "checks.yaml")
    parts = [HEAD, section("Every family", shared)]
    for family in family_names():
        parts.append(section(family.capitalize(), read_suite(HERE.parent / "families" / family / "suite.yaml"), shared))
    return "\n".join(parts)


def section(title: str, checks: Mapping[str, Any], shared: Mapping[str, Any] | None = None) -> str:
    """One suite as a table; `shared` are the checks that it may replace."""
    lines = [
        f"## {title}",
        "",
        "| check | what must hold | severity | limits | made when |",
        "| --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*lines, *(row(name, check, name in (shared or {})) for name, check in checks.items()), ""])


def row(name: str, check: Mapping[str, Any], replaces: bool) -> str:
    """One check as a row."""
    meaning = expectation(name, meant(check), "").meaning + (" (in place of the shared one)" if replaces else "")
    limits = ", ".join(f"{limit}: {check[limit]:g}" for limit in LIMITS if limit in check)
    when = ", ".join(f"{key} is {condition(value)}" for key, value in check.get("when", {}).items())
    severity = "error, always" if check.get("firm") else check.get("severity", "error")
    cells = [f"`{name}`", meaning, severity, limits, when]
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def meant(check: Mapping[str, Any]) -> dict[str, Any]:
    """A check as a dataset would have it that changes nothing."""
    classes = {"value_set": ["the dataset's `classes`"]} if check.get("value_set") == "$classes" else {}
    return {"table": "items", "severity": "error", **check, **classes}


def condition(value: Any) -> str:
    """What a setting must be for a check to be made."""
    return quoted(value).replace(", ", " or ") if isinstance(value, list) else str(value)


if __name__ == "__main__":
    print(page(), end="")
