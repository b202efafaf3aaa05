from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quartet.errors import SourceError
from quartet.families.tabular.cells import Cells, Reading
from quartet.families.tabular.columns import as_kind, infer_kind

N = 40
HALF = [f"{n / 2}" for n in range(N)]
TURNS = N // 2


def cells(values, **reading):
    return Cells.of(pd.Series(values), Reading(**reading))


def infer(frame):
    return {name: infer_kind(name, cells(frame[name])) for name in frame}


def read(values, kind, **reading):
    return as_kind(cells(values, **reading), kind, "size", pd.Series(range(100, 100 + len(values))))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("number", HALF),
        ("number", [" 1e3", "+2.50 ", "-inf", ".5"] * 10),
        ("number", ["0", "1"] * TURNS),
        ("number", ["4", "N/A", "5", " "] * 10),
        ("number", list(range(2000, 2000 + N))),
        ("boolean", ["yes", "No"] * TURNS),
        ("boolean", [True, False] * TURNS),
        ("boolean", ["t", "", "f", "?"] * 10),
        ("date", [f"2024-01-{day + 1:02}" for day in range(31)]),
        ("date", ["3.4.2020", "2020/04/05"] * TURNS),
        ("category", ["red", "green"] * TURNS),
        ("category", ["01234", "99999"] * TURNS),
        ("drop", [f"user-{n}" for n in range(N)]),
        ("drop", [f"{n:04}" for n in range(N)]),
        ("drop", range(N)),
        ("drop", [f"it was film number {n % 30}" for n in range(N)]),
        ("drop", ["", "NA"] * TURNS),
    ],
)
def test_the_kind_of_a_column_is_what_its_cells_are(kind, values):
    found = infer(pd.DataFrame({"size": values}))["size"]
    assert (found.kind, bool(found.reason)) == (kind, True)


@pytest.mark.parametrize("name", ["PassengerId", "customer_id", "ID", "Unnamed: 0"])
def test_numbers_that_all_differ_are_an_identifier_where_they_are_named_as_one(name):
    values = [str(1000 + 7 * n) for n in range(N)]
    found = infer(pd.DataFrame({name: values, "paid": values}))
    assert [found[name].kind, found["paid"].kind] == ["drop", "number"]


@pytest.mark.parametrize(
    ("kind", "values", "way_out"),
    [
        ("number", [*HALF, "unknown"], "missing_values"),
        ("number", ["1,5", "2,5"], "decimal"),
        ("date", ["2020-01-01", "03/04/2020"], "day_first"),
        ("date", ["2020-01-01", "2020-02-31"], "missing_values"),
        ("boolean", ["yes", "perhaps"], "missing_values"),
    ],
)
def test_a_stray_cell_is_named_with_its_row_and_the_way_out(kind, values, way_out):
    wrong = next(
        i for i, cell in enumerate(values) if cell in ("unknown", "1,5", "03/04/2020", "2020-02-31", "perhaps")
    )
    with pytest.raises(SourceError, match=f"column size .*row {100 + wrong} has '{values[wrong]}'.*{way_out}"):
        read(values, kind)


def test_one_stray_cell_among_many_numbers_makes_no_column_a_category():
    frame = pd.DataFrame({"size": [*HALF, "unknown"], "price": ["1,234.50"] * (N + 1), "when": ["1/2/2020"] * (N + 1)})
    assert [found.kind for found in infer(frame).values()] == ["number", "number", "date"]


@pytest.mark.parametrize("cell", ["2020-04-03", "2020/4/3", "03.04.2020", "3 Apr 2020", "3-Apr-2020", "April 3, 2020"])
def test_dates_are_read_in_their_common_forms(cell):
    assert read([cell], "date")[0] == datetime(2020, 4, 3)


@pytest.mark.parametrize(("day_first", "month"), [(True, 4), (False, 3)])
def test_day_first_says_what_a_slashed_date_means(day_first, month):
    assert read(["03/04/2020"], "date", day_first=day_first)[0].month == month


def test_times_are_read_in_utc():
    with_zone = datetime(2020, 4, 3, 23, 30, tzinfo=UTC)
    typed = pd.Series([with_zone]).dt.tz_convert("Asia/Tokyo")
    assert read(["2020-04-04T01:30:00+02:00"], "date")[0] == read(typed, "date")[0] == with_zone.replace(tzinfo=None)


def test_a_decimal_comma_is_read_where_it_is_set():
    assert read(["1,5", "-2", "3,0e1"], "number", decimal=",").tolist() == [1.5, -2.0, 30.0]
    with pytest.raises(SourceError, match=r"1\.5"):
        read(["1.5"], "number", decimal=",")


@pytest.mark.parametrize("values", [["1", "1.0", " 1 "], [1.0, 1, 1], [1, 1, 1]])
def test_a_whole_number_is_the_same_category_as_text_or_number(values):
    assert set(read(values, "category")) == {"1"}


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (pd.array([3, None], "Int64"), "number", [3.0, None]),
        (np.array([2**64 - 1, 0], np.uint64), "number", [2.0**64, 0.0]),
        (pd.array([0.5, None], "Float32"), "number", [0.5, None]),
        (pd.array([True, None], "boolean"), "boolean", [True, None]),
        (pd.Categorical(["red", None]), "category", ["red", None]),
        ([Decimal("1.50"), None], "number", [1.5, None]),
        ([date(2020, 4, 3), None], "date", [datetime(2020, 4, 3), None]),
        ([True, 1.5], "category", ["True", "1.5"]),
    ],
)
def test_every_type_of_a_parquet_file_is_read(values, kind, expected):
    read_as = read(values, kind)
    assert [None if pd.isna(cell) else cell for cell in read_as] == expected


def test_codes_keep_their_zeros():
    assert read(["007", "7"], "category").tolist() == ["007", "7"]


anything = st.one_of(st.none(), st.text(), st.floats(allow_nan=False).map(str), st.sampled_from(["yes", "2020-01-02"]))


@given(st.lists(anything, min_size=1, max_size=8), st.lists(anything, max_size=8))
def test_the_hash_of_a_cell_depends_on_no_other_cell(some, others):
    together = cells(pd.Series([*some, *others], dtype=object)).hashes()[: len(some)]
    assert np.array_equal(together, [cells(pd.Series([cell], dtype=object)).hashes()[0] for cell in some])


@pytest.mark.parametrize(
    "same",
    [["1", "1.0", " +1e0"], ["yes", "TRUE", "Yes"], ["NA", "", None], ["2020-01-02", "02.01.2020"], ["-0.0", "0"]],
)
def test_cells_that_mean_the_same_have_the_same_hash(same):
    assert len(set(cells(pd.Series(same, dtype=object)).hashes())) == 1


@given(st.lists(st.one_of(st.floats(allow_nan=False), st.integers(-1000, 1000).map(float)), min_size=1))
def test_typed_numbers_have_the_hash_of_their_text(numbers):
    assert np.array_equal(cells(pd.Series(numbers)).hashes(), cells(pd.Series(list(map(repr, numbers)))).hashes())
