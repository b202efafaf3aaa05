"""k-fold cross-validation: a table whose labels are random by group, and whose features tell the group."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import KFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

import cases
from conftest import run_steps
from quartet.artifacts import read_plan
from quartet.comparisons import load_comparison
from quartet.errors import SourceError
from quartet.family import Family
from quartet.looks import Look
from quartet.predictions import split_outputs
from quartet.project import read_json
from quartet.report import write_report
from quartet.splits import fold_of, places, split_in_fold
from quartet.steps import train
from quartet.steps.prepare import prepare

N_GROUPS, EACH, FOLDS = 60, 6, 4


def leaky_table() -> pd.DataFrame:
    """Rows whose group, and nothing else, could tell the label."""
    generator = np.random.default_rng(0)
    group = np.repeat(np.arange(N_GROUPS), EACH)
    marks = generator.normal(size=(N_GROUPS, 8))[group] + generator.normal(0, 0.01, (len(group), 8))
    label = generator.permutation(["a", "b"] * (N_GROUPS // 2))[group]
    return pd.DataFrame(marks, columns=[f"x{i}" for i in range(8)]).assign(patient=group, label=label)


DATASET = {"family": "tabular", "source": "data/mine/leaky.csv", "target": "label", "folds": FOLDS}
MODELS = {"net": {"dataset": "leaky", "architecture": "mlp", "epochs": 15, "learning_rate": 0.02}}


@pytest.fixture(scope="module")
def project(make_project):
    made = make_project({"leaky": DATASET | {"group": "patient"}}, MODELS, {"leaky.csv": leaky_table()}, n_seeds=1)
    run_steps(made)
    return made


@pytest.fixture(scope="module")
def predictions(project):
    return pd.read_parquet(project.model("leaky", "net") / "seed-0" / "predictions.parquet")


def test_every_item_is_tested_once(predictions):
    tested = predictions[predictions["split"] == "test"]
    assert sorted(tested["id"].astype(int)) == list(range(N_GROUPS * EACH))
    assert sorted(tested["fold"].unique()) == list(range(FOLDS))


def test_what_only_the_group_tells_is_not_learnt(project):
    score = read_json(project.metrics("leaky", "net"))["accuracy"]["mean"]
    assert abs(score - 0.5) < 0.17, "60 groups are so many coins"


def test_without_groups_it_would_be_learnt():
    table = leaky_table()
    scores = cross_val_score(
        KNeighborsClassifier(1), table.filter(like="x"), table["label"], cv=KFold(FOLDS, shuffle=True, random_state=0)
    )
    assert scores.mean() > 0.95


def test_no_group_straddles_folds_or_the_splits_of_a_fold(project):
    items = pd.read_parquet(project.raw("leaky") / "items.parquet")
    for fold in range(FOLDS):
        split = split_in_fold(items, fold, FOLDS, 0.15)
        assert split.groupby(items["id"] // EACH).nunique().max() == 1
        assert (items["fold"][split == "test"] == fold).all()


def test_each_fold_has_an_encoder_of_its_own_training_part(project):
    folder = project.prepared("leaky")
    ranges = [read_json(place / "encoder.json")["columns"][0] for place in (folder, *sorted(folder.glob("fold-*")))]
    assert len({(column["low"], column["high"]) for column in ranges}) > 1


def test_the_spread_over_folds_averages_to_the_pooled_accuracy_by_size(project, predictions):
    folds = read_json(project.evaluation("leaky") / "comparison.json")["models"]["net"]["folds"]
    sizes = predictions[predictions["split"] == "test"].groupby("fold").size()
    pooled = read_json(project.metrics("leaky", "net"))["accuracy"]["mean"]
    assert folds["n"] == FOLDS
    assert np.average(folds["values"], weights=sizes) == pytest.approx(pooled)


def test_a_look_inside_sees_the_items_of_fold_0(project):
    look = Look(project, "leaky", Family("tabular"), ["net"], {"net": "seed-0"})
    assert np.array_equal(look.outputs("net", "test")[0], look.arrays["test"]["target"])


@pytest.mark.parametrize(("family", "name"), cases.data_cases(separate_items=True))
def test_every_family_of_rows_deals_them_into_folds(family, name):
    settings = SimpleNamespace(**vars(cases.settings_for(family, name, "ingest")) | {"folds": 3, "split": None})
    tables = cases.tiny(family).source(0)
    tables["items"] = tables["items"].drop(columns="split", errors="ignore")
    items = Family(family).tables.canonical(tables, settings, 0)["items"]
    assert set(items["fold"]) == {0, 1, 2}
    assert ((items["split"] == "test") == (items["fold"] == 0)).all()


def test_the_parts_of_a_fold_have_their_shares():
    place = places(pd.Series([f"item {i}" for i in range(20_000)]), 0)
    items = pd.DataFrame({"fold": fold_of(place, 5), "fold_place": place})
    for fold in range(5):
        shares = split_in_fold(items, fold, 5, 0.15).value_counts(normalize=True)
        assert shares.to_dict() == pytest.approx({"train": 0.65, "validation": 0.15, "test": 0.2}, abs=0.02)


def test_a_published_split_and_folds_are_refused_together(make_project):
    table = leaky_table().assign(split=["train", "test"] * (N_GROUPS * EACH // 2))
    project = make_project({"leaky": DATASET | {"split": "split"}}, MODELS, {"leaky.csv": table})
    with pytest.raises(SourceError, match="no published split"):
        run_steps(project)


def test_a_fold_whose_training_part_lacks_a_class_is_refused(project):
    file = project.raw("leaky") / "items.parquet"
    items = pd.read_parquet(file)
    rare = items.assign(label=items["label"].mask(items["fold"] == 1, "rare"))
    try:
        rare.to_parquet(file)
        with pytest.raises(SourceError, match="fold 1"):
            prepare(project, "leaky")
    finally:
        items.to_parquet(file)


def test_the_folds_make_up_the_test_items(project):
    whole = split_outputs(project.model("leaky", "net") / "seed-0", "test")[0]
    parts = [split_outputs(project.model("leaky", "net") / "seed-0", "test", fold)[0] for fold in range(FOLDS)]
    assert np.array_equal(np.concatenate(parts), whole)


def test_a_fold_that_a_killed_run_finished_is_not_trained_again(project, monkeypatch):
    training = train.Training(project, "net", read_plan(project, "train", "net"))
    first = training.of_fold(0, training.folds[0])
    monkeypatch.setattr(train, "fit", lambda *_: pytest.fail("it was trained again"))
    assert training.of_fold(0, training.folds[0]).equals(first)


def test_a_fold_trained_again_predicts_the_same(project, predictions):
    training = train.Training(project, "net", read_plan(project, "train", "net"))
    again = training.of_fold(0, training.folds[1])
    before = predictions[predictions["fold"] == 2].drop(columns="fold").reset_index(drop=True)
    assert again.equals(before)


def test_how_long_a_training_took_is_no_part_of_what_dvc_holds(project):
    comparison = load_comparison(project, "leaky")
    file = project.duration(comparison.fingerprint("net"))
    assert comparison.seconds("net")["mean"] == read_json(file)["fit_s"] > 0
    assert project.hidden in file.parents
    file.unlink()
    assert comparison.seconds("net") is None


def test_the_page_tells_folds_classes_and_seconds_apart(project):
    page = (write_report(project).parent / "leaky.html").read_text(encoding="utf-8")
    assert f"Test figures are on {FOLDS} folds" in page
    assert all(f">fold {fold}</th>" in page for fold in range(FOLDS))
    assert 'aria-label="classes of net"' in page
