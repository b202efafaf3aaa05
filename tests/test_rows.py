"""Rows of any family: groups."""

import pandas as pd
import pytest

from quartet.errors import SourceError
from quartet.rows import group_of


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
