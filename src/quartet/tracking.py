"""MLflow runs: the live curves of a training, and the finished runs that publish completes."""

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from filelock import FileLock

from quartet.errors import ServiceError
from quartet.project import Project

if TYPE_CHECKING:
    import pandas as pd
    from mlflow import MlflowClient
    from mlflow.entities import Run

FINGERPRINT = "quartet.fingerprint"
PROCESS = "quartet.process"  # who trains on a live run
OPEN_S = 15.0  # importing MLflow takes seconds itself
FLUSH_S = 3.0
Row = dict[str, float]


def tracking_uri(project: Project) -> str:
    """MLFLOW_TRACKING_URI, or the project's own SQLite file."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{(project.root / 'mlflow.db').resolve()}"


def store_is_there(project: Project) -> bool:
    """Whether there is anything to read; a server is taken to be."""
    uri = tracking_uri(project)
    return not uri.startswith("sqlite:///") or Path(uri.removeprefix("sqlite:///")).exists()


def connect(project: Project) -> "MlflowClient":
    """A client of the store; the first to come makes the database, the others wait.

    Processes that open a fresh SQLite file at once break each other's migrations, hence the lock.

    Raises:
        ServiceError: MLFLOW_TRACKING_URI names a server that does not answer, or not to this user.
    """
    import mlflow

    named = "MLFLOW_TRACKING_URI" in os.environ
    mlflow.set_tracking_uri(tracking_uri(project))
    if not named:  # mlflow sets it for its children; another project in this process would take it for the user's
        os.environ.pop("MLFLOW_TRACKING_URI", None)
    with store_lock(project):
        if not store_is_there(project):
            make_store(Path(tracking_uri(project).removeprefix("sqlite:///")))
        client = mlflow.MlflowClient()
    if tracking_uri(project).startswith("http"):
        see_entry(client)
    return client


def see_entry(client: "MlflowClient") -> None:
    """Ask a server for one thing, so that what is wrong shows before there is work to lose.

    Raises:
        ServiceError: it does not answer, or not to this user.
    """
    from mlflow.exceptions import MlflowException

    try:
        client.search_experiments(max_results=1)
    except MlflowException as error:
        raise ServiceError(
            "the MLflow server that MLFLOW_TRACKING_URI names answers and lets you in",
            came=str(error.message).partition("\n")[0],
            mend="Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD where it asks for them, or see to it.",
        ) from error


def make_store(file: Path) -> None:
    """Make MLflow's database under another name first: one whose making was cut off cannot be opened, nor made anew.

    MLflow's steps towards its tables are no transaction in SQLite.
    """
    import mlflow

    partial = file.with_name(f"{file.name}.partial")
    for left in file.parent.glob(f"{partial.name}*"):
        left.unlink()
    mlflow.MlflowClient(f"sqlite:///{partial}")  # the constructor makes the tables
    partial.replace(file)


def store_lock(project: Project) -> FileLock:
    """Held while the store and its experiments are made."""
    project.hidden.mkdir(parents=True, exist_ok=True)
    return FileLock(project.hidden / "mlflow.lock")


def publication_lock(project: Project) -> FileLock:
    """Held by publish and promote: two at once would each find the same run or version missing."""
    project.hidden.mkdir(parents=True, exist_ok=True)
    return FileLock(project.hidden / "publication.lock")


def experiment_id(client: "MlflowClient", project: Project, dataset: str) -> str:
    """The experiment named as the dataset, made if it is not there."""
    with store_lock(project):
        found = client.get_experiment_by_name(dataset)
        if found:
            return str(found.experiment_id)
        local = tracking_uri(project).startswith("sqlite:")
        folder = (project.root / "mlartifacts" / dataset).resolve().as_uri() if local else None
        return str(client.create_experiment(dataset, artifact_location=folder))


def find_run(client: "MlflowClient", experiment: str, fingerprint: str) -> "Run | None":
    """The run of that fingerprint."""
    found = client.search_runs([experiment], f"tags.`{FINGERPRINT}` = '{fingerprint}'", max_results=1)
    return found[0] if found else None


def open_run(client: "MlflowClient", experiment: str, name: str, fingerprint: str) -> "Run":
    """The run of that fingerprint, made if it is not there."""
    found = find_run(client, experiment, fingerprint)
    return found or client.create_run(experiment, run_name=name, tags={FINGERPRINT: fingerprint})


@contextmanager
def live_run(project: Project, dataset: str, name: str, config: dict[str, Any]) -> Iterator[Callable[[Row], None]]:
    """A function that takes a row per epoch and shows it in MLflow while the training goes on.

    A training shorter than OPEN_S opens no run, which would take longer than it did: publish makes it. So it does
    where the store cannot be reached, which is reported once.
    """
    curve = LiveCurve(project, dataset, f"{name} seed {config['seed']}", config["fingerprint"])
    try:
        yield curve.listen
    except Exception:
        curve.close("FAILED")
        raise
    except BaseException:  # Ctrl-C or SIGTERM
        curve.close("KILLED")
        raise
    curve.finish()


class LiveCurve:
    """Rows of a training, logged in batches; the run is opened with the first."""

    def __init__(self, project: Project, dataset: str, name: str, fingerprint: str) -> None:
        self.project, self.dataset, self.name, self.fingerprint = project, dataset, name, fingerprint
        self.waiting: list[Row] = []
        self.last = 0.0
        self.client: MlflowClient | None = None
        self.run_id = ""
        self.lost = self.finished = False
        self.done: set[int] = set()  # epochs that an earlier start of the same training has logged

    def listen(self, row: Row) -> None:
        """Take one row; the first one, after all the imports and preparations, starts the clock."""
        self.last = self.last or time.monotonic()
        self.waiting.append(row)
        if time.monotonic() - self.last >= (FLUSH_S if self.client else OPEN_S):
            self.flush()

    def flush(self) -> None:
        """Log what is waiting."""
        if self.lost or not self.waiting:
            return
        with self.no_matter_what():
            self.log_waiting()
        self.waiting, self.last = [], time.monotonic()

    def finish(self) -> None:
        """Log what is left of a run that was opened."""
        if self.client:
            self.flush()
            self.close()

    def log_waiting(self) -> None:
        """Log the epochs that are new."""
        import pandas as pd

        self.client = self.client or self.open()
        fresh = [row for row in self.waiting if int(row["epoch"]) not in self.done]
        log_rows(self.client, self.run_id, pd.DataFrame(fresh, columns=list(self.waiting[0])))

    def close(self, status: str | None = None) -> None:
        """Note that no process works on the run any more, and what became of it; of a good one, publish will."""
        if self.client and not self.lost and not self.finished:
            with self.no_matter_what():
                self.client.set_tag(self.run_id, PROCESS, "")
                if status:
                    self.client.set_terminated(self.run_id, status)

    @contextmanager
    def no_matter_what(self) -> Iterator[None]:
        """Go on, whatever the store's client raises: a training does not depend on it."""
        try:
            yield
        except Exception as error:
            self.lost = True
            print(f"no live curves of {self.name}: {error}; `quartet publish` writes them later", file=sys.stderr)

    def open(self) -> "MlflowClient":
        """Connect and open the run."""
        client = connect(self.project)
        experiment = experiment_id(client, self.project, self.dataset)
        run = open_run(client, experiment, self.name, self.fingerprint)
        self.run_id, self.done = run.info.run_id, {*logged_epochs(client, run.info.run_id)}
        self.finished = run.info.status == "FINISHED"  # by publish; the training is made once more
        if not self.finished:
            client.update_run(self.run_id, status="RUNNING")  # also where an earlier start of it was killed
            client.set_tag(self.run_id, PROCESS, process_tag(psutil.Process()))
        return client


