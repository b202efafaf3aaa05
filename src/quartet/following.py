"""What follows the stages: publish, promote and report. They depend on the registry, so they are no stages."""

from collections.abc import Callable, Sequence
from functools import partial

from quartet.closure import file_hash
from quartet.project import Project, write_text
from quartet.tracking import store_is_there, tracking_uri


def finish(project: Project) -> None:
    """Publish, promote and write the report, and remember what they were made of."""
    for step in closing_steps(project).values():
        step()
    remember(project)


def closing_steps(
    project: Project, names: Sequence[str] | None = None, *, flow_run: str | None = None
) -> dict[str, Callable[[], object]]:
    """What follows the stages, by name, in order; what MLflow lost is made again first.

    Args:
        names: the datasets that are published and promoted; all if absent.
        flow_run: the Prefect flow run that this is part of.
    """
    from quartet.recovery import rebuild
    from quartet.report import write_report
    from quartet.steps.promote import promote
    from quartet.steps.publish import publish

    return {
        "rebuild": partial(rebuild, project),
        "publish": partial(publish, project, names, flow_run=flow_run),
        "promote": partial(promote, project, names),
        "report": partial(write_report, project),
    }


def is_finished(project: Project) -> bool:
    """Whether nothing has changed since the last finish, and what it made is there."""
    file = project.hidden / "finished"
    made = store_is_there(project) and (project.reports / "index.html").exists()
    return made and file.exists() and file.read_text(encoding="utf-8") == state(project)


def remember(project: Project) -> None:
    """Note what the last finish was made of."""
    write_text(project.hidden / "finished", state(project))


def state(project: Project) -> str:
    """A hash of all that publish, promote and report depend on."""
    inputs = [project.params, project.lock, project.registry("x").parent]
    return "\n".join([tracking_uri(project), *(file_hash(path) for path in inputs if path.exists())])
