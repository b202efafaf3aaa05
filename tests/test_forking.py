"""A forked process is as a new one would be, and ends as one."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from quartet.forking import ADDRESS, Forked, ForkServer, Request, can_fork
from quartet.records import is_dvc

pytestmark = pytest.mark.skipif(not can_fork(), reason="no fork server on this system")

ENDS_S = 20.0


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of modules to run and to import."""
    return tmp_path_factory.mktemp("modules")


@pytest.fixture(scope="module")
def server(modules: Path) -> Iterator[ForkServer]:
    server = ForkServer(os.environ | {"PYTHONPATH": str(modules)})
    yield server
    server.close()


class Run:
    """A module of this code, forked."""

    def __init__(self, server: ForkServer, modules: Path, code: str, *arguments: str, **more) -> None:
        self.name = f"module_{len(list(modules.iterdir()))}"
        (modules / f"{self.name}.py").write_text(code)
        self.out, self.error = modules / f"{self.name}.out", modules / f"{self.name}.err"
        environment = os.environ | {"GREETING": "hello"}
        asked = {"kind": self.name, "imports": [], "cwd": str(modules), "environment": environment} | more
        request = Request(module=self.name, arguments=[*arguments], **asked)
        with Path(os.devnull).open("rb") as nothing, self.out.open("w") as out, self.error.open("w") as error:
            self.process = Forked(server.address, request, [nothing.fileno(), out.fileno(), error.fileno()])

    def said(self) -> str:
        self.process.wait()
        return self.out.read_text()


def until(true) -> None:
    deadline = time.monotonic() + ENDS_S
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert true()


def test_it_has_the_words_folder_variables_and_streams_it_was_given(server, modules, tmp_path):
    code = "import os, sys; print(sys.argv[1:], os.getcwd(), os.environ['GREETING'], sys.stdin.read(), __name__)"
    assert Run(server, modules, code, "a", "b c", cwd=str(tmp_path)).said() == (
        f"['a', 'b c'] {tmp_path} hello  __main__\n"
    )


@pytest.mark.parametrize(
    ("code", "ends"),
    [
        ("", 0),
        ("raise SystemExit", 0),
        ("raise SystemExit(3)", 3),
        ("raise SystemExit('no')", 1),
        ("raise ValueError", 1),
        ("import os; os.kill(os.getpid(), 9)", -9),
        ("import os; os.kill(os.getpid(), 15)", -15),
    ],
)
def test_its_exit_code_is_that_of_a_new_process(server, modules, code, ends):
    assert Run(server, modules, code).process.wait() == ends
    assert subprocess.run([sys.executable, "-c", code], stderr=subprocess.DEVNULL).returncode == ends


def test_an_error_is_told_on_its_standard_error(server, modules):
    run = Run(server, modules, "raise ValueError('no snake')")
    run.process.wait()
    assert run.error.read_text().endswith("ValueError: no snake\n")


def test_what_was_to_be_done_at_exit_is_done(server, modules):
    code = "import atexit, threading, time; atexit.register(print, 'at exit')\n"
    code += "threading.Thread(target=lambda: (time.sleep(0.1), print('thread'))).start()"
    assert Run(server, modules, code).said() == "thread\nat exit\n"


def test_what_was_imported_before_is_imported_once_more_and_then_never_again(server, modules):
    (modules / "heavy.py").write_text(f"open({str(modules / 'imported')!r}, 'a').write('x')")
    imported = modules / "imported"
    n = []
    for _ in range(4):
        run = Run(server, modules, "import heavy", kind="heavy")
        run.process.wait()
        n.append(len(imported.read_text()) if imported.exists() else 0)
    assert n[0] == 1
    assert n[3] == n[1] <= 2


def test_what_is_sure_to_be_imported_is_imported_by_the_server(server, modules):
    (modules / "sure.py").write_text("import os; pid = os.getpid()")
    code = "import os, sure; print(sure.pid == os.getpid())"
    assert Run(server, modules, code, imports=["sure"]).said() == "False\n"


def test_an_import_that_fails_fails_where_it_is_needed(server, modules):
    (modules / "broken.py").write_text("raise ImportError('broken')")
    run = Run(server, modules, "import broken", imports=["broken", "not_there"])
    assert run.process.wait() == 1
    assert "ImportError: broken" in run.error.read_text()


def test_two_processes_draw_different_numbers(server, modules):
    code = "import random, numpy; print(random.random(), numpy.random.rand())"
    first, second = (Run(server, modules, code, imports=["numpy"]).said().split() for _ in range(2))
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_it_is_known_by_its_kind(server, modules):
    process = Run(server, modules, "import time; time.sleep(60)", kind="dvc").process
    until(lambda: psutil.Process(process.pid).name() == "dvc")
    assert is_dvc(process.pid)
    os.killpg(process.pid, signal.SIGKILL)


def test_poll_tells_whether_it_has_ended(server, modules):
    process = Run(server, modules, "import time; time.sleep(0.5)").process
    assert process.poll() is None
    until(lambda: process.poll() is not None)
    assert process.poll() == 0


def test_it_is_killed_with_its_group(server, modules):
    process = Run(server, modules, "import time; time.sleep(60)").process
    other = Run(server, modules, "import time; time.sleep(60)", group=process.pid).process
    os.killpg(process.pid, signal.SIGTERM)
    assert (process.wait(), other.wait()) == (-15, -15)


def test_it_is_killed_when_who_asked_for_it_is_gone(server, modules):
    process = Run(server, modules, "import time; time.sleep(60)").process
    process.answers.close()
    until(lambda: not psutil.pid_exists(process.pid))


HANDS_OVER = """
from quartet.forking import hand_over
hand_over("work", "work", [])
print("itself")
"""


def test_the_server_outlives_one_that_is_killed_while_it_asks(server, modules):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(server.address)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(server.address)
        socket.send_fds(connection, [b"\0"], [0, 1, 2])
        connection.sendall(b'{"kind": "wo')
    assert Run(server, modules, "print('still there')").said() == "still there\n"


def test_where_the_server_has_ended_a_program_works_itself():
    server = ForkServer(dict(os.environ))
    server.close()
    environment = os.environ | {ADDRESS: server.address}
    ran = subprocess.run([sys.executable, "-c", HANDS_OVER], env=environment, capture_output=True, text=True)
    assert ran.stdout == "itself\n"


def test_a_program_hands_its_work_over(server, modules):
    (modules / "work.py").write_text("import os, sys; print(sys.argv[1:]); raise SystemExit(4)")
    code = "import subprocess, sys; raise SystemExit(subprocess.run([sys.executable, 'program.py', 'a']).returncode)"
    (modules / "program.py").write_text(HANDS_OVER)
    run = Run(server, modules, code, environment=os.environ | {ADDRESS: server.address})
    assert run.said() == "['a']\n"
    assert run.process.returncode == 4


def test_the_server_ends_with_the_process_that_started_it():
    code = "import os; from quartet.forking import ForkServer; server = ForkServer(dict(os.environ))\n"
    code += "print(server.process.pid, flush=True); os.kill(os.getpid(), 9)"
    pid = int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout)
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
