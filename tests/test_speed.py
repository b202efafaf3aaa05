"""The speed benchmark compares what it says, and its parts are valid."""

import importlib.util
import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from quartet.params import load_params

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
PARTS = YAML(typ="safe").load(BENCHMARKS / "speed.yaml")
SPEC = importlib.util.spec_from_file_location("speed_ratios", BENCHMARKS / "speed_ratios.py")
RATIOS = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(RATIOS)


def run_of(ours, peers):
    """Processes that took so many CPU seconds and scored so much: (seconds, score) each."""
    return {
        "clock": "cpu_s",
        "ours": {"m": [{"cpu_s": s, "n_epochs": 2, "scores": [score]} for s, score in ours]},
        "peers": {
            name: [{"cpu_s": s, "n_epochs": 4, "scores": [score]} for s, score in found]
            for name, found in peers.items()
        },
    }


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_a_valid_params_file_of_what_it_times_by_scripts_that_are_there(name, tmp_path):
    for given in ({}, {"source": "data/mine/x", **PARTS[name].get("file_settings", {})}):
        params = json.loads(json.dumps(PARTS[name]["params"]))
        (settings,) = params["datasets"].values()
        settings |= given if "file" in PARTS[name] else {}
        (tmp_path / "params.yaml").write_text(json.dumps(params), encoding="utf-8")
        assert {own["model"] for own in PARTS[name]["ours"]} == {*load_params(tmp_path / "params.yaml").models}
    assert all((BENCHMARKS / "peers" / peer["script"]).exists() for peer in PARTS[name]["peers"])


@pytest.mark.parametrize(("what", "expected"), [("training", 8.0), ("epoch", 4.0)])
def test_a_ratio_is_the_median_of_pairs_against_the_fastest_peer_that_scores(what, expected):
    ours = [(1.0, 0.9), (2.0, 0.9), (10.0, 0.9)]  # slow machine in the third repeat, for both sides
    peers = {
        "low": [(1.0, 0.5)] * 3,
        "good": [(8.0, 0.9), (14.0, 0.9), (90.0, 0.9)],  # 8, 7 and 9 times ours
        "slow": [(80.0, 0.95)] * 3,
    }
    part = {"what": what, "score": 0.8, "ours": [{"model": "m", "bar": 5}]}
    (found,) = RATIOS.verdicts(part, run_of(ours, peers))
    assert (found["fastest"], found["ratios"]["good"].median) == ("good", expected)
    assert found["said"] == ("reached" if expected >= 5 else "missed")


def test_a_bar_may_be_against_some_peers_alone_while_all_are_shown():
    part = {"what": "training", "score": "not_below", "ours": [{"model": "m", "bar": 3, "against": "Keras"}]}
    peers = {"torch": [(2.0, 0.9)], "Keras on JAX": [(4.0, 0.9)], "Keras on TensorFlow": [(5.0, 0.9)]}
    (found,) = RATIOS.verdicts(part, run_of([(1.0, 0.9)], peers))
    assert (found["fastest"], found["said"], found["ratios"]["torch"].median) == ("Keras on JAX", "reached", 2.0)


def test_a_ratio_does_not_count_where_ours_scores_below_the_peer():
    part = {"what": "training", "score": "not_below", "ours": [{"model": "m", "bar": 2}]}
    said = [
        RATIOS.verdicts(part, run_of([(1.0, ours)], {"peer": [(9.0, 0.9)]}))[0]["said"] for ours in (0.89, 0.9, 0.91)
    ]
    assert said == ["score below what counts (not_below)", "reached", "reached"]


def test_noise_of_seeds_is_allowed_for_where_a_part_says_so():
    peer = [0.90, 0.92, 0.91]
    assert RATIOS.reaches([0.90, 0.91, 0.89], "within_noise", peer)  # sd 0.01 each: 2 sqrt(2 · 0.01² / 3) = 0.0163
    assert not RATIOS.reaches([0.893, 0.903, 0.883], "within_noise", peer)
