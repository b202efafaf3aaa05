import json
import os
import string
import tempfile
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile import lay, member, tarred, tree, zipped
from quartet.artifacts import save_tables
from quartet.errors import SourceError
from quartet.project import write_json
from quartet.reading.files import LITTER, class_folders
from quartet.sources import archives
from quartet.sources.archives import files_of

NAMES = st.text(
    st.characters(exclude_characters="\0/\\", exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), min_size=1
)
PARTS = NAMES.filter(lambda name: name[0] not in ".~" and ":" not in name and name not in LITTER)
TREES = st.dictionaries(st.lists(PARTS, min_size=1, max_size=3).map("/".join), st.binary(max_size=2000), max_size=6)
WEIRD = {
    "a/new\nline.png": "a/new\\nline.png",
    "a/\x1b[31mred.png": "a/\\x1b[31mred.png",
    "a/\u202egnp.exe.png": "a/\\u202egnp.exe.png",
    "a/<script>'\".png": "a/<script>'\".png",
    "a/=1+1.png": "a/=1+1.png",
    f"a/{'x' * 4000}.png": f"a/{'x' * 4000}.png",
    "a/emoji 🦆.png": "a/emoji 🦆.png",
}


def packed(files, ending):
    if ending == ".zip":
        return zipped(files)
    mode = ending.removeprefix(".tar").removeprefix(".")
    return tarred(*(member(name, data) for name, data in files.items()), mode=mode)


def read(path, max_gigabytes=1.0):
    return {file.name: file.read() for file in files_of(path, max_gigabytes)}


def read_or_message(path):
    try:
        return read(path), ""
    except SourceError as error:
        return {}, str(error)


@given(files=TREES, ending=st.sampled_from([".zip", ".tar", ".tar.gz", ".tar.xz", ".tar.bz2"]))
def test_what_an_archive_was_made_of_is_read(files, ending):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"p{ending}")
        path.write_bytes(packed(files, ending))
        assert read(path) == files
        assert [path.name for path in Path(folder).iterdir()] == [path.name]


@given(data=st.binary(max_size=3000), ending=st.sampled_from([".zip", ".tar", ".tar.gz", ".tar.xz", ".tar.bz2"]))
def test_any_bytes_are_an_archive_or_refused(data, ending):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"p{ending}")
        path.write_bytes(data)
        files, message = read_or_message(path)
    assert all(isinstance(content, bytes) for content in files.values())
    assert not message or path.name in message


@given(
    place=st.integers(0), byte=st.integers(0, 255), ending=st.sampled_from([".zip", ".tar.gz", ".tar.xz", ".tar.bz2"])
)
def test_a_damaged_archive_gives_the_files_it_was_made_of_or_is_refused(place, byte, ending):
    files = {"a/1.txt": string.printable.encode() * 9, "b/2.txt": b"text"}
    data = bytearray(packed(files, ending))
    data[place % len(data)] = byte
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"p{ending}")
        path.write_bytes(data)
        found, message = read_or_message(path)
    assert set(found.values()) <= set(files.values())
    assert not message or path.name in message


@pytest.mark.parametrize("ending", [".zip", ".tar", ".tar.gz"])
def test_weird_names_are_harmless(tmp_path, ending):
    path = tmp_path / f"p{ending}"
    path.write_bytes(packed(dict.fromkeys(WEIRD, b"x"), ending))
    tables = class_folders(files_of(path, 1.0), (".png",), "picture")
    assert tables["items"]["id"].tolist() == list(WEIRD.values())
    save_tables(tables, tmp_path)
    write_json(tmp_path / "names.json", tables["items"]["id"].tolist())
    assert pq.read_table(tmp_path / "items.parquet")["id"].to_pylist() == list(WEIRD.values())
    assert json.loads((tmp_path / "names.json").read_text()) == list(WEIRD.values())


def test_names_of_a_folder_that_are_no_text_are_spelt_out(tmp_path):
    lay(tmp_path, {"a/b\udcff.png": b"x", "a/new\nline.png": b"y"})
    assert read(tmp_path) == {"a/b\\udcff.png": b"x", "a/new\\nline.png": b"y"}


def test_a_weird_name_forges_no_line_of_a_message(tmp_path):
    (tmp_path / "p.zip").write_bytes(zipped({"../\nquartet: all is well": b""}))
    with pytest.raises(SourceError) as refused:
        read(tmp_path / "p.zip")
    assert "\n" not in str(refused.value)


def test_a_long_name_is_shortened_in_a_message(tmp_path):
    (tmp_path / "p.tar").write_bytes(tarred(member(f"../{'x' * 50_000}")))
    with pytest.raises(SourceError) as refused:
        read(tmp_path / "p.tar")
    assert len(str(refused.value)) < 300


def test_nothing_is_unpacked_to_disk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for ending in (".zip", ".tar", ".tar.gz", ".tar.xz", ".tar.bz2"):
        (tmp_path / f"p{ending}").write_bytes(packed({"a/1.png": b"x", "b/2.png": b"y"}, ending))
    before = tree(tmp_path)
    for name in before:
        assert len(read(tmp_path / name)) == 2
        assert tree(tmp_path) == before


def test_a_zip64_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive, archive.open("a/1.png", "w", force_zip64=True) as stream:
        stream.write(b"x")
    assert read(tmp_path / "p.zip") == {"a/1.png": b"x"}


def test_a_zip_written_with_backslashes_has_folders(tmp_path):
    (tmp_path / "p.zip").write_bytes(zipped({"a\\": b"", "a\\1.png": b"x"}))
    assert read(tmp_path / "p.zip") == {"a/1.png": b"x"}


def test_names_that_differ_in_case_are_two_files(tmp_path):
    files = {"a/x.png": b"1", "a/X.png": b"2"}
    (tmp_path / "p.zip").write_bytes(zipped(files))
    assert read(tmp_path / "p.zip") == files


def test_more_files_than_allowed_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_FILES", 2)
    (tmp_path / "p.zip").write_bytes(zipped({f"a/{i}.png": b"" for i in range(3)}))
    with pytest.raises(SourceError, match="at most 2 files"):
        read(tmp_path / "p.zip")


def test_a_list_of_files_that_would_fill_memory_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_LISTING", 100)
    content = zipped({f"a/{i}.png": b"" for i in range(3)})
    (tmp_path / "p.zip").write_bytes(content)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    listing = len(content) - content.index(b"PK\1\2") - len(content[content.index(b"PK\5\6") :])
    with pytest.raises(SourceError, match=f"p.zip holds at most 1,000,000 files.*{listing} bytes"):
        read(tmp_path / "p.zip")


@pytest.mark.parametrize("call", [(Path, "read_bytes"), (os, "scandir")], ids=["a file", "a folder"])
def test_what_may_not_be_read_is_named(tmp_path, monkeypatch, call):
    def refuse(*_):
        raise PermissionError(13, "Permission denied", "a/1.png")

    lay(tmp_path, {"a/1.png": b"x"})
    monkeypatch.setattr(*call, refuse)
    with pytest.raises(SourceError, match=r"1.png can be read.*ermission denied.*chmod"):
        read(tmp_path)


def test_a_file_that_is_gone_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"p.zip can be read.*No such file"):
        read(tmp_path / "p.zip")


def test_a_link_into_the_cache_of_dvc_is_a_file(tmp_path):
    cached = tmp_path / "cache/files/md5/ab" / ("0" * 30)
    lay(tmp_path, {"cache/files/md5/ab/" + "0" * 30: b"x", "mine/a/1.png": lambda path: path.symlink_to(cached)})
    assert read(tmp_path / "mine") == {"a/1.png": b"x"}
