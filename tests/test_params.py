"""params.yaml is right as a whole, or every error is told at once, before anything is written."""

import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from quartet.errors import ParamsError
from quartet.params import load_params
from quartet.schema import json_schema

DATASETS = 'datasets:\n  cancer: {family: tabular, source: "sklearn:breast_cancer", target: diagnosis}\n'
MODELS = "models:\n  net: {dataset: cancer, architecture: mlp}\n"
GOOD = DATASETS + MODELS
WINE = "  wine: {family: tabular, source: 'sklearn:wine', target: t}\n"


def model(settings: str, *, name: str = "net") -> str:
    return f"{DATASETS}models:\n  {name}: {{{settings}}}\n"


def mlp(settings: str) -> str:
    return model(f"dataset: cancer, architecture: mlp, {settings}")


def data(settings: str) -> str:
    return f"datasets:\n  cancer: {{{settings}}}\n{MODELS}"


FOUR = f"seed: -1\n{mlp('hiden: 3, dropout: 2')}  two: {{dataset: no, architecture: mlp}}\n"

# name → (the file, what its message must hold: one entry or more per error)
WRONG = {
    "empty file": ("", ["it must be a mapping"]),
    "no YAML": ("datasets: [unclosed\n", ["one YAML document"]),
    "YAML that DVC cannot read": ("notifications: {webhook: env:HOOK}\n", ["one YAML document", "unexpected ':'"]),
    "a list": ("- datasets\n- models\n", ["it must be a mapping"]),
    "a tab": ("datasets:\n\tcancer: 1\n", ["one YAML document"]),
    "two documents": (f"{GOOD}---\n{GOOD}", ["one YAML document"]),
    "typo at the top": (f"{GOOD}n_seed: 3\n", ["n_seed: only known keys", "Did you mean n_seeds?"]),
    "typo in a setting": (mlp("epoch: 3"), ["models.net.epoch", "Did you mean epochs?"]),
    "typo in a check": (
        GOOD.replace("diagnosis}", "diagnosis, checks: {enough_items: {minimum: 3}}}"),
        ["enough_items.minimum", "Known are severity, min_value, max_value, mostly."],
    ),
    "a number for a check": (
        GOOD.replace("diagnosis}", "diagnosis, checks: {enough_items: 3}}"),
        ["enough_items: it must be a mapping", "3 came"],
    ),
    "a word for a list": (GOOD.replace("diagnosis}", "diagnosis, drop: a}"), ["drop: it must be a list", "'a' came"]),
    "a source elsewhere": (
        GOOD.replace("sklearn:breast_cancer", "../cancer.csv"),
        ["source: it must be data/mine/NAME", "Put a file or folder of yours under data/mine/."],
    ),
    "typo in the trainer": (
        f"{GOOD}trainer: {{acelerator: cpu}}\n",
        ["trainer.acelerator", "Did you mean accelerator?"],
    ),
    "text for a number": (mlp("hidden: wide"), ["models.net.hidden", "valid integer", "'wide' came"]),
    "a fraction for a count": (f"{GOOD}n_seeds: 2.5\n", ["n_seeds", "valid integer"]),
    "a negative size": (mlp("hidden: -1"), ["models.net.hidden", "greater than or equal to 1", "-1 came"]),
    "no seeds": (f"{GOOD}n_seeds: 0\n", ["n_seeds", "greater than or equal to 1"]),
    "a dangling dataset": (model("dataset: cancr, architecture: mlp"), ["models.net.data", "Did you mean cancer?"]),
    "an unknown architecture": (model("dataset: cancer, architecture: mpl"), ["net.arch", "Did you mean mlp?"]),
    "an unknown family": (data("family: tabula, source: a.csv"), ["datasets.cancer.family", "Did you mean tabular?"]),
    "no architecture": (model("dataset: cancer"), ["models.net.architecture", "it is absent"]),
    "no target": (data("family: tabular, source: a.csv"), ["datasets.cancer.target", "it must be given"]),
    "a duplicate key": (
        f"{GOOD}  net: {{dataset: cancer, architecture: mlp}}\n",
        ["line 5, models.net: a key stands once", "it stood on line 4 already"],
    ),
    "a wrong name": (
        model("dataset: cancer, architecture: mlp", name="My Net"),
        ["My Net", "a name must match"],
    ),
    "the name mine": (GOOD.replace("cancer", "mine"), ["datasets.mine", "a name must match"]),
    "a dataset without a model": (
        GOOD.replace("models:", f"{WINE}models:"),
        ["wine: a dataset needs a model"],
    ),
    "a task that does not fit": (
        model("dataset: cancer, architecture: linear_regression"),
        ["models.net.architecture", "linear_regression is for regression"],
    ),
    "an unknown metric": (
        GOOD.replace("diagnosis}", "diagnosis, metric: acuracy}"),
        ["datasets.cancer.metric", "Did you mean accuracy?"],
    ),
    "an unknown source": (GOOD.replace("sklearn:", "sklaern:"), ["datasets.cancer.source", "'sklaern:breast_cancer'"]),
    "an unknown encoding": (GOOD.replace("diagnosis}", "diagnosis, encoding: cp1522}"), ["encoding", "such as utf-8"]),
    "an encoding of no texts": (
        GOOD.replace("diagnosis}", "diagnosis, encoding: base64}"),
        ["encoding", "such as utf"],
    ),
    "a confidence above one": (f"{GOOD}promotion: {{confidence: 95}}\n", ["promotion.confidence", "less than 1"]),
    "four at once": (
        FOUR,
        [
            "4 problems",
            "seed: it must",
            "models.net.hiden",
            "Did you mean hidden?",
            "models.net.dropout",
            "models.two.d",
        ],
    ),
}


