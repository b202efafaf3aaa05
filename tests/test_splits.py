import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quartet.splits import assign_splits, content_hash, published_or_hashed

keys = pd.Series([f"item {i}" for i in range(20_000)])


def test_the_shares_come_out_as_asked():
    shares = assign_splits(keys, 0, 0.15, 0.2).value_counts(normalize=True)
    assert shares.to_dict() == pytest.approx({"train": 0.65, "validation": 0.15, "test": 0.2}, abs=0.01)


def test_another_seed_splits_otherwise():
    assert not assign_splits(keys, 0, 0.15, 0.2).equals(assign_splits(keys, 1, 0.15, 0.2))


@given(st.lists(st.text(), min_size=1), st.lists(st.text(), min_size=1), st.integers(0, 99))
def test_a_key_keeps_its_split_whatever_stands_beside_it(some, others, seed):
    alone = assign_splits(pd.Series(some, dtype=object), seed, 0.2, 0.3)
    together = assign_splits(pd.Series(some + others, dtype=object), seed, 0.2, 0.3)
    assert together.tolist()[: len(some)] == alone.tolist()


def test_rows_of_the_same_values_have_the_same_hash():
    frame = pd.DataFrame({"a": [1.0, 1.0, 2.0], "b": ["x", "x", "x"]})
    first, second, third = content_hash(frame)
    assert first == second != third


def split(published):
    series = pd.Series(published, dtype=object)
    names = pd.Series([f"k{i}" for i in range(len(series))])
    return published_or_hashed(series, names, seed=0, validation=0.2, test=0.2).tolist()


def test_a_published_split_is_kept():
    published = ["train", "validation", "test"] * 10
    assert split(published) == published


def test_validation_is_carved_from_a_published_training_split_alone():
    result = split(["train"] * 200 + ["test"] * 50)
    assert set(result[:200]) == {"train", "validation"}
    assert result[200:] == ["test"] * 50


def test_a_word_that_is_no_split_stays_for_the_gate():
    assert split(["train", "tset", "test"])[1] == "tset"
