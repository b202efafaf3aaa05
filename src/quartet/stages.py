"""DVC's stages: which are stale, and running one. The only module that calls dvc."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from quartet.errors import UsageError
from quartet.project import Project

TAIL_LINES, MAX_LINES = 15, 80
GRACE_S = 5.0


def dvc(project: Project, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a dvc command to its end.

    Raises:
        UsageError: it failed.
    """
    command = [sys.executable, "-m", "dvc", *arguments]
    result = subprocess.run(
        command, cwd=project.root, env=stage_environment(), capture_output=True, text=True, check=False
    )
    if result.returncode:
        came = (result.stderr or result.stdout).strip()
        raise UsageError(f"`dvc {' '.join(arguments)}` works here", came=came, mend="Mend that and run again.")
    return result


def stale_stages(project: Project, *names: str) -> set[str]:
    """The names of the stages that DVC says are not up to date: of all, or of the named ones."""
    return set(json.loads(dvc(project, "status", "--json", *names).stdout or "{}")) - {"data/mine"}


def mine_changed(project: Project) -> bool:
    """Whether files under data/mine came, changed or went since the last run."""
    found = json.loads(dvc(project, "status", "--json", "plan").stdout or "{}").get("plan", [])
    return any("data/mine" in change["changed deps"] for change in found if "changed deps" in change)


def stage_environment() -> dict[str, str]:
    """The environment of a stage: `quartet` is found beside the Python that runs this."""
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


class RunningStage:
    """One stage as a process group of its own, so that ending it ends what it started."""

    def __init__(self, project: Project, name: str, *, force: bool = False) -> None:
        self.name = name
        self.log = project.log(name)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        arguments = ["--wait-for-lock", "repro", "--single-item", *(["--force"] if force else []), name]
        with self.log.open("w", encoding="utf-8") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dvc", *arguments],
                cwd=project.root,
                env=stage_environment(),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self) -> int:
        """Its exit code."""
        return self.process.wait()

    def end(self) -> None:
        """End the group, first with SIGTERM, after a while with SIGKILL."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return
            deadline = time.monotonic() + GRACE_S
            while self.process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)

    def tail(self) -> str:
        """The last lines of its log, and where the rest is."""
        lines = last_lines(self.log.read_text(encoding="utf-8"))
        return "\n".join([*(f"  {line}" for line in lines), f"  (whole log: {self.log})"])


def last_lines(log: str) -> list[str]:
    """The last lines of a log; an error of ours, which may be longer, from its first line on."""
    lines = [line for line in log.split("\n") if line.strip() and not line.startswith("ERROR: failed to reproduce")]
    ours = [place for place, line in enumerate(lines) if line.startswith("quartet: ")]
    return lines[ours[-1] :][:MAX_LINES] if ours else lines[-TAIL_LINES:]
