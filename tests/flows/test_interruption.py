"""What is left of a run that is ended."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from commands import command

pytestmark = pytest.mark.slow


def children_in(root: Path) -> list[str]:
    """The command lines of processes that work in a project's folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "cwd").readlink() == root:
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_ended_ends_its_stages(tmp_path, number):
    root = tmp_path / "project"
    command(tmp_path, "quartet", "init", str(root))
    params = (root / "params.yaml").read_text().replace("hidden: 32", "hidden: 32, epochs: 100000, patience: null")
    (root / "params.yaml").write_text(params)
    environment = os.environ | {"PREFECT_HOME": str(tmp_path / "prefect")}
    run = subprocess.Popen(
        [sys.executable, "-m", "quartet", "run"],
        cwd=root,
        env=environment,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job ignores Ctrl-C
    )
    deadline = time.monotonic() + 120
    while not any("stage train flowers-mlp" in line for line in children_in(root)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert any("stage train flowers-mlp" in line for line in children_in(root))
    run.send_signal(number)
    assert run.wait(60) != 0
    time.sleep(1)
    assert children_in(root) == []
