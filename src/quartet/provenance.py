"""Where a result comes from: git's commit, what DVC recorded of a stage, and on what it ran."""

import platform
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from quartet.nodes import parse
from quartet.project import Project

# what a run itself changes, what a registered version carries with it, and where DVC keeps files
NOT_DIRT = ("params.yaml", "dvc.lock", "metrics", "registry", "data/mine", "quartet.lock", ".dvc")
KINDS = ("deps", "outs")
PATIENCE_S = 10.0
CPU_INFO = Path("/proc/cpuinfo")  # on Linux, where platform.processor() does not say


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


def locked_stages(project: Project) -> dict[str, Any]:
    """The stages of dvc.lock, by name; none where there is no lock."""
    return _stages(project.lock, project.lock.stat().st_mtime_ns) if project.lock.exists() else {}


@lru_cache(maxsize=4)
def _stages(lock: Path, _: int) -> dict[str, Any]:
    from ruamel.yaml import YAML

    with dvc_kept_out(lock.parent):
        text = lock.read_text(encoding="utf-8")
    return dict((YAML(typ="safe").load(text) or {}).get("stages", {}))


@contextmanager
def dvc_kept_out(root: Path) -> Iterator[None]:
    """Hold the lock under which DVC writes dvc.lock, in place, or go on where another command of DVC holds it long."""
    folder = root / ".dvc" / "tmp"
    repository = FileLock(folder / "lock")
    try:
        if folder.is_dir():
            with suppress(Timeout):
                repository.acquire(timeout=PATIENCE_S)
        yield
    finally:
        repository.release()


def stages_of(project: Project, dataset: str, model: str) -> dict[str, dict[str, dict[str, str]]]:
    """DVC's hash of all that the stages which made a model read (`deps`) and wrote (`outs`), by path."""
    names = ["plan", *(f"{step}@{dataset}" for step in ("ingest", "validate", "prepare", "evaluate")), f"train@{model}"]
    stages = locked_stages(project)
    return {
        name: {kind: {str(item["path"]): str(item["md5"]) for item in stages[name].get(kind, [])} for kind in KINDS}
        for name in names
        if name in stages
    }


def planned_params(project: Project, dataset: str, model: str) -> dict[str, Any]:
    """The part of params.yaml, as it was when the stages were planned, that a model is made from."""
    tree = parse(project.planned_params).tree
    shared = {key: tree[key] for key in ("seed", "n_seeds", "trainer") if key in tree}
    return shared | {key: {name: tree[key][name]} for key, name in (("datasets", dataset), ("models", model))}


def mine(project: Project, params: dict[str, Any]) -> dict[str, str]:
    """DVC's hash of the user's own file or folder that the dataset of these params is made of, by path."""
    sources = [str(dataset["source"]) for dataset in params.get("datasets", {}).values()]
    places = [Path(*Path(source).parts[:3]) for source in sources if source.startswith("data/mine/")]
    records = {place: project.root / place.with_name(f"{place.name}.dvc") for place in places}
    return {
        place.as_posix(): str(parse(record).tree["outs"][0]["md5"])
        for place, record in records.items()
        if record.exists()
    }


def environment() -> dict[str, str]:
    """What bits depend on besides data, settings and code: versions of what computes, and the CPU."""
    packages = {name: version(name) for name in ("quartet-ml", "torch", "numpy")}
    return {"python": platform.python_version(), **packages, "cpu": cpu()}


def cpu() -> str:
    """The name of the CPU."""
    text = CPU_INFO.read_text(encoding="utf-8") if CPU_INFO.exists() else ""
    names = (line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()
