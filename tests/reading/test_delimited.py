import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quartet.errors import SourceError
from quartet.reading import delimited
from quartet.reading.delimited import CSV
from quartet.reading.files import File
from quartet.reading.tables import AUTO, read_table

CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
SHAPES = st.tuples(st.integers(1, 8), st.integers(1, 5))
GRIDS = SHAPES.flatmap(
    lambda shape: st.lists(st.lists(CELLS, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0])
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"])


def read(data, options=AUTO, name="t.csv"):
    return read_table(File(name, lambda: data), options)


def read_or_message(*arguments, **options):
    try:
        return read(*arguments, **options), ""
    except SourceError as error:
        return None, str(error)


def written(rows, **options):
    stream = io.StringIO()
    csv.writer(stream, **options).writerows(rows)
    return stream.getvalue()


def cells(frame):
    return [[None if pd.isna(cell) else cell for cell in row] for row in frame.itertuples(index=False)]


@given(
    GRIDS,
    st.sampled_from(delimited.SEPARATORS),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    ENCODINGS,
)
def test_a_table_that_python_writes_is_read_cell_by_cell(rows, separator, quoting, encoding):
    header = tuple(f"c{i}" for i in range(len(rows[0])))
    text = written([header, *rows], delimiter=separator, quoting=quoting)
    frame = read(text.encode(encoding), CSV(separator=separator))
    assert list(frame) == list(header)
    assert cells(frame) == [[cell or None for cell in row] for row in rows]


@given(st.binary(max_size=300), st.sampled_from(["t.csv", "t.tsv", "t.csv.gz", "t.csv.xz", "t.csv.bz2", "t.parquet"]))
def test_any_bytes_are_a_table_or_refused(data, name):
    frame, message = read_or_message(data, name=name)
    assert name in message if frame is None else not frame.empty


@given(
    st.text(max_size=100), st.sampled_from(["utf-8", "latin-1", "utf-16", "utf-16-le", "cp1252", "utf-7", "shift_jis"])
)
def test_any_text_read_in_any_encoding_is_a_table_or_refused(text, encoding):
    frame, message = read_or_message(text.encode("utf-8"), CSV(encoding=encoding))
    assert "t.csv" in message if frame is None else not frame.empty


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n", "\r\n\r\n"])
def test_lines_end_as_they_like(end):
    assert cells(read(end.join(["a,b", "1,2", '"3\n4",', "5,6"]).encode())) == [["1", "2"], ["3\n4", None], ["5", "6"]]


def test_rows_are_counted_across_chunks_and_lines_across_quoted_cells(monkeypatch):
    monkeypatch.setattr(delimited, "CELLS", 4)
    rows = "".join(f'"{i}\n",x\n' for i in range(9))
    with pytest.raises(SourceError, match="row 9, counted from 0, in line 21, has 3"):
        read(f"a,b\n{rows}\n1,2,3\n".encode())


def test_a_formula_stays_text():
    assert cells(read(b"a,b\n=1+1,\"=cmd|' /C calc'!A0\"\n")) == [["=1+1", "=cmd|' /C calc'!A0"]]


def test_a_column_without_a_name_is_called_by_its_place():
    frame = pd.DataFrame({"x": [5, 6]})
    assert list(read(frame.to_csv().encode())) == ["unnamed_0", "x"]


@pytest.mark.parametrize("header", ["a;b", '"a,b,c";b', "a,b;c;d", "a\tb", "a|b"])
def test_the_separator_is_the_one_that_stands_most_outside_of_quotes(header):
    wanted = next(c for c in ";\t|" if c in header)
    assert delimited.separator_of(header, "t.csv") == wanted


def test_a_tsv_is_split_at_tabs_though_it_has_more_commas():
    assert list(read(b"a, b, c\td\n1\t2\n", name="t.tsv")) == ["a, b, c", "d"]


def test_ten_thousand_columns_are_read():
    header = ",".join(f"c{i}" for i in range(10_000))
    frame = read(f"{header}\n{'1,' * 9_999}2\n".encode())
    assert frame.shape == (1, 10_000)
    assert frame.iloc[0, -1] == "2"


def test_a_cell_of_a_million_characters_is_read():
    assert read(b"a\n" + b"x" * 10**6)["a"].str.len().tolist() == [10**6]


def test_an_unknown_encoding_is_refused():
    with pytest.raises(SourceError, match="'klingon' came"):
        read(b"a\n1\n", CSV(encoding="klingon"))
