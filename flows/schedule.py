"""The scheduled pipeline, as a process: `python -m quartet_flows.schedule CRON` in the project's folder."""

import sys

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.schedules import CronSchedule
from prefect.states import Crashed
from prefect.types.entrypoint import EntrypointType
from tzlocal import get_localzone_name

from quartet.errors import UsageError

DEPLOYMENT = "scheduled"


def parse_cron(cron: str) -> CronSchedule:
    """The schedule of a cron expression, in this machine's time zone.

    Raises:
        UsageError: it is none.
    """
    try:
        return CronSchedule(cron=cron, timezone=get_localzone_name() or "UTC")
    except ValueError as error:
        raise UsageError(
            "a schedule is five fields, minute hour day month weekday",
            came=f"{cron!r} came",
            mend="Say for instance --schedule '0 6 * * *' for every day at six.",
        ) from error


def clear_leftovers() -> None:
    """Settle what a `quartet serve` left that was killed: its unfinished runs crashed, its planned ones are dropped.

    Else those would show as running for ever, and these would all run now, one for each time that was missed.
    """
    ours = DeploymentFilter(name=DeploymentFilterName(any_=[DEPLOYMENT]))
    with get_client(sync_client=True) as client:
        for run in client.read_flow_runs(deployment_filter=ours, flow_run_filter=unfinished()):
            if run.state_type is StateType.SCHEDULED:
                client.delete_flow_run(run.id)
            else:
                client.set_flow_run_state(run.id, Crashed(message="The process that ran it is gone."), force=True)


def unfinished() -> FlowRunFilter:
    """Runs in no final state."""
    final = [StateType.COMPLETED, StateType.FAILED, StateType.CRASHED, StateType.CANCELLED]
    return FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(not_any_=final)))


def serve_schedule(cron: str) -> None:
    """Run the pipeline at these times until SIGTERM, one run after the other.

    The flow is named by its module, not its file, so that the run's process finds it in any project's folder.
    """
    from quartet_flows.pipeline import run_stages

    clear_leftovers()
    run_stages.serve(name=DEPLOYMENT, schedule=parse_cron(cron), limit=1, entrypoint_type=EntrypointType.MODULE_PATH)


if __name__ == "__main__":
    serve_schedule(sys.argv[1])
