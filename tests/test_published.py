"""The protocols of the scoreboard are valid, and bars name what a protocol trains."""

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from quartet.params import load_params

FILE = Path(__file__).parents[1] / "benchmarks" / "published.yaml"
PROTOCOLS = YAML(typ="safe").load(FILE)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_protocol_is_a_valid_params_file_with_or_without_a_folder_of_data(name, tmp_path):
    for given in ({}, {"source": "data/mine/x", **PROTOCOLS[name].get("file_settings", {})}):
        params = json.loads(json.dumps(PROTOCOLS[name]["params"]))
        (settings,) = params["datasets"].values()
        settings |= given if "file" in PROTOCOLS[name] else {}
        (tmp_path / "params.yaml").write_text(json.dumps(params), encoding="utf-8")
        assert list(load_params(tmp_path / "params.yaml").models) == list(params["models"])


@pytest.mark.parametrize("name", PROTOCOLS)
def test_each_bar_is_of_a_model_that_is_trained(name):
    for bar in PROTOCOLS[name]["bars"]:
        assert {*bar.get("best_of", [bar.get("model")])} <= {*PROTOCOLS[name]["params"]["models"]}
        assert (
            bar.get("half_of", next(iter(PROTOCOLS[name]["params"]["models"]))) in PROTOCOLS[name]["params"]["models"]
        )
