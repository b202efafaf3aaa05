"""A new project: a commented params.yaml, its JSON Schema, dvc.yaml, git and DVC."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from quartet.errors import UsageError
from quartet.family import Family, family_names
from quartet.params import json_schema
from quartet.pipeline import CODE_ELSEWHERE
from quartet.preflight import version_text
from quartet.project import Project, write_json, write_text
from quartet.rendering import write_dvc_yaml
from quartet.settings import TrainerSettings
from quartet.stages import dvc

GITIGNORE = """\
# what stages write: all outs, so that DVC never writes a .gitignore of its own
/plan
/data/*/raw
/data/*/prepared
/data/*/validation.json
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
"""
DVCIGNORE = "__pycache__/\n.quartet/\nmlartifacts/\n"
MINE = (
    "Your own files. Name one as the `source` of a dataset in params.yaml, for example `source: data/mine/rows.csv`.\n"
)
HEAD = """\
# yaml-language-server: $schema=params.schema.json
# The only file you edit. `quartet run` (or `dvc repro`) makes everything anew that a change here touches.
# Every setting there is, with its default, stands below as a comment.
seed: 0
n_seeds: 3 # each model is trained this many times: seed, seed + 1, …
"""
EXAMPLE = """\
datasets:
  flowers: {family: tabular, source: "sklearn:iris", target: species, task: classification}

models:
  flowers-logistic: {dataset: flowers, architecture: logistic_regression}
  flowers-mlp: {dataset: flowers, architecture: mlp, hidden: 32}

promotion: {confidence: 0.95} # how sure a comparison on the test split must be
"""


def make_project(directory: Path) -> list[str]:
    """Make a project, ready for `dvc repro`; what to do next, as lines.

    Raises:
        UsageError: there is one already, or git is missing.
    """
    project = Project(directory)
    if project.params.exists():
        mend = "Edit its params.yaml, or name another folder."
        raise UsageError("a new project starts in a folder without params.yaml", came=f"{directory} has one", mend=mend)
    if not shutil.which("git"):
        raise UsageError("DVC needs git", came="it is not installed", mend="Install git and try again.")
    project.mine.mkdir(parents=True, exist_ok=True)
    for file, text in texts(project).items():
        if not file.exists():
            write_text(file, text)
    write_json(directory / "params.schema.json", json_schema())
    write_dvc_yaml(project)
    set_up(project)
    return [f"a new project: {directory}", "next: edit params.yaml there, then `quartet run` (or `dvc repro`)"]


def texts(project: Project) -> dict[Path, str]:
    """The files of a new project, dvc.yaml and the schema aside."""
    return {
        project.root / ".gitignore": GITIGNORE,
        project.root / ".dvcignore": DVCIGNORE,
        project.mine / "README.md": MINE,
        project.root / CODE_ELSEWHERE: version_text(),
        project.params: params_text(),
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


def params_text() -> str:
    """The commented params.yaml."""
    trainer = "trainer: # any of these may be set per model\n" + "".join(
        f"  {line}\n" for line in lines_of(TrainerSettings)
    )
    return f"{HEAD}{trainer}\n{EXAMPLE}\n{catalogue()}"


def catalogue() -> str:
    """Every setting of every family and architecture, as comments."""
    blocks = []
    for name in family_names():
        family = Family(name).settings
        blocks.append(block(f"datasets of family {name}", family.Dataset, first=("family", name)))
        for architecture, settings in family.ARCHITECTURES.items():
            title = f"models of family {name}: {architecture}, {summary(settings)}"
            blocks.append(block(title, settings, first=("architecture", architecture)))
    return "\n".join(blocks)


def block(title: str, settings: type[BaseModel], *, first: tuple[str, str]) -> str:
    """One class of settings as comment lines."""
    lines = [f"{first[0]}: {first[1]}", *(line for line in lines_of(settings) if not line.startswith(f"{first[0]}:"))]
    return "\n".join([f"# --- {title}", *(f"#   {line}" for line in lines)]) + "\n"


def summary(settings: type[BaseModel]) -> str:
    """What a class of settings says of itself, in lower case."""
    text = (settings.__doc__ or "").splitlines()[0].rstrip(".")
    return text[0].lower() + text[1:]


def lines_of(settings: type[BaseModel]) -> Iterator[str]:
    """`key: default # what it is` for each field."""
    for name, field in settings.model_fields.items():
        default = "…" if field.default is PydanticUndefined else json.dumps(field.default)
        choices = " | ".join(str(choice) for choice in choices_of(field.annotation))
        yield f"{name}: {default} # {field.description or choices}" + (
            f" ({choices})" if field.description and choices else ""
        )


def choices_of(annotation: Any) -> list[Any]:
    """The values of a Literal, also inside a union."""
    if isinstance(annotation, UnionType):
        return [choice for inner in get_args(annotation) for choice in choices_of(inner)]
    return [choice for choice in get_args(annotation) if isinstance(choice, str | int)]
