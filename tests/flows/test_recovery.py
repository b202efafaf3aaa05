import os
import sys
import time
from pathlib import Path

import psutil
import pytest
from quartet_flows import recovery
from quartet_flows.recovery import STARTS, Recovery
from quartet_flows.services import Service, end, marked

from quartet.errors import ServiceError


def service(tmp_path: Path, code: str) -> Service:
    return Service(
        "snake",
        [sys.executable, "-c", code],
        log=tmp_path / "snake.log",
        is_healthy=lambda: True,
        address="-",
        cwd=tmp_path,
        environment=os.environ,
    )


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(recovery, "FIRST_PAUSE_S", 0.0)


def tend_until(kept: Recovery, done, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        kept.tend()
        time.sleep(0.02)
    assert done()


def test_a_service_that_is_killed_is_started_again_and_says_so(tmp_path, impatient):
    said: list[str] = []
    snake = service(tmp_path, "import time; time.sleep(600)")
    snake.start()
    first = snake.process
    first.kill()
    tend_until(Recovery(snake, said.append), lambda: len(said) == 2)
    assert snake.process.pid != first.pid
    assert "exit code -9; starting it again in 0 s (1 of at most 5 times" in said[0]
    assert "again" in said[1]
    end(snake)


def test_a_service_that_ends_too_often_is_given_up_with_its_last_lines(tmp_path, impatient):
    said: list[str] = []
    snake = service(tmp_path, "raise SystemExit('no room left')")
    snake.start()
    with pytest.raises(ServiceError, match=r"(?s)more than 5 times in 10 minutes.*no room left"):
        tend_until(Recovery(snake, said.append), lambda: False)
    assert sum("starting it again" in line for line in said) == STARTS


def test_the_pause_doubles_with_each_death(tmp_path):
    said: list[str] = []
    kept = Recovery(service(tmp_path, ""), said.append)
    for _ in range(3):
        kept.plan_start("it ended")
    assert [line.split(" again in ")[1].split(" (")[0] for line in said] == ["1 s", "2 s", "4 s"]


def test_deaths_long_ago_do_not_count(tmp_path):
    kept = Recovery(service(tmp_path, ""), lambda _: None, deaths=[time.monotonic() - recovery.WITHIN_S - 1] * STARTS)
    kept.plan_start("it ended")
    assert len(kept.deaths) == 1


def test_what_a_killed_service_had_started_is_ended_before_it_starts_again(tmp_path, impatient):
    nap = "import subprocess, time; print(subprocess.Popen(['sleep', '600'], start_new_session=True).pid, flush=True); "
    snake = service(tmp_path, nap + "time.sleep(600)")
    snake.start()
    while not snake.log.read_text(encoding="utf-8").endswith("\n"):
        time.sleep(0.05)
    orphan = int(snake.log.read_text(encoding="utf-8"))
    snake.process.kill()
    snake.process.wait()
    assert psutil.pid_exists(orphan)
    Recovery(snake, print).tend()
    assert not psutil.pid_exists(orphan)
    assert marked(snake.mark) == []
