"""A registered version made again: the code of its commit, its params, its canonical tables; then compared."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quartet import provenance
from quartet.differing import Difference, differences
from quartet.errors import RegistryError
from quartet.history import Registration
from quartet.nodes import text_of
from quartet.pipeline import CODE
from quartet.preflight import version_text
from quartet.project import Project, write_text
from quartet.rendering import write_dvc_yaml
from quartet.restoring import restored
from quartet.stages import dvc
from quartet.tracing import identified

Say = Callable[[str], None]


@dataclass(frozen=True)
class Reproduction:
    """What came of it.

    Args:
        differences: in the order in which the stages run; none where all is equal, bit for bit.
        elsewhere: what was not as it was then: versions, the CPU.
    """

    dataset: str
    line: Registration
    differences: list[Difference]
    elsewhere: dict[str, tuple[str, str]]

    def is_equal(self, tolerance: float) -> bool:
        """Whether nothing differs, or numbers only and by no more than that."""
        return all(one.amount is not None and one.amount <= tolerance for one in self.differences)


def reproduce(project: Project, name: str, say: Say, *, keep: Path | None = None) -> Reproduction:
    """Make a version again in a clone of its own, from its canonical tables on, and compare what each stage wrote.

    Args:
        name: as `quartet trace` takes it.
        keep: where the clone stays, to be looked at; else it is removed.

    Raises:
        RegistryError: it cannot be made again: the code was not committed, or the data are gone.
    """
    dataset, line = identified(project, name)
    refuse(project, line)
    with ExitStack() as stack:
        say(f"{line.model}, seed {line.seed}, of {line.time}: its code, params and data")
        top = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="quartet-reproduce-")))
        clone = clone_of(project, line, top)
        bring_data(project, dataset, line, clone)
        for stage in ("plan", f"validate@{dataset}", f"prepare@{dataset}", f"train@{line.model}"):
            say(f"  {stage}")
            make(clone, stage)
        here, made = provenance.environment(), provenance.stages_of(clone, dataset, line.model)
        elsewhere = {key: (then, here[key]) for key, then in line.environment.items() if here.get(key) != then}
        with model_of_then(project, dataset, line) as then:
            found = differences(line.stages, made, then, clone.model(dataset, line.model))
    return Reproduction(dataset, line, found, elsewhere)


def refuse(project: Project, line: Registration) -> None:
    """Raise RegistryError where a version cannot be made again."""
    must = f"{line.model} ({line.fingerprint}) can be made again"
    if not line.params or f"train@{line.model}" not in line.stages:
        came = "its params or DVC's hashes were not recorded, since its plan was replaced before it was published"
        raise RegistryError(must, came=came, mend="Train it again with `quartet run --force`.")
    if is_code_here(project) and ("-dirty" in line.commit or line.commit == "none"):
        came = f"its code was not committed (git: {line.commit})"
        raise RegistryError(must, came=came, mend="Commit, then train it again with `quartet run --force`.")
    installed, then = provenance.environment()["quartet-ml"], line.environment.get("quartet-ml", "")
    if not is_code_here(project) and installed != then:
        came = f"quartet-ml {then} made it and {installed} is installed"
        raise RegistryError(must, came=came, mend=f"Say `pip install quartet-ml=={then}`, and reproduce it then.")


def is_code_here(project: Project) -> bool:
    """Whether Quartet's own code is a part of the project."""
    return (project.root / CODE).is_dir()


def clone_of(project: Project, line: Registration, top: Path) -> Project:
    """The project as it was committed then, with the params of then; without a commit, a new one of these params."""
    clean = line.commit.removesuffix("-dirty")
    inner = check_out(project, clean, top / "clone") if clean != "none" else top / "clone"
    clone = Project(inner)
    write_text(clone.params, text_of(line.params))
    if not is_code_here(project):
        clone.mine.mkdir(parents=True, exist_ok=True)
        write_text(clone.root / "quartet.lock", version_text())
        write_dvc_yaml(clone)
    clone.lock.unlink(missing_ok=True)
    shutil.rmtree(clone.root / ".dvc", ignore_errors=True)  # neither the project's cache nor its remotes
    write_text(clone.root / ".dvc" / "config", "[core]\n    no_scm = true\n    analytics = false\n")
    return clone


