"""Files of a folder or an archive, read one by one into memory: nothing is ever unpacked to disk."""

import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from quartet.errors import SourceError
from quartet.files import File, is_litter

GIGABYTE = 10**9
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2")
BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)


def is_archive(path: Path) -> bool:
    """Whether a file's name says that it is an archive."""
    return path.name.lower().endswith(ARCHIVES)


def files_of(path: Path, max_gigabytes: float) -> Iterator[File]:
    """The files of a folder or an archive, or the file itself; litter of operating systems left out.

    Args:
        max_gigabytes: what an archive may hold unpacked, in 10^9 bytes.

    Raises:
        SourceError: an archive is broken, encrypted or too large, or holds a link, a device or a path that leads out.
    """
    if path.is_dir():
        yield from _folder(path)
    elif not is_archive(path):
        yield File(path.name, path.read_bytes, path)
    else:
        members = _zip(path) if path.suffix.lower() == ".zip" else _tar(path)
        try:
            yield from _within(path, members, int(max_gigabytes * GIGABYTE))
        except BROKEN as error:
            mend = "Make it anew where it came from, or download it again."
            raise SourceError(f"{path.name} is a whole archive", came=_reason(error), mend=mend) from error


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _folder(folder: Path) -> Iterator[File]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if is_litter(name) or path.is_dir():
            continue
        if path.is_symlink() or not path.is_file():
            mend = "Put the file itself there: what a link leads to is not under DVC."
            raise SourceError(f"{folder} holds files and folders", came=f"{name!r} is a link or a device", mend=mend)
        yield File(_text(name), path.read_bytes, path)


def _within(archive: Path, members: Iterator[tuple[File, int]], limit: int) -> Iterator[File]:
    total = 0
    for file, size in members:
        _refuse_way_out(archive, file.name)
        total += size
        if total > limit:
            raise SourceError(
                f"{archive.name} holds at most {limit / GIGABYTE:g} GB unpacked (max_gigabytes)",
                came=f"it is past that at {file.name!r}",
                mend="If you trust it, raise max_gigabytes of the dataset in params.yaml.",
            )
        if not is_litter(file.name):
            yield file


def _refuse_way_out(archive: Path, name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts and path.parts[0].endswith(":")):
        mend = "Do not trust this archive; make it anew from the files themselves."
        raise SourceError(f"{archive.name} holds paths that stay inside it", came=f"{name!r} leads out", mend=mend)


def _not_a_file(archive: Path, name: str) -> SourceError:
    mend = "Make the archive anew with the files themselves."
    return SourceError(f"{archive.name} holds files and folders", came=f"{name!r} is a link or a device", mend=mend)


def _zip(path: Path) -> Iterator[tuple[File, int]]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            name, kind = _text(info.filename), stat.S_IFMT(info.external_attr >> 16)
            if info.is_dir():
                continue
            if kind not in (0, stat.S_IFREG):
                raise _not_a_file(path, name)
            if info.flag_bits & 1:
                mend = "Save it without a password: it would have to stand in params.yaml."
                raise SourceError(f"{path.name} opens without a password", came=f"{name!r} is encrypted", mend=mend)
            yield File(name, partial(_read_member, archive, info)), info.file_size


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as stream:
        data = stream.read(info.file_size + 1)
    if len(data) > info.file_size:
        raise zipfile.BadZipFile(f"{info.filename!r} is larger than the archive says")
    return data


def _tar(path: Path) -> Iterator[tuple[File, int]]:
    with tarfile.open(path, mode="r|*") as archive:
        for member in archive:
            if member.isdir():
                continue
            if not member.isreg():
                raise _not_a_file(path, _text(member.name))
            yield File(_text(member.name).removeprefix("./"), partial(_read_tar, archive, member)), member.size


def _read_tar(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member)
    data = stream.read() if stream else b""
    if len(data) != member.size:
        raise tarfile.ReadError(f"{member.name!r} ends early")
    return data


def _text(name: str) -> str:
    """A name as valid Unicode: bytes that are no UTF-8 are spelt out."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
