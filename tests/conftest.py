"""Fixtures: small projects, made by the real steps."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from quartet.params import load_params
from quartet.pipeline import stages_of
from quartet.project import Project
from quartet.quiet import environment

os.environ.setdefault("OMP_NUM_THREADS", "1")  # threads that wait for each other cost more than they give
os.environ.update(environment() | os.environ)
os.environ.pop("MLFLOW_TRACKING_URI", None)

MakeProject = Callable[..., Project]


@pytest.fixture(scope="session")
def make_project(tmp_path_factory: pytest.TempPathFactory) -> MakeProject:
    """A project folder from datasets, models and, by name under data/mine/, tables."""

    def make(
        datasets: dict[str, Any], models: dict[str, Any], files: dict[str, Any] | None = None, **top: Any
    ) -> Project:
        project = Project(tmp_path_factory.mktemp("project"))
        project.mine.mkdir(parents=True)
        for name, frame in (files or {}).items():
            (project.mine / name).parent.mkdir(exist_ok=True)
            frame.to_csv(project.mine / name, index=False)
        write_params(project, {"n_seeds": 2, **top, "datasets": datasets, "models": models})
        return project

    return make


def write_params(project: Project, content: dict[str, Any]) -> Path:
    with project.params.open("w", encoding="utf-8") as stream:
        YAML().dump(content, stream)
    return project.params


def run_steps(project: Project) -> None:
    """Every stage of every dataset, in this process and without DVC, upstream first."""
    for name, stage in stages_of(load_params(project.params)).items():
        stage.step.function(project, name.partition("@")[2] or None)