def check_out(project: Project, commit: str, clone: Path) -> Path:
    """A clone of the project's repository at a commit; the project's folder in it."""
    root = project.root.resolve()
    prefix = git(root, "rev-parse", "--show-prefix")
    top = git(root, "rev-parse", "--show-toplevel")
    git(root, "clone", "--quiet", "--no-checkout", top, str(clone))
    git(clone, "checkout", "--quiet", "--detach", commit)
    return clone / prefix


def git(folder: Path, *arguments: str) -> str:
    """What a git command prints.

    Raises:
        RegistryError: it failed.
    """
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        mend = "`git fetch` brings commits that another clone has; without its commit a version cannot be made again."
        raise RegistryError("the commit of the version is in this repository", came=done.stderr.strip(), mend=mend)
    return done.stdout.strip()


def bring_data(project: Project, dataset: str, line: Registration, clone: Project) -> None:
    """The canonical tables and the user's own files of then, from DVC's cache or its remote.

    Raises:
        RegistryError: DVC has them no more.
    """
    raw = Project().raw(dataset).as_posix()
    wanted = line.mine | {raw: line.outs()[raw]}
    with restored(project, wanted, f"data-{line.fingerprint}") as folder:
        missing = [path for path in wanted if not (folder / path).exists()]
        if missing:
            came = f"{', '.join(missing)} of then are neither in DVC's cache nor in a remote"
            mend = "`dvc pull`, or a machine that has them, brings them back; else the version cannot be made again."
            raise RegistryError(f"the data of {line.model} are there", came=came, mend=mend)
        for path in wanted:
            (clone.root / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).rename(clone.root / path)


def make(clone: Project, stage: str) -> None:
    """Run one stage with the clone's code, if it has any, and with an MLflow store of its own."""
    code = (clone.root / CODE).parent.resolve()
    variables = {"MLFLOW_TRACKING_URI": f"sqlite:///{(clone.root / 'mlflow.db').resolve()}"}
    if is_code_here(clone):
        variables["PYTHONPATH"] = os.pathsep.join([str(code), *filter(None, [os.environ.get("PYTHONPATH")])])
    dvc(clone, "repro", "--single-item", "--no-run-cache", stage, variables=variables)


@contextmanager
def model_of_then(project: Project, dataset: str, line: Registration) -> Iterator[Path]:
    """The folder of the model as it was trained then."""
    path = Project().model(dataset, line.model).as_posix()
    with restored(project, {path: line.outs()[path]}, f"model-{line.fingerprint}") as folder:
        yield folder / path


def as_lines(made: Reproduction, tolerance: float) -> list[str]:
    """For the terminal: equal, or where it first differs and by how much, and what was not as it was then."""
    name = f"{made.dataset}: {made.line.model}, seed {made.line.seed} ({made.line.fingerprint})"
    unlike = [f"  {key} was {then}, here it is {here}" for key, (then, here) in made.elsewhere.items()]
    if not made.differences:
        return [f"{name}: equal, bit for bit: data, gate, weights, predictions and metrics of every seed", *unlike]
    verdict = f"equal within {tolerance:g}" if made.is_equal(tolerance) else "not equal"
    first, *others = made.differences
    more = [f"  and {len(others)} more, the last {others[-1]}"] if others else []
    return [f"{name}: {verdict}; it first differs in", f"  {first}", *more, *unlike]


def as_json(made: Reproduction, tolerance: float) -> dict[str, Any]:
    """For programs."""
    return {
        "dataset": made.dataset,
        "model": made.line.model,
        "fingerprint": made.line.fingerprint,
        "equal": made.is_equal(tolerance),
        "differences": [vars(one) for one in made.differences],
        "elsewhere": {key: {"then": then, "here": here} for key, (then, here) in made.elsewhere.items()},
    }
