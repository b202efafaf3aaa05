"""A server that forks the processes of a run: what several of them import, it imports once.

Importing torch and Lightning takes a few CPU seconds, more than most stages work. So the server imports what is asked
of it before it forks, and what an earlier process of the same kind imported besides. A process starts from its module
as under `python -m`, and ends as any other, but that it does not take its modules down.
"""

import atexit
import gc
import json
import os
import random
import runpy
import select
import selectors
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from quartet.lean import collect_seldom

GPU = Path("/dev/nvidia0")  # there where a GPU is
ADDRESS = "QUARTET_FORK_SERVER"  # a variable of the environment of what it forks: its socket


@dataclass(frozen=True)
class Request:
    """A process to fork.

    Args:
        kind: processes of a kind import alike; their name, while their command line is the server's.
        imports: what it imports in any case.
        group: the process group that it joins; 0 is one of its own.
    """

    kind: str
    imports: list[str]
    module: str
    arguments: list[str]
    cwd: str
    environment: dict[str, str]
    group: int = 0


class Forked:
    """A process that the server forked, as subprocess.Popen shows one; its streams are the three given.

    Raises:
        OSError: there is no server at that address.
    """

    def __init__(self, address: str, request: Request, streams: list[int]) -> None:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(address)
            socket.send_fds(connection, [b"\0"], streams)
            connection.sendall(json.dumps(asdict(request)).encode() + b"\n")
            self.answers = connection.makefile("rb", buffering=0)
        self.returncode: int | None = None
        started = self.answers.readline()
        if not started:
            self.answers.close()
            raise ConnectionResetError("the fork server has ended")
        self.pid = int(started)

    def poll(self) -> int | None:
        """Its exit code, once it has ended."""
        if self.returncode is None and select.select([self.answers], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self) -> int:
        """Its exit code; of a signal, minus its number."""
        if self.returncode is None:
            self.returncode = int(self.answers.readline() or -signal.SIGKILL)
            self.answers.close()
        return self.returncode


def can_fork() -> bool:
    """Whether a process may fork after these imports: on macOS it may not, nor where one of them opened a GPU."""
    return sys.platform == "linux" and not GPU.exists()


