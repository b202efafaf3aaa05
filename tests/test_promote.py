"""The registry's life on a small regression, with the real steps and a real MLflow store."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import cases
from conftest import run_steps, write_params
from quartet import explanations as ex
from quartet import history, registry, tracking
from quartet.comparisons import load_comparison
from quartet.errors import RegistryError
from quartet.project import Project
from quartet.rolling_back import roll_back
from quartet.steps.promote import promote
from quartet.steps.publish import publish

LINEAR = {"dataset": "tiny", "architecture": "linear_regression"}
GOOD = {"dataset": "tiny", "architecture": "mlp", "hidden": 32, "epochs": 150, "learning_rate": 0.01, "patience": None}
CRIPPLED = {"dataset": "tiny", "architecture": "mlp", "hidden": 1, "epochs": 1}


@pytest.fixture(scope="module")
def project(make_project) -> Project:
    frame = cases.tiny("tabular").plain()
    frame["weight"] = (frame["length"] - 5) ** 2  # what no line can fit
    return make_project(DATA, {"net": GOOD, "line": LINEAR}, {"tiny.csv": frame})


DATA = {
    "tiny": {
        "family": "tabular",
        "source": "data/mine/tiny.csv",
        "target": "weight",
        "task": "regression",
        "drop": ["kind"],
    }
}


def decide(project: Project, net: dict) -> history.Decision:
    write_params(project, {"n_seeds": 2, "datasets": DATA, "models": {"net": net, "line": LINEAR}})
    run_steps(project)
    publish(project)
    decision = promote(project)["tiny"]
    assert decision is not None
    return decision


def aliases(project: Project) -> dict[str, str]:
    client = tracking.connect(project)
    versions = {str(v.version): v.tags[registry.FINGERPRINT] for v in registry.versions(client, "tiny").values()}
    return {alias: versions[str(number)] for alias, number in client.get_registered_model("tiny").aliases.items()}


def test_a_life_in_the_registry(project):
    first = decide(project, GOOD)
    assert (first.verdict, first.model) == ("promoted", "net"), first.reasons
    assert aliases(project)["champion"] == first.fingerprint

    again = decide(project, GOOD)
    assert again == first
    assert publish(project) == {"runs": 0, "versions": 0}
    assert len(history.decisions(project, "tiny")) == 1

    refused = decide(project, CRIPPLED)
    assert refused.verdict == "refused"
    assert "is worse than the champion net" in " ".join(refused.reasons)
    assert aliases(project)["champion"] == first.fingerprint

    decide(project, CRIPPLED)
    assert [line.verdict for line in history.decisions(project, "tiny")] == ["promoted", "refused"]

    better = decide(project, GOOD | {"hidden": 64, "epochs": 400})
    assert (better.verdict, better.champion) == ("promoted", first.fingerprint), better.reasons
    assert aliases(project)["champion"] == better.fingerprint


def test_a_rollback_lets_the_champion_before_serve_again_and_what_it_left_does_not_come_back_by_itself(project):
    better = decide(project, GOOD | {"hidden": 64, "epochs": 400})
    first = history.decisions(project, "tiny")[0]
    back = roll_back(project, "tiny", to=None, reason="it was wrong on Mondays")
    assert (back.fingerprint, back.champion) == (first.fingerprint, better.fingerprint)
    assert aliases(project)["champion"] == first.fingerprint

    refused = promote(project)["tiny"]
    assert refused is not None
    assert "was rolled back" in " ".join(refused.reasons)
    assert "it was wrong on Mondays" in " ".join(refused.reasons)
    assert aliases(project)["champion"] == first.fingerprint

    again = roll_back(project, "tiny", to=better.fingerprint[:8], reason="Mondays are mended")
    assert aliases(project)["champion"] == better.fingerprint == again.fingerprint
    assert promote(project)["tiny"] == again


def test_a_rollback_to_what_is_not_there_changes_nothing(project):
    before = history.lines(project, "tiny"), aliases(project)
    serving = history.champion_of(history.decisions(project, "tiny"))
    for to in ("99", "no-such-fingerprint", serving.fingerprint):
        with pytest.raises(RegistryError):
            roll_back(project, "tiny", to=to, reason="")
    assert (history.lines(project, "tiny"), aliases(project)) == before


def test_a_registered_version_answers_raw_input_as_predict_does(project, tmp_path):
    import mlflow
    import pandas as pd

    from quartet.predict import load_version, predict_file

    raw = project.mine / "tiny.csv"
    predict_file(load_version(project, "tiny"), raw, tmp_path / "out.csv", chunk=20)
    tracking.connect(project)
    served = mlflow.pyfunc.load_model("models:/tiny@champion").predict(pd.read_csv(raw))
    told = tracking.connect(project).get_model_version_by_alias("tiny", "champion")
    expected = served.assign(model=told.tags["quartet.model"], version=int(told.version))
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "out.csv"), expected)


def test_a_project_does_not_leave_its_store_to_the_next(project):
    tracking.connect(project)
    assert "MLFLOW_TRACKING_URI" not in os.environ


def test_a_comparison_that_an_earlier_version_wrote_is_made_anew(project):
    comparison = load_comparison(project, "tiny")
    assert comparison
    assert comparison.is_fresh()
    content = {key: value for key, value in comparison.content.items() if key != "ranking_metric"}
    assert not replace(comparison, content=content).is_fresh()


def artifacts(project: Project, model: str) -> dict[str, tuple[str, int]]:
    """The files of a model's look inside in the store: the text of the page, and when each was written."""
    comparison = load_comparison(project, "tiny")
    assert comparison
    client = tracking.connect(project)
    experiment = tracking.experiment_id(client, project, "tiny")
    run = tracking.find_run(client, experiment, comparison.fingerprint(model))
    assert run
    root = Path(run.info.artifact_uri.removeprefix("file://"))
    files = [path for path in (root / "inside").rglob("*") if path.is_file()]
    return {str(path.relative_to(root)): (path.read_text("latin-1"), path.stat().st_mtime_ns) for path in files}


