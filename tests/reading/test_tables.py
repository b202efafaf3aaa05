import datetime as dt
import decimal
import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from quartet.reading.files import File
from quartet.reading.tables import kind_of, read_table


def read(table):
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return read_table(File("t.parquet", stream.getvalue))


def test_an_index_of_pandas_is_a_column():
    stream = io.BytesIO()
    pd.DataFrame({"x": [1, 2]}, index=["a", "b"]).to_parquet(stream)
    frame = read_table(File("t.parquet", stream.getvalue))
    assert frame.to_dict("list") == {"x": [1, 2], "unnamed_1": ["a", "b"]}


def test_decimals_are_numbers_and_categories_their_values():
    values = pa.array(["a", "b"]).dictionary_encode()
    price = pa.array([decimal.Decimal("1.5"), None])
    frame = read(pa.table({"price": price, "kind": values, "at": pa.array([dt.time(1), dt.time(2)])}))
    assert frame["price"].dtype == float
    assert frame["kind"].tolist() == ["a", "b"]
    assert frame["at"].tolist() == ["01:00:00.000000", "02:00:00.000000"]


def test_pictures_as_hugging_face_keeps_them_are_bytes():
    frame = read(pa.table({"image": [{"bytes": b"png", "path": "1.png"}]}))
    assert frame["image"].tolist() == [b"png"]


def test_times_and_bytes_stay_what_they_are():
    frame = read(pa.table({"day": pa.array([dt.date(2026, 1, 2)]), "data": [b"\0\xff"], "yes": [True]}))
    assert frame["day"].tolist() == [dt.date(2026, 1, 2)]
    assert frame["data"].tolist() == [b"\0\xff"]
    assert frame["yes"].dtype == bool


def test_a_folder_of_a_table_says_nothing_about_its_columns(tmp_path):
    (tmp_path / "year=2026").mkdir()
    pq.write_table(pa.table({"x": [1]}), tmp_path / "year=2026" / "t.parquet")
    assert list(read_table(tmp_path / "year=2026" / "t.parquet")) == ["x"]


def test_the_ending_says_what_a_table_is():
    names = ["a.csv", "A.TSV", "a.csv.gz", "a.parquet", "a.parquet.gz", "a.gz", "csv", ".csv.xz"]
    assert [kind_of(name) for name in names] == [".csv", ".tsv", ".csv", ".parquet", "", "", "", ""]
