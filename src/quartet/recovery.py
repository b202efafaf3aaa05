"""MLflow made again from the history in git and DVC's files: it is a projection, nothing of it is lost for good."""

import sys
from collections.abc import Iterable
from pathlib import Path

from quartet import history, tracking
from quartet.history import Registration
from quartet.params import load_params
from quartet.pipeline import HERE
from quartet.project import Project
from quartet.restoring import is_in_reach, restored
from quartet.steps.publish import on_disk, publish_again, unpublished


def rebuild(project: Project, names: Iterable[str] | None = None) -> int:
    """Make the runs and versions that the history names and MLflow lacks, in the versions' order; how many there were.

    A version whose files are neither in DVC's cache nor in a remote is left out, and said.
    """
    n, lost = 0, dict[str, set[str]]()
    for dataset in load_params(project.params).datasets if names is None else names:
        if history.registrations(project, dataset):
            with tracking.publication_lock(project):
                made, lost[dataset] = rebuild_dataset(project, dataset)
                n += made
    tell_lost(project, {dataset: versions for dataset, versions in lost.items() if versions})
    return n


def rebuild_dataset(project: Project, dataset: str) -> tuple[int, set[str]]:
    """Those of one dataset: how many were made again, and which could not be."""
    missing = unpublished(project, dataset)
    in_reach = [line for line in missing if is_in_reach(project, needed(line, dataset))]
    complete: list[Registration] = []
    if in_reach:
        wanted = {place(line, path): digest for line in in_reach for path, digest in line.outs().items()}
        with restored(project, wanted, dataset) as folder:
            complete = [line for line in in_reach if is_complete(folder, line, dataset)]
            for line in complete:
                files = Project(folder / line.fingerprint)
                share_durations(project, files)
                publish_again(project, dataset, line, files)
    made = {line.fingerprint for line in complete} | on_disk(project, dataset)
    return len(complete), {line.fingerprint for line in missing} - made


def needed(line: Registration, dataset: str) -> list[str]:
    """DVC's hashes of what a version is published from; an empty one of what DVC had not recorded."""
    paths = (HERE.raw(dataset), HERE.prepared(dataset), HERE.model(dataset, line.model), HERE.evaluation(dataset))
    return [line.outs().get(str(path), "") for path in paths]


def tell_lost(project: Project, lost: dict[str, set[str]]) -> None:
    """Say how many versions of which datasets stay out of MLflow, and what to do where champions are among them."""
    if not lost:
        return
    n = sum(map(len, lost.values()))
    which = f"{n} earlier version{'s' * (n > 1)} of {', '.join(lost)}"
    print(f"{which} stay out of MLflow, DVC has their files no more", file=sys.stderr)
    champions = {dataset: history.champion_of(history.decisions(project, dataset)) for dataset in lost}
    served = [one.model for dataset, one in champions.items() if one and one.fingerprint in lost[dataset]]
    if served:
        mend = (
            "`dvc fetch --all-commits` brings them back where a remote has their files, `quartet promote` finds others"
        )
        print(f"  the champions {', '.join(served)} are among them: {mend}", file=sys.stderr)


def place(line: Registration, path: str) -> str:
    """Where an output of a version goes: two versions have the same paths."""
    return f"{line.fingerprint}/{path}"


def is_complete(folder: Path, line: Registration, dataset: str) -> bool:
    """Whether all is there that a version is published from."""
    files = Project(folder / line.fingerprint)
    comparison = files.evaluation(dataset) / "comparison.json"
    needed = (files.raw(dataset), files.prepared(dataset), files.model(dataset, line.model), comparison)
    return all(path.exists() for path in needed)


def share_durations(project: Project, files: Project) -> None:
    """Let what is restored know how long this machine took."""
    durations = project.duration("x").parent
    if durations.exists():
        files.hidden.mkdir(parents=True, exist_ok=True)
        files.duration("x").parent.symlink_to(durations.resolve())
