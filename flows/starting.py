"""Starting a run: what must hold first, what is stale, and the flow if anything is. Prefect is imported only then."""

from collections.abc import Iterable

from quartet.following import finish, is_finished
from quartet.orphans import guard
from quartet.params import Params, check_datasets, load_params
from quartet.pipeline import stages_of
from quartet.preflight import preflight
from quartet.project import Project
from quartet.stages import stale_stages
from quartet.turns import run_turn


def start(project: Project, names: list[str], *, force: bool = False) -> list[str]:
    """Bring all datasets, or the named ones, up to date, one run at a time; the names of the stages that were run.

    Raises:
        StageFailed: stages failed; everything that did not depend on them was done.
    """
    params = load_params(project.params)
    check_datasets(params, names)
    with run_turn(project):
        preflight(project, params)
        stale = stages_to_run(project, params, names, force=force)
        if not stale:
            if not is_finished(project):
                finish(project)
            return []
        guard(project)
        from quartet_flows.pipeline import run_stages
        from quartet_flows.server import provide_server

        provide_server(project)
        return run_stages(names or None, force)


def stages_to_run(project: Project, params: Params, names: Iterable[str], *, force: bool) -> list[str]:
    """The stages of the named datasets that are stale, or follow one that is, upstream first."""
    stages = stages_of(params, names)
    stale = set(stages) if force else stale_stages(project)
    wanted: list[str] = []
    for name, stage in stages.items():
        if name in stale or stale.intersection(stage.after) or set(wanted).intersection(stage.after):
            wanted.append(name)
    return wanted
