"""MLflow made again from the history in git and DVC's files: it is a projection, nothing of it is lost for good."""

import sys
from collections.abc import Iterable
from pathlib import Path

from quartet import history, tracking
from quartet.history import Registration
from quartet.params import load_params
from quartet.project import Project
from quartet.restoring import restored
from quartet.steps.publish import on_disk, publish_again, unpublished


def rebuild(project: Project, names: Iterable[str] | None = None) -> int:
    """Make the runs and versions that the history names and MLflow lacks, in the versions' order; how many there were.

    A version whose files are neither in DVC's cache nor in a remote is left out, and said.
    """
    n = 0
    for dataset in load_params(project.params).datasets if names is None else names:
        if history.registrations(project, dataset):
            with tracking.publication_lock(project):
                n += rebuild_dataset(project, dataset)
    return n


def rebuild_dataset(project: Project, dataset: str) -> int:
    """Those of one dataset."""
    missing = unpublished(project, dataset)
    wanted = {place(line, path): digest for line in missing for path, digest in line.outs().items()}
    if not missing:
        return 0
    with restored(project, wanted, dataset) as folder:
        complete = [line for line in missing if is_complete(folder, line, dataset)]
        for line in complete:
            files = Project(folder / line.fingerprint)
            share_durations(project, files)
            publish_again(project, dataset, line, files)
    made = {line.fingerprint for line in complete} | on_disk(project, dataset)
    tell_lost(project, dataset, {line.fingerprint for line in missing} - made)
    return len(complete)


def tell_lost(project: Project, dataset: str, lost: set[str]) -> None:
    """Say how many versions stay out of MLflow, and what to do where the champion is one of them."""
    if not lost:
        return
    print(f"{dataset}: {len(lost)} earlier versions stay out of MLflow, DVC has their files no more", file=sys.stderr)
    champion = history.champion_of(history.decisions(project, dataset))
    if champion and champion.fingerprint in lost:
        mend = "`dvc fetch --all-commits` brings it back where a remote has its files, `quartet promote` finds another"
        print(f"  the champion {champion.model} is one of them: {mend}", file=sys.stderr)


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
