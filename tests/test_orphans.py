import os
import subprocess
import sys

import psutil

from quartet.orphans import MARK, end_orphans
from quartet.project import Project

SLEEP = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]
RUN = """
import subprocess, sys, time
from pathlib import Path
from quartet.orphans import guard
from quartet.project import Project
guard(Project(Path(sys.argv[1])))
child = subprocess.Popen(["sleep", "600"], start_new_session=True)
print(child.pid, flush=True)
time.sleep(600)
"""


def test_what_a_killed_run_started_ends_though_it_has_a_session_of_its_own(tmp_path):
    with subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path)], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        child = psutil.Process(int(run.stdout.readline()))
        run.kill()
        child.wait(30)


def test_the_next_run_ends_what_is_left_of_its_own_project_alone(tmp_path):
    roots = [tmp_path / "a", tmp_path / "aa"]
    left = [subprocess.Popen(SLEEP, env=os.environ | {MARK: f"0 {root}"}) for root in roots]
    try:
        assert end_orphans(Project(roots[0])) == [left[0].pid]
        assert left[1].poll() is None
    finally:
        for process in left:
            process.kill()
            process.wait()


def test_nothing_is_said_or_ended_where_nothing_is_left(tmp_path, capsys):
    assert end_orphans(Project(tmp_path)) == []
    assert capsys.readouterr().err == ""
