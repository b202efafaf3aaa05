"""A new project: its params.yaml says all there is to set, its schema knows it, and a failure leaves nothing behind."""

import re
import shlex
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import own_data
from quartet import new_project
from quartet.catalog import load
from quartet.family import Family, family_names
from quartet.gate.suites import suite_of
from quartet.new_project import make_project_from
from quartet.nodes import parse
from quartet.params import TopSettings, load_params
from quartet.params_file import params_text, proposed_text
from quartet.project import Project
from quartet.proposing.proposals import Wish, propose
from quartet.schema import json_schema
from quartet.settings import PromotionSettings, TrainerSettings

ROOT = Path(__file__).parents[1]


def blocks() -> dict[str, str]:
    """Title → the lines of the commented blocks, as they stand when uncommented."""
    found = re.findall(r"^# --- (.*)\n((?:#.*\n)+)", params_text(), flags=re.MULTILINE)
    return {title: re.sub("^#   ", "", text, flags=re.MULTILINE) for title, text in found}


def keys_of(text: str) -> set[str]:
    return set(re.findall(r"^(\w+): ", text, flags=re.MULTILINE))


def test_every_setting_of_every_family_and_architecture_stands_there():
    known = blocks()
    for name in family_names():
        settings = Family(name).settings
        assert keys_of(known[f"datasets of family {name}"]) == set(settings.Dataset.model_fields)
        for architecture, model in settings.ARCHITECTURES.items():
            title = next(title for title in known if title.startswith(f"models of family {name}: {architecture},"))
            assert keys_of(known[title]) == set(model.model_fields)


def test_every_check_stands_there_with_its_limits():
    for name in family_names():
        title = next(title for title in blocks() if title.startswith(f"checks of family {name},"))
        assert keys_of(blocks()[title]) >= set(suite_of(name))


def test_the_top_level_is_all_there(tmp_path):
    (tmp_path / "params.yaml").write_text(params_text(), encoding="utf-8")
    tree = parse(tmp_path / "params.yaml").tree
    assert set(tree) == set(TopSettings.model_fields)
    assert set(tree["trainer"]) == set(TrainerSettings.model_fields)
    assert set(tree["promotion"]) == set(PromotionSettings.model_fields)


def lines_to_try() -> list[tuple[str, str]]:
    """(family, line) for each commented setting of a dataset that has a default."""
    return [
        (name, line)
        for name in family_names()
        for line in blocks()[f"datasets of family {name}"].splitlines()
        if not re.match(r"(family|source|target): |\w+: …", line)
    ]


@pytest.mark.parametrize(("family", "line"), lines_to_try())
def test_a_commented_line_of_a_dataset_is_valid_where_it_is_put(family, line, tmp_path):
    text = dataset_of(family, f"    {line}\n")
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    assert load_params(tmp_path / "params.yaml").datasets["a"].family == family


def dataset_of(family: str, line: str = "") -> str:
    """The params of a dataset and its baseline, with one more line."""
    settings = Family(family).settings
    source = f"datasets:\n  a:\n    family: {family}\n    source: data/mine/a\n"
    target = "    target: y\n" if "target" in settings.Dataset.model_fields else ""
    task = settings.Dataset.model_fields["task"].default
    return f"{source}{target}{line}models:\n  b: {{dataset: a, architecture: {settings.BASELINE[task]}}}\n"


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = json_schema()
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def test_the_schema_accepts_the_repositorys_own_params(validator):
    validator.validate(parse(ROOT / "params.yaml").tree)


@pytest.mark.parametrize("place", ["top", "dataset", "model", "check", "limit"])
def test_the_schema_refuses_a_typo(validator, place):
    tree = parse(ROOT / "params.yaml").tree
    karate = tree["datasets"]["karate"]
    {
        "top": lambda: tree.update(sead=1),
        "dataset": lambda: karate.update(tsak="node_classification"),
        "model": lambda: tree["models"]["karate-gcn"].update(hiden=8),
        "check": lambda: karate["checks"].update(enough_itms={"min_value": 3}),
        "limit": lambda: karate["checks"]["enough_items"].update(minvalue=3),
    }[place]()
    assert not validator.is_valid(tree)


def test_what_is_proposed_is_valid_for_the_schema_and_for_quartet(validator, tmp_path):
    for name, make in own_data.ALL.items():
        proposal = propose(Wish(str(make(tmp_path))), Project(tmp_path))
        (tmp_path / "params.yaml").write_text(params_text(proposed_text(name, f"data/mine/{name}", proposal)))
        validator.validate(parse(tmp_path / "params.yaml").tree)
        assert list(load_params(tmp_path / "params.yaml").datasets) == [name]


def test_every_public_set_makes_valid_params(validator, tmp_path):
    for name, entry in load().items():
        if entry.status != "by hand":
            proposal = propose(Wish(f"catalog:{name}"), Project(tmp_path))
            (tmp_path / "params.yaml").write_text(params_text(proposed_text(name, f"catalog:{name}", proposal)))
            validator.validate(parse(tmp_path / "params.yaml").tree)
            assert load_params(tmp_path / "params.yaml").baseline_of(name) == f"{name}-{next(iter(entry.models))}"


def test_names_that_yaml_would_read_otherwise_come_back_as_they_are(tmp_path):
    odd = ["no", "1", "a: b", "# c", "'d\"", "e\nf", "g\u2028h", "ü", "😀", "{", "- x", "null", "\\"]
    rows = "".join(f"{i / 7},{i % 2}\n" for i in range(60))
    proposal = propose(Wish(str(write(tmp_path / "a.csv", f"x,y\n{rows}"))), Project(tmp_path))
    proposal.set("classes", odd, "e\nf: g")
    (tmp_path / "params.yaml").write_text(params_text(proposed_text("a", "data/mine/a.csv", proposal)))
    assert load_params(tmp_path / "params.yaml").datasets["a"].classes == odd


def write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def test_the_next_step_can_be_pasted_whatever_the_folder_is_called(tmp_path):
    (folder := tmp_path / "it's new").mkdir()
    said = "\n".join(make_project_from(folder, Wish(str(own_data.orders(tmp_path)))))
    (command,) = re.findall("`(cd .*?)` and", said)
    assert shlex.split(command) == ["cd", str(folder)]


def test_what_fails_half_way_leaves_the_folder_as_it_was(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    folder.mkdir()
    write(folder / ".gitignore", "mine\n")
    write(folder / "notes.txt", "mine")

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(new_project, "adopt", fail)
    with pytest.raises(KeyboardInterrupt):
        make_project_from(folder, Wish(str(own_data.orders(tmp_path))))
    assert {path.name: path.read_text() for path in folder.iterdir()} == {".gitignore": "mine\n", "notes.txt": "mine"}