class ForkServer:
    """The server, a process in a session of its own, which ends when it is closed or this process ends."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.folder = TemporaryDirectory(prefix="quartet-")
        self.address = str(Path(self.folder.name) / "socket")
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "quartet.forking", self.address],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self.process.stdout
        self.process.stdout.readline()

    def close(self) -> None:
        """End the server; what it forked goes on."""
        self.process.communicate()
        self.folder.cleanup()


def hand_over(module: str, kind: str, imports: list[str]) -> None:
    """Have the server that started this process do its work, and end as that does; without a server, return."""
    address = os.environ.pop(ADDRESS, None)
    if not address:
        return
    request = Request(kind, imports, module, sys.argv[1:], str(Path.cwd()), dict(os.environ), os.getpgid(0))
    try:
        process = Forked(address, request, [0, 1, 2])
    except OSError:
        return
    code = process.wait()
    sys.exit(code if code >= 0 else 128 - code)


@dataclass(frozen=True)
class Job:
    """A process at work, and the connection that waits for its end."""

    pid: int
    pidfd: int
    client: socket.socket

    def close(self) -> None:
        """Close what this process has open of it."""
        os.close(self.pidfd)
        self.client.close()


class Server:
    """What the server's process does.

    Args:
        address: its socket, in a folder of its own, where processes leave what they imported.
    """

    def __init__(self, address: str) -> None:
        self.folder = Path(address).parent
        self.jobs: list[Job] = []
        self.listener = socket.create_server(address, family=socket.AF_UNIX)

    def serve(self) -> Request | None:
        """Fork and tell how it ended, until standard input closes; in a forked process, return what it is to do."""
        with self.listener:
            while True:
                with selectors.PollSelector() as selector:
                    selector.register(sys.stdin, selectors.EVENT_READ)
                    selector.register(self.listener, selectors.EVENT_READ)
                    for job in self.jobs:
                        selector.register(job.pidfd, selectors.EVENT_READ, job)
                        selector.register(job.client, selectors.EVENT_READ, job)
                    found = [(key.fileobj, key.data) for key, _ in selector.select()]
                for ready, job in found:
                    if ready is sys.stdin:
                        return None
                    if ready is self.listener:
                        if request := self.fork(self.listener.accept()[0]):
                            return request
                    elif job in self.jobs:
                        if ready is job.client:  # who asked for it is gone
                            os.kill(job.pid, signal.SIGKILL)
                        self.end(job)

    def fork(self, client: socket.socket) -> Request | None:
        """Fork what a client asks for; in the forked process, return it."""
        _, streams, *_ = socket.recv_fds(client, 1, 3)
        with client.makefile("rb") as asked:
            line = asked.readline()
        if not line.endswith(b"\n"):  # who asked was killed while it did
            for stream in streams:
                os.close(stream)
            client.close()
            return None
        request = Request(**json.loads(line))
        self.import_for(request)
        gc.freeze()  # or the first collection of each process would copy the memory of all that was imported
        pid = os.fork()
        if not pid:
            for job in self.jobs:
                job.close()
            client.close()
            become(request, streams)
            return request
        for stream in streams:
            os.close(stream)
        with suppress(OSError):  # it did so itself; whoever hears of it must be able to end the group
            os.setpgid(pid, request.group)
        with suppress(OSError):  # it is seen to be gone by serve
            client.sendall(b"%d\n" % pid)
        self.jobs.append(Job(pid, os.pidfd_open(pid), client))
        return None

    def end(self, job: Job) -> None:
        """Tell how a process ended."""
        _, status = os.waitpid(job.pid, 0)
        with suppress(OSError):
            job.client.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
        self.jobs.remove(job)
        job.close()

    def import_for(self, request: Request) -> None:
        """Import what a process needs, and what an earlier one of its kind imported."""
        noted = self.folder / request.kind
        besides = noted.read_text(encoding="utf-8").splitlines() if noted.exists() else []
        for name in [*request.imports, *besides]:
            if name not in sys.modules:
                with suppress(Exception):  # it fails again where it is needed
                    import_module(name)

    def run(self, request: Request) -> None:
        """Be the process that was asked for, and leave what it imported besides."""
        before = {*sys.modules}
        try:
            runpy.run_module(request.module, run_name="__main__", alter_sys=True)
        finally:
            partial = self.folder / f".{os.getpid()}"
            partial.write_text("\n".join(name for name in [*sys.modules] if name not in before), encoding="utf-8")
            partial.replace(self.folder / request.kind)


def become(request: Request, streams: list[int]) -> None:
    """Make this forked process what a new one would be."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.setpgid(0, request.group)
    Path("/proc/self/comm").write_text(request.kind, encoding="utf-8")  # by which others know it; 15 letters count
    os.chdir(request.cwd)
    os.environ.clear()
    os.environ.update(request.environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    random.seed()  # or all would draw the same
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    sys.argv = [request.module, *request.arguments]


class Exit:
    """Leaves without taking the modules down, which touches all their memory: registered first, it is called last."""

    def __init__(self) -> None:
        self.code = 1
        atexit.register(self.leave)

    def leave(self) -> None:
        """The end."""
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(self.code)


def main() -> None:
    """Serve at the address given; a forked process goes on with its module."""
    leaving, server = Exit(), Server(sys.argv[1])
    collect_seldom()
    print("ready", flush=True)
    request = server.serve()
    try:
        if request:
            server.run(request)
        leaving.code = 0
    except SystemExit as asked:
        leaving.code = asked.code if isinstance(asked.code, int) else int(asked.code is not None)
        raise


if __name__ == "__main__":
    main()
