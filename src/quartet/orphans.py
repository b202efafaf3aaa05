"""The processes that a run starts: marked, and ended when the run itself is killed.

A killed process cannot end what it started. So each run leaves a watcher that sees it go and ends what bears its mark;
should the watcher be killed too, the next run of the project does it.
"""

import atexit
import contextlib
import os
import subprocess
import sys
import time
import uuid

import psutil

from quartet.project import Project

MARK = "QUARTET_RUN"  # a variable of their environment: which run, of which project
ROUNDS, ROUND_S = 3, 0.2  # a process that was being started may bear its mark a moment later


def guard(project: Project) -> None:
    """Mark what this process starts from now on, and watch over it until this process ends."""
    if os.environ.get(MARK, "").endswith(f" {project.root.resolve()}"):
        return
    unmarked = dict(os.environ)
    os.environ[MARK] = f"{uuid.uuid4().hex} {project.root.resolve()}"
    watcher = subprocess.Popen(
        [sys.executable, "-m", "quartet.orphans", os.environ[MARK]],
        cwd=project.root.resolve().anchor,
        env=unmarked,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    atexit.register(watcher.communicate, b"ended")  # after the server was ended, which is registered later


def end_orphans(project: Project) -> list[int]:
    """End what earlier runs of a project left behind, and say so; the caller knows that no run is going on."""
    ended = end_marked(f" {project.root.resolve()}")
    if ended:
        print(f"ended what a killed run left: {len(ended)} processes", file=sys.stderr)
    return ended


def end_marked(ending: str, rounds: int = 1) -> list[int]:
    """Kill the processes whose mark ends so; their ids. All they do is made to be killed at any moment.

    Args:
        rounds: how often in a row none must be found.
    """
    ended: list[int] = []
    quiet = 0
    while quiet < rounds:
        found = marked(ending)
        for process in found:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(found, timeout=ROUND_S)
        ended += [process.pid for process in found if process.pid not in ended]
        quiet = 0 if found else quiet + 1
        time.sleep(ROUND_S if 0 < quiet < rounds else 0)
    return ended


def marked(ending: str) -> list[psutil.Process]:
    """The living processes whose mark ends so, this one and those it comes from aside."""
    ours = {process.pid for process in [psutil.Process(), *psutil.Process().parents()]}
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK, "").endswith(ending) and process.pid not in ours:
                found += [process] if process.status() != psutil.STATUS_ZOMBIE else []
    return found


def watch(mark: str) -> None:
    """Wait until the process that started this one is gone, which closes our standard input; end what it left."""
    said = sys.stdin.buffer.read()
    end_marked(mark, 1 if said else ROUNDS)


if __name__ == "__main__":
    watch(sys.argv[1])
