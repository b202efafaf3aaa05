"""A new project: a commented params.yaml, its JSON Schema, dvc.yaml, git and DVC; all of it or nothing."""

import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from quartet.errors import UsageError
from quartet.mine import adopt, bring, place_of
from quartet.params import load_params
from quartet.params_file import flow, params_text, printable, proposed_text
from quartet.pipeline import CODE_ELSEWHERE
from quartet.preflight import version_text
from quartet.project import Project, write_json, write_text
from quartet.rendering import write_dvc_yaml
from quartet.schema import json_schema
from quartet.stages import dvc

if TYPE_CHECKING:
    from quartet.proposing.proposals import Wish
    from quartet.proposing.sight import Proposal

GITIGNORE = """\
# what stages write: all outs, so that DVC never writes a .gitignore of its own
/plan
/data/*/raw
/data/*/prepared
/data/*/validation.json
/data/*/passed.json
# your own files, which DVC keeps; `?*`, since DVC takes `*` for the folder itself and then sees no .dvc file in it
/data/mine/?*
!/data/mine/*.dvc
!/data/mine/README.md
/models
/evaluation
# what is made from those
/reports
/mlflow.db*
/mlartifacts
/.quartet
# what scoring reads and writes, as docs/scoring.md has it
/incoming
/predictions
"""
DVCIGNORE = "__pycache__/\n.quartet/\nmlartifacts/\n"
MINE = (
    "Your own files. Name one as the `source` of a dataset in params.yaml, for example `source: data/mine/rows.csv`.\n"
)


def make_project(directory: Path) -> list[str]:
    """Make a project, ready for `dvc repro`; what to do next, as lines.

    Raises:
        UsageError: there is one already, or git is missing.
    """
    project = Project(directory)
    refuse_second(project)
    with all_or_nothing(project):
        lay_out(project, params_text())
    return [f"a new project: {directory}", "next: edit params.yaml there, then `quartet run` (or `dvc repro`)"]


def make_project_from(directory: Path, wish: "Wish") -> list[str]:
    """Make a project from a source; what was seen, what was chosen and why, as lines.

    Raises:
        UsageError, SourceError: the source is nothing to learn from, or there is a project; nothing was written.
    """
    from quartet.proposing.proposals import dataset_name, propose, source_text

    project = Project(directory)
    refuse_second(project)
    with tempfile.TemporaryDirectory() as folder:
        downloads = Project(Path(folder))
        proposal = propose(wish, downloads)
        place = place_of(wish.path, project) if wish.path else None
        name, source = dataset_name(proposal.name or wish.name), source_text(wish, place)
        with all_or_nothing(project, place):
            lay_out(project, params_text(proposed_text(name, source, proposal)))
            load_params(project.params)
            if downloads.hidden.is_dir():
                shutil.copytree(downloads.hidden, project.hidden, dirs_exist_ok=True)
            if wish.path and place:
                bring(wish.path, place)
            adopt(project, source)
    return [*told(proposal, source), "", *next_steps(directory, name)]


def told(proposal: "Proposal", source: str) -> list[str]:
    """What was seen and chosen, and why."""
    chosen = [
        f"  {key}: {shortened(flow(value))}" + (f" ({why})" if (why := proposal.why.get(key)) else "")
        for key, value in ({"family": proposal.settings["family"], "source": source} | proposal.settings).items()
    ]
    models = ", ".join(proposal.models)
    hints = [f"note: {hint}" for hint in proposal.hints]
    lines = [proposal.saw, "chosen:", *chosen, f"  models: {models} (the first is the baseline)", *hints]
    return [printable(line) for line in lines]


def shortened(text: str) -> str:
    """A long value as it may stand in a line."""
    return text if len(text) <= 100 else f"{text[:97]}..."


def next_steps(directory: Path, name: str) -> list[str]:
    """What the user does next."""
    return [
        f"a new project: {directory}",
        f"next: look at datasets.{name} and models in {directory / 'params.yaml'}, change what you know better,",
        f"      then `cd {shlex.quote(str(directory))}` and `quartet run` (or `dvc repro`)",
    ]


