"""publish: what DVC's files hold → MLflow runs and versions. Publishing twice changes nothing."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from quartet import provenance, registry, tracking
from quartet.artifacts import load_tables
from quartet.comparisons import Comparison, load_comparison
from quartet.explanations import PICTURES
from quartet.params import load_params
from quartet.project import Project, read_json
from quartet.report.inside import inside_page
from quartet.scoring import Scorer

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

PUBLISHED = "quartet.published"
INSIDE = "quartet.inside"  # the hash of the page that a run holds
N_EXAMPLES = 3  # rows of a version's input example


def publish(project: Project, names: list[str] | None = None) -> dict[str, int]:
    """Complete live runs, create missing ones, register the best seed of each model; counts of what was new."""
    client = tracking.connect(project)
    new = {"runs": 0, "versions": 0}
    with tracking.publication_lock(project):
        for dataset in names or load_params(project.params).datasets:
            comparison = load_comparison(project, dataset)
            if comparison and comparison.accepted:
                publication = Publication(project, client, comparison)
                new["runs"] += sum(publication.publish_run(model, seed) for model, seed in publication.all_seeds())
                publication.publish_inside()
                new["versions"] += sum(publication.publish_version(model) for model in comparison.candidates)
    return new


class Publication:
    """One dataset on its way into MLflow."""

    def __init__(self, project: Project, client: "MlflowClient", comparison: Comparison) -> None:
        self.project, self.client, self.comparison = project, client, comparison
        self.dataset = comparison.dataset
        self.experiment = tracking.experiment_id(client, project, self.dataset)
        self.versions = registry.versions(client, self.dataset)

    def all_seeds(self) -> list[tuple[str, str]]:
        """Every (model, seed) there is."""
        return [(model, seed) for model in self.comparison.models for seed in self.comparison.seeds(model)]

    def run_of(self, model: str, seed: str) -> "Run":
        """The run of one training, opened if it is not there."""
        fingerprint = self.comparison.fingerprint(model, seed)
        return tracking.open_run(self.client, self.experiment, f"{model} {seed.replace('-', ' ')}", fingerprint)

    def publish_run(self, model: str, seed: str) -> bool:
        """Complete the run of one training; whether that was still to do."""
        run = self.run_of(model, seed)
        if run.data.tags.get(PUBLISHED) == "true":
            return False
        run_id, folder = run.info.run_id, self.comparison.folder(model, seed)
        rows = pd.read_csv(folder / "history.csv")
        missing = rows[~rows["epoch"].isin(tracking.logged_epochs(self.client, run_id))]
        tracking.log_rows(self.client, run_id, missing)
        tracking.log_result(self.client, run_id, self.result(model, seed))
        self.log_lineage(run_id, model)
        self.client.set_tag(run_id, PUBLISHED, "true")
        self.client.set_terminated(run_id)
        return True

    def publish_inside(self) -> None:
        """Put the look inside into the run of the network that was looked into: a page, and its pictures."""
        inside = inside_page(self.comparison)
        if inside is None or not inside.model:
            return
        run = self.run_of(inside.model, inside.seed)
        digest = hashlib.sha256(inside.html.encode()).hexdigest()
        if run.data.tags.get(INSIDE) == digest:
            return
        self.client.log_text(run.info.run_id, inside.html, "inside/inside.html")
        pictures = self.project.evaluation(self.dataset) / PICTURES
        if any(pictures.iterdir()):
            self.client.log_artifacts(run.info.run_id, str(pictures), f"inside/{PICTURES}")
        self.client.set_tag(run.info.run_id, INSIDE, digest)

    def result(self, model: str, seed: str) -> dict[str, Any]:
        """Params, metrics, tags and data of one training."""
        report = self.comparison.models[model]
        index = self.comparison.seeds(model).index(seed)
        config = read_json(self.comparison.folder(model, seed) / "config.json")
        scores = {
            f"{split}_{name}": summary["values"][index]
            for split in ("validation", "test")
            for name, summary in report[split].items()
        } | {"fit_s": self.comparison.fit_s(model, seed)}
        return {
            "params": config["settings"] | {"seed": config["seed"], "n_parameters": report["n_parameters"]},
            "metrics": {name: value for name, value in scores.items() if value is not None},
            "tags": self.tags(model),
            "data": (self.dataset, self.hash_of("prepare", self.project.prepared)),
        }

    def tags(self, model: str) -> dict[str, str]:
        """Lineage: commit, stage, hashes of its dependencies and of what the gate said."""
        stage = f"train@{model}"
        dependencies = provenance.dependency_hashes(self.project, stage)
        return {
            "quartet.model": model,
            "quartet.stage": stage,
            "quartet.commit": provenance.commit(self.project.root),
            "quartet.validation": self.hash_of("validate", self.project.validation),
            **{f"quartet.dep.{path}": digest for path, digest in dependencies.items()},
        }

    def hash_of(self, step: str, output: Callable[[str], Path]) -> str:
        """DVC's hash of what a step made of the dataset."""
        return provenance.output_hash(self.project, f"{step}@{self.dataset}", output(self.dataset))

    def log_lineage(self, run_id: str, model: str) -> None:
        """What makes the training again: params.yaml, dvc.yaml and its slice of dvc.lock."""
        for file in (self.project.params, self.project.root / "dvc.yaml"):
            if file.exists():
                self.client.log_artifact(run_id, str(file), "project")
        stages = provenance.slice_of_lock(self.project, self.dataset, model)
        self.client.log_dict(run_id, stages, "project/dvc.lock.json")

    def publish_version(self, model: str) -> bool:
        """Register the seed that is best on validation; whether that was still to do."""
        fingerprint = self.comparison.fingerprint(model)
        if fingerprint in self.versions:
            return False
        seed = self.comparison.best_seed(model)
        run = self.run_of(model, seed)
        with tempfile.TemporaryDirectory() as folder:
            served = gather(self.comparison, model, Path(folder) / "model")
            raw = self.raw_example(served)
            uri = registry.log_model(run.info.run_id, served, raw, Scorer(served).predict(raw))
        tags = self.tags(model) | {registry.FINGERPRINT: fingerprint, "quartet.seed": seed.removeprefix("seed-")}
        registry.add_version(self.client, self.dataset, source=uri, run_id=run.info.run_id, tags=tags)
        return True

    def raw_example(self, served: Path) -> pd.DataFrame:
        """Some items, of the test split where there is one, as a served model takes them."""
        scorer = Scorer(served)
        items = load_tables(self.project.raw(self.dataset))["items"]
        test = items[items["split"] == "test"]
        return scorer.family.features.raw_input((items if test.empty else test).head(N_EXAMPLES), scorer.encoder)


def gather(comparison: Comparison, model: str, folder: Path) -> Path:
    """Copy all that serving the best seed of a model needs into `folder`."""
    folder.mkdir()
    for name in ("config.json", "weights.safetensors"):
        shutil.copy(comparison.folder(model) / name, folder / name)
    for file in comparison.project.prepared(comparison.dataset).glob("encoder.*"):
        shutil.copy(file, folder / file.name)
    return folder
