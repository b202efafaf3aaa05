import pandas as pd
import pytest

from quartet.gate.expectation import Expectation
from quartet.gate.validation import run


def present(column):
    return Expectation("p", "items", "expect_column_values_to_not_be_null", f"{column} is there", {"column": column})


def among(column, values, table="items"):
    kwargs = {"column": column, "value_set": values}
    return Expectation("a", table, "expect_column_values_to_be_in_set", f"{column} is one of {values}", kwargs)


def test_each_result_is_that_of_the_expectation_it_is_named_after():
    items = pd.DataFrame({"id": [1, 2, 3, 4], "b": [True, True, False, False], "a": ["x", "y", "z", None], "c": 1.0})
    suite = [present("a"), among("b", [False]), present("c"), among("a", ["x", "y"]), present("b")]
    failing = {"a is there": [4], "b is one of [False]": [1, 2], "a is one of ['x', 'y']": [3]}
    results = run({"items": items}, suite)
    assert [result["meaning"] for result in results] == [expectation.meaning for expectation in suite]
    assert {result["meaning"]: result["rows"] for result in results if not result["success"]} == failing


def test_a_failed_fact_names_no_rows():
    (result,) = run({"facts": pd.DataFrame({"n_missing": [1]})}, [among("n_missing", [0], "facts")])
    assert not result["success"]
    assert result["rows"] == []
    assert result["observed"] == 1


def test_a_check_of_a_table_that_is_not_there_is_no_pass():
    with pytest.raises(RuntimeError, match="facts"):
        run({"items": pd.DataFrame({"id": [1]})}, [among("n_missing", [0], "facts")])
