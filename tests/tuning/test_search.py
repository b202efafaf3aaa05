"""A search finds what validation shows, on the validation split alone, and loses nothing when it is ended."""

import json
import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner

from families.tabular import tiny
from quartet import tracking
from quartet.cli import quartet
from quartet.errors import TrainingError, UsageError
from quartet.params import load_params
from quartet.pipeline import stages_of
from quartet.project import Project
from quartet.tuning import search as module
from quartet.tuning import shown
from quartet.tuning.search import Wish, accept, search

DATASET = tiny.DATASETS["classification"]
NET = {"dataset": "d", "architecture": "mlp", "hidden": 8, "layers": 1, "epochs": 8, "learning_rate": 1e-6}
MODELS = {"base": {"dataset": "d", "architecture": "logistic_regression"}, "net": NET}
FIXED = {"hidden": "8", "layers": "1", "dropout": "0.0", "weight_decay": "0.0"}
ASKED = FIXED | {"learning_rate": "0.000001,0.05"}  # with the first it cannot learn


@pytest.fixture(scope="module")
def prepared(make_project) -> Project:
    project = make_project({"d": DATASET}, MODELS, {"tiny.csv": tiny.source()["items"]}, trainer={"accelerator": "cpu"})
    for name, stage in stages_of(load_params(project.params)).items():
        if stage.step.name in ("plan", "ingest", "prepare"):
            stage.step.function(project, name.partition("@")[2] or None)
    (project.prepared("d") / "test.npz").unlink()  # what no search may read
    return project


def out_of_reach(project):
    raise ConnectionError("no store here")


@pytest.fixture
def project(prepared, tmp_path, monkeypatch) -> Project:
    monkeypatch.setattr(tracking, "connect", out_of_reach)
    shutil.copytree(prepared.root, tmp_path / "p")
    return Project(tmp_path / "p")


def find(project, said=None, **wish):
    lines = said if said is not None else []
    return search(project, "net", Wish(**{"asked": ASKED, "trials": 4} | wish), lines.append)


def falls_with_the_rate(self, values, seed, listen=None):
    """A score that falls with the learning rate, so that no training is needed."""
    listen and listen({"epoch": 1.0, "train_loss": 1.0, "validation_loss": 1.0})
    return 1 - values.get("learning_rate", 1e-6)


def tried(found):
    return [(trial.values, trial.score, trial.state) for trial in found.trials]


def test_a_learning_rate_that_can_learn_is_found_without_the_test_split(project):
    found = find(project)
    assert found.values == {"learning_rate": 0.05}
    assert found.best.score > found.trials[0].score


def test_the_accepted_settings_stand_in_params_yaml_beside_its_comments(project):
    project.params.write_text("# mine\n" + project.params.read_text())
    accept(project, find(project))
    assert load_params(project.params).models["net"].learning_rate == 0.05
    assert project.params.read_text().startswith("# mine\n")


def test_present_settings_that_are_not_beaten_give_no_patch(project, monkeypatch):
    monkeypatch.setattr(module.Bench, "score", falls_with_the_rate)
    found = find(project)
    assert (found.values, found.patch, found.patch_file.exists()) == ({}, "", False)
    assert "not beaten" in "\n".join(shown.closing(found, accepted=False))


def test_a_search_in_folds_says_that_its_items_are_tested_too(project, monkeypatch):
    monkeypatch.setattr(module.Bench, "score", falls_with_the_rate)
    found = find(project, trials=1)
    said = {folds: "\n".join(shown.closing(replace(found, folds=folds), accepted=False)) for folds in (None, 5)}
    assert ["fold 0 was searched" in text for text in said.values()] == [False, True]


def test_a_search_that_is_interrupted_goes_on_as_if_it_had_not_been(project, monkeypatch, tmp_path):
    monkeypatch.setattr(module.Bench, "score", falls_with_the_rate)
    asked = FIXED | {"learning_rate": "0.000001..0.1"}
    whole = find(Project(shutil.copytree(project.root, tmp_path / "whole")), asked=asked, trials=6)
    count = iter(range(100))

    def ends(*arguments):
        if next(count) == 3:
            raise KeyboardInterrupt
        return falls_with_the_rate(*arguments)

    monkeypatch.setattr(module.Bench, "score", ends)
    with pytest.raises(KeyboardInterrupt):
        find(project, asked=asked, trials=6)
    said = []
    assert tried(find(project, said, asked=asked, trials=6)) == tried(whole)
    assert "goes on behind trial 2" in said[0]


def test_ctrl_c_in_a_training_is_no_failed_trial(project):
    bench = module.Bench(project, load_params(project.params), "net")

    def press(row):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.score({}, 0, press)


