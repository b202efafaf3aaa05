import json
import os

import pytest
from filelock import FileLock
from ruamel.yaml import YAML

from quartet.project import Project
from quartet.records import living, mend_records, whole_entries

LOCK = """schema: '2.0'
stages:
  plan:
    cmd: quartet stage plan
    deps:
    - path: params.yaml
      hash: md5
      md5: 6a5b
      size: 812
    outs:
    - path: plan
      hash: md5
      md5: 77aa.dir
      size: 90
      nfiles: 4
  train@x:
    cmd: quartet stage train x
    deps:
    - path: plan/train/x.json
      hash: md5
      md5: 0c1d
      size: 55
    outs:
    - path: metrics/d/x.json
      hash: md5
      md5: 99ff
      size: 31
    - path: models/d/x
      hash: md5
      md5: 12ab.dir
      size: 1024
      nfiles: 8
"""
GONE = 2**22 + 1  # above the kernel's greatest number of a process


def stages(text: str) -> dict:
    return (YAML(typ="safe").load(text) or {}).get("stages", {})


def test_wherever_a_kill_cut_dvc_lock_off_only_whole_entries_stay():
    whole, second = stages(LOCK), LOCK.index("  train@x:\n") + len("  train@x:\n")
    for cut in range(0, len(LOCK), 3):
        kept = stages(whole_entries(LOCK[:cut]))
        assert kept.items() <= whole.items()
        assert len(kept) == (cut >= second) or cut in range(second - len("  train@x:\n"), second)


def test_a_whole_dvc_lock_stays_as_it_is():
    assert whole_entries(LOCK) == LOCK


@pytest.mark.parametrize("pid", [GONE, None], ids=["gone", "no dvc"])
def test_dvcs_list_of_readers_loses_processes_that_are_gone_or_are_no_dvc(pid):
    info = {"pid": pid or os.getpid(), "cmd": "dvc repro"}
    assert living(json.dumps({"write": {"/a": info}, "read": {"/b": [info]}})) == ""


def test_a_kill_of_dvc_leaves_nothing_that_the_next_command_stops_at(tmp_path):
    project, folder = Project(tmp_path), tmp_path / ".dvc/tmp"
    folder.mkdir(parents=True)
    (folder / "rwlock").write_text('{"write": {"/a": {"pi')
    project.lock.write_text(LOCK[:-20])
    mend_records(project)
    assert not (folder / "rwlock").exists()
    assert set(stages(project.lock.read_text())) == {"plan"}
    for name in ("lock", "rwlock.lock"):
        FileLock(folder / name).acquire(timeout=0).lock.release()
