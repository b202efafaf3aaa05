"""Where a result comes from: git's commit, and what DVC recorded of a stage."""

import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from quartet.project import Project

# what a run itself changes, and what a registered version carries with it
NOT_DIRT = ("params.yaml", "dvc.lock", "metrics", "registry")


@cache
def commit(root: Path) -> str:
    """Git's HEAD, with -dirty where tracked files other than those of NOT_DIRT were changed; `none` outside git."""
    head = _git(root, "rev-parse", "HEAD")
    excluded = [f":(exclude){path}" for path in NOT_DIRT]
    changed = _git(root, "status", "--porcelain", "--untracked-files=no", "--", ".", *excluded)
    return f"{head}{'-dirty' if changed else ''}" if head else "none"


def _git(root: Path, *arguments: str) -> str:
    result = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    return result.stdout.strip() if result.returncode == 0 else ""


@cache
def locked_stages(project: Project) -> dict[str, Any]:
    """The stages of dvc.lock, by name; none where there is no lock."""
    from ruamel.yaml import YAML

    text = project.lock.read_text(encoding="utf-8") if project.lock.exists() else ""
    return dict((YAML(typ="safe").load(text) or {}).get("stages", {}))


def output_hash(project: Project, stage: str, output: Path) -> str:
    """DVC's hash of an output of a stage; `unlocked` where DVC has not recorded it."""
    outs = locked_stages(project).get(stage, {}).get("outs", [])
    path = output.relative_to(project.root).as_posix()
    return next((str(out["md5"]) for out in outs if out["path"] == path), "unlocked")


def dependency_hashes(project: Project, stage: str) -> dict[str, str]:
    """DVC's hash of each dependency of a stage, by path."""
    deps = locked_stages(project).get(stage, {}).get("deps", [])
    return {str(dep["path"]): str(dep["md5"]) for dep in deps}


def slice_of_lock(project: Project, dataset: str, model: str) -> dict[str, Any]:
    """The entries of dvc.lock that made a model."""
    names = ["plan", *(f"{step}@{dataset}" for step in ("ingest", "validate", "prepare", "evaluate")), f"train@{model}"]
    stages = locked_stages(project)
    return {name: stages[name] for name in names if name in stages}
