"""One thing that must hold of a table."""

from dataclasses import dataclass, field
from typing import Any, Literal

from quartet.family import SPLITS


@dataclass(frozen=True)
class Expectation:
    """A Great Expectations expectation, by the name of its type.

    Args:
        table: which of the annotated tables it is about.
        type: Great Expectations' name, such as expect_column_values_to_not_be_null.
        meaning: what must hold, as a sentence a user reads.
        kwargs: the expectation's own arguments.
        severity: an `error` stops the dataset, a `warn` is shown.
    """

    table: str
    type: str
    meaning: str
    kwargs: dict[str, Any] = field(default_factory=dict)
    severity: Literal["error", "warn"] = "error"


def never(
    flag: str, meaning: str, severity: Literal["error", "warn"] = "error", *, table: str = "items"
) -> Expectation:
    """No row of a table has this boolean column set; a failure names the rows that have, by their `id`."""
    kwargs = {"column": flag, "value_set": [False]}
    return Expectation(table, "expect_column_values_to_be_in_set", meaning, kwargs, severity)


def fact(name: str, meaning: str, *, at_least: float | None = None, at_most: float | None = None) -> Expectation:
    """A number of the one-row table `facts` stays within bounds."""
    kwargs = {"column": name, "min_value": at_least, "max_value": at_most}
    return Expectation("facts", "expect_column_values_to_be_between", meaning, kwargs)


def filled(column: str, table: str = "items") -> Expectation:
    """No value of a column is missing."""
    return Expectation(table, "expect_column_values_to_not_be_null", f"no {column} is missing", {"column": column})


def among(column: str, values: list[Any], meaning: str) -> Expectation:
    """Every value of a column of `items` is one of these."""
    return Expectation("items", "expect_column_values_to_be_in_set", meaning, {"column": column, "value_set": values})


def labels_and_splits(label: str, classes: list[str] | None, *, graph_only: bool = False) -> list[Expectation]:
    """What every family asks of its items: an id each, a known split, a label, and enough of each.

    Args:
        graph_only: admits items with the split "", which are no examples and need no label; those that are
            examples and lack one have the boolean column `unlabelled` set.
    """
    splits, labelled = [*SPLITS], filled(label)
    if graph_only:
        splits, labelled = [*SPLITS, ""], never("unlabelled", f"no {label} of an item in a split is missing")
    checks = [
        Expectation("items", "expect_column_values_to_be_unique", "ids are unique", {"column": "id"}),
        among("split", splits, "each item is in the train, validation or test split"),
        labelled,
        never("straddles", "no content stands in two splits: test items that were trained on prove nothing"),
        never("duplicate", "no two items hold the same content", "warn"),
        fact("n_items_missing", "there are enough items (minimum_items)", at_most=0),
        fact("n_empty_splits", "train, validation and test all hold items", at_most=0),
    ]
    if classes:
        checks.append(among(label, classes, f"each {label} is one of {', '.join(classes)}"))
    return checks