def problems(tmp_path: Path, text: str) -> str:
    file = tmp_path / "params.yaml"
    file.write_text(text)
    with pytest.raises(ParamsError) as error:
        load_params(file)
    return str(error.value)


def test_a_good_file_gives_typed_settings_with_defaults(tmp_path):
    (tmp_path / "params.yaml").write_text(GOOD)
    params = load_params(tmp_path / "params.yaml")
    assert params.seeds_of("net") == [0, 1, 2]
    assert params.models["net"].hidden == 64


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_tells_every_error_with_its_place(name, tmp_path):
    text, expected = WRONG[name]
    message = problems(tmp_path, text)
    assert [part for part in expected if part not in message] == []


def test_an_error_names_its_line(tmp_path):
    assert "line 4, models.net.hidden" in problems(tmp_path, GOOD.replace("mlp}", "mlp, hidden: 0}"))


@pytest.mark.parametrize("name", ["four at once", "empty file", "no YAML"])
def test_the_command_exits_2_and_writes_nothing(name, tmp_path):
    (tmp_path / "params.yaml").write_text(WRONG[name][0])
    for command in (["run"], ["status"], ["stage", "plan"]):
        result = subprocess.run(
            [sys.executable, "-m", "quartet", *command], cwd=tmp_path, capture_output=True, text=True
        )
        assert (result.returncode, "Traceback" in result.stderr) == (2, False)
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]


def test_the_schema_admits_this_repositorys_params_and_no_typo():
    root = Path(__file__).parents[1]
    params = YAML(typ="safe").load((root / "params.yaml").read_text(encoding="utf-8"))
    jsonschema.validate(params, json_schema())
    params["models"]["breast_cancer-mlp"]["hiden"] = 3
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(params, json_schema())


def test_a_model_may_override_the_trainer(tmp_path):
    (tmp_path / "params.yaml").write_text(GOOD.replace("mlp}", "mlp, threads: 2}") + "trainer: {accelerator: cpu}\n")
    trainer = load_params(tmp_path / "params.yaml").trainer_of("net")
    assert (trainer.accelerator, trainer.threads) == ("cpu", 2)
