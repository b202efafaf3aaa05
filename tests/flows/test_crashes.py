"""What kills, a second run, a full disk and a read-only folder cost: time, never results."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import command

pytestmark = pytest.mark.slow

KILLS = Path(__file__).parents[2] / "benchmarks/kills.py"
FULL, CLOSED = "there is room for what is written", "the project's files can be read and written"


@pytest.mark.parametrize(("step", "kills"), [("train", 5), ("publish", 2)])
def test_after_a_kill_of_each_process_the_next_run_gives_what_an_undisturbed_one_gives(tmp_path, step, kills):
    arguments = ["--kills", str(kills), "--only", step, "--work", str(tmp_path / "work")]
    told = subprocess.run([sys.executable, KILLS, *arguments], capture_output=True, text=True, check=False)
    last = f"killed {kills}, recovered {kills}, lost 0, duplicated 0"
    assert told.stdout.splitlines()[-1:] == [last], told.stdout + told.stderr


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A new project."""
    assert command(tmp_path, "quartet", "init", "project").returncode == 0
    return tmp_path / "project"


def start(root: Path, *arguments: str) -> "subprocess.Popen[str]":
    environment = os.environ | {"PREFECT_HOME": str(root.parent / "prefect")}
    main = [sys.executable, "-m", "quartet", *arguments]
    return subprocess.Popen(main, cwd=root, env=environment, stderr=subprocess.PIPE, text=True)


def test_of_two_runs_at_once_the_second_waits_and_has_nothing_left_to_do(root):
    first = start(root, "run")
    while not (root / ".quartet/locks/run.holder").exists():
        time.sleep(0.1)
    second, third = start(root, "run"), start(root, "publish")
    told = [process.communicate(timeout=900)[1] for process in (first, second, third)]
    assert [process.returncode for process in (first, second, third)] == [0, 0, 0]
    waited = told[1]
    assert f"waiting for `quartet run`, process {first.pid}," in waited
    assert "] train@" not in waited
    lines = [json.loads(line) for line in (root / "registry/flowers.jsonl").read_text().splitlines()]
    assert set(Counter((line["verdict"], line["fingerprint"]) for line in lines).values()) == {1}
    assert "up to date" in command(root, "dvc", "status").stdout


def test_a_run_waits_for_a_dvc_repro_that_is_at_the_same_stage(root):
    params = (root / "params.yaml").read_text().replace("hidden: 32", "hidden: 32, epochs: 400, patience: null")
    (root / "params.yaml").write_text(params)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    repro = subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro"], cwd=root, env=os.environ | {"PATH": path}, stdout=subprocess.DEVNULL
    )
    while not list((root / ".quartet/locks").glob("*.holder") if (root / ".quartet/locks").is_dir() else []):
        time.sleep(0.1)
    result = command(root, "quartet", "run")
    assert (result.returncode, repro.wait(900)) == (0, 0), result.stderr
    assert "up to date" in command(root, "dvc", "status").stdout


@pytest.fixture
def on_small_disk(tmp_path: Path) -> Iterator[Path]:
    """A new project on a file system of its own, of 60 MB."""
    root = tmp_path / "project"
    root.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", str(root)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a file system")
    try:
        assert command(tmp_path, "quartet", "init", "project").returncode == 0
        yield root
    finally:
        subprocess.run(["umount", "--lazy", str(root)], check=True)


@pytest.mark.parametrize("left", [0, 400_000])  # the run stops at its first file, or on its way
def test_a_full_disk_is_told_and_the_run_after_it_finishes(on_small_disk, left):
    root, filler = on_small_disk, on_small_disk / "data/mine/.filler"
    free = os.statvfs(root).f_bavail * os.statvfs(root).f_frsize
    with filler.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, free - left)
    full = command(root, "quartet", "run")
    assert (full.returncode, "Traceback" in full.stderr) == (1, False), full.stderr
    assert FULL in full.stderr
    filler.unlink()
    again = command(root, "quartet", "run")
    assert again.returncode == 0, again.stderr
    assert "up to date" in command(root, "dvc", "status").stdout


def test_a_read_only_folder_is_told_and_nothing_in_it_is_lost(on_small_disk):
    root, params = on_small_disk, on_small_disk / "params.yaml"
    assert command(root, "quartet", "run").returncode == 0
    params.write_text(params.read_text().replace("hidden: 32", "hidden: 31"))
    subprocess.run(["mount", "-o", "remount,ro", str(root)], check=True)
    refused = command(root, "quartet", "run")
    subprocess.run(["mount", "-o", "remount,rw", str(root)], check=True)
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False), refused.stderr
    assert CLOSED in refused.stderr
    assert command(root, "quartet", "run").returncode == 0
