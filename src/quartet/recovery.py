"""MLflow made again from the history in git and DVC's files: it is a projection, nothing of it is lost for good."""

import sys
from collections.abc import Iterable

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
    n, lost = made_again(project, names)
    tell_lost(project, lost)
    return n


def made_again(
    project: Project, names: Iterable[str] | None = None, *, publish_follows: bool = False
) -> tuple[int, dict[str, set[str]]]:
    """How many runs and versions were made again, and the fingerprints of those of each dataset that could not be.

    Args:
        publish_follows: it makes those of what is on disk; they are left to it where DVC has the files of no other.
    """
    with tracking.publication_lock(project):
        missing = {name: unpublished(project, name) for name in recorded(project, names)}
        chosen = {name: those_to_make(project, name, lines, publish_follows) for name, lines in missing.items()}
        in_reach = [(name, line) for name, lines in chosen.items() for line in lines]
        wanted = {place(line, path): digest for _, line in in_reach for path, digest in line.outs().items()}
        complete = list[Registration]()
        with restored(project, wanted, "versions") as folder:
            for name, line in in_reach:
                files = Project(folder / line.fingerprint)
                if is_complete(files, line, name):
                    share_durations(project, files)
                    publish_again(project, name, line, files)
                    complete.append(line)
    return len(complete), {name: lost_of(project, name, lost, complete) for name, lost in missing.items()}


def recorded(project: Project, names: Iterable[str] | None) -> list[str]:
    """Those of the datasets, or of all, that the history has versions of."""
    datasets = load_params(project.params).datasets if names is None else names
    return [name for name in datasets if history.registrations(project, name)]


def those_to_make(
    project: Project, dataset: str, missing: list[Registration], publish_follows: bool
) -> list[Registration]:
    """The missing versions that DVC has the files of, or none where what is on disk is all that is missing."""
    in_reach = [line for line in missing if is_in_reach(project, needed(line, dataset))]
    lost = {line.fingerprint for line in (in_reach if publish_follows else missing)} - on_disk(project, dataset)
    return in_reach if lost else []  # all, so that versions are numbered as they were


def lost_of(project: Project, dataset: str, missing: list[Registration], complete: list[Registration]) -> set[str]:
    """The missing versions of a dataset that were not made again, nor will be from what is on disk."""
    made = {line.fingerprint for line in complete} | on_disk(project, dataset)
    return {line.fingerprint for line in missing} - made


def needed(line: Registration, dataset: str) -> list[str]:
    """DVC's hashes of what a version is published from; an empty one of what DVC had not recorded."""
    paths = (HERE.raw(dataset), HERE.prepared(dataset), HERE.model(dataset, line.model), HERE.evaluation(dataset))
    return [line.outs().get(str(path), "") for path in paths]


def tell_lost(project: Project, lost: dict[str, set[str]]) -> None:
    """Say how many versions of which datasets stay out of MLflow, and what to do where champions are among them."""
    lost = {dataset: versions for dataset, versions in lost.items() if versions}
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


def is_complete(files: Project, line: Registration, dataset: str) -> bool:
    """Whether all is there that a version is published from."""
    comparison = files.evaluation(dataset) / "comparison.json"
    needed = (files.raw(dataset), files.prepared(dataset), files.model(dataset, line.model), comparison)
    return all(path.exists() for path in needed)


def share_durations(project: Project, files: Project) -> None:
    """Let what is restored know how long this machine took."""
    durations = project.duration("x").parent
    if durations.exists():
        files.hidden.mkdir(parents=True, exist_ok=True)
        files.duration("x").parent.symlink_to(durations.resolve())
