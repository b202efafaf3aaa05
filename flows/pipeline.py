"""The pipeline as a Prefect flow: one task per stale stage, named as the stage, in parallel where the graph allows."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_link_artifact, create_table_artifact
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner
from quartet_flows.notifying import forget_told, refusals_told, tell_failed
from quartet_flows.publishing import Publisher
from quartet_flows.starting import stages_to_run

from quartet.errors import StageFailed
from quartet.following import closing_steps, is_finished, remember
from quartet.forking import GPU, ForkServer, can_fork
from quartet.orphans import guard
from quartet.params import Params, load_params
from quartet.pipeline import Stage, stages_of, untouched
from quartet.preflight import preflight
from quartet.project import Project
from quartet.results import as_json, results
from quartet.stages import RunningStage, stage_environment
from quartet.tracking import tracking_uri
from quartet.turns import run_turn

RETRIES = {"ingest": 2}  # what the network may fail
RETRY_DELAY_S = 5
EVALUATION = "evaluate@"  # the last stage of a dataset


@dataclass
class Report:
    """What became of the stages: done by name, failed with their last lines."""

    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def run_name() -> str:
    """Which datasets, and when."""
    names = flow_run.parameters.get("names") or ["all datasets"]
    return f"{', '.join(names)} {datetime.now():%Y-%m-%d %H:%M:%S}"


@flow(
    name="quartet",
    flow_run_name=run_name,
    task_runner=ThreadPoolTaskRunner(max_workers=os.cpu_count() or 1),
    on_failure=[tell_failed],
    on_crashed=[tell_failed],
    on_completion=[forget_told],
)
def run_stages(names: list[str] | None = None, force: bool = False) -> list[str]:
    """Run what is stale of all datasets, or the named ones; then publish, promote and report."""
    project = Project()
    with run_turn(project):  # a scheduled run starts here
        guard(project)
        return run_in_turn(project, names, force=force)


def run_in_turn(project: Project, names: list[str] | None, *, force: bool) -> list[str]:
    """Run the flow while no other run is going on."""
    params, report = load_params(project.params), Report()
    preflight(project, params)
    publisher = Publisher(project, flow_run.id)
    walk = Walk(project, report, publisher, force=force)
    try:
        if "plan" in stages_to_run(project, params, names or [], force=force):
            walk.run({"plan": stages_of(params)["plan"]})
        if not report.failed:
            stages = stages_of(params, names or [])
            stale = [name for name in stages_to_run(project, params, names or [], force=force) if name != "plan"]
            if stale:
                publisher.start()
            walk.run({name: stages[name] for name in stale})
            publisher.end()
    finally:
        walk.end()
    if walk.n_stages == 0 and is_finished(project):
        return []
    with refusals_told(project, params):
        follow(project, params, names, report)
    if report.failed:
        raise StageFailed(report.failed)
    return report.done


def follow(project: Project, params: Params, names: list[str] | None, report: Report) -> None:
    """Rebuild, publish, promote and report, each a task, and leave the table and links as Prefect artifacts.

    Of a dataset with a failed stage nothing is published: DVC may not have recorded what lies in its folders.
    """
    whole = untouched(params, report.failed)
    for name, step in closing_steps(project, whole, flow_run=flow_run.id).items():
        started = time.monotonic()
        task(step, name=name, task_run_name=name, persist_result=False)()
        print(f"  {name} ({time.monotonic() - started:.1f} s)", file=sys.stderr)
    remember(project)
    create_table_artifact(
        as_json(results(project, params, names)), key="results", description="Scores on the test split"
    )
    links = {"report": (project.reports / "index.html").resolve().as_uri(), "mlflow": tracking_uri(project)}
    for key, link in links.items():
        create_link_artifact(link, link_text=key, key=key, description=f"where this run's {key} is")


class Walk:
    """Stages as tasks: each is submitted when all before it are done and a core is free."""

    def __init__(self, project: Project, report: Report, publisher: Publisher, *, force: bool) -> None:
        self.project, self.report, self.publisher, self.force = project, report, publisher, force
        self.futures: dict[str, PrefectFuture[None]] = {}
        self.running: dict[str, RunningStage] = {}
        self.ended: SimpleQueue[str] = SimpleQueue()
        self.slots = os.cpu_count() or 1
        self.one_training = GPU.exists()
        self.n_stages = 0
        self.server = ForkServer(stage_environment()) if can_fork() else None

    def run(self, stages: dict[str, Stage]) -> None:
        """Walk the graph of these stages, which stand upstream first; what follows a failure is left out."""
        waiting, started = dict(stages), dict[str, float]()
        self.n_stages += len(stages)
        while waiting or started:
            for name in self.ready(waiting, started)[: self.slots - len(started)]:
                self.futures[name] = self.submit(name, waiting.pop(name))
                started[name] = time.monotonic()
            if not started:
                return
            name = self.ended.get()
            self.finish(name, time.monotonic() - started.pop(name))

    def ready(self, waiting: dict[str, Stage], started: dict[str, float]) -> list[str]:
        """The stages whose predecessors are all done, evaluations first; one training at a time where there is a GPU.

        Evaluations take seconds: left to the end, the last and longest of them would keep one core busy and no other.
        """
        held = {*waiting, *started, *self.report.failed}
        found = [name for name, stage in waiting.items() if not held.intersection(stage.after)]
        found.sort(key=lambda name: not name.startswith(EVALUATION))
        if not self.one_training:
            return found
        training = any(name.startswith("train@") for name in started)
        trainings = [name for name in found if name.startswith("train@")]
        return [name for name in found if name not in trainings[0 if training else 1 :]]

    def submit(self, name: str, stage: Stage) -> PrefectFuture[None]:
        """Hand a stage to Prefect as a task of its name."""
        retries = RETRIES.get(stage.step.name, 0)
        options = {"name": name, "task_run_name": name, "retries": retries, "retry_delay_seconds": RETRY_DELAY_S}
        upstream = [self.futures[before] for before in stage.after if before in self.futures]
        future = task(self.stage_body(name), persist_result=False, **options).submit(wait_for=upstream)
        future.add_done_callback(lambda _: self.ended.put(name))
        return future

    def stage_body(self, name: str) -> Callable[[], None]:
        """What the task does: run the stage and fail with its last lines."""

        def body() -> None:
            self.running[name] = stage = RunningStage(self.project, name, force=self.force, server=self.server)
            try:
                code = stage.wait()
            finally:
                stage.end()
                del self.running[name]
            if code:
                raise StageFailed({name: stage.tail()})
            get_run_logger().info("log: %s", stage.log)

        return body

    def finish(self, name: str, seconds: float) -> None:
        """Note how a stage ended and say so."""
        self.futures[name].wait()  # before it, each look at the state asks the server
        state = self.futures[name].state
        if state.is_completed():
            self.report.done.append(name)
            if name.startswith(EVALUATION):
                self.publisher.add(name.removeprefix(EVALUATION))
        else:
            error = state.result(raise_on_failure=False)
            self.report.failed[name] = str(error).partition(f"{name}:\n")[2] or str(error)
        n = len(self.report.done) + len(self.report.failed)
        mark = "" if state.is_completed() else " FAILED"
        print(f"  [{n}/{self.n_stages}] {name} ({seconds:.1f} s){mark}", file=sys.stderr)

    def end(self) -> None:
        """End what still runs, with all it started."""
        for stage in list(self.running.values()):
            stage.end()
        if self.server:
            self.server.close()
