from zipfile import ZipFile

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from quartet import artifacts
from quartet.artifacts import load_arrays, load_tables, save_arrays, save_tables


@pytest.fixture
def pictures(monkeypatch):
    """Seven rows of files, written three at a time; the last group lacks a label, a picture and a number."""
    monkeypatch.setattr(artifacts, "GROUP", 3)
    columns = {
        "id": [f"{i}.png" for i in range(7)],
        "label": ["a", "b", "a", None, "b", "a", None],
        "picture": [b"%d" % i for i in range(6)] + [None],
        "width": [*range(6), 9],
        "share": [0.5, 1.0, None, 2.0, 3.0, 4.0, None],
        "blank": [False] * 6 + [True],
    }
    return pd.DataFrame(columns, index=[*range(3), *range(10, 14)])


def test_tables_with_files_come_back_as_they_were_saved(tmp_path, pictures):
    save_tables({"items": pictures}, tmp_path)
    pd.testing.assert_frame_equal(load_tables(tmp_path)["items"], pictures.reset_index(drop=True))
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "items.parquet"), pictures.reset_index(drop=True))


def test_files_are_held_a_group_of_rows_at_a_time(tmp_path, pictures):
    save_tables({"items": pictures, "texts": pictures.drop(columns="picture")}, tmp_path)
    assert pq.ParquetFile(tmp_path / "items.parquet").num_row_groups == 3
    assert pq.ParquetFile(tmp_path / "texts.parquet").num_row_groups == 1


def test_the_same_tables_give_the_same_bytes(tmp_path, pictures):
    for name in ("once", "twice"):
        (tmp_path / name).mkdir()
        save_tables({"items": pictures}, tmp_path / name)
    assert (tmp_path / "once/items.parquet").read_bytes() == (tmp_path / "twice/items.parquet").read_bytes()


@pytest.mark.parametrize("n", [0, 1])
def test_tables_of_no_row_or_one_come_back_with_their_columns(tmp_path, pictures, n):
    save_tables({"items": pictures.head(n)}, tmp_path)
    assert load_tables(tmp_path)["items"].columns.tolist() == pictures.columns.tolist()
    assert len(load_tables(tmp_path)["items"]) == n


def test_arrays_come_back_as_they_were_saved(tmp_path):
    arrays = {"id": np.array(["a", "bc"]), "x": np.arange(6, dtype=np.uint8).reshape(2, 3), "none": np.empty((0, 2))}
    save_arrays(tmp_path / "x.npz", arrays)
    found = load_arrays(tmp_path / "x.npz")
    assert list(found) == list(arrays)
    assert all(np.array_equal(found[name], array) for name, array in arrays.items())


def test_no_version_of_python_writes_arrays_otherwise(tmp_path):
    save_arrays(tmp_path / "x.npz", {"x": np.arange(3)})
    (member,) = ZipFile(tmp_path / "x.npz").infolist()
    assert (member.extract_version, member.date_time, member.extra) == (20, (1980, 1, 1, 0, 0, 0), b"")
