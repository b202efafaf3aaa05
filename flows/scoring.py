"""Batch scoring as a Prefect flow: what has no predictions yet is scored, each input a task of its own."""

from datetime import date
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run
from quartet_flows.notifying import forget_told, tell_failed

from quartet.batches import batches
from quartet.errors import SourceError, UsageError
from quartet.predict import Version, load_version, predict_file
from quartet.project import Project

RETRY_DELAY_S = 5


def run_name() -> str:
    """What is scored, and by what."""
    asked = flow_run.parameters
    return f"{asked['input_path']} by {asked['dataset']}@{asked.get('alias', 'champion')}"


def may_pass(_task: Any, _run: Any, state: Any) -> bool:
    """Whether a second try may go better: a store or a disk may answer then, a wrong input stays wrong."""
    return not isinstance(state.result(raise_on_failure=False), UsageError | SourceError)


RETRIES: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": RETRY_DELAY_S,
    "retry_condition_fn": may_pass,
    "persist_result": False,
    "cache_policy": NO_CACHE,
}


@flow(
    name="quartet-scoring",
    flow_run_name=run_name,
    on_failure=[tell_failed],
    on_crashed=[tell_failed],
    on_completion=[forget_told],
)
def score_batch(
    dataset: str, input_path: str, output_path: str, alias: str = "champion", overwrite: bool = False
) -> dict[str, int]:
    """Score each input that has no predictions yet; how many rows went to each file.

    Args:
        dataset: whose registered model answers.
        input_path: what `quartet predict` takes; or a pattern such as incoming/*.csv, whose matches are inputs each.
        output_path: a .csv or .parquet file; {name} stands for an input's name without its ending, {date} for today.
        alias: which registered version answers.
        overwrite: score also what has predictions.

    Raises:
        UsageError: two inputs would write one file, or there is no such dataset.
        RegistryError: there is no such version.
        SourceError: an input cannot be scored; all others are.
    """
    found = batches(input_path, output_path, date.today())
    fresh = {source: file for source, file in found.items() if overwrite or not file.exists()}
    get_run_logger().info("%d inputs, %d of them without predictions", len(found), len(fresh))
    if not fresh:
        return {}
    version = load_model(Project(), dataset, alias)
    rows = [scored(version, source, file) for source, file in fresh.items()]
    create_table_artifact(rows, key="predictions", description=f"What {dataset}@{alias} was asked")
    refuse_failures(rows)
    return {row["predictions"]: row["rows"] for row in rows}


@task(name="load model", task_run_name="load {dataset}@{alias}", **RETRIES)
def load_model(project: Project, dataset: str, alias: str) -> Version:
    """The version that answers, the same for all inputs of a run."""
    return load_version(project, dataset, alias)


@task(name="score", task_run_name="score {source}", **RETRIES)
def score(version: Version, source: Path, file: Path) -> int:
    """Write the predictions of one input; how many there are."""
    n_rows = predict_file(version, source, file)
    get_run_logger().info("%s: %d rows by %s, version %d", file, n_rows, version.model, version.number)
    return n_rows


def scored(version: Version, source: Path, file: Path) -> dict[str, Any]:
    """What became of one input, as a row."""
    state = score(version, source, file, return_state=True)
    done = state.is_completed()
    result = state.result(raise_on_failure=False)
    row = {"input": str(source), "predictions": str(file), "rows": result if done else 0}
    return row | {"model": version.model, "version": version.number, "error": "" if done else str(result)}


def refuse_failures(rows: list[dict[str, Any]]) -> None:
    """Raise SourceError where an input could not be scored; it names each, and why."""
    failed = [row for row in rows if row["error"]]
    if failed:
        came = "; ".join(f"{row['input']}: {row['error']}" for row in failed)
        mend = "Mend what it says; the next run scores what has no predictions."
        raise SourceError(f"each of the {len(rows)} inputs can be scored", came=came, mend=mend)
