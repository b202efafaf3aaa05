"""The user's own files under data/mine: brought there by `quartet init --from`, and kept under DVC."""

import os
import re
import shutil
import unicodedata
from pathlib import Path
from typing import BinaryIO

from quartet.errors import UsageError
from quartet.project import Project, write_text
from quartet.reading.files import plain
from quartet.sources import local_file
from quartet.sources.archives import files_of
from quartet.sources.progress import Advance, following
from quartet.stages import dvc

CHUNK = 64 * 2**20  # bytes copied at a time
NO_CAP = 1e9  # gigabytes
MAX_NAME = 100  # characters


def record_of(path: Path) -> Path:
    """Where DVC says what a file or folder holds."""
    return path.with_name(f"{path.name}.dvc")


def in_step(path: Path, seen: Path) -> bool:
    """Whether a file or folder is as it was when `seen` was copied from DVC's record of it, and the record too.

    `git checkout` writes a record anew and leaves the file. A file that was moved there keeps its time of change; its
    time of arrival (ctime) tells. Where it only seems to have changed, `dvc add` of the same content changes nothing.
    """
    record = record_of(path)
    if not (record.exists() and seen.exists()) or record.read_bytes() != seen.read_bytes():
        return False
    times = (max(inner.stat().st_mtime_ns, inner.stat().st_ctime_ns) for inner in (path, *path.rglob("*")))
    return seen.stat().st_mtime_ns > max(times)  # in the same tick of the clock, either may have been first


def adopt(project: Project, source: str) -> None:
    """Put what lies under data/mine/ and a source names, or lies in, under DVC; and again when it has changed."""
    file = local_file(source)
    if file:
        top = project.mine / (project.root / file).relative_to(project.mine).parts[0]
        seen = project.hidden / "mine" / f"{top.name}.seen"
        if not in_step(top, seen):
            refuse_names(top)
            dvc(project, "add", str(top.relative_to(project.root)))
            write_text(seen, record_of(top).read_text(encoding="utf-8"))


def refuse_names(path: Path) -> None:
    """Raise UsageError where a file's name is no UTF-8: DVC writes names as text."""
    for inner in (path, *path.rglob("*")):
        try:
            str(inner).encode()
        except UnicodeEncodeError as error:
            name = plain(str(inner.relative_to(path.parent)))
            mend = "Rename it, or bring its folder with `quartet init --from`, which spells such names out."
            raise UsageError("names under data/mine are UTF-8", came=f"{name} is not", mend=mend) from error


def safe_name(name: str) -> str:
    """A name for data/mine: letters, digits, `_`, `-` and `.`, not hidden, and none that DVC or we use there."""
    plain = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", name)).strip("._-")
    suffix = "".join(Path(plain).suffixes[-2:])[-20:]
    short = plain if len(plain) <= MAX_NAME else plain[: MAX_NAME - len(suffix)] + suffix
    taken = not short or short == "README.md" or short.endswith(".dvc")
    return f"data_{short}".removesuffix(".dvc") if taken else short


def place_of(source: Path, project: Project) -> Path:
    """Where under data/mine a file or folder belongs; what lies there already stays as it is.

    Raises:
        UsageError: something else is there, or one of the two folders lies in the other.
    """
    source, mine = source.resolve(), project.mine.resolve()
    if source.parent == mine and ":" not in source.name:
        return project.mine / source.name
    if mine.is_relative_to(source) or source.is_relative_to(mine):
        mend = "Name a folder elsewhere for the project, or a file or folder right under its data/mine."
        raise UsageError("the project and its source lie apart", came=f"{source} and {mine} do not", mend=mend)
    final = project.mine / safe_name(source.name)
    if final.exists():
        mend = "Name that one with --from, or move it away."
        raise UsageError("a source gets a place of its own in data/mine", came=f"{final} is there", mend=mend)
    return final


def bring(source: Path, final: Path) -> None:
    """Copy a file, or what a folder holds besides litter, to its final name; the source stays as it is.

    A hard link would be quicker, but then what changes one changes the other, and DVC writes neither way.
    """
    if source.resolve() == final.resolve():
        return
    partial = final.with_name(f".{final.name}.partial")
    final.parent.mkdir(parents=True, exist_ok=True)
    inside = files_of(source, NO_CAP) if source.is_dir() else ()
    pairs = [(file.path, partial / file.name) for file in inside if file.path] or [(source, partial)]
    try:
        with following(f"copying {source.name}", sum(file.stat().st_size for file, _ in pairs)) as advance:
            for file, copy in pairs:
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy_file(file, copy, advance)
        partial.rename(final)
    finally:
        shutil.rmtree(partial) if partial.is_dir() else partial.unlink(missing_ok=True)


def copy_file(source: Path, copy: Path, advance: Advance) -> None:
    """Copy bytes; no new space is taken where the file system shares them between copies."""
    with source.open("rb", buffering=0) as read, copy.open("wb", buffering=0) as write:
        while n := copy_some(read, write):
            advance(n)


def copy_some(source: BinaryIO, copy: BinaryIO) -> int:
    """Copy the next bytes; how many."""
    try:
        return os.copy_file_range(source.fileno(), copy.fileno(), CHUNK)
    except (AttributeError, OSError):  # not on this system, or not between these two file systems
        data = source.read(CHUNK)
        n = copy.write(data)
        source.seek(n - len(data), os.SEEK_CUR)
        return n