def test_other_data_start_a_new_search_and_say_so(project, monkeypatch):
    monkeypatch.setattr(module.Bench, "score", falls_with_the_rate)
    find(project)
    monkeypatch.setattr(module, "Bench", lambda *arguments: with_other_data(*arguments))
    said = []
    assert len(find(project, said, trials=2).trials) == 2
    assert "a new search: the data changed since the last one" in said[0]


def with_other_data(*arguments, bench=module.Bench):
    made = bench(*arguments)
    made.data = ["other"]
    return made


def test_trials_that_are_cut_short_are_counted(project, monkeypatch):
    def worse_and_worse(self, values, seed, listen):
        rate = values.get("learning_rate", 1e-6)
        for epoch in range(1, 9):
            listen({"epoch": float(epoch), "train_loss": rate, "validation_loss": rate})
        return 1 - rate

    monkeypatch.setattr(module.Bench, "score", worse_and_worse)
    found = find(project, asked=FIXED | {"learning_rate": "0.000001..0.1"}, trials=12)
    cut = [trial for trial in found.trials if trial.state == "pruned"]
    assert cut
    assert shown.counts(found) == {"done": 12 - len(cut), "pruned": len(cut), "failed": 0}
    assert all(trial.score is None and len(trial.rows) < 8 for trial in cut)


def test_a_trial_that_diverges_is_one_of_many(project, monkeypatch):
    def diverges(self, values, seed, listen):
        if values.get("learning_rate", 1) == 0.05:
            raise TrainingError("losses are finite", came="they are not", mend="")
        return 0.5

    monkeypatch.setattr(module.Bench, "score", diverges)
    states = {trial.state for trial in find(project, trials=8).trials}
    assert states == {"done", "failed"}


def test_a_lead_that_other_seeds_do_not_confirm_gives_no_patch(project, monkeypatch):
    def lucky(self, values, seed, listen=None):
        better = values.get("learning_rate") == 0.05
        return 0.5 + (0.1 if better else 0.0) * (1 if seed == 0 else -1)

    monkeypatch.setattr(module.Bench, "score", lucky)
    assert find(project, trials=8).values == {"learning_rate": 0.05}
    found = find(project, trials=8, seeds=3)
    assert found.values == {}
    assert found.confirmed == pytest.approx((0.5, 0.4))


@pytest.mark.slow
def test_each_trial_is_a_run_inside_the_searchs(prepared, monkeypatch, tmp_path):
    monkeypatch.setattr(module.Bench, "score", falls_with_the_rate)
    project = Project(shutil.copytree(prepared.root, tmp_path / "p"))
    found = find(project, trials=2)
    client = tracking.connect(project)
    runs = client.search_runs([client.get_experiment_by_name("d-tune").experiment_id])
    parents = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    children = {run.data.tags.get("mlflow.parentRunId") for run in runs} - {None}
    assert ([run.info.run_id for run in parents], len(runs)) == ([*children], 3)
    assert parents[0].data.metrics == {"validation_accuracy": found.best.score}


def test_a_store_out_of_reach_costs_the_runs_only(project, monkeypatch, capsys):
    monkeypatch.setattr(module.Bench, "score", falls_with_the_rate)
    assert len(find(project).trials) == 4
    assert capsys.readouterr().err == "no MLflow runs of this search: no store here\n"


WRONG = {
    "an unknown model": ("nte", "Did you mean net?"),
    "a baseline": ("base", "base is a baseline"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_searched_tells_the_way_out(name, project):
    model, message = WRONG[name]
    with pytest.raises(UsageError, match=message.replace("?", r"\?")):
        search(project, model, Wish({}), print)


def test_data_that_are_not_prepared_as_params_yaml_says_are_not_searched(project):
    project.params.write_text(
        project.params.read_text().replace("family: tabular", "family: tabular\n    rare_below: 9")
    )
    with pytest.raises(UsageError, match=r"prepare would run anew.*dvc repro prepare@d"):
        find(project)
    shutil.rmtree(project.prepared("d"))
    with pytest.raises(UsageError, match="there are none"):
        find(project)


def test_a_change_elsewhere_in_params_yaml_leaves_the_data_as_they_are(project):
    project.params.write_text(project.params.read_text().replace("epochs: 8", "epochs: 9"))
    assert find(project, trials=1).trials


def test_the_command_prints_json_for_programs(project, monkeypatch):
    monkeypatch.setattr(module.Bench, "score", lambda self, values, *_: values.get("learning_rate", 0.0))
    monkeypatch.chdir(project.root)
    sets = [word for name, text in ASKED.items() for word in ("--set", f"{name}={text}")]
    result = CliRunner().invoke(quartet, ["tune", "net", *sets, "--trials", "8", "--json", "--accept"])
    printed = json.loads(result.stdout)
    assert (printed["accepted"], printed["values"], printed["counts"]["done"]) == (True, {"learning_rate": 0.05}, 8)
    assert load_params(project.params).models["net"].learning_rate == 0.05
