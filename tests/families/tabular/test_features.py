import numpy as np
import pandas as pd
import pytest
import torch
from pydantic import ValidationError

from quartet.errors import SourceError
from quartet.examples import Examples, as_target
from quartet.families.tabular.features import encode, fit, raw_input
from quartet.learning.output import outputs

ROWS = 10


def trained(columns, settings, **changes):
    """The encoder of canonical columns that are all in training."""
    items = pd.DataFrame({"id": range(ROWS), "split": "train", "label": ["a", "b"] * (ROWS // 2), **columns})
    return fit({"items": items}, settings(**changes))


def inputs(encoder, columns):
    return encode(pd.DataFrame(columns), encoder)["x"].tolist()


def test_numbers_are_scaled_over_the_training_split(settings):
    encoder = trained({"size": np.linspace(10, 30, ROWS)}, settings)
    assert inputs(encoder, {"size": [10.0, 30.0, 20.0, 50.0]}) == [[0.0], [1.0], [0.5], [2.0]]


def test_a_missing_number_is_the_median_and_says_so(settings):
    sizes = [0.0, 1, 2, 3, 4, 5, 6, 7, 10, np.nan]
    encoder = trained({"size": sizes}, settings, missing="impute")
    assert np.allclose(inputs(encoder, {"size": [np.nan, 10.0]}), [[np.nanmedian(sizes) / 10, 1], [1, 0]])


def test_a_missing_category_is_one_of_its_own(settings):
    colours = pd.Series(["red", "blue", None, "red", "blue"] * 2, dtype="str")
    encoder = trained({"colour": colours}, settings, missing="impute", rare_below=1)
    assert inputs(encoder, {"colour": ["blue", "red", None, "pink"]}) == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]


def test_rare_and_unseen_categories_are_one(settings):
    colours = pd.Series(["red"] * 4 + ["blue"] * 3 + ["pink", "teal", "teal"], dtype="str")
    encoder = trained({"colour": colours}, settings, rare_below=3)
    found = inputs(encoder, {"colour": ["blue", "red", "pink", "teal", "grey"]})
    assert found == [[1, 0, 0], [0, 1, 0], *[[0, 0, 1]] * 3]


def test_no_column_becomes_more_inputs_than_max_categories_and_other(settings):
    colours = pd.Series([f"c{n % 7}" for n in range(ROWS)], dtype="str")
    encoder = trained({"colour": colours}, settings, max_categories=3, rare_below=1)
    assert encoder.facts["columns"][0]["categories"] == ["c0", "c1", "c2"]
    assert encoder.facts["n_inputs"] == 4


def test_a_date_is_the_days_since_1970_scaled(settings):
    days = pd.Series(np.datetime64("2024-01-01") + 10 * np.arange(ROWS)).astype("datetime64[us]")
    encoder = trained({"day": days}, settings)
    column = encoder.facts["columns"][0]
    assert column["low"] == (pd.Timestamp("2024-01-01") - pd.Timestamp(0)).days
    assert np.allclose(inputs(encoder, {"day": days})[3], 3 / (ROWS - 1))


def test_false_and_true_are_0_and_1(settings):
    encoder = trained({"gift": pd.Series([True, False] * 5, dtype="boolean")}, settings)
    assert inputs(encoder, {"gift": pd.Series([False, True], dtype="boolean")}) == [[0.0], [1.0]]


@pytest.fixture
def mixed(ingest, settings):
    """An encoder of text cells of every type, some missing."""
    n = 60
    columns = {"size": ["NA", *(f"{i / 2}" for i in range(n - 1))], "gift": ["yes", "no", "?"] * 20}
    tables = ingest({**columns, "day": ["2024-01-02", "3.4.2024", ""] * 20, "colour": ["1", "2", "NA"] * 20})
    return fit(tables, settings(missing="impute"))


def test_raw_cells_are_read_as_those_of_the_source(mixed):
    text = {"size": ["7", " NA"], "gift": ["TRUE", ""], "day": ["3 Apr 2024", "?"], "colour": ["2.0", "null"]}
    typed = {
        "size": [7.0, None],
        "gift": [True, None],
        "day": pd.to_datetime(["2024-04-03", None]),
        "colour": [2, None],
    }
    served = raw_input(pd.DataFrame(text), mixed)
    assert inputs(mixed, served) == inputs(mixed, text) == inputs(mixed, typed)
    assert served["gift"].tolist() == ["true", None]


@pytest.mark.parametrize(("column", "cell"), [("size", "big"), ("gift", "perhaps"), ("day", "soon")])
def test_a_raw_cell_of_another_type_is_named(mixed, column, cell):
    raw = pd.DataFrame({"size": ["1"] * 3, "gift": "yes", "day": "2024-01-02", "colour": "1"}).astype(object)
    raw.loc[2, column] = cell
    with pytest.raises(SourceError, match=f"column {column} .*row 2 has '{cell}'"):
        raw_input(raw, mixed)


def test_a_raw_missing_cell_is_refused_where_training_knew_none(settings):
    encoder = trained({"size": np.arange(float(ROWS))}, settings)
    with pytest.raises(SourceError, match="no cell of size is missing; however, row 1 has none"):
        raw_input(pd.DataFrame({"size": ["1", ""]}), encoder)


def test_a_label_that_training_does_not_know_is_named(settings):
    encoder = trained({"size": np.arange(float(ROWS))}, settings)
    with pytest.raises(SourceError, match="row 7 has 'c'"):
        encode(pd.DataFrame({"id": [6, 7], "label": ["a", "c"], "size": [1.0, 2.0]}), encoder)


@pytest.mark.parametrize("scaling", ["minmax", "standard", "none"])
def test_what_a_regression_learns_is_scaled_as_asked_and_told_in_its_own_unit(scaling, settings):
    numbers = np.array([3.0, 8, 1, 9, 4, 4, 7, 2, 5, 6])
    encoder = trained({"size": numbers, "label": numbers}, settings, task="regression", target_scaling=scaling)
    found = as_target({"target": numbers}, encoder).numpy()
    expected = {"minmax": (numbers - 1) / 8, "standard": (numbers - numbers.mean()) / numbers.std(), "none": numbers}
    assert np.allclose(found, expected[scaling])

    class Learnt(torch.nn.Module):
        def forward(self, x):
            return torch.from_numpy(found)[:, None]

    told = outputs(Learnt(), Examples((torch.zeros(ROWS, 1),), torch.zeros(ROWS)), encoder)
    assert np.allclose(told, numbers, atol=1e-5)


def test_classes_have_no_scale(settings):
    with pytest.raises(ValidationError, match="a target that is a number"):
        settings(target_scaling="none")
