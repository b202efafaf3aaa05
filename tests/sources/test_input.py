import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from quartet.errors import SourceError
from quartet.reading.tables import CSV, read_table
from quartet.sources import input as sources_input
from quartet.sources.input import input_chunks

MIXED = pd.DataFrame(
    {
        "whole": [1, 2, 3, 4, None, 6, 7],  # whole numbers, of which only some chunks miss one
        "late": ["1", "2", "3", "4", "5", "six", "7"],  # numbers in the first chunks, a word in the third
        "empty_first": [None, None, None, None, 0.5, 1.5, None],
    }
).astype({"whole": "Int64"})


def read(path: Path, n_items: int = 2, options: CSV = CSV()) -> pd.DataFrame:  # noqa: B008
    return pd.concat(input_chunks(path, n_items, options))


def test_input_to_predict_is_a_table_lines_of_text_or_a_folder_of_pictures(tmp_path):
    (tmp_path / "lines.txt").write_text("good\nbad\n")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(b"png")
    assert read(tmp_path / "lines.txt")["text"].tolist() == ["good", "bad"]
    assert read(tmp_path / "pictures").to_dict("records") == [{"name": "a.png", "picture": b"png"}]


def test_lines_to_predict_end_however_they_end(tmp_path):
    (tmp_path / "lines.txt").write_bytes("one\r\ntwo\u2028still\rthree\n\nfive".encode("utf-16"))
    assert read(tmp_path / "lines.txt")["text"].tolist() == ["one", "two\u2028still", "three", "", "five"]


def test_each_txt_file_of_a_folder_to_predict_is_a_text(tmp_path):
    (tmp_path / "a.txt").write_bytes("déjà\nvu".encode("cp1252"))
    found = read(tmp_path, options=CSV(encoding="cp1252"))
    assert found.to_dict("records") == [{"name": "a.txt", "text": "déjà\nvu"}]
    with pytest.raises(SourceError, match=r"a\.txt' is in the encoding it says.*byte 1, counted from 0"):
        read(tmp_path)


@pytest.mark.parametrize("names", [("a.txt", "b.png"), ("a.png", "b.gif", "c.txt")])
def test_a_folder_to_predict_holds_one_kind_of_files(tmp_path, names):
    for name in names:
        (tmp_path / name).write_text("fine")
    with pytest.raises(SourceError, match=r"\.png' is no \.txt"):
        read(tmp_path)


def test_an_empty_folder_to_predict_is_refused(tmp_path):
    with pytest.raises(SourceError, match="holds pictures"):
        read(tmp_path)


@pytest.mark.parametrize("pack", [None, "zip", "gztar"])
def test_pictures_to_predict_may_lie_in_folders_or_an_archive_and_are_called_by_their_path(tmp_path, pack):
    (tmp_path / "in/cats").mkdir(parents=True)
    for name in "abc":
        (tmp_path / f"in/cats/{name}.png").write_bytes(name.encode())
    (tmp_path / "in/.DS_Store").write_bytes(b"litter")
    source = Path(shutil.make_archive(tmp_path / "packed", pack, tmp_path / "in") if pack else tmp_path / "in")
    found = sorted(read(source).itertuples(index=False, name=None))
    assert found == [(f"cats/{name}.png", name.encode()) for name in "abc"]


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet"])
def test_a_table_in_chunks_holds_the_cells_of_the_table_and_counts_its_rows(tmp_path, ending):
    file = tmp_path / f"t.{ending}"
    MIXED.to_parquet(file) if ending == "parquet" else MIXED.to_csv(file, index=False)
    chunks = list(input_chunks(file, 2))
    assert [len(chunk) for chunk in chunks] == [2, 2, 2, 1]
    found = pd.concat(chunks)
    assert found.index.tolist() == list(range(7))
    cells = found.astype(object).where(found.notna(), None)
    whole = read_table(file).astype(object)
    pd.testing.assert_frame_equal(cells, whole.where(whole.notna(), None), check_dtype=False)


def test_a_whole_number_of_a_parquet_stays_whole_where_its_chunk_misses_one(tmp_path):
    MIXED.to_parquet(tmp_path / "t.parquet")
    cells = read(tmp_path / "t.parquet")["whole"].dropna()
    assert [type(cell) for cell in cells] == [int] * 6


def test_a_chunk_of_large_files_holds_fewer(tmp_path, monkeypatch):
    monkeypatch.setattr(sources_input, "ENOUGH", 10)
    for name in "abcde":
        (tmp_path / f"{name}.png").write_bytes(b"1234")
    assert [len(chunk) for chunk in input_chunks(tmp_path, 100)] == [3, 2]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"a,b\n1,2\n3,4\n5\n", r"row 2, counted from 0, in line 4, has 1"),
        ("t.csv", b"a,b\n", "it has no row below its header"),
        ("t.csv", "a\n1\n2\n\xff".encode("latin-1"), "row 2, counted from 0, in line 4 holds other bytes"),
        ("t.parquet", b"PAR1 no", "t.parquet is a readable .parquet file"),
        ("t.txt", b"one\ntwo\nthr\xffe\n", "line 3 holds other bytes"),
        ("t.txt", "one\ntwo".encode("utf-16-le"), "line 1 holds other bytes"),
        ("t.txt", b"", "it is empty"),
        ("t.xlsx", b"", "a table is a .csv, .tsv, .parquet file"),
    ],
)
def test_input_that_cannot_be_read_says_where(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=message):
        read(tmp_path / name)


def test_a_damaged_parquet_is_named_in_the_chunk_where_it_breaks(tmp_path):
    file = tmp_path / "t.parquet"
    pd.DataFrame({"x": np.random.default_rng(0).random(5000)}).to_parquet(file, row_group_size=1000, compression="gzip")
    data = bytearray(file.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 500] = bytes(500)
    file.write_bytes(data)
    chunks = input_chunks(file, 1000)
    assert len(next(chunks)) == 1000
    with pytest.raises(SourceError, match=r"t\.parquet is a readable \.parquet file"):
        list(chunks)
