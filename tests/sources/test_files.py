import pandas as pd
import pytest

from quartet.errors import SourceError
from quartet.reading.tables import read_table


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
