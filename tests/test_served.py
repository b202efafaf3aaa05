"""A registered version of each family answers raw input in a fresh process, as `quartet predict` does."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import cases
from commands import command
from conftest import run_steps
from quartet.project import Project
from quartet.steps.promote import promote
from quartet.steps.publish import publish

pytestmark = pytest.mark.slow

DATASETS = {
    "flowers": {"family": "tabular", "source": "sklearn:iris", "target": "species"},
    "digits": {"family": "image", "source": "sklearn:digits", "target": "digit", "channels": "grey", "size": 8},
    "texts": {"family": "text", "source": "data/mine/texts.csv", "text": "text", "target": "label"},
    "karate": {"family": "graph", "source": "networkx:karate_club", "checks": {"enough_items": {"min_value": 30}}},
}
MODELS = {
    "flowers-mlp": {"dataset": "flowers", "architecture": "mlp", "epochs": 2},
    "digits-cnn": {"dataset": "digits", "architecture": "cnn", "epochs": 1},
    "texts-gru": {"dataset": "texts", "architecture": "gru", "epochs": 1},
    "karate-gcn": {"dataset": "karate", "architecture": "gcn", "epochs": 5},
}
ASK = """
import sys, mlflow, pandas as pd
mlflow.set_tracking_uri("sqlite:///mlflow.db")
raw = pd.read_parquet(sys.argv[2])
mlflow.pyfunc.load_model(f"models:/{sys.argv[1]}@champion").predict(raw).to_parquet(sys.argv[3])
"""


def texts() -> pd.DataFrame:
    settings = cases.tiny("text").DATASETS
    frame = cases.tiny("text").source()["items"]
    one = next(iter(settings.values()))
    frame = frame.rename(columns={one["text"]: "text", one["target"]: "label"})
    return frame[["text", "label"]].drop_duplicates("text")


@pytest.fixture(scope="module")
def project(make_project) -> Project:
    project: Project = make_project(DATASETS, MODELS, {"texts.csv": texts()}, n_seeds=1)
    run_steps(project)
    publish(project)
    assert all(decision and decision.verdict == "promoted" for decision in promote(project).values())
    return project


def raw_input(project: Project, dataset: str, folder: Path) -> tuple[Path, pd.DataFrame]:
    """What a user has: a folder of pictures or a table; and the same as the served model takes it."""
    items = pd.read_parquet(project.raw(dataset) / "items.parquet").head(7)
    if dataset == "digits":
        (folder / "in").mkdir()
        for number, picture in enumerate(items["picture"]):
            (folder / "in" / f"{number}.png").write_bytes(picture)
        return folder / "in", items[["picture"]]
    columns = {"texts": ["text"], "karate": ["id"]}.get(dataset) or [c for c in items if c not in ("split", "label")]
    raw = items[columns]
    raw.to_csv(folder / "in.csv", index=False)
    return folder / "in.csv", raw.drop(columns="id") if dataset == "flowers" else raw


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_champion_answers_raw_input_as_predict_does(project, dataset, tmp_path):
    source, raw = raw_input(project, dataset, tmp_path)
    raw.to_parquet(tmp_path / "raw.parquet")
    ask = [sys.executable, "-c", ASK, dataset, str(tmp_path / "raw.parquet"), str(tmp_path / "served.parquet")]
    subprocess.run(ask, cwd=project.root, check=True)
    result = command(project.root, "quartet", "predict", dataset, str(source), "-o", str(tmp_path / "out.parquet"))
    assert result.returncode == 0, result.stderr
    served = pd.read_parquet(tmp_path / "served.parquet")
    assert len(served) == 7
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out.parquet")[served.columns], served)


KINDS = pd.DataFrame(
    {
        "n": [1, 2, 3, 4, 5, 6] * 15,
        "flag": [True, False, True, False, True, False] * 15,
        "code": ["1", "A1", "1", "A1", "1", "A1"] * 15,
        "extra": [i / 7 for i in range(90)],  # nothing that counts rows, which is no feature
        "y": [1, 0, 1, 0, 1, 0] * 15,
    }
)


@pytest.fixture(scope="module")
def kinds(make_project) -> Project:
    told = {"no_leaking_column": {"severity": "warn"}}  # so that each prediction is sure
    data = {"family": "tabular", "source": "data/mine/kinds.csv", "target": "y", "checks": told}
    models = {"base": {"dataset": "kinds", "architecture": "logistic_regression"}}
    project: Project = make_project({"kinds": data}, models, {"kinds.csv": KINDS}, n_seeds=1)
    run_steps(project)
    publish(project)
    promote(project)
    return project


@pytest.mark.parametrize("rows", [slice(None), slice(0, None, 2)])
def test_a_users_own_file_is_predicted_as_it_was_trained_on(kinds, tmp_path, rows):
    chosen = KINDS[rows]
    chosen.to_parquet(tmp_path / "in.parquet")  # with its index, and with codes that look like numbers
    chosen.to_csv(tmp_path / "in.csv", index=False)
    for name in ("in.parquet", "in.csv"):
        result = command(
            kinds.root, "quartet", "predict", "kinds", str(tmp_path / name), "-o", str(tmp_path / "o.parquet")
        )
        assert result.returncode == 0, result.stderr
        predicted = pd.read_parquet(tmp_path / "o.parquet")["predicted"]
        assert predicted.tolist() == chosen["y"].astype(str).tolist()


def test_a_served_model_takes_whole_numbers(kinds):
    ask = (
        "import mlflow, pandas as pd; mlflow.set_tracking_uri('sqlite:///mlflow.db'); "
        "print(mlflow.pyfunc.load_model('models:/kinds@champion').predict(pd.read_csv('data/mine/kinds.csv')).shape)"
    )
    result = command(kinds.root, sys.executable, "-c", ask)
    assert "(90, 3)" in result.stdout, result.stderr


@pytest.mark.parametrize(
    ("frame", "message"),
    [(KINDS.drop(columns="flag"), "flag is not among"), (KINDS.assign(n="many"), "row 0 has 'many'")],
)
def test_wrong_columns_to_predict_are_named(kinds, tmp_path, frame, message):
    frame.to_csv(tmp_path / "in.csv", index=False)
    result = command(kinds.root, "quartet", "predict", "kinds", str(tmp_path / "in.csv"), "-o", str(tmp_path / "o.csv"))
    assert (result.returncode, message in result.stderr, (tmp_path / "o.csv").exists()) == (1, True, False), (
        result.stderr
    )