def refuse_second(project: Project) -> None:
    """Raise UsageError where a project is already, or none can be."""
    if project.params.exists():
        mend = "Edit its params.yaml, or name another folder."
        came = f"{project.root} has one"
        raise UsageError("a new project starts in a folder without params.yaml", came=came, mend=mend)
    if not shutil.which("git"):
        raise UsageError("DVC needs git", came="it is not installed", mend="Install git and try again.")


def lay_out(project: Project, params: str) -> None:
    """Write all files of a new project and set git and DVC up."""
    project.mine.mkdir(parents=True, exist_ok=True)
    for file, text in texts(project, params).items():
        if not file.exists():
            write_text(file, text)
    ignore(project)
    write_json(project.root / "params.schema.json", json_schema())
    write_dvc_yaml(project)
    set_up(project)


@contextmanager
def all_or_nothing(project: Project, place: Path | None = None) -> Iterator[None]:
    """Take back all that a new project wrote, if something fails on the way."""
    root = project.root
    made = [
        path for path in (*files_of_project(project), *(files_of_data(place) if place else ())) if not path.exists()
    ]
    folders = [path for path in (project.mine, project.mine.parent, root, *root.parents) if not path.exists()]
    gitignore = root / ".gitignore"
    before = gitignore.read_bytes() if gitignore.exists() else None
    try:
        yield
    except BaseException:
        for path in made:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        forget_in_git(project)
        gitignore.write_bytes(before) if before is not None else gitignore.unlink(missing_ok=True)
        for folder in folders:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        raise


def files_of_project(project: Project) -> list[Path]:
    """What a new project adds to its folder, .gitignore aside, which may be there already."""
    top = ["params.yaml", "params.schema.json", "dvc.yaml"]
    hidden = [".dvcignore", ".gitattributes", ".dvc", ".git", ".quartet"]
    return [*(project.root / name for name in top + hidden), project.root / CODE_ELSEWHERE, project.mine / "README.md"]


def files_of_data(place: Path) -> list[Path]:
    """What a source adds to data/mine."""
    return [place, place.with_name(f"{place.name}.dvc")]


def forget_in_git(project: Project) -> None:
    """Take back what `dvc init` told git, where no .dvc is left."""
    if not (project.root / ".dvc").exists() and project.root.is_dir():
        paths = [".dvc", ".dvcignore"]
        command = ["git", "rm", "--cached", "-r", "--quiet", "--ignore-unmatch", "--", *paths]
        subprocess.run(command, cwd=project.root, capture_output=True, check=False)


def ignore(project: Project) -> None:
    """Let git ignore what stages write, besides what it ignores there already."""
    file = project.root / ".gitignore"
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    if GITIGNORE not in text:
        write_text(file, f"{text.rstrip()}\n\n{GITIGNORE}" if text.strip() else GITIGNORE)


def texts(project: Project, params: str) -> dict[Path, str]:
    """The files of a new project; .gitignore, dvc.yaml and the schema aside. Histories are merged line by line."""
    return {
        project.root / ".dvcignore": DVCIGNORE,
        project.root / ".gitattributes": f"{project.registry('*').relative_to(project.root)} merge=union\n",
        project.mine / "README.md": MINE,
        project.root / CODE_ELSEWHERE: version_text(),
        project.params: params,
    }


def set_up(project: Project) -> None:
    """Set git and DVC up where they are not."""
    inside = subprocess.run(["git", "rev-parse", "--git-dir"], cwd=project.root, capture_output=True, check=False)
    if inside.returncode:
        subprocess.run(["git", "init", "--quiet"], cwd=project.root, check=True)
    if not (project.root / ".dvc").is_dir():
        top = (project.root / ".git").exists()
        dvc(project, "init", "--quiet", *([] if top else ["--subdir"]))
        for setting in ("core.analytics", "core.check_update"):
            dvc(project, "config", setting, "false")
