"""An edit of params.yaml changes the settings it is of, and no other byte."""

import subprocess

import pytest
from ruamel.yaml import YAML

from quartet.errors import UsageError
from quartet.tuning.patch import edited, unified

FLOW = "# mine\nmodels:\n  a: {dataset: d, hidden: 32} # wide\n  b: {dataset: d, hidden: 32}\n"
BLOCK = "models:\n  a:\n    dataset: d # the data\n    hidden: 32 # wide\n\n  # another\n  b: {hidden: 1}\n"
BARE_END = "models:\n  b: {hidden: 1}\n  a:\n    hidden: 8"
SHARED = "models:\n  b: &same {hidden: 32}\n  a: *same\n"
NEW = {"hidden": 64, "learning_rate": 0.00003, "dropout": 0.25}


def models(text):
    return YAML(typ="safe").load(text)["models"]


@pytest.mark.parametrize("text", [FLOW, BLOCK, BARE_END, FLOW.replace("\n", "\r\n")])
def test_only_the_models_settings_change(text):
    after = edited(text, "a", NEW)
    assert models(after)["a"] == models(text)["a"] | NEW
    assert models(after)["b"] == models(text)["b"]


@pytest.mark.parametrize("text", [FLOW, BLOCK])
def test_comments_stay(text):
    after = edited(text, "a", NEW)
    assert [line.partition("#")[2] for line in after.splitlines() if "#" in line] == [
        line.partition("#")[2] for line in text.splitlines() if "#" in line
    ]


def test_a_model_that_shares_its_lines_with_another_is_left_to_its_owner():
    with pytest.raises(UsageError, match=r"Change these by hand: \{hidden: 64"):
        edited(SHARED, "a", NEW)


@pytest.mark.parametrize("text", [FLOW, BLOCK, BARE_END])
def test_git_applies_the_patch(text, tmp_path):
    after = edited(text, "a", NEW)
    (tmp_path / "params.yaml").write_text(text)
    (tmp_path / "it.patch").write_text(unified(text, after, "params.yaml"))
    subprocess.run(["git", "apply", "it.patch"], cwd=tmp_path, check=True)
    assert (tmp_path / "params.yaml").read_text() == after
