"""Runs whose process is gone: none of them shows as running for ever."""

from datetime import timedelta

from prefect.automations import Automation
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.settings import get_current_settings
from prefect.states import Crashed
from quartet_flows.notifying import tell_end

from quartet.project import Project

SILENT = "Runs that fall silent have crashed"
HEARTBEATS = 3  # so many may be missed
HEARTBEAT = "prefect.flow-run.heartbeat"
DEFAULT_HEARTBEAT_S = 180  # Prefect's
ENDS = ("Completed", "Failed", "Crashed", "Cancelled")


def clear_leftovers(project: Project) -> None:
    """Settle what a process left that was killed: its unfinished runs have crashed, its planned ones are dropped.

    Else those would show as running for ever, and these would all run now, one for each time that was missed. What
    someone started by hand meanwhile stays, and what a worker runs is the worker's.
    """
    with get_client(sync_client=True) as client:
        for deployment in served_before(client):
            for schedule in deployment.schedules:
                client.delete_deployment_schedule(deployment.id, schedule.id)
            for run in client.read_flow_runs(flow_run_filter=unfinished(deployment)):
                settle(project, client, run)


def served_before(client: SyncPrefectClient) -> list[DeploymentResponse]:
    """The deployments that no worker works off."""
    return [deployment for deployment in client.read_deployments() if deployment.work_pool_name is None]


def unfinished(deployment: DeploymentResponse) -> FlowRunFilter:
    """Its runs in no final state."""
    final = [StateType.COMPLETED, StateType.FAILED, StateType.CRASHED, StateType.CANCELLED]
    return FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[deployment.id]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(not_any_=final)),
    )


def settle(project: Project, client: SyncPrefectClient, run: FlowRun) -> None:
    """Drop a run that was planned; one that had begun has crashed, and is told of."""
    if run.state_type is not StateType.SCHEDULED:
        state = Crashed(message="The process that ran it is gone.")
        client.set_flow_run_state(run.id, state, force=True)
        tell_end(project, run, state)
    elif run.auto_scheduled:
        client.delete_flow_run(run.id)


def watch_heartbeats() -> None:
    """Let the server call each run crashed that has sent no heartbeat for a while: its process was killed.

    This holds for every run that it knows, also one of another terminal or of a worker.
    """
    with get_client(sync_client=True) as client:
        if not client.read_automations_by_name(SILENT):
            silence().create()


def silence() -> Automation:
    """As https://docs.prefect.io/v3/advanced/detect-zombie-flows has it.

    A run sends a heartbeat every PREFECT_FLOWS_HEARTBEAT_FREQUENCY seconds, 180 where nothing is said: a shorter
    patience would call runs crashed that are well.
    """
    patience_s = HEARTBEATS * (get_current_settings().flows.heartbeat_frequency or DEFAULT_HEARTBEAT_S)
    return Automation(
        name=SILENT,
        trigger=EventTrigger(
            after={HEARTBEAT},
            expect={HEARTBEAT, *(f"prefect.flow-run.{end}" for end in ENDS)},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=patience_s),
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, message=f"No heartbeat for {patience_s} seconds.")],
    )


if __name__ == "__main__":  # for a team's server, once: PREFECT_API_URL=… python -m quartet_flows.leftovers
    watch_heartbeats()
