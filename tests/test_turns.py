import threading

import pytest
from filelock import FileLock

from quartet.project import Project, write_json
from quartet.turns import turn


@pytest.fixture
def held(tmp_path):
    """A project whose turn another process has, and that process's lock."""
    project = Project(tmp_path)
    folder = project.hidden / "locks"
    folder.mkdir(parents=True)
    write_json(folder / "run.holder", {"pid": 4711, "command": "quartet run", "since": "03:00:00"})
    lock = FileLock(folder / "run.lock")
    with lock:
        yield project, lock


def test_a_second_run_says_for_whom_it_waits_and_then_goes_on(held, capsys):
    project, lock = held
    begun = threading.Event()

    def run() -> None:
        with turn(project, "run", "quartet run"):
            begun.set()

    waiting = threading.Thread(target=run)
    waiting.start()
    assert not begun.wait(0.3)
    lock.release()
    assert begun.wait(10)
    waiting.join()
    assert (
        "waiting for `quartet run`, process 4711, which works in this project since 03:00:00" in capsys.readouterr().err
    )


def test_one_process_may_take_its_turn_twice_and_only_the_first_time_is_the_first(tmp_path):
    with turn(Project(tmp_path), "run", "a") as first, turn(Project(tmp_path), "run", "b") as second:
        assert (first, second) == (True, False)


def test_a_turn_is_free_after_a_failure(tmp_path):
    with pytest.raises(ZeroDivisionError), turn(Project(tmp_path), "run", "a"):
        raise ZeroDivisionError
    FileLock(tmp_path / ".quartet/locks/run.lock").acquire(timeout=0).lock.release()
