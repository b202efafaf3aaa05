"""The user's own files: brought under data/mine as they are, and DVC's record of them kept in step."""

import os
import shutil
import time
from pathlib import Path

import pytest

from quartet.errors import UsageError
from quartet.mine import adopt, bring, in_step, place_of, safe_name
from quartet.project import Project
from quartet.sources.archives import files_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("orders.csv", "orders.csv"),
        ("my orders (2).csv", "my_orders_2_.csv"),
        ("a\nb\"c':d.tar.gz", "a_b_c_d.tar.gz"),
        ("Käse 漢字.parquet", "Käse_漢字.parquet"),
        (".hidden", "hidden"),
        ("README.md", "data_README.md"),
        ("old.dvc", "data_old"),
        ("…", "data_"),
    ],
)
def test_names_are_made_safe(name, expected):
    assert safe_name(name) == expected


def test_a_long_name_keeps_its_ending():
    assert safe_name("x" * 300 + ".tar.gz").endswith("x.tar.gz")
    assert len(safe_name("x" * 300 + ".tar.gz")) <= 100


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path / "project")
    project.mine.mkdir(parents=True)
    return project


def test_a_folder_is_copied_without_litter_and_stays_where_it_is(project, tmp_path):
    source = tmp_path / "cats and dogs"
    for name in ("cat/1.txt", "cat/a\n\"b'.txt", "dog/1.txt", ".git/config", "cat/Thumbs.db"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
    place = place_of(source, project)
    bring(source, place)
    copied = {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*.txt")}
    assert copied == {file.name: file.read() for file in files_of(source, 1.0)}
    assert len(copied) == 3
    assert len([path for path in source.rglob("*") if path.is_file()]) == 5
    assert [path.name for path in project.mine.iterdir()] == ["cats_and_dogs"]


def test_a_copy_is_no_link_to_the_source(project, tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n")
    bring(tmp_path / "a.csv", project.mine / "a.csv")
    with (tmp_path / "a.csv").open("a") as stream:
        stream.write("1,2\n")
    assert (project.mine / "a.csv").read_text() == "a,b\n"


def test_a_file_that_lies_under_mine_already_stays_there(project):
    (project.mine / "my file.csv").write_text("a,b\n")
    place = place_of(project.mine / "my file.csv", project)
    bring(project.mine / "my file.csv", place)
    assert [path.name for path in project.mine.iterdir()] == ["my file.csv"]


def test_a_source_never_replaces_another(project, tmp_path):
    for folder in (project.mine, tmp_path):
        (folder / "a.csv").write_text(str(folder))
    with pytest.raises(UsageError, match="is there"):
        place_of(tmp_path / "a.csv", project)


def test_a_folder_that_holds_the_project_is_refused(project, tmp_path):
    with pytest.raises(UsageError, match="lie apart"):
        place_of(tmp_path, project)


def test_a_name_that_dvc_cannot_write_is_told(project):
    folder = project.mine / "texts"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_text("x")
    with pytest.raises(UsageError, match=r"texts/.*ff.txt is not. Rename it"):
        adopt(project, "data/mine/texts")


def recorded(project: Project) -> Path:
    """A folder whose DVC record is younger than it, as after `dvc add`."""
    folder = project.mine / "texts"
    for name in ("a/1.txt", "a/2.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("old")
    time.sleep(0.02)  # a file system's clock ticks every few milliseconds
    for record in (folder.with_name("texts.dvc"), seen(folder)):
        record.write_text("outs:\n")
    return folder


def seen(folder: Path) -> Path:
    return folder.with_name("texts.seen")


def replace_by_an_older_file(folder: Path) -> None:
    other = folder.parents[2] / "older.txt"
    other.write_text("new")
    os.utime(other, (1, 1))
    shutil.move(other, folder / "a/1.txt")


CHANGES = {
    "a file is edited": lambda folder: (folder / "a/1.txt").write_text("new"),
    "a file is touched": lambda folder: (folder / "a/1.txt").touch(),
    "a file is removed": lambda folder: (folder / "a/1.txt").unlink(),
    "a file is added": lambda folder: (folder / "a/3.txt").write_text("new"),
    "a file is renamed": lambda folder: (folder / "a/1.txt").rename(folder / "a/3.txt"),
    "a file is replaced by an older one": replace_by_an_older_file,
    "a file gets its old time back": lambda folder: (
        (folder / "a/1.txt").write_text("n"),
        os.utime(folder / "a/1.txt", (1, 1)),
    ),
    "git brings an older record": lambda folder: folder.with_name("texts.dvc").write_text("outs: []\n"),
    "the project is another clone": lambda folder: seen(folder).unlink(),
    "a folder is removed": lambda folder: shutil.rmtree(folder / "a"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_users_data_is_seen(project, change):
    folder = recorded(project)
    assert in_step(folder, seen(folder))
    CHANGES[change](folder)
    assert not in_step(folder, seen(folder))
