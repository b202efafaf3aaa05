"""publish: what DVC's files hold → MLflow runs and versions. Publishing twice changes nothing."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from quartet import history, provenance, registry, tracking
from quartet.artifacts import load_tables
from quartet.comparisons import Comparison, load_comparison
from quartet.explanations import PICTURES
from quartet.history import Registration
from quartet.nodes import text_of
from quartet.params import load_params
from quartet.project import Project, read_json
from quartet.report.inside import inside_page
from quartet.scoring import Scorer

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

PUBLISHED = "quartet.published"
INSIDE = "quartet.inside"  # the hash of the page that a run holds
UNLOCKED = "unlocked"  # of what DVC has not recorded
N_EXAMPLES = 3  # rows of a version's input example


def publish(project: Project, names: Sequence[str] | None = None, *, flow_run: str | None = None) -> dict[str, int]:
    """Complete live runs, create missing ones, register the best seed of each model; counts of what was new.

    Args:
        flow_run: the Prefect flow run that this is part of.
    """
    client = tracking.connect(project)
    new = {"runs": 0, "versions": 0}
    with tracking.publication_lock(project):
        for dataset in load_params(project.params).datasets if names is None else names:
            comparison = load_comparison(project, dataset)
            if comparison and comparison.accepted:
                publication = Publication(project, client, comparison, flow_run)
                publication.record(comparison.candidates)
                new["runs"] += sum(publication.publish_runs(model) for model in comparison.models)
                publication.publish_inside()
                new["versions"] += sum(publication.publish_version(model) for model in publication.in_order())
    return new


def unpublished(project: Project, dataset: str) -> list[Registration]:
    """The versions that the history names and MLflow lacks."""
    present = registry.versions(tracking.connect(project), dataset)
    return [line for line in history.registrations(project, dataset) if line.fingerprint not in present]


def on_disk(project: Project, dataset: str) -> set[str]:
    """The fingerprints of the versions that publish makes of what is on disk."""
    comparison = load_comparison(project, dataset)
    return {comparison.fingerprint(model) for model in comparison.candidates} if comparison else set()


def publish_again(project: Project, dataset: str, line: Registration, files: Project) -> None:
    """Make the runs and the version of a line of the history.

    Args:
        files: a folder that holds what DVC had of it.
    """
    content = read_json(files.evaluation(dataset) / "comparison.json")
    publication = Publication(project, tracking.connect(project), Comparison(files, dataset, content), line.flow_run)
    publication.publish_runs(line.model)
    publication.publish_inside(line.model)
    publication.publish_version(line.model)


class Publication:
    """One dataset on its way into MLflow.

    Args:
        project: whose history and MLflow store these are; the files are the comparison's.
    """

    def __init__(self, project: Project, client: "MlflowClient", comparison: Comparison, flow_run: str | None) -> None:
        self.project, self.client, self.comparison, self.flow_run = project, client, comparison, flow_run
        self.dataset = comparison.dataset
        self.experiment = tracking.experiment_id(client, project, self.dataset)
        self.versions = registry.versions(client, self.dataset)
        self.lines = {line.fingerprint: line for line in history.registrations(project, self.dataset)}

    def record(self, models: Iterable[str]) -> None:
        """Write the line of each model that has none, before MLflow hears of it: a killed process loses nothing."""
        for line in map(self.line, models):
            if line.fingerprint not in self.lines:
                history.append(self.project, self.dataset, line)
                self.lines[line.fingerprint] = line

    def line(self, model: str) -> Registration:
        """What the history says of a model as it is on disk, or would say."""
        fingerprint = self.comparison.fingerprint(model)
        if fingerprint in self.lines:
            return self.lines[fingerprint]
        params = self.params(model)
        return Registration(
            model=model,
            fingerprint=fingerprint,
            params=params,
            stages=provenance.stages_of(self.project, self.dataset, model),
            mine=provenance.mine(self.project, params),
            commit=provenance.commit(self.project.root),
            flow_run=self.flow_run,
            environment=provenance.environment(),
        )

    def params(self, model: str) -> dict[str, Any]:
        """What a model was trained from; nothing where another training of it has been planned since."""
        plan = self.project.plan("train", model)
        if not (plan.exists() and self.project.planned_params.exists()):
            return {}
        config = read_json(self.comparison.folder(model) / "config.json")
        as_planned = read_json(plan)["settings"] == config["settings"]
        return provenance.planned_params(self.project, self.dataset, model) if as_planned else {}

    def in_order(self) -> list[str]:
        """The models that get a version, in the order of their lines."""
        known = list(self.lines)
        return sorted(self.comparison.candidates, key=lambda model: known.index(self.comparison.fingerprint(model)))

    def publish_runs(self, model: str) -> int:
        """Complete the run of each seed; how many were still to do."""
        return sum(self.publish_run(model, seed) for seed in self.comparison.seeds(model))

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

    def publish_inside(self, only: str | None = None) -> None:
        """Put the look inside into the run of the network that was looked into, or leave it where that is another."""
        inside = inside_page(self.comparison)
        if inside is None or not inside.model or only not in (None, inside.model):
            return
        run = self.run_of(inside.model, inside.seed)
        digest = hashlib.sha256(inside.html.encode()).hexdigest()
        if run.data.tags.get(INSIDE) == digest:
            return
        self.client.log_text(run.info.run_id, inside.html, "inside/inside.html")
        pictures = self.comparison.project.evaluation(self.dataset) / PICTURES
        if pictures.is_dir() and any(pictures.iterdir()):  # DVC keeps no empty folder
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
            "data": (self.dataset, self.line(model).outs().get(Project().prepared(self.dataset).as_posix(), UNLOCKED)),
        }

    def tags(self, model: str) -> dict[str, str]:
        """Lineage: commit, flow run, stage, hashes of its dependencies and of what the gate said."""
        line, stage = self.line(model), f"train@{model}"
        validation = Project().validation(self.dataset).as_posix()
        return {
            "quartet.model": model,
            "quartet.stage": stage,
            "quartet.commit": line.commit,
            "quartet.validation": line.outs().get(validation, UNLOCKED),
            **({"quartet.flow_run": line.flow_run} if line.flow_run else {}),
            **{f"quartet.dep.{path}": digest for path, digest in line.stages.get(stage, {}).get("deps", {}).items()},
        }

    def log_lineage(self, run_id: str, model: str) -> None:
        """What makes the training again: its part of params.yaml, and the hashes of what every stage read and wrote."""
        line = self.line(model)
        self.client.log_text(run_id, text_of(line.params), "project/params.yaml")
        self.client.log_dict(run_id, line.stages, "project/stages.json")

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
        items = load_tables(self.comparison.project.raw(self.dataset))["items"]
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
