"""The processes of `quartet serve`: each in a session of its own, and ended with all its descendants."""

import contextlib
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from quartet.errors import ServiceError

HEALTHY_WITHIN_S = 300.0
ANSWER_WITHIN_S = 10.0  # a busy machine takes its time
REPORT_EVERY_S = 10.0
LOOK_EVERY_S = 0.25
END_WITHIN_S = 15.0
SHOWN_LINES = 15
MARK = "QUARTET_SERVICE"


@dataclass
class Service:
    """A server: what starts it and where, where its output goes, how to see that it serves, and what to say then."""

    name: str
    command: Sequence[str]
    log: Path
    is_healthy: Callable[[], bool]
    address: str
    cwd: Path
    environment: Mapping[str, str]
    process: "psutil.Popen | None" = field(default=None, init=False)
    started: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Start it in a new session, where a Ctrl-C of the terminal does not reach it before we end it.

        The log of a start before is kept beside the new one.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.process:
            self.log.replace(self.log.with_suffix(".before.log"))
        with self.log.open("wb") as log:
            self.process = psutil.Popen(
                list(self.command),
                cwd=self.cwd,
                env={**self.environment, MARK: self.mark},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started = time.monotonic()

    @property
    def mark(self) -> str:
        """What it and all that it starts bear in their environment: no other service has this log."""
        return str(self.log.resolve())

    def trouble(self) -> str | None:
        """How it ended, if it did."""
        code = self.process.poll() if self.process else None
        return None if code is None else f"it ended with exit code {code}"

    def check(self) -> None:
        """See that it still runs.

        Raises:
            ServiceError: it ended by itself; the message shows the last lines of its log.
        """
        if trouble := self.trouble():
            raise ServiceError(f"the {self.name} must run until Ctrl-C", came=trouble, mend=self.last_lines())

    def last_lines(self) -> str:
        """The end of its log, indented, and where the rest is."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join([f"Its log, {self.log}, ends:", *(f"  {line}" for line in lines[-SHOWN_LINES:])])

    def family(self) -> list[psutil.Process]:
        """It and its descendants, as far as they live: also those whose parent was killed."""
        found = {self.process} if self.process and self.process.is_running() else set()
        with contextlib.suppress(psutil.NoSuchProcess):
            found |= set(self.process.children(recursive=True)) if self.process else set()
        return list(found | set(marked(self.mark)))


def marked(start: str) -> list[psutil.Process]:
    """The processes that bear a mark with this start."""
    return [process for process in psutil.process_iter() if mark_of(process).startswith(start)]


def mark_of(process: psutil.Process) -> str:
    """The mark of a process, or nothing; those of other users cannot be asked."""
    try:
        return str(process.environ().get(MARK, ""))
    except (psutil.Error, OSError):
        return ""


def wait_healthy(service: Service, others: Sequence[Service], say: Callable[[str], None]) -> None:
    """Wait until a service answers, while it and the others run.

    Raises:
        ServiceError: it, or one of the others, ended or did not answer in time.
    """
    start = report = time.monotonic()
    while not service.is_healthy():
        for each in (service, *others):
            each.check()
        now = time.monotonic()
        if now - start > HEALTHY_WITHIN_S:
            raise ServiceError(
                f"the {service.name} must answer within {HEALTHY_WITHIN_S:.0f} s",
                came="it does not",
                mend=service.last_lines(),
            )
        if now - report > REPORT_EVERY_S:
            say(f"{service.name}: not ready after {now - start:.0f} s, waiting")
            report = now
        time.sleep(LOOK_EVERY_S)
    say(f"{service.name}: {service.address} (ready after {time.monotonic() - start:.0f} s)")


def end_all(services: Sequence[Service], say: Callable[[str], None]) -> None:
    """End the services, the last started first: a run that is cut off can still tell the Prefect server so."""
    with signals(signal.SIG_IGN):  # ending takes its bounded time; a second Ctrl-C must not leave half of them behind
        for service in reversed(services):
            end(service)
            say(f"{service.name}: ended")


def end(service: Service) -> None:
    """End a service with all its descendants, also those that moved to a session of their own."""
    end_processes(service.family())
    kill_processes(service.family())


def end_processes(processes: Sequence[psutil.Process]) -> None:
    """End processes, those that do not within a while by force."""
    _each(processes, psutil.Process.terminate)
    _, left = psutil.wait_procs(processes, timeout=END_WITHIN_S)
    kill_processes(left)


def kill_processes(processes: Sequence[psutil.Process]) -> None:
    """End processes by force."""
    _each(processes, psutil.Process.kill)
    psutil.wait_procs(processes, timeout=END_WITHIN_S)


def _each(processes: Sequence[psutil.Process], act: Callable[[psutil.Process], None]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            act(process)


@contextlib.contextmanager
def signals(handler: "signal._HANDLER") -> Iterator[None]:
    """Handle Ctrl-C, SIGTERM and SIGHUP (a closed terminal) alike, and as before afterwards."""
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(name, handler) for name in names]
    try:
        yield
    finally:
        for name, previous in zip(names, before, strict=True):
            signal.signal(name, previous)


def answers(url: str) -> bool:
    """Whether a GET of that address gives 200; proxies are for elsewhere."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=ANSWER_WITHIN_S) as response:
            return bool(response.status == 200)
    except OSError:
        return False
