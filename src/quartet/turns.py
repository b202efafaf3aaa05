"""Whose turn it is: one run at a time in a project, one process per stage; the others wait, and say for whom.

The locks are the kernel's: they go with the process that holds them, however it ends.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from quartet.locks import wait_for
from quartet.orphans import end_orphans
from quartet.project import Project, read_json, write_json
from quartet.records import mend_records


@contextmanager
def run_turn(project: Project, command: str = "quartet run") -> Iterator[None]:
    """Hold the turn of whatever changes results or the registry; what a killed run left is cleared away first."""
    with turn(project, "run", command) as first:
        if first:
            end_orphans(project)
            mend_records(project)
        yield


@contextmanager
def turn(project: Project, name: str, command: str) -> Iterator[bool]:
    """Hold a turn, waiting for the process that has it; gives whether this process did not have it already."""
    folder = project.hidden / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{name}.lock", is_singleton=True, thread_local=False)
    holder = folder / f"{name}.holder"
    wait_for(lock, lambda: who(holder))
    try:
        first = lock.lock_counter == 1
        if first:
            write_json(holder, {"pid": os.getpid(), "command": command, "since": f"{datetime.now():%H:%M:%S}"})
        yield first
    finally:
        lock.release()


def who(holder: Path) -> str:
    """The process that has a turn, in words."""
    with contextlib.suppress(OSError, json.JSONDecodeError):
        told = read_json(holder)
        return f"`{told['command']}`, process {told['pid']}, which works in this project since {told['since']}"
    return "another process, which works in this project"
