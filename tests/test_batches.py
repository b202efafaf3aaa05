from datetime import date
from pathlib import Path

import pytest

from quartet.batches import batches
from quartet.errors import SourceError, UsageError

DAY = date(2026, 3, 1)


@pytest.fixture
def incoming(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("b.csv", "a.csv", ".half.csv", "c.txt"):
        (tmp_path / "incoming" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "incoming" / name).touch()
    return tmp_path / "incoming"


def told(source: str, target: str) -> list[tuple[str, str]]:
    return [(str(path), str(file)) for path, file in batches(source, target, DAY).items()]


def test_each_match_of_a_pattern_is_an_input_with_predictions_of_its_own(incoming):
    expected = [("incoming/a.csv", "out/a.parquet"), ("incoming/b.csv", "out/b.parquet")]
    assert told("incoming/*.csv", "out/{name}.parquet") == expected
    absolute = batches(str(incoming / "*.csv"), "out/{name}.parquet", DAY)
    assert [path.name for path in absolute] == ["a.csv", "b.csv"]


def test_a_path_is_one_input_whose_predictions_may_bear_the_day(incoming):
    assert told("incoming", "out/{date}/{name}.csv") == [("incoming", "out/2026-03-01/incoming.csv")]


def test_a_name_that_looks_like_a_pattern_is_itself_where_it_is_there(incoming):
    (incoming / "a[1].csv").touch()
    assert told("incoming/a[1].csv", "o.csv") == [("incoming/a[1].csv", "o.csv")]


def test_predictions_beside_their_inputs_are_no_inputs(incoming):
    once = batches("incoming/*", "incoming/{name}.parquet", DAY)
    for file in once.values():
        file.touch()
    assert batches("incoming/*", "incoming/{name}.parquet", DAY) == once


def test_a_pattern_may_match_nothing_and_a_path_must_be_there(incoming):
    assert told("incoming/*.gz", "out/{name}.csv") == []
    with pytest.raises(SourceError, match=r"there is no nowhere\.csv"):
        told("nowhere.csv", "out.csv")


def test_two_inputs_that_would_write_one_file_are_refused(incoming):
    with pytest.raises(UsageError, match=r"incoming/a\.csv and incoming/b\.csv would write out\.csv"):
        told("incoming/*.csv", "out.csv")