def process_tag(process: psutil.Process) -> str:
    """A process, told from others of its number and of other machines."""
    return f"{socket.gethostname()} {process.pid} {process.create_time():.0f}"


def sweep_live_runs(project: Project) -> int:
    """Call the live runs killed whose training was killed on this machine; how many there were.

    A training that resumes opens its run again, and publish completes it as any other.
    """
    if not store_is_there(project):
        return 0
    client, swept = connect(project), 0
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    for run in client.search_runs(experiments, f"attributes.status = 'RUNNING' and tags.`{PROCESS}` != ''"):
        if is_gone(run.data.tags[PROCESS]):
            client.set_terminated(run.info.run_id, "KILLED")
            swept += 1
    return swept


def is_gone(tag: str) -> bool:
    """Whether a process of this machine has ended; of other machines' nothing is known."""
    host, _, rest = tag.partition(" ")
    if host != socket.gethostname():
        return False
    try:
        return process_tag(psutil.Process(int(rest.split()[0]))) != tag
    except psutil.NoSuchProcess:
        return True


def logged_epochs(client: "MlflowClient", run_id: str) -> list[int]:
    """The epochs whose losses a run holds."""
    return [metric.step for metric in client.get_metric_history(run_id, "validation_loss")]


def log_rows(client: "MlflowClient", run_id: str, rows: "pd.DataFrame") -> None:
    """Log the curves of some epochs, a column `epoch` and one per curve, a thousand values per request."""
    from mlflow.entities import Metric

    now = int(time.time() * 1000)
    long = rows.melt("epoch")
    values = zip(long["epoch"], long["variable"], long["value"], strict=True)
    metrics = [Metric(name, float(value), now, int(epoch)) for epoch, name, value in values]
    for start in range(0, len(metrics), 1000):
        client.log_batch(run_id, metrics=metrics[start : start + 1000])


def log_result(client: "MlflowClient", run_id: str, result: dict[str, Any]) -> None:
    """Log params, metrics, tags and the data of a finished training.

    Args:
        result: `params`, `metrics` and `tags` by name, and `data` as (name, hash).
    """
    from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag

    now = int(time.time() * 1000)
    client.log_batch(
        run_id,
        metrics=[Metric(name, value, now, 0) for name, value in result["metrics"].items()],
        params=[Param(name, str(value)) for name, value in result["params"].items()],
        tags=[RunTag(name, value) for name, value in result["tags"].items()],
    )
    name, digest = result["data"]
    data = Dataset(name=name, digest=digest[:36], source_type="dvc", source=f"data/{name}/prepared")
    client.log_inputs(run_id, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])])
