from pathlib import Path

import pytest

from commands import succeed
from quartet.history import Registration
from quartet.project import Project
from quartet.recovery import needed
from quartet.restoring import is_in_reach, restored

DIGEST = "5d41402abc4b2a76b9719d911017c592"  # md5 of "hello"


def project(root: Path, config: str = "", file: str | None = None) -> Project:
    (root / ".dvc").mkdir()
    (root / ".dvc" / "config").write_text(config)
    if file:
        (root / file).parent.mkdir(parents=True)
        (root / file).write_text("hello")
    return Project(root)


def test_a_file_in_no_cache_and_without_a_remote_is_out_of_reach(tmp_path):
    assert not is_in_reach(project(tmp_path), [DIGEST])


def test_what_dvc_had_not_recorded_is_out_of_reach(tmp_path):
    stages = {"ingest@data": {"deps": {}, "outs": {"data/data/raw": DIGEST}}}  # it was published before evaluate ended
    version = Registration("net", "abc-0", {}, stages, {}, "none", None, {})
    cached = project(tmp_path, file=".dvc/cache/files/md5/5d/41402abc4b2a76b9719d911017c592")
    assert needed(version, "data") == [DIGEST, "", "", ""]
    assert not is_in_reach(cached, needed(version, "data"))


def test_a_file_in_the_cache_is_in_reach(tmp_path):
    assert is_in_reach(project(tmp_path, file=".dvc/cache/files/md5/5d/41402abc4b2a76b9719d911017c592"), [DIGEST])


def test_the_cache_is_where_the_configuration_says(tmp_path):
    config = "[cache]\n    dir = ../shelf\n"
    assert is_in_reach(project(tmp_path, config, "shelf/files/md5/5d/41402abc4b2a76b9719d911017c592"), [DIGEST])


def test_a_remote_may_have_any_file(tmp_path):
    assert is_in_reach(project(tmp_path, "['remote \"shelf\"']\n    url = ../shelf\n"), [DIGEST])


@pytest.mark.slow
def test_what_only_a_remote_has_is_fetched_from_it(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    succeed(root, "dvc", "init", "--no-scm", "-q")
    succeed(root, "dvc", "remote", "add", "--default", "shelf", str(tmp_path / "shelf"))
    (root / "letter").write_text("hello")
    succeed(root, "dvc", "add", "-q", "letter")
    succeed(root, "dvc", "push", "-q")
    (root / ".dvc" / "cache").rename(tmp_path / "lost")
    with restored(Project(root), {"letter": DIGEST}, "then") as folder:
        assert (folder / "letter").read_text() == "hello"
