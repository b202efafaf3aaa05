"""What `quartet serve` serves: the deployments of prefect.yaml, and the schedule of its options."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quartet.errors import UsageError
from quartet.nodes import parse
from quartet.project import Project

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Schedule

ENTRYPOINT = "quartet_flows.pipeline.run_stages"
READ = ("name", "description", "tags", "entrypoint", "parameters", "concurrency_limit", "schedule", "schedules")


@dataclass(frozen=True)
class Timetable:
    """The options of `quartet serve` that say when to run what.

    Args:
        cron: five fields, or None.
        every: minutes between two runs, or None.
        names: the datasets; none are all.
    """

    cron: str | None = None
    every: float | None = None
    names: tuple[str, ...] = ()

    def schedules(self) -> "list[Schedule]":
        """As Prefect takes them: cron in this machine's time zone.

        Raises:
            UsageError: `cron` is no cron expression.
        """
        from prefect.schedules import Cron, Interval

        found = [cron_schedule(self.cron, Cron)] if self.cron is not None else []
        return found + ([Interval(timedelta(minutes=self.every))] if self.every is not None else [])


def cron_schedule(cron: str, make: Any) -> "Schedule":
    """The schedule of a cron expression."""
    from tzlocal import get_localzone_name

    try:
        schedule: Schedule = make(cron, timezone=get_localzone_name() or "UTC")
    except ValueError as error:
        raise UsageError(
            "a schedule is five fields, minute hour day month weekday",
            came=f"{cron!r} came",
            mend="Say for instance --schedule '0 6 * * *' for every day at six.",
        ) from error
    return schedule


def deployments(project: Project, timetable: Timetable) -> "list[RunnerDeployment]":
    """What is served: `scheduled` if the options say when, those of prefect.yaml, or else one to start by hand.

    Raises:
        UsageError: a schedule or an entry of prefect.yaml is not what it must be.
    """
    from prefect.deployments.runner import RunnerDeployment

    schedules = timetable.schedules()
    own = {"parameters": {"names": list(timetable.names) or None}, "schedules": schedules}
    found = [RunnerDeployment.from_entrypoint(ENTRYPOINT, name="scheduled", **own)] if schedules else []
    file = project.root / "prefect.yaml"
    found += [deployment(file, entry) for entry in entries(file)]
    return found or [RunnerDeployment.from_entrypoint(ENTRYPOINT, name="by-hand")]


def entries(file: Path) -> list[Any]:
    """The entries of prefect.yaml, if there is one.

    Raises:
        ParamsError: it is no YAML.
        UsageError: it has no list of deployments.
    """
    if not file.exists():
        return []
    content = parse(file).tree
    found = content.get("deployments") if isinstance(content, dict) else None
    if not isinstance(found, list):
        raise UsageError(f"{file} has a list of deployments", came="there is none", mend="See docs/schedule.md.")
    return found


def deployment(file: Path, entry: Any) -> "RunnerDeployment":
    """One entry of prefect.yaml as it is served here: its work pool is for workers."""
    from prefect.deployments.runner import RunnerDeployment

    try:
        known = {key: value for key, value in entry.items() if key in READ and value is not None}
        single = known.pop("schedule", None)
        planned = [*known.pop("schedules", []), *([single] if single else [])]
        entrypoint = known.pop("entrypoint")
        schedules = [schedule_of(each) for each in planned]
        return RunnerDeployment.from_entrypoint(entrypoint, schedules=schedules, **known)
    except Exception as error:  # whatever Prefect raises of an entry that it cannot read
        name = entry.get("name") if isinstance(entry, dict) else entry
        must = f"each deployment of {file} has a name, an entrypoint and schedules as Prefect reads them"
        came = f"{name!r} gave {type(error).__name__}: {error}"
        raise UsageError(must, came=came, mend="See docs/schedule.md.") from error


def schedule_of(entry: Mapping[str, Any]) -> "Schedule":
    """A schedule of prefect.yaml: `interval` is in seconds there."""
    from prefect.schedules import Schedule

    values = dict(entry)
    if "interval" in values:
        values["interval"] = timedelta(seconds=values["interval"])
    return Schedule(**values)


def as_words(deployment: "RunnerDeployment") -> str:
    """A deployment and when it runs, in a line."""
    words = [words_of(each.schedule) for each in deployment.schedules or [] if each.active]
    return f"{deployment.name} ({'; '.join(words) or 'started by hand'})"


def words_of(schedule: Any) -> str:
    """When a schedule fires."""
    if hasattr(schedule, "cron"):
        return f"{schedule.cron}, {schedule.timezone}"
    if hasattr(schedule, "interval"):
        return f"every {schedule.interval.total_seconds() / 60:g} minutes"
    return str(schedule.rrule)
