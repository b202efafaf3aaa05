import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from families.tabular import tiny
from quartet.errors import SourceError
from quartet.families.tabular.settings import Dataset
from quartet.families.tabular.tables import canonical

SIZES = [f"{n / 4}" for n in range(60)]


def reason(tables, name):
    left_out = tables["left_out"].set_index("id")
    return left_out.loc[f"column {name}", "reason"]


cell = st.one_of(st.none(), st.text(max_size=3), st.integers().map(str), st.sampled_from(["NA", "yes", "2020-01-02"]))
row = st.fixed_dictionaries({"kind": st.sampled_from(["a", None]), "size": cell, "colour": cell})


@settings(max_examples=30, deadline=None)
@given(st.lists(row, min_size=8, max_size=12))
def test_no_appended_row_changes_a_split(added):
    before = pd.DataFrame({"kind": ["a", "b"] * 30, "size": SIZES, "colour": ["red", "green", "blue"] * 20})
    after = pd.concat([before, pd.DataFrame(added)], ignore_index=True)
    given_settings = Dataset(family="tabular", source="data/mine/tiny.csv", target="kind")
    pinned = given_settings.model_copy(update={"columns": {"size": "category"}})
    was, now = (canonical({"items": f}, s, 0)["items"] for f, s in ((before, given_settings), (after, pinned)))
    assert was["size"].dtype != now["size"].dtype
    assert now["split"].tolist()[:60] == was["split"].tolist()


def test_types_are_kept_in_parquet(ingest, tmp_path):
    columns = {"size": SIZES, "gift": ["yes", "no", None] * 20, "day": ["2024-01-02", "2.3.2024"] * 30}
    items = ingest({**columns, "colour": ["red", "green"] * 30})["items"]
    items.to_parquet(tmp_path / "items.parquet")
    again = pd.read_parquet(tmp_path / "items.parquet")
    pd.testing.assert_frame_equal(again, items)
    assert again[["size", "gift", "day"]].dtypes.astype(str).tolist() == ["float64", "boolean", "datetime64[us]"]


def test_a_column_that_tells_only_which_row_it_is_is_left_out_and_reported(ingest):
    tables = ingest({"size": SIZES, "customer": [f"c{n}" for n in range(60)]})
    assert "customer" not in tables["items"]
    assert "60 of its 60 cells differ" in reason(tables, "customer")


def test_a_pinned_column_is_used_whatever_its_cells_look_like(ingest):
    names = [f"c{n}" for n in range(60)]
    assert ingest({"customer": names}, columns={"customer": "category"})["items"]["customer"].tolist() == names


def test_a_table_of_identifiers_alone_is_refused(ingest):
    with pytest.raises(SourceError, match=r"all were left out: customer\. Pin one under `columns:`"):
        ingest({"customer": [f"c{n}" for n in range(60)]})


def test_rows_that_differ_only_in_an_identifier_must_not_be_torn_apart(ingest):
    columns = {"colour": ["red", "green"] * 30, "customer": [f"c{n}" for n in range(60)]}
    with pytest.raises(SourceError, match=r"rows that differ only in customer .*columns: \{customer: drop\}"):
        ingest(columns)
    items = ingest(columns, columns={"customer": "drop"})["items"]
    assert (items.groupby("colour")["split"].nunique() == 1).all()


@pytest.mark.parametrize("column", ["target", "columns", "drop"])
def test_a_column_that_is_not_there_is_named(ingest, column):
    named = {"target": "weight", "columns": {"weight": "number"}, "drop": ["weight"]}
    with pytest.raises(SourceError, match="weight is not among kind, size"):
        ingest({"size": SIZES}, **{column: named[column]})


def test_a_feature_with_a_name_of_ours_is_refused(ingest):
    with pytest.raises(SourceError, match="label came"):
        ingest({"label": SIZES})
    assert "label" not in ingest({"label": SIZES, "size": SIZES}, columns={"label": "drop"})["items"].columns[3:]


def test_the_target_cannot_be_typed():
    with pytest.raises(ValueError, match="features only"):
        Dataset(**tiny.DATASETS["classification"], columns={"kind": "category"})


@pytest.mark.parametrize("values", [["1", "2"], ["1.0", "2.0"], [1, 2], [1.0, 2.0]])
def test_a_class_is_the_same_as_text_or_number(ingest, values):
    assert set(ingest({"size": SIZES, "kind": values * 30})["items"]["label"]) == {"1", "2"}


def test_a_missing_label_stays_missing_for_the_gate(ingest):
    label = ingest({"size": SIZES, "kind": ["a", "b", " NA "] * 20})["items"]["label"]
    assert np.flatnonzero(label.isna()).tolist() == list(range(2, 60, 3))


def test_text_in_a_regressions_target_is_named_with_its_row(ingest):
    with pytest.raises(SourceError, match=r"column kind holds numbers.*row 59 has 'many'"):
        ingest({"size": SIZES, "kind": [*SIZES[:-1], "many"]}, task="regression")


def test_copies_are_found_by_what_cells_mean(ingest):
    columns = {"size": ["1", "1.0", "2"], "gift": ["yes", " TRUE", "no"]}
    assert ingest(columns, deduplicate=True)["items"]["id"].tolist() == [0, 2]


def test_a_published_split_is_kept_and_no_feature(ingest):
    published = ["train", "test", "validation"] * 20
    items = ingest({"size": SIZES, "part": published}, split="part")["items"]
    assert items["split"].tolist() == published
    assert items.columns.tolist() == ["id", "split", "label", "size"]
