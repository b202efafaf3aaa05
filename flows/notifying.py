"""A scheduled run that failed, crashed or refused something tells a webhook, if params.yaml names one."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from quartet.comparisons import gate_passed
from quartet.errors import QuartetError, StageFailed, UsageError
from quartet.history import decisions
from quartet.nodes import parse
from quartet.params import Params, load_params
from quartet.project import Project, read_json, write_json
from quartet.settings import WEBHOOK_PATTERN, NotificationSettings

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.client.schemas.objects import FlowRun, State

TIMEOUT_S = 10.0  # each: for connecting, for sending, for the head of the answer
MAX_LINES = 40
IN_ENVIRONMENT = "env:"


@dataclass(frozen=True)
class Notice:
    """What a webhook gets as JSON, with `flow_run` (Prefect's id), `flow_run_name`, `address` and `project`.

    Args:
        text: all of it in a sentence; chat services show this key.
        stages: what failed.
        last_lines: of what failed, or the reasons of the refusal.
    """

    event: Literal["failed", "crashed", "refused"]
    text: str
    datasets: list[str]
    stages: list[str] = field(default_factory=list)
    last_lines: list[str] = field(default_factory=list)


def tell_failed(flow: "Flow[..., Any]", flow_run: "FlowRun", state: "State[Any]") -> None:
    """A hook of a flow: tell of a run that failed or crashed, if a deployment started it.

    Prefect's runner names the arguments of the hooks of a run whose process was killed.
    """
    if flow_run.deployment_id is not None:
        tell_end(Project(), flow_run, state)


def forget_told(flow: "Flow[..., Any]", flow_run: "FlowRun", state: "State[Any]") -> None:
    """A hook of a flow: all is well again, so that the next failure is news."""
    told(Project(), flow_run).unlink(missing_ok=True)


def told(project: Project, run: "FlowRun") -> Path:
    """What was told last of a deployment: a run every few minutes fails as often, which is one piece of news."""
    return project.hidden / "told" / f"{run.deployment_id}.json"


def tell_end(project: Project, run: "FlowRun", state: "State[Any]") -> None:
    """Tell of a run that ended as it should not."""
    came = state.result(raise_on_failure=False) if state.is_failed() else None
    send(project, run, of_stages(project, came) if isinstance(came, StageFailed) else of_run(run, state, came))


def of_stages(project: Project, error: StageFailed) -> Notice:
    """Of stages that failed: a refusal, if the gate stopped all of them."""
    stages, datasets = list(error.failed), datasets_of(project, error.failed)
    refused = {f"validate@{dataset}" for dataset in datasets if stopped_by_gate(project, dataset)} == {*stages}
    event: Literal["refused", "failed"] = "refused" if refused else "failed"
    text = f"stopped by the gate: {', '.join(datasets)}" if refused else f"failed: {', '.join(stages)}"
    return Notice(event, text, datasets, stages, str(error).splitlines()[-MAX_LINES:])


def of_run(run: "FlowRun", state: "State[Any]", error: Any) -> Notice:
    """Of a run that failed outside of stages, or crashed."""
    event: Literal["failed", "crashed"] = "failed" if state.is_failed() else "crashed"
    lines = str(error or state.message or "").splitlines()[-MAX_LINES:]
    return Notice(event, f"{event}: {lines[0] if lines else run.name}", run.parameters.get("names") or [], [], lines)


def stopped_by_gate(project: Project, dataset: str) -> bool:
    """Whether the gate has looked at the present data of a dataset and let them not pass."""
    return project.validation(dataset).exists() and not gate_passed(project, dataset)


def datasets_of(project: Project, stages: Any) -> list[str]:
    """The datasets of stages."""
    models = {f"train@{name}": model.dataset for name, model in load_params(project.params).models.items()}
    return sorted({models.get(stage, stage.partition("@")[2]) for stage in stages} - {""})


@contextmanager
def refusals_told(project: Project, params: Params) -> Iterator[None]:
    """Tell of each candidate that is refused meanwhile, if a deployment started the run."""
    from prefect.context import FlowRunContext

    before = {dataset: len(decisions(project, dataset)) for dataset in params.datasets}
    yield
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    for dataset, n in before.items() if run and run.deployment_id else ():
        for decision in decisions(project, dataset)[n:]:
            if decision.verdict == "refused":
                text = f"{dataset}: {decision.model} was refused"
                send(project, run, Notice("refused", text, [dataset], [], list(decision.reasons)))


def send(project: Project, run: "FlowRun", notice: Notice) -> None:
    """Post a notice if there is a webhook, once; what goes wrong is logged and fails nothing."""
    from prefect.logging.loggers import flow_run_logger

    logger, file = flow_run_logger(run), told(project, run)
    try:
        url = webhook(project)
    except (QuartetError, ValidationError) as error:
        logger.warning("nobody was notified: %s", error)
        return
    if not url or (file.exists() and read_json(file) == asdict(notice)):
        return
    if trouble := post(url, asdict(notice) | about(project, run)):
        logger.warning("the webhook was not notified: %s", trouble)
    else:
        write_json(file, asdict(notice))
        logger.info("the webhook was notified")


def about(project: Project, run: "FlowRun") -> dict[str, Any]:
    """Which run a notice is of, and where to see it."""
    from prefect.utilities.urls import url_for

    names = {"flow_run": str(run.id), "flow_run_name": run.name, "project": project.root.resolve().name}
    return names | {"address": url_for("flow-run", run.id)}


def webhook(project: Project) -> str | None:
    """The webhook's address, read also out of a params.yaml that is wrong elsewhere.

    Raises:
        UsageError: the variable that holds it is not set, or holds none.
        ParamsError: params.yaml is no YAML.
        ValidationError: `notifications` is not what it must be.
    """
    tree = parse(project.params).tree
    section = tree.get("notifications") if isinstance(tree, dict) else None
    url = NotificationSettings.model_validate(section or {}).webhook
    if url is None or not url.startswith(IN_ENVIRONMENT):
        return url
    name = url.removeprefix(IN_ENVIRONMENT)
    held = os.environ.get(name, "")
    if re.fullmatch(WEBHOOK_PATTERN, held) and not held.startswith(IN_ENVIRONMENT):
        return held
    came = "it holds something else" if held else "it is not set"
    mend = f"Set it, or change notifications.webhook in {project.params}."
    raise UsageError(f"the variable {name} holds the webhook's address", came=came, mend=mend)


def post(url: str, content: dict[str, Any]) -> str | None:
    """Post JSON; why that did not work, if it did not. The address may be a secret and is not repeated."""
    import httpx

    try:
        with httpx.stream("POST", url, json=content, timeout=TIMEOUT_S) as answer:
            return None if answer.is_success else f"it answered {answer.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"{type(error).__name__}: {error}".replace(url, "…")
