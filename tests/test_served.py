"""A registered version of each family answers raw input in a fresh process, as `quartet predict` does."""

import base64
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError, URLError

import pandas as pd
import psutil
import pytest

import cases
from commands import command
from conftest import run_steps
from families.graph import tiny_graphs
from quartet.predict import load_version, predict_file
from quartet.project import Project
from quartet.steps.promote import promote
from quartet.steps.publish import publish

pytestmark = pytest.mark.slow

DATASETS = {
    "flowers": {"family": "tabular", "source": "sklearn:iris", "target": "species", "missing": "impute"},
    "digits": {"family": "image", "source": "sklearn:digits", "target": "digit", "channels": "grey", "size": 8},
    "texts": {"family": "text", "source": "data/mine/texts.csv", "text": "text", "target": "label"},
    "karate": {"family": "graph", "source": "networkx:karate_club", "checks": {"enough_items": {"min_value": 30}}},
    "clubs": {
        "family": "graph",
        "source": "networkx:karate_club",
        "task": "community_detection",
        "checks": {"enough_items": {"min_value": 30}},
    },
    "novel": {
        "family": "graph",
        "source": "networkx:les_miserables",
        "task": "link_prediction",
        "validation_fraction": 0.1,
        "test_fraction": 0.2,
    },
    "trees": {"family": "graph", "source": "data/mine/trees", "task": "similarity"},
}
MODELS = {
    "flowers-mlp": {"dataset": "flowers", "architecture": "mlp", "epochs": 2},
    "digits-cnn": {"dataset": "digits", "architecture": "cnn", "epochs": 1},
    "texts-gru": {"dataset": "texts", "architecture": "gru", "epochs": 1},
    "karate-gcn": {"dataset": "karate", "architecture": "gcn", "epochs": 5},
    "clubs-louvain": {"dataset": "clubs", "architecture": "louvain"},
    "novel-gae": {"dataset": "novel", "architecture": "gae", "epochs": 5},
    "trees-simgnn": {"dataset": "trees", "architecture": "simgnn", "epochs": 2},
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
    trees = {f"trees/{name}.csv": frame for name, frame in tiny_graphs.source().items()}
    trees["trees/nodes.csv"] = trees.pop("trees/items.csv")
    project: Project = make_project(DATASETS, MODELS, {"texts.csv": texts(), **trees}, n_seeds=1)
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
    asked = {"texts": ["text"], "karate": ["id"], "clubs": ["id"], "novel": ["source", "target"], "trees": ["a", "b"]}
    raw = items[asked.get(dataset) or [c for c in items if c not in ("split", "label")]]
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


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_size_of_chunks_changes_no_prediction(project, dataset, tmp_path):
    source, _ = raw_input(project, dataset, tmp_path)
    version = load_version(project, dataset)
    found = []
    for chunk, ending in [(None, "parquet"), (1, "csv"), (3, "parquet")]:
        file = tmp_path / f"out{chunk}.{ending}"
        assert predict_file(version, source, file, chunk=chunk) == 7
        found.append(pd.read_csv(file, dtype=str) if ending == "csv" else pd.read_parquet(file).astype(str))
    for other in found[1:]:
        assert list(other) == list(found[0])
        for column in other:
            same = pd.to_numeric(other[column], errors="coerce"), pd.to_numeric(found[0][column], errors="coerce")
            pd.testing.assert_series_equal(*same, rtol=1e-5, atol=1e-7)
            assert (other[column] == found[0][column])[same[0].isna()].all()


class Server:
    """`mlflow models serve` of a champion, as a process."""

    def __init__(self, project: Project, dataset: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        where = ["-m", f"models:/{dataset}@champion", "--env-manager", "local", "--host", "127.0.0.1", "-p", port]
        environment = os.environ | {"MLFLOW_TRACKING_URI": "sqlite:///mlflow.db"}
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment.pop("PYTHONPATH", None)  # the version brings its code
        serve = [sys.executable, "-m", "mlflow", "models", "serve", *where]
        self.dataset, self.address = dataset, f"http://127.0.0.1:{port}"
        with (project.root / f"{dataset}.log").open("wb") as log:
            self.process = psutil.Popen(serve, cwd=project.root, env=environment, stdout=log, stderr=log)

    def ask(self, path: str, body: object = None) -> tuple[int, str]:
        """Status and text of an answer; 0 where there is none."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except (URLError, ConnectionError):
            return 0, ""

    def end(self) -> None:
        for each in [*self.process.children(recursive=True), self.process]:
            each.kill()
        self.process.wait()


@pytest.fixture(scope="module", params=DATASETS)
def server(project, request):
    started, deadline = Server(project, request.param), time.monotonic() + 300
    while not started.ask("/ping")[0] and time.monotonic() < deadline:
        assert started.process.poll() is None
        time.sleep(0.5)
    yield started
    started.end()


def as_json(cell: object) -> object:
    """A cell as a program in another language sends it: bytes in base64, 5.0 as 5, what is missing as null."""
    if isinstance(cell, bytes):
        return base64.b64encode(cell).decode()
    return None if pd.isna(cell) else int(cell) if isinstance(cell, float) and cell % 1 == 0 else cell


def test_a_champions_server_answers_raw_input_as_predict_does(project, server, tmp_path):
    source, raw = raw_input(project, server.dataset, tmp_path)
    if server.dataset == "flowers":
        raw.iloc[0, 0] = None
        raw.to_csv(source, index=False)
    data = [[as_json(cell) for cell in row] for row in raw.astype(object).to_numpy()]
    predict_file(load_version(project, server.dataset), source, tmp_path / "out.csv")
    expected = pd.read_csv(tmp_path / "out.csv")
    records = [dict(zip(raw, row, strict=True)) for row in data]
    for body in ({"dataframe_split": {"columns": list(raw), "data": data}}, {"dataframe_records": records}):
        status, answer = server.ask("/invocations", body)
        assert status == 200, answer
        predictions = pd.DataFrame(json.loads(answer)["predictions"])
        told = predictions.astype({"predicted": expected["predicted"].dtype})
        pd.testing.assert_frame_equal(told, expected[list(told)], rtol=1e-5, check_dtype=False)


PETALS = {"sepal length (cm)": 5, "sepal width (cm)": 3, "petal length (cm)": 1}
WRONG = {  # what is asked → what the answer names
    "flowers": [(PETALS, "petal width (cm)"), (PETALS | {"petal width (cm)": "wide"}, "row 0 has 'wide'")],
    "digits": [({"picture": "bm8gcGljdHVyZQ=="}, "row 0 (it is no PNG"), ({"image": "AAAA"}, "picture")],
    "texts": [({"words": "good"}, "text")],
    "karate": [({"id": "nobody"}, "nobody is not among its 34 nodes"), ({"node": 1}, "id")],
    "clubs": [({"id": 99}, "99 is not among its 34 nodes")],
    "novel": [({"source": "Valjean", "target": "Hamlet"}, "Hamlet is not among"), ({"source": "Valjean"}, "target")],
    "trees": [({"a": "g0", "b": "oak"}, "oak is not among its 40"), ({"a": "g0"}, "'b'")],
}


def test_a_server_names_what_is_wrong_with_a_request(server):
    for row, named in WRONG[server.dataset]:
        status, answer = server.ask("/invocations", {"dataframe_records": [row]})
        assert (status, named in answer, "Traceback" in answer) == (400, True, False), answer


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
