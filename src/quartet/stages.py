"""DVC's stages: which are stale, and running one. The only module that calls dvc."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from quartet.errors import UsageError
from quartet.forking import ADDRESS, Forked, ForkServer, Request
from quartet.project import Project
from quartet.records import mend_records
from quartet.storage import told_of

TAIL_LINES, MAX_LINES = 15, 80
GRACE_S = 5.0
DVC = [sys.executable, "-m", "quartet.lean", "dvc"]
IMPORTS = ["dvc.cli", "dvc.repo"]  # of every DVC process
BUSY, BUSY_S = "is busy, it is being blocked by", 1.0  # what DVC says where another works on the same files


def dvc(
    project: Project, *arguments: str, strict: bool = True, variables: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a dvc command to its end; where another DVC process works on the same files, again after it.

    DVC's --wait-for-lock waits for its repository only: https://github.com/treeverse/dvc/issues/5795

    Args:
        variables: of its environment, besides ours.

    Raises:
        UsageError: it failed, unless `strict` is off.
    """
    result = run_dvc(project, arguments, variables or {})
    if BUSY in result.stderr:
        print(
            f"`dvc {' '.join(arguments)}` waits for another DVC process, which works in this project", file=sys.stderr
        )
    while BUSY in result.stderr:
        time.sleep(BUSY_S)
        mend_records(project)
        result = run_dvc(project, arguments, variables or {})
    if strict and result.returncode:
        came = (result.stderr or result.stdout).strip()
        raise UsageError(f"`dvc {' '.join(arguments)}` works here", came=came, mend="Mend that and run again.")
    return result


def run_dvc(
    project: Project, arguments: tuple[str, ...], variables: dict[str, str]
) -> "subprocess.CompletedProcess[str]":
    """One try of a dvc command."""
    command, environment = [*DVC, *arguments], stage_environment() | variables
    return subprocess.run(command, cwd=project.root, env=environment, capture_output=True, text=True, check=False)


def stale_stages(project: Project, *names: str) -> set[str]:
    """The names of the stages that DVC says are not up to date: of all, or of the named ones."""
    return set(json.loads(dvc(project, "--wait-for-lock", "status", "--json", *names).stdout or "{}")) - {"data/mine"}


def mine_changed(project: Project) -> bool:
    """Whether files under data/mine came, changed or went since the last run."""
    found = json.loads(dvc(project, "status", "--json", "plan").stdout or "{}").get("plan", [])
    return any("data/mine" in change["changed deps"] for change in found if "changed deps" in change)


def stage_environment() -> dict[str, str]:
    """The environment of a stage: `quartet` is found beside the Python that runs this."""
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


class RunningStage:
    """One stage as a process group of its own, so that ending it ends what it started.

    Args:
        server: forks its processes, where there is one.
    """

    def __init__(self, project: Project, name: str, *, force: bool = False, server: ForkServer | None = None) -> None:
        self.name, self.project, self.server = name, project, server
        self.log = project.log(name)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.arguments = ["--wait-for-lock", "repro", "--single-item", *(["--force"] if force else []), name]
        self.ended = False
        self.process = self.start()

    def start(self) -> "subprocess.Popen[bytes] | Forked":
        """Hand the stage to a DVC process, in a process group of its own and without a terminal."""
        with self.log.open("w", encoding="utf-8") as stream:
            if self.server:
                environment = stage_environment() | {ADDRESS: self.server.address}
                request = Request("dvc", IMPORTS, "dvc", self.arguments, str(self.project.root.resolve()), environment)
                with suppress(OSError), Path(os.devnull).open("rb") as nothing:
                    return Forked(self.server.address, request, [nothing.fileno(), stream.fileno(), stream.fileno()])
            return subprocess.Popen(
                [*DVC, *self.arguments],
                cwd=self.project.root,
                env=stage_environment(),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self) -> int:
        """Its exit code; where another DVC process works on the same files, the stage is started again after it."""
        said = False
        while (code := self.process.wait()) and not self.ended and BUSY in self.log.read_text(encoding="utf-8"):
            if not said:
                print(f"  {self.name} waits for another DVC process, see {self.log}", file=sys.stderr)
            said = True
            time.sleep(BUSY_S)
            mend_records(self.project)
            self.process = self.start()
        return code

    def end(self) -> None:
        """End the group, first with SIGTERM, after a while with SIGKILL."""
        self.ended = True
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
        told = None if any(line.startswith("quartet: ") for line in lines) else told_of("\n".join(lines))
        shown = [*lines, f"quartet: {told}"] if told else lines  # DVC's own words name no way out
        return "\n".join([*(f"  {line}" for line in shown), f"  (whole log: {self.log})"])


def last_lines(log: str) -> list[str]:
    """The last lines of a log; an error of ours, which may be longer, from its first line on."""
    lines = [line for line in log.split("\n") if line.strip() and not line.startswith("ERROR: failed to reproduce")]
    ours = [place for place, line in enumerate(lines) if line.startswith("quartet: ")]
    return lines[ours[-1] :][:MAX_LINES] if ours else lines[-TAIL_LINES:]
