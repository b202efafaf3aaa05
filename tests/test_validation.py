import pandas as pd

from quartet.expectation import among, fact, filled, never
from quartet.validation import run


def test_each_result_is_that_of_the_expectation_it_is_named_after():
    items = pd.DataFrame({"id": [1, 2, 3, 4], "b": [True, True, False, False], "a": ["x", "y", "z", None], "c": 1.0})
    suite = [filled("a"), never("b", "no b"), filled("c"), among("a", ["x", "y"], "a is x or y"), filled("b")]
    failing = {"no a is missing": [4], "no b": [1, 2], "a is x or y": [3]}
    results = run({"items": items}, suite)
    assert [result["meaning"] for result in results] == [expectation.meaning for expectation in suite]
    assert {result["meaning"]: result["rows"] for result in results if not result["success"]} == failing


def test_a_failed_fact_names_no_rows():
    (result,) = run({"facts": pd.DataFrame({"n_missing": [1]})}, [fact("n_missing", "none is missing", at_most=0)])
    assert not result["success"]
    assert result["rows"] == []
    assert result["observed"] == ["1"]
