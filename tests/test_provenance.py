import threading
import time

from filelock import FileLock

from quartet.project import Project
from quartet.provenance import locked_stages


def test_dvcs_record_is_read_when_dvc_has_written_it(tmp_path):
    (tmp_path / ".dvc" / "tmp").mkdir(parents=True)
    record = tmp_path / "dvc.lock"
    record.write_text("schema: '2.0'\nstages:\n  plan:\n    cmd: qu")
    dvc = FileLock(tmp_path / ".dvc" / "tmp" / "lock", thread_local=False)
    dvc.acquire()

    def write_the_rest():
        time.sleep(0.5)
        record.write_text("schema: '2.0'\nstages:\n  plan:\n    cmd: quartet stage plan\n")
        dvc.release()

    writing = threading.Thread(target=write_the_rest)
    writing.start()
    assert locked_stages(Project(tmp_path)) == {"plan": {"cmd": "quartet stage plan"}}
    writing.join()


def test_a_project_that_dvc_never_worked_in_has_a_record_to_read(tmp_path):
    (tmp_path / "dvc.lock").write_text("stages: {plan: {cmd: quartet stage plan}}")
    assert locked_stages(Project(tmp_path)) == {"plan": {"cmd": "quartet stage plan"}}
