"""What must hold before a run: everything missing or misconfigured, and how to mend it."""

import os
import shutil
import stat
from importlib.metadata import version
from pathlib import Path

from quartet.errors import UsageError
from quartet.mine import adopt
from quartet.params import Params
from quartet.pipeline import CODE, CODE_ELSEWHERE
from quartet.project import Project, write_text
from quartet.reading.files import quoted
from quartet.rendering import write_dvc_yaml
from quartet.sources import check


def preflight(project: Project, params: Params) -> None:
    """Check the project, and put the user's own files under DVC where they are not.

    Raises:
        UsageError: something must be mended first; nothing was run.
    """
    problems = [problem for problem in (*tools(project), *special_files(project), *sources(project, params)) if problem]
    if problems:
        came = "\n".join(["this is missing:", *(f"  {problem.rstrip('.')}" for problem in problems)])
        raise UsageError("a run has all it needs", came=came, mend="\nNothing was run.")
    if not (project.root / CODE).is_dir():
        note_version(project)
    for settings in params.datasets.values():
        adopt(project, settings.source)


def note_version(project: Project) -> None:
    """Keep quartet.lock true: in a user's project it stands for the code, as a dependency of plan."""
    file, text = project.root / CODE_ELSEWHERE, version_text()
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        write_text(file, text)


def version_text() -> str:
    """What quartet.lock holds."""
    return f"quartet-ml=={version('quartet-ml')}\n"


def tools(project: Project) -> list[str]:
    """What is wrong with git, DVC and dvc.yaml."""
    found = []
    if not shutil.which("git"):
        found.append("git is not installed: install it, DVC needs it.")
    if not (project.root / ".dvc").is_dir():
        found.append("this folder is not under DVC: run `git init` and `dvc init`, or start with `quartet init DIR`.")
    if not project.mine.is_dir():
        found.append(f"{project.mine} is missing: make that folder, it is where your own files lie.")
    try:
        write_dvc_yaml(project, check=True)
    except UsageError as error:
        found.append(str(error))
    return found


def sources(project: Project, params: Params) -> list[str]:
    """Files that params.yaml names and that are not there."""
    found = []
    for name, settings in params.datasets.items():
        try:
            check(name, settings.source, project)
        except UsageError as error:
            found.append(str(error))
    return found


def special_files(project: Project) -> list[str]:
    """Pipes, sockets and devices among the user's files: DVC would wait for ever to read them."""
    paths = (Path(above, name) for above, _, names in os.walk(project.mine) for name in names)
    found = [path for path in paths if not (stat.S_ISREG(mode := path.lstat().st_mode) or stat.S_ISLNK(mode))]
    return [f"{quoted(str(path))} is a pipe, a socket or a device: take it away, DVC cannot read it." for path in found]
