"""A search in MLflow: a run per study, and inside it a run per trial."""

import sys
from typing import TYPE_CHECKING, Any

from quartet import tracking
from quartet.project import Project
from quartet.tuning.study import Trial

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlflow import MlflowClient

PARENT = "mlflow.parentRunId"
STATUS = {"done": "FINISHED", "pruned": "KILLED", "failed": "FAILED"}


class Runs:
    """Brings trials into the experiment `DATASET-tune`; a store that cannot be reached costs these runs only.

    Args:
        study: its id: a resumed search goes on in its run.
    """

    def __init__(self, project: Project, dataset: str, model: str, study: str) -> None:
        self.project, self.dataset, self.model, self.study = project, dataset, model, study
        self.client: MlflowClient | None = None
        self.experiment = self.parent = ""
        self.lost = False

    def add(self, trial: Trial, settings: dict[str, Any], metric: str) -> None:
        """Log one trial, where the store can be had."""
        self.attempt(lambda client: self.log(client, trial, settings, metric))

    def close(self, best: Trial, metric: str) -> None:
        """Complete the study's run with the best score."""
        self.attempt(lambda client: self.complete(client, best, metric))

    def attempt(self, act: "Callable[[MlflowClient], None]") -> None:
        """Do something with the store, unless it was out of reach before."""
        if self.lost:
            return
        try:
            self.client = self.client or self.open()
            act(self.client)
        except Exception as error:  # whatever the store's client raises: a search does not depend on it
            self.lost = True
            print(f"no MLflow runs of this search: {error}", file=sys.stderr)

    def open(self) -> "MlflowClient":
        """Connect and open the study's run."""
        client = tracking.connect(self.project)
        self.experiment = tracking.experiment_id(client, self.project, f"{self.dataset}-tune")
        self.parent = tracking.open_run(client, self.experiment, f"{self.model} search", self.study).info.run_id
        return client

    def log(self, client: "MlflowClient", trial: Trial, settings: dict[str, Any], metric: str) -> None:
        """The settings, curves and score of one trial."""
        import pandas as pd

        name, fingerprint = f"{self.model} trial {trial.number}", f"{self.study}-{trial.number}"
        run_id = tracking.open_run(client, self.experiment, name, fingerprint).info.run_id
        client.set_tag(run_id, PARENT, self.parent)
        for setting, value in settings.items():
            client.log_param(run_id, setting, value)
        if trial.rows:
            tracking.log_rows(client, run_id, pd.DataFrame(trial.rows))
        if trial.score is not None:
            client.log_metric(run_id, f"validation_{metric}", trial.score)
        client.set_terminated(run_id, STATUS[trial.state])

    def complete(self, client: "MlflowClient", best: Trial, metric: str) -> None:
        """The best score, and whose it is."""
        client.log_metric(self.parent, f"validation_{metric}", best.score or 0.0)
        client.set_tag(self.parent, "quartet.best_trial", str(best.number))
        client.set_terminated(self.parent)
