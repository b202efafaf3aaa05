"""One thing that must hold of a table."""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Expectation:
    """A Great Expectations expectation, by the name of its type.

    Args:
        name: the check of the suite that it comes from, by which params.yaml changes it.
        table: which of the annotated tables it is about.
        type: Great Expectations' name, such as expect_column_values_to_not_be_null.
        meaning: what must hold, as a sentence a user reads.
        kwargs: the expectation's own arguments.
        severity: an `error` stops the dataset, a `warn` is shown.
    """

    name: str
    table: str
    type: str
    meaning: str
    kwargs: dict[str, Any] = field(default_factory=dict)
    severity: Literal["error", "warn"] = "error"
