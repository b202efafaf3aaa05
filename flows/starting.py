"""Starting a run: what must hold first, what is stale, and the flow if anything is. Prefect is imported only then."""

import os
from collections.abc import Iterable

from quartet.errors import ServiceError
from quartet.following import finish, is_finished
from quartet.orphans import guard
from quartet.params import Params, check_datasets
from quartet.pipeline import stages_of
from quartet.preflight import preflight
from quartet.project import Project
from quartet.stages import stale_stages
from quartet.turns import run_turn


def start(project: Project, params: Params, names: list[str], *, force: bool = False) -> list[str]:
    """Bring all datasets, or the named ones, up to date, one run at a time; the names of the stages that were run.

    Args:
        params: those of the project.

    Raises:
        ServiceError: PREFECT_API_URL names a server that does not answer, or not to this user.
        StageFailed: stages failed; everything that did not depend on them was done.
    """
    check_datasets(params, names)
    with run_turn(project):
        preflight(project, params)
        stale = stages_to_run(project, params, names, force=force)
        if not stale:
            if not is_finished(project):
                finish(project)
            return []
        guard(project)
        see_entry()
        from quartet_flows.pipeline import run_stages
        from quartet_flows.server import provide_server

        provide_server(project)
        return run_stages(names or None, force)


def see_entry() -> None:
    """Ask the Prefect server for its version, where there is one.

    Raises:
        ServiceError: it does not answer, or not to this user.
    """
    if not os.environ.get("PREFECT_API_URL"):
        return
    from httpx import HTTPError
    from prefect.client.orchestration import get_client

    try:
        with get_client(sync_client=True) as client:
            client.api_version()
    except HTTPError as error:
        raise ServiceError(
            "the Prefect server that PREFECT_API_URL names answers and lets you in",
            came=str(error).partition("\n")[0],
            mend="Set PREFECT_API_AUTH_STRING to user:password where it asks for them, or see that it runs; without "
            "PREFECT_API_URL a run takes a server of its own.",
        ) from error


def stages_to_run(project: Project, params: Params, names: Iterable[str], *, force: bool) -> list[str]:
    """The stages of the named datasets that are stale, or follow one that is, upstream first.

    Where nothing was planned yet, all are, and DVC need not be asked.
    """
    stages = stages_of(params, names)
    stale = set(stages) if force or not project.planned_params.exists() else stale_stages(project)
    wanted: list[str] = []
    for name, stage in stages.items():
        if name in stale or stale.intersection(stage.after) or set(wanted).intersection(stage.after):
            wanted.append(name)
    return wanted
