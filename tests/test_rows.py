"""Rows of any family: groups, and what numbers are called."""

from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quartet.errors import SourceError
from quartet.rows import as_text, group_of, name_split


def test_a_row_without_a_group_changes_no_other_rows_group():
    rows = pd.DataFrame({"id": ["a", "b"], "patient": [1, 2]})
    longer = pd.concat([rows, pd.DataFrame({"id": ["c"]})], ignore_index=True)
    assert longer["patient"].dtype != rows["patient"].dtype
    assert group_of(longer, "patient").tolist()[:2] == group_of(rows, "patient").tolist()


@pytest.mark.parametrize("group", ["(", r"(p\d)_(\d)", "patient"])
def test_a_group_that_is_neither_column_nor_pattern_is_named(group):
    with pytest.raises(SourceError, match="columns") as error:
        group_of(pd.DataFrame({"id": ["p1_2.png"]}), group)
    assert f"{group} is not among id" in str(error.value)


numbers = st.lists(st.floats(allow_nan=False) | st.integers(-(2**60), 2**60).map(float), min_size=1)


@given(numbers, st.floats())
def test_no_other_row_changes_what_a_number_is_called(values, other):
    alone = as_text(pd.Series(values, dtype=float)).tolist()
    assert as_text(pd.Series([*values, other], dtype=float)).tolist()[:-1] == alone


def test_a_whole_number_is_called_as_it_is_written_and_a_missing_one_stays_missing():
    text = as_text(pd.Series([1.0, None, 1.5, -3.0]))
    assert text.dropna().tolist() == ["1", "1.5", "-3"]
    assert text.isna().tolist() == [False, True, False, False]


@pytest.mark.parametrize(
    ("published", "folds", "kind"),
    [
        (["train", "test"], None, "published"),
        (None, None, "hashed"),
        (None, 5, "folds"),
        (["train"] * 2, None, "hashed"),
    ],
)
def test_a_split_is_called_what_it_is(published, folds, kind):
    frame = pd.DataFrame({"x": [1, 2]}) if published is None else pd.DataFrame({"split": published})
    assert name_split(frame, SimpleNamespace(split=None, folds=folds), 3) == {"kind": kind, "seed": 3, "folds": folds}
