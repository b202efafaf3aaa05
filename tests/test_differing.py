"""Where two makings of a model differ first, and by how much."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save_file

from quartet.differing import Difference, differences

MODEL = "models/tiny/net"
DIGESTS = {"data/tiny/prepared": "p" * 32, "plan/train/net.json": "q" * 32}


def stages(model: str, **deps: str) -> dict:
    return {
        "plan": {"deps": {}, "outs": {"plan": model}},
        "train@net": {"deps": DIGESTS | deps, "outs": {MODEL: model}},
        "prepare@tiny": {"deps": {}, "outs": {"data/tiny/prepared": "p" * 32}},
    }


def write_model(folder: Path, weight: float, score: float) -> Path:
    seed = folder / "seed-0"
    seed.mkdir(parents=True)
    save_file({"bias": np.zeros(2, np.float32), "weight": np.full(3, weight, np.float32)}, seed / "weights.safetensors")
    pd.DataFrame({"id": ["a"], "value": [score]}).to_parquet(seed / "predictions.parquet", index=False)
    return folder


def test_equal_hashes_mean_no_difference_and_the_plan_as_a_whole_is_none(tmp_path):
    then = stages("m") | {"plan": {"deps": {}, "outs": {"plan": "of all models"}}}
    assert differences(then, stages("m"), tmp_path, tmp_path) == []


def test_of_weights_the_array_that_moved_is_named_and_by_how_much(tmp_path):
    folders = [write_model(tmp_path / name, weight, 1.0) for name, weight in (("then", 0.5), ("now", 0.75))]
    (found,) = differences(stages("m"), stages("other"), *folders)
    assert (found.stage, found.what) == ("train@net", "seed-0/weights.safetensors: weight")
    assert found.amount == pytest.approx(0.25)


def test_the_earliest_stage_stands_first(tmp_path):
    then, now = stages("m"), stages("other")
    now["prepare@tiny"] = {"deps": {}, "outs": {"data/tiny/prepared": "changed"}}
    folders = [write_model(tmp_path / name, 0.5, score) for name, score in (("then", 0.0), ("now", 0.1))]
    found = differences(then, now, *folders)
    assert [one.stage for one in found] == ["prepare@tiny", "train@net"]
    assert found[0] == Difference("prepare@tiny", "data/tiny/prepared")
    assert found[1].amount == pytest.approx(0.1)


def test_a_changed_setting_or_code_is_a_difference_that_no_tolerance_covers(tmp_path):
    found = differences(stages("m"), stages("m", **{"plan/train/net.json": "changed"}), tmp_path, tmp_path)
    assert found == [Difference("train@net", "plan/train/net.json")]


def test_a_seed_that_is_missing_is_named(tmp_path):
    then, now = write_model(tmp_path / "then", 0.5, 1.0), tmp_path / "now"
    assert {one.amount for one in differences(stages("m"), stages("other"), then, now)} == {None}
