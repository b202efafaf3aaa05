import hashlib
import zipfile
from pathlib import Path

import pytest

from quartet.errors import SourceError
from quartet.project import Project
from quartet.sources.wheels import fetch

WHEEL = "tinyset-1.0-py3-none-any.whl"


@pytest.fixture
def sha256(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A wheel with a table inside, where pip looks; its checksum."""
    wheel = tmp_path / "index" / WHEEL
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tinyset/rows.csv", "a,b\n1,2\n")
        archive.writestr("tinyset/more/rows.csv", "a,b\n3,4\n")
        archive.writestr("tinyset-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tinyset\nVersion: 1.0\n")
        archive.writestr("tinyset-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def test_a_file_inside_a_wheel_is_fetched_and_kept(tmp_path, sha256):
    project = Project(tmp_path)
    file = fetch("tinyset==1.0#tinyset/rows.csv", sha256, project)
    assert file.read_text() == "a,b\n1,2\n"
    (tmp_path / "index" / WHEEL).unlink()
    assert fetch("tinyset==1.0#tinyset/rows.csv", sha256, project) == file


@pytest.mark.parametrize(
    ("address", "checksum", "message"),
    [
        ("tinyset==1.0#tinyset/rows.csv", "0" * 64, "has SHA-256 0000"),
        ("tinyset==1.0#tinyset/other.csv", None, "holds tinyset/other.csv"),
        ("tinyset==2.0#tinyset/rows.csv", None, "pip fetches tinyset==2.0"),
        ("tinyset==1.0#../../../rows.csv", None, "is the path of a file inside a wheel.*'../../../rows.csv' came"),
        ("tinyset==1.0#/etc/passwd", None, "is the path of a file inside a wheel"),
    ],
)
def test_a_wheel_that_is_not_as_named_leaves_nothing_behind(tmp_path, sha256, address, checksum, message):
    with pytest.raises(SourceError, match=message):
        fetch(address, checksum or sha256, Project(tmp_path))
    assert [path for path in Project(tmp_path).downloads.rglob("*") if path.is_file()] == []


def test_files_of_one_wheel_with_the_same_name_are_kept_apart(tmp_path, sha256):
    names = ("tinyset/rows.csv", "tinyset/more/rows.csv")
    files = [fetch(f"tinyset==1.0#{name}", sha256, Project(tmp_path)) for name in names]
    assert [file.read_text() for file in files] == ["a,b\n1,2\n", "a,b\n3,4\n"]


def test_a_file_larger_than_allowed_is_left_in_its_wheel(tmp_path, sha256):
    with pytest.raises(SourceError, match=r"holds at most 1e-09 GB \(max_gigabytes\).*it has 8 bytes"):
        fetch("tinyset==1.0#tinyset/rows.csv", sha256, Project(tmp_path), max_gigabytes=1e-9)
