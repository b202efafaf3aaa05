"""docs/extending.md, done for real in a copy of the package: its blocks are all that a model and a family need."""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from commands import succeed

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(?:python|yaml)\n# ([\w./]+)(?:, ([\w ]+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)
N = 600


class Block(NamedTuple):
    """A block of code: the file it is, or the place in a file where it goes."""

    file: str
    place: str
    code: str

    def put_into(self, root: Path) -> None:
        file = root / self.file
        if not self.place:
            assert not file.exists(), f"{self.file} is there already"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.code, encoding="utf-8")
            return
        where, name = self.place.split()
        text = file.read_text(encoding="utf-8")
        before, line, after = re.split(rf"^({name}\b.*\n)", text, maxsplit=1, flags=re.MULTILINE)
        changed = f"{line}{self.code}" if where == "in" else f"{self.code}\n\n{line}"
        file.write_text(before + changed + after, encoding="utf-8")


BLOCKS = [Block(*found) for found in BLOCK.findall((ROOT / "docs/extending.md").read_text(encoding="utf-8"))]
MODEL = next(block.code for block in BLOCKS if block.file == "params.yaml")


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the package and its tests with the blocks put in, which commands and their children import."""
    root = tmp_path_factory.mktemp("extended")
    ignored = shutil.ignore_patterns("__pycache__")
    for source, copy in {"src/quartet": "src/quartet", "flows": "src/quartet_flows", "tests": "tests"}.items():
        shutil.copytree(ROOT / source, root / copy, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", root)
    for block in BLOCKS:
        if block.file != "params.yaml":
            block.put_into(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{root / 'src'}{os.pathsep}{root / 'tests'}")
        yield root


def beats(file: Path) -> None:
    """Series in which something happens somewhere: a peak before a trough, or the other way round."""
    generator = np.random.default_rng(0)
    kind = generator.choice(["peak", "trough"], N)
    place, time = generator.integers(8, 32, (N, 1)), np.arange(40)
    wave = np.exp(-((time - place) ** 2) / 4) - np.exp(-((time - place - 4) ** 2) / 4)
    values = np.where(kind == "peak", 1, -1)[:, None] * wave + generator.normal(0, 0.15, (N, 40))
    frame = pd.DataFrame(values.round(3), columns=[f"t{moment}" for moment in time])
    frame.assign(kind=kind).to_csv(file, index=False)


def pairs(file: Path) -> None:
    """Two columns that say nothing alone: the class is whether they lie on the same side."""
    generator = np.random.default_rng(1)
    side = generator.choice([-1, 1], (N, 2))
    x = (side * generator.uniform(0.2, 1, (N, 2))).round(4)
    kind = np.where(side.prod(axis=1) > 0, "same", "apart")
    pd.DataFrame({"left": x[:, 0], "right": x[:, 1], "kind": kind}).to_csv(file, index=False)


@pytest.fixture(scope="module")
def project(extended: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Series brought by `init --from`, a table beside them, and one run over both."""
    folder = tmp_path_factory.mktemp("own")
    beats(folder / "beats.csv")
    succeed(folder, "quartet", "init", "project", "--from", "beats.csv")
    root = folder / "project"
    pairs(root / "data/mine/pairs.csv")
    dataset = "  pairs: {family: tabular, source: data/mine/pairs.csv, target: kind}\n"
    baseline = "  pairs-logistic: {dataset: pairs, architecture: logistic_regression}\n"
    text = (root / "params.yaml").read_text(encoding="utf-8")
    text = text.replace("\nmodels:\n", f"{dataset}\nmodels:\n{baseline}{MODEL}", 1).replace("n_seeds: 3", "n_seeds: 1")
    (root / "params.yaml").write_text(text, encoding="utf-8")
    succeed(root, "quartet", "run")
    return root


def champion(project: Path, dataset: str) -> str:
    lines = json.loads(succeed(project, "quartet", "status", "--json"))
    return next(line["model"] for line in lines if line["dataset"] == dataset and "champion" in line["verdict"])


def share_of_right(project: Path, dataset: str) -> float:
    source = project / f"data/mine/{dataset}.csv"
    succeed(project, "quartet", "predict", dataset, str(source), "-o", "predicted.csv")
    return float((pd.read_csv(project / "predicted.csv")["predicted"] == pd.read_csv(source)["kind"]).mean())


def test_the_contract_suite_holds_for_both(extended):
    tests = [
        "tests/test_contract.py",
        "tests/gate/test_suites.py",
        "tests/test_closure.py",
        "tests/test_house_style.py",
    ]
    own = "tests/families/tabular/test_factorization_machine.py"
    chosen = "signal or factorization_machine or closure or style"
    said = succeed(extended, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, own, "-k", chosen)
    assert int(re.search(r"(\d+) passed", said)[1]) > 60


def test_they_keep_the_house_rules(extended):
    succeed(extended, "ruff", "format", "--check", "src/quartet/families", "tests/families")
    succeed(extended, "ruff", "check", "src/quartet/families", "tests/families")
    succeed(extended, "lint-imports", "--no-cache")


def test_a_new_architecture_is_compared_and_serves(project):
    assert champion(project, "pairs") == "pairs-fm"
    assert share_of_right(project, "pairs") > 0.9


def test_a_new_family_goes_from_a_file_to_a_champion(project):
    assert champion(project, "beats") == "beats-conv"
    assert share_of_right(project, "beats") > 0.9


def test_both_have_their_page(project):
    pages = {name: (project / f"reports/{name}.html").read_text(encoding="utf-8") for name in ("beats", "pairs")}
    assert "Which part decides" in pages["beats"]
    assert "What it goes by" in pages["pairs"]
