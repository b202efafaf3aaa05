"""The Prefect server of a single run, where PREFECT_API_URL names none.

Prefect would start one itself, but a run does not survive that one's death: each request is then tried for a minute,
and the run fails. This one is started again in the same place, with the same database, and the run goes on.
"""

import atexit
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from prefect.context import refresh_global_settings_context
from prefect.settings import get_current_settings
from quartet_flows.services import answers

from quartet.errors import ServiceError
from quartet.project import Project

HOST = "127.0.0.1"
READY_WITHIN_S = 900.0  # a machine that is busy with other work may take minutes
LOOK_EVERY_S = 0.25
MAX_DEATHS = 5
LINES = 15


def provide_server(project: Project) -> None:
    """Start a server that lives as long as this process, and let Prefect use it; or do nothing where one is named.

    Raises:
        ServiceError: it ended, or did not answer in time.
    """
    if get_current_settings().api.url:
        return
    server = Server(free_port(), project.hidden / "logs" / "server.log")
    atexit.register(server.end)
    server.start()
    server.wait_ready()
    os.environ["PREFECT_API_URL"] = f"http://{HOST}:{server.port}/api"
    refresh_global_settings_context()
    threading.Thread(target=server.keep, daemon=True).start()


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Server:
    """Prefect's API without its pages, as a process."""

    def __init__(self, port: int, log: Path) -> None:
        self.port, self.log = port, log
        self.process: subprocess.Popen[bytes] | None = None
        self.ended = False

    def start(self) -> None:
        """Start it as Prefect starts its own."""
        variables = {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}
        place = ["--host", HOST, "--port", str(self.port), "--log-level", "error", "--lifespan", "on"]
        factory = ["--factory", "prefect.server.api.server:create_app"]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab" if self.process else "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "quartet.lean", "uvicorn", *factory, *place],
                env=os.environ | variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C must leave it there to hear how the run ended
            )

    def wait_ready(self) -> None:
        """Wait until it answers."""
        start = time.monotonic()
        while not answers(f"http://{HOST}:{self.port}/api/health"):
            code = self.process.poll() if self.process else None
            if code is not None or time.monotonic() - start > READY_WITHIN_S:
                came = f"it ended with exit code {code}" if code is not None else "it did not"
                lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LINES:]
                mend = "\n".join([f"Its log, {self.log}, ends:", *(f"  {line}" for line in lines)])
                raise ServiceError(f"Prefect's server answers within {READY_WITHIN_S:.0f} s", came=came, mend=mend)
            time.sleep(LOOK_EVERY_S)

    def keep(self) -> None:
        """Start it again when it was killed; one that keeps dying is left."""
        deaths = 0
        while self.process and not self.ended and deaths < MAX_DEATHS:
            time.sleep(LOOK_EVERY_S)
            if self.process.poll() is not None and not self.ended:
                deaths += 1
                print("  Prefect's server was killed and is started again", file=sys.stderr)
                self.start()

    def end(self) -> None:
        """End it."""
        self.ended = True
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
