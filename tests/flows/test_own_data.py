"""A user's own data, from `quartet init --from` to a decision, and back in time: as a user types it."""

import json
from pathlib import Path

import pandas as pd
import pytest

import own_data
from commands import command, succeed
from quartet.closure import file_hash
from quartet.mine import adopt
from quartet.project import Project

pytestmark = pytest.mark.slow

# what the user has → --target, where the last column is not meant; `orders` is classified below
CASES = {"reviews": None, "letters": None, "stripes": None, "papers": None, "orders": "total"}


def init(folder: Path, source: Path, *more: str) -> Path:
    succeed(folder, "quartet", "init", "project", "--from", str(source), *more)
    return folder / "project"


def add_dataset(root: Path) -> None:
    """Another dataset beside the proposed one."""
    text = (root / "params.yaml").read_text()
    text = text.replace(
        "\nmodels:\n", "  iris: {family: tabular, source: 'sklearn:iris', target: species}\n\nmodels:\n"
    )
    model = "  iris-base: {dataset: iris, architecture: logistic_regression}\n"
    (root / "params.yaml").write_text(text.replace("\npromotion:\n", f"{model}\npromotion:\n"))


def commit(root: Path, message: str) -> None:
    succeed(root, "git", "add", "-A")
    succeed(root, "git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", message)


def stages_run(root: Path) -> set[str]:
    lines = succeed(root, "dvc", "repro").splitlines()
    marks = ("Running stage", "is cached - skipping run")
    return {line.split("'")[1] for line in lines if any(mark in line for mark in marks)}


def decisions(root: Path) -> list[str]:
    files = sorted((root / "registry").iterdir())
    verdicts = [json.loads(line)["verdict"] for file in files for line in file.read_text().splitlines()]
    return [verdict for verdict in verdicts if verdict != "registered"]


@pytest.mark.parametrize("name", CASES)
def test_a_proposed_project_runs_to_a_decision_whose_champion_is_made_again_bit_for_bit(name, tmp_path):
    target = CASES[name]
    root = init(tmp_path, own_data.ALL[name](tmp_path), *(["--target", target] if target else []))
    params = (root / "params.yaml").read_bytes()
    succeed(root, "dvc", "repro")
    command(root, "quartet", "promote")
    assert decisions(root) in (["promoted"], ["refused"])
    assert (root / "params.yaml").read_bytes() == params
    (dataset,) = (file.stem for file in (root / "registry").iterdir())
    assert "equal, bit for bit" in succeed(root, "quartet", "reproduce", f"{dataset}@1")


ODD = ['my "orders" (2).csv', "Käse und Brot's", "漢字.tar.gz"]


def test_files_folders_and_archives_of_any_name_travel(tmp_path):
    succeed(tmp_path, "quartet", "init", "project")
    root = tmp_path / "project"
    (root / "data/mine" / ODD[1] / "a").mkdir(parents=True)
    for name in (ODD[0], f"{ODD[1]}/a/1\n 'x'.txt", ODD[2]):
        (root / "data/mine" / name).write_text(name)
    before = {name: file_hash(root / "data/mine" / name) for name in ODD}
    for name in ODD:
        adopt(Project(root), f"data/mine/{name}")
    succeed(root, "dvc", "remote", "add", "--default", "folder", str(tmp_path / "remote"))
    succeed(root, "dvc", "push", *(f"data/mine/{name}.dvc" for name in ODD))
    commit(root, "Bring them")
    succeed(tmp_path, "git", "clone", "-q", str(root), "second")
    succeed(tmp_path / "second", "dvc", "pull", *(f"data/mine/{name}.dvc" for name in ODD))
    assert {name: file_hash(tmp_path / "second/data/mine" / name) for name in ODD} == before


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of a CSV, run and committed; its data and results pushed to a folder."""
    folder = tmp_path_factory.mktemp("own")
    root = init(folder, own_data.orders(folder), "--target", "returned")
    add_dataset(root)
    result = command(root, "quartet", "run")
    assert result.returncode == 0, result.stdout + result.stderr
    commit(root, "Run")
    succeed(root, "dvc", "remote", "add", "--default", "folder", str(folder / "remote"))
    succeed(root, "dvc", "push")
    commit(root, "Name the remote")
    return root


def test_quartet_run_of_a_proposed_project_ends_in_a_decision(shop):
    assert set(decisions(shop)) <= {"promoted", "refused"}
    assert len(decisions(shop)) == 2


def test_a_second_clone_pulls_everything_and_runs_nothing(shop, tmp_path):
    succeed(tmp_path, "git", "clone", "-q", str(shop), "second")
    succeed(tmp_path / "second", "dvc", "pull")
    assert stages_run(tmp_path / "second") == set()
    assert file_hash(tmp_path / "second/data/mine/orders.csv") == file_hash(shop / "data/mine/orders.csv")


@pytest.fixture(scope="module")
def longer(shop: Path) -> tuple[Path, set[str], dict[str, str], pd.DataFrame]:
    """The same project with a row appended to its CSV, run again and committed.

    Gives the project, the stages that ran, hashes from before, and the items from before.
    """
    before = {folder: str(file_hash(shop / folder)) for folder in ("data", "models", "metrics")}
    items = pd.read_parquet(shop / "data/orders/raw/items.parquet")
    file = shop / "data/mine/orders.csv"
    with file.open("a", encoding="utf-8") as stream:
        stream.write("1240,12.5,3,DE,yes,2025-09-01,38.1,no\n")
    ran = stages_run(shop)
    succeed(shop, "dvc", "add", "data/mine/orders.csv")
    commit(shop, "Add a row")
    return shop, ran, before, items


def test_a_row_appended_runs_that_datasets_stages(longer):
    _, ran, *_ = longer
    assert ran == {
        "plan",
        *(f"{step}@orders" for step in ("ingest", "validate", "prepare", "evaluate")),
        *(f"train@orders-{model}" for model in ("logistic_regression", "mlp", "gradient_boosting")),
    }


def test_a_row_appended_moves_no_row_to_another_split(longer):
    root, _, _, items = longer
    after = pd.read_parquet(root / "data/orders/raw/items.parquet")
    assert len(after) == len(items) + 1
    pd.testing.assert_series_equal(after["split"].head(len(items)), items["split"])


def test_an_older_commit_brings_data_models_and_metrics_back(longer):
    root, _, before, _ = longer
    succeed(root, "git", "checkout", "-q", "HEAD~1")
    succeed(root, "dvc", "checkout")
    assert {folder: file_hash(root / folder) for folder in before} == before
    assert stages_run(root) == set()
