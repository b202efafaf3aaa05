"""What DVC writes in place, so that a kill can leave half of it: dvc.lock, and its list of who reads and writes."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock

from quartet.locks import wait_for
from quartet.project import Project, write_text

ENTRY = re.compile(r"^  \S.*:$", re.MULTILINE)  # where a stage begins in dvc.lock
DVC = "a command of DVC, which works in this project"


def mend_records(project: Project) -> None:
    """Take away what a killed DVC left half written, and the entries of processes that are gone.

    DVC itself stops at either, and asks to remove the files by hand. It is kept out meanwhile by its own two locks.
    """
    folder = project.root / ".dvc" / "tmp"
    if not folder.is_dir():
        return
    repository, guard = FileLock(folder / "lock"), FileLock(folder / "rwlock.lock")
    try:
        wait_for(repository, lambda: DVC)
        wait_for(guard, lambda: DVC)
        replace(project.lock, whole_entries)
        replace(folder / "rwlock", living)
    finally:
        guard.release()
        repository.release()


def replace(file: Path, mend: Callable[[str], str]) -> None:
    """Write a file anew where mending changes its text; without text it is removed."""
    if not file.exists():
        return
    text = file.read_text(encoding="utf-8", errors="replace")
    mended = mend(text)
    if not mended:
        file.unlink()
    elif mended != text:
        write_text(file, mended)


def whole_entries(text: str) -> str:
    """dvc.lock without the entry in which it breaks off; a stage that has none runs again, or DVC knows its result."""
    starts = [match.start() for match in ENTRY.finditer(text)]
    if starts and is_whole(text[starts[-1] :]):
        return text
    return text[: starts[-1]] if len(starts) > 1 else ""


def is_whole(entry: str) -> bool:
    """Whether the last entry of dvc.lock is there to its end."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        (stage,) = YAML(typ="safe").load(entry).values()
        described = [*stage.get("deps", []), *stage["outs"]]
    except (YAMLError, AttributeError, KeyError, TypeError):
        return False
    return entry.endswith("\n") and all(is_described(path) for path in described)


def is_described(path: dict[str, Any]) -> bool:
    """Whether an entry says all of a path that DVC notes; of a folder that is the number of its files too."""
    wanted = {"path", "md5", "size", *(["nfiles"] if str(path.get("md5")).endswith(".dir") else [])}
    return wanted <= path.keys()


def living(text: str) -> str:
    """DVC's list of readers and writers, without those that are gone; it tells them by their number alone."""
    try:
        write, read = (dict(json.loads(text).get(mode, {})) for mode in ("write", "read"))
    except (ValueError, AttributeError):
        return ""
    write = {path: info for path, info in write.items() if is_dvc(info["pid"])}
    read = {path: [info for info in infos if is_dvc(info["pid"])] for path, infos in read.items()}
    read = {path: infos for path, infos in read.items() if infos}
    return json.dumps({"write": write, "read": read}) if write or read else ""


def is_dvc(pid: int) -> bool:
    """Whether a process of that number lives and is DVC: the kernel gives a number again after a while."""
    try:
        process = psutil.Process(pid)
        words = [process.name(), *process.cmdline()]  # a forked one has the fork server's command line
        return process.status() != psutil.STATUS_ZOMBIE and any("dvc" in word for word in words)
    except psutil.Error:
        return False
