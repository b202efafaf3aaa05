import shutil
from pathlib import Path

import pandas as pd
import pytest

from quartet.errors import SourceError
from quartet.reading.tables import CSV, read_table
from quartet.sources.input import read_input


def test_csv_and_parquet_give_the_same_table(tmp_path):
    frame = pd.DataFrame({"text": ["a, quoted\nline", "ü"], "n": [1, 2]})
    frame.to_csv(tmp_path / "t.csv", index=False, encoding="utf-8-sig")
    frame.to_csv(tmp_path / "t.csv.bz2", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    for name in ("t.csv", "t.csv.bz2", "t.parquet"):
        pd.testing.assert_frame_equal(read_table(tmp_path / name).astype(str), frame.astype(str))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.xlsx", b"", "a table is a .csv, .tsv, .parquet file"),
        ("t.csv", b"", "t.csv holds a table"),
        (
            "t.csv",
            b"a,b\n1,2,3,4\n5\n6,7,8,9,10\n",
            "each row of t.csv has 2 cells.*row 0, counted from 0, in line 2, has 4",
        ),
        ("t.csv", "a\n1\n\xff\xfe".encode("latin-1"), "t.csv is in the encoding it says.*row 1"),
        ("t.parquet", b"PAR1 no", "t.parquet is a readable .parquet file"),
    ],
)
def test_an_unreadable_table_says_what_to_do(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=message):
        read_table(tmp_path / name)


def test_input_to_predict_is_a_table_lines_of_text_or_a_folder_of_pictures(tmp_path):
    (tmp_path / "lines.txt").write_text("good\nbad\n")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(b"png")
    assert read_input(tmp_path / "lines.txt")["text"].tolist() == ["good", "bad"]
    assert read_input(tmp_path / "pictures").to_dict("records") == [{"name": "a.png", "picture": b"png"}]


def test_lines_to_predict_end_however_they_end(tmp_path):
    (tmp_path / "lines.txt").write_bytes("one\r\ntwo\u2028still\rthree\n\nfive".encode("utf-16"))
    assert read_input(tmp_path / "lines.txt")["text"].tolist() == ["one", "two\u2028still", "three", "", "five"]


def test_each_txt_file_of_a_folder_to_predict_is_a_text(tmp_path):
    (tmp_path / "a.txt").write_bytes("déjà\nvu".encode("cp1252"))
    found = read_input(tmp_path, CSV(encoding="cp1252"))
    assert found.to_dict("records") == [{"name": "a.txt", "text": "déjà\nvu"}]
    with pytest.raises(SourceError, match=r"a\.txt' is in the encoding it says.*byte 1, counted from 0"):
        read_input(tmp_path)


def test_a_folder_to_predict_holds_one_kind_of_files(tmp_path):
    (tmp_path / "a.txt").write_text("fine")
    (tmp_path / "b.png").write_bytes(b"png")
    with pytest.raises(SourceError, match=r"'b\.png' is no \.txt"):
        read_input(tmp_path)


def test_an_empty_folder_to_predict_is_refused(tmp_path):
    with pytest.raises(SourceError, match="holds pictures"):
        read_input(tmp_path)


@pytest.mark.parametrize("pack", [None, "zip", "gztar"])
def test_pictures_to_predict_may_lie_in_folders_or_an_archive_and_are_called_by_their_path(tmp_path, pack):
    (tmp_path / "in/cats").mkdir(parents=True)
    (tmp_path / "in/cats/a.png").write_bytes(b"png")
    (tmp_path / "in/.DS_Store").write_bytes(b"litter")
    source = shutil.make_archive(tmp_path / "packed", pack, tmp_path / "in") if pack else tmp_path / "in"
    assert read_input(Path(source)).to_dict("records") == [{"name": "cats/a.png", "picture": b"png"}]
