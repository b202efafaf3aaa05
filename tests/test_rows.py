import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from quartet.rows import as_text

numbers = st.lists(st.floats(allow_nan=False) | st.integers(-(2**60), 2**60).map(float), min_size=1)


@given(numbers, st.floats())
def test_no_other_row_changes_what_a_number_is_called(values, other):
    alone = as_text(pd.Series(values, dtype=float)).tolist()
    assert as_text(pd.Series([*values, other], dtype=float)).tolist()[:-1] == alone


def test_a_whole_number_is_called_as_it_is_written_and_a_missing_one_stays_missing():
    text = as_text(pd.Series([1.0, None, 1.5, -3.0]))
    assert text.dropna().tolist() == ["1", "1.5", "-3"]
    assert text.isna().tolist() == [False, True, False, False]
