"""A project with a dataset of each kind of end: compared, a regression, stopped by the gate, and not run yet."""

import numpy as np
import pandas as pd
import pytest

from conftest import MakeProject
from quartet import history
from quartet.comparisons import load_comparison
from quartet.errors import GateRefused
from quartet.params import load_params
from quartet.pipeline import stages_of
from quartet.project import Project
from quartet.report import write_report
from report.pages import BROKEN_ROWS, HOSTILE, read_pages


def tables() -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(0)
    features = pd.DataFrame(rng.normal(size=(120, 2)), columns=["a", "b & c"])
    kinds = np.where(features.sum(axis=1) > 0, "plain", HOSTILE)
    broken = features.assign(kind=kinds)
    broken.loc[list(BROKEN_ROWS), "a"] = None
    return {
        "kinds.csv": features.assign(kind=kinds),
        "prices.csv": features.assign(price=1000 * features["a"] + rng.normal(scale=300, size=120)),
        "broken.csv": broken,
    }


@pytest.fixture(scope="session")
def project(make_project: MakeProject) -> Project:
    dataset = {"family": "tabular", "target": "kind"}
    datasets = {
        "kinds": {**dataset, "source": "data/mine/kinds.csv", "about": f"Kinds, see https://example.org {HOSTILE}"},
        "prices": {**dataset, "source": "data/mine/prices.csv", "target": "price", "task": "regression"},
        "broken": {**dataset, "source": "data/mine/broken.csv"},
        "index": {**dataset, "source": "data/mine/kinds.csv"},
    }
    models = {
        "kinds-logistic": {"dataset": "kinds", "architecture": "logistic_regression"},
        "prices-linear": {"dataset": "prices", "architecture": "linear_regression"},
        **{f"{name}-mlp": {"dataset": name, "architecture": "mlp", "epochs": 2} for name in datasets},
    }
    made = make_project(datasets, models, tables())
    run_all_but(made, "index")
    promote_baseline(made, "kinds")
    write_report(made)
    return made


def run_all_but(project: Project, later: str) -> None:
    stopped = {later}
    for name, stage in stages_of(load_params(project.params)).items():
        _, _, subject = name.partition("@")
        if subject.partition("-")[0] not in stopped:
            try:
                stage.step.function(project, subject or None)
            except GateRefused:
                stopped.add(subject)


def promote_baseline(project: Project, dataset: str) -> None:
    comparison = load_comparison(project, dataset)
    assert comparison
    assert comparison.baseline
    decision = history.Decision(
        verdict="promoted",
        model=comparison.baseline,
        fingerprint=comparison.fingerprint(comparison.baseline),
        champion=None,
        reasons=["the first reason", f"a reason with {HOSTILE}"],
        metric=comparison.metric,
        scores={"candidate": comparison.mean(comparison.baseline)},
        data="",
        commit="none",
    )
    history.append(project, dataset, decision)


@pytest.fixture(scope="session")
def pages(project: Project) -> dict[str, str]:
    return read_pages(project.reports)