def test_a_look_inside_is_in_the_run_of_its_network_and_changes_with_it_only(project):
    for title in ("first", "second"):
        for path in (project.evaluation("tiny") / ex.FILE, project.evaluation("tiny") / ex.PICTURES):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        pictures = ex.Pictures("t", "n", [ex.Picture(np.zeros((2, 2), np.uint8), "dark")])
        ex.save(ex.Inside("line", "seed-0", [ex.Section(f"the {title}", "", [pictures])]), project.evaluation("tiny"))
        publish(project)
        found = artifacts(project, "line")
        assert {*found} == {"inside/inside.html", "inside/pictures/001.png"}
        assert f"the {title}" in found["inside/inside.html"][0]
        publish(project)
        assert artifacts(project, "line") == found


def test_a_baseline_stays_where_no_network_beats_it_with_confidence(make_project):
    frame = cases.tiny("tabular").plain()  # a linear target
    project = make_project(DATA, {"net": GOOD, "line": LINEAR}, {"tiny.csv": frame})
    decision = decide(project, GOOD)
    assert (decision.verdict, decision.model) == ("promoted", "line"), decision.reasons


def test_no_model_below_the_minimum_is_promoted(make_project):
    frame = cases.tiny("tabular").plain()
    data = {"tiny": DATA["tiny"] | {"minimum": 1.5}}
    project = make_project(data, {"line": LINEAR}, {"tiny.csv": frame})
    run_steps(project)
    publish(project)
    decision = promote(project)["tiny"]
    assert decision is not None
    assert decision.verdict == "refused"
    assert "falls short of the minimum 1.5" in " ".join(decision.reasons)
    assert aliases(project) == {"challenger": decision.fingerprint}


def test_two_publications_at_once_make_each_run_and_version_once(make_project):
    project = make_project(DATA, {"line": LINEAR}, {"tiny.csv": cases.tiny("tabular").plain()})
    run_steps(project)
    command = [sys.executable, "-m", "quartet", "publish", "--json"]
    publishing = [subprocess.Popen(command, cwd=project.root, stdout=subprocess.PIPE) for _ in range(2)]
    counts = [json.loads(process.communicate()[0]) for process in publishing]
    assert sorted(count["versions"] for count in counts) == [0, 1]
    assert sorted(count["runs"] for count in counts) == [0, 1]
