import pandas as pd
import pytest

from quartet.errors import UsageError
from quartet.project import Project
from quartet.table_file import growing_table

ROWS = pd.DataFrame(
    {"id": [7, 8, 9, None], "name": [None, None, "ü, \n", "d"], "p": [0.1, 1 / 3, 5e-324, float("nan")]}
).astype({"id": object})


def write(file, project, *parts):
    with growing_table(file, project) as table:
        for part in parts:
            table.append(part)


def read(file):
    return pd.read_csv(file) if file.suffix == ".csv" else pd.read_parquet(file)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_rows_written_in_parts_are_those_written_at_once(tmp_path, ending):
    project = Project(tmp_path)
    parts, whole = tmp_path / f"new/parts.{ending}", tmp_path / f"whole.{ending}"
    write(parts, project, ROWS[:2], ROWS[2:])
    write(whole, project, ROWS)
    pd.testing.assert_frame_equal(read(parts), read(whole))
    assert read(parts)["p"].tolist()[:3] == ROWS["p"].tolist()[:3]
    assert read(parts)["name"].tolist()[2:] == ["ü, \n", "d"]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_failure_leaves_what_stood_there_and_nothing_else(tmp_path, ending):
    project, file = Project(tmp_path), tmp_path / f"out/t.{ending}"
    write(file, project, ROWS)
    before = file.read_bytes()
    with pytest.raises((AttributeError, TypeError)):
        write(file, project, ROWS, None)
    assert (file.read_bytes(), [path.name for path in file.parent.iterdir()]) == (before, [file.name])


def test_two_cannot_write_one_file_at_once(tmp_path):
    project, file = Project(tmp_path), tmp_path / "t.csv"
    with growing_table(file, project) as first:
        with pytest.raises(UsageError, match="another one is writing it"), growing_table(file, project):
            pass
        first.append(ROWS)
    assert len(read(file)) == 4
