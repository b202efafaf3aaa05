"""Files of a folder or an archive, read one by one into memory: nothing is ever unpacked to disk."""

import os
import re
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Self

from quartet.errors import QuartetError, SourceError
from quartet.reading.compressed import GIGABYTE, too_large, unpacked
from quartet.reading.files import File, is_litter, plain, quoted, signature

TARS = {".tar": "", ".tar.gz": ".gz", ".tgz": ".gz", ".tar.xz": ".xz", ".txz": ".xz", ".tar.bz2": ".bz2"}
OTHERS = (".7z", ".rar", ".zst")
SIGNED = {".zip": "zip", "": "tar", ".gz": "gzip", ".xz": "xz", ".bz2": "bzip2"}  # ending → what its bytes say
CACHED = re.compile(r"/files/md5/[0-9a-f]{2}/[0-9a-f]{30}$")
MAX_FILES = 1_000_000
MAX_LISTING = 200 * MAX_FILES  # bytes of a zip's list of files, which zipfile holds ten times over in memory
EXTENDED = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
MAX_HEADER = 100_000  # bytes of such a header of a tar, which is read whole
ENCRYPTED = 0x2041  # zip's flags: encryption, strong encryption, masked headers
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def ending_of(path: Path) -> str | None:
    """The ending that says which kind of archive a file is, or None for no archive."""
    return next((ending for ending in (".zip", *TARS) if path.name.lower().endswith(ending)), None)


def is_archive(path: Path) -> bool:
    """Whether a file's name says that it is an archive."""
    return ending_of(path) is not None


def files_of(path: Path, max_gigabytes: float) -> Iterator[File]:
    """The files of a folder or an archive, or the file itself; litter of operating systems left out.

    Args:
        max_gigabytes: what an archive or a compressed file may hold unpacked, in 10^9 bytes.

    Raises:
        SourceError: an archive is broken, encrypted or too large, or holds a link, a device or a path that leads out.
    """
    ending, max_bytes = ending_of(path), int(max_gigabytes * GIGABYTE)
    if path.is_dir():
        yield from _folder(path, max_bytes)
        return
    refuse_special(path, path.name)
    if ending is None and path.suffix.lower() in OTHERS:
        mend = "Unpack it, and pack its files anew as a .zip or a .tar.gz, or leave them in a folder."
        raise SourceError(f"an archive is a {', '.join(('.zip', *TARS))}", came=f"{quoted(path.name)} came", mend=mend)
    if ending is None:
        yield File(plain(path.name), partial(_on_disk, path), path, max_bytes)
        return
    _refuse_other_format(path, ending)
    members = _zip(path, max_bytes) if ending == ".zip" else _tar(path, TARS[ending], max_bytes)
    for file in _admitted(path, members, max_bytes):
        if not is_litter(file.name):
            yield file


def refuse_special(path: Path, name: str) -> None:
    """Raise SourceError for a link, a pipe, a socket or a device, none of which is ever opened."""
    try:
        by_dvc = path.is_symlink() and CACHED.search(str(path.readlink()))  # as DVC's cache.type symlink leaves them
        kind = path.stat().st_mode if by_dvc else path.lstat().st_mode
    except OSError as error:
        raise _unreadable(name, error) from error
    if not stat.S_ISREG(kind):
        mend = "Put the file itself there: what a link leads to is not under DVC."
        raise SourceError("a source holds files and folders", came=f"{quoted(name)} is a link or a device", mend=mend)


def _folder(folder: Path, max_bytes: int) -> Iterator[File]:
    for above, folders, names in os.walk(folder, onerror=_refuse_unreadable):
        folders[:] = sorted(name for name in folders if not is_litter(name))
        for name in sorted([*names, *(link for link in folders if Path(above, link).is_symlink())]):
            path = Path(above, name)
            inside = path.relative_to(folder).as_posix()
            if not is_litter(name):
                refuse_special(path, inside)
                yield File(plain(inside), partial(_on_disk, path), path, max_bytes)


def _on_disk(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path.name, error) from error


def _refuse_unreadable(error: OSError) -> None:
    raise _unreadable(Path(str(error.filename)).name, error) from error


def _unreadable(name: str, error: OSError) -> SourceError:
    mend = "Allow it, as with `chmod u+rX`, or take the file out."
    return SourceError(f"{plain(name)} can be read", came=f"the system says: {error.strerror}", mend=mend)


def _refuse_other_format(path: Path, ending: str) -> None:
    with _whole(path), path.open("rb") as stream:
        came = signature(stream.read(512))
    if came and came != SIGNED[TARS.get(ending, ending)]:
        mend = f"Give it the ending of a {came} file, or download it again."
        raise SourceError(f"{plain(path.name)} is a {ending} archive", came=f"its bytes are {came}'s", mend=mend)


@contextmanager
def _whole(archive: Path) -> Iterator[None]:
    """Turn what the parsers of archives raise of hostile bytes, which may be anything, into SourceError."""
    try:
        yield
    except QuartetError:
        raise
    except Exception as error:
        reason = plain((str(error) or type(error).__name__).splitlines()[0])
        mend = "Make it anew where it came from, or download it again."
        raise SourceError(f"{plain(archive.name)} is a whole archive", came=reason, mend=mend) from error


def _admitted(archive: Path, members: Iterator[tuple[File, int]], max_bytes: int) -> Iterator[File]:
    """The members of an archive as long as their names, number and sizes are what they may be."""
    seen: set[str] = set()
    size = 0
    while True:
        with _whole(archive):
            file, n_bytes = next(members, (None, 0))
        if file is None:
            return
        size += n_bytes
        if size > max_bytes:
            raise too_large(archive.name, max_bytes, f"it is past that at {quoted(file.name)}")
        if file.name in seen:
            raise _untrusted(archive, "holds each path once", f"{quoted(file.name)} stands in it twice")
        if len(seen) == MAX_FILES:
            raise _untrusted(archive, f"holds at most {MAX_FILES:,} files", "it holds more")
        seen.add(file.name)
        yield file


def _untrusted(archive: Path, must: str, came: str) -> SourceError:
    mend = "Do not trust this archive; make it anew from the files themselves."
    return SourceError(f"{plain(archive.name)} {must}", came=came, mend=mend)


def _refuse_link(archive: Path, name: str) -> None:
    mend = "Make the archive anew with the files themselves."
    came = f"{quoted(name)} is a link or a device"
    raise SourceError(f"{plain(archive.name)} holds files and folders", came=came, mend=mend)


def _path(archive: Path, name: str) -> str:
    """The path of a member, ./ and // taken out, if it stays inside the archive on every system."""
    parts = name.replace("\\", "/").split("/")
    path = str(PurePosixPath(name))
    if parts[0] == "" or ".." in parts or path == "." or re.match("[A-Za-z]:", name):
        raise _untrusted(archive, "holds paths that stay inside it", f"{quoted(name)} leads out")
    return plain(path)


def _zip(path: Path, max_bytes: int) -> Iterator[tuple[File, int]]:
    _refuse_long_listing(path)
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            written = info.filename.replace("\\", "/")  # some Windows programs write the wrong separator
            if written.endswith("/"):
                continue
            name = _path(path, written)
            _refuse_member(path, name, info)
            yield File(name, partial(_read_member, path, archive, info), None, max_bytes), info.file_size


def _refuse_long_listing(path: Path) -> None:
    """Raise SourceError where the list of files is longer than MAX_FILES need; zipfile reads it whole."""
    with path.open("rb") as stream:
        end = zipfile._EndRecData(stream)  # type: ignore[attr-defined]  # nothing public says it without reading it
    n_bytes = end[zipfile._ECD_SIZE] if end else 0  # type: ignore[attr-defined]
    if n_bytes > MAX_LISTING:
        raise _untrusted(path, f"holds at most {MAX_FILES:,} files", f"its list of them has {n_bytes:,} bytes")


def _refuse_member(path: Path, name: str, info: zipfile.ZipInfo) -> None:
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        _refuse_link(path, name)
    if info.flag_bits & ENCRYPTED:
        mend = "Save it without a password: it would have to stand in params.yaml."
        must = f"{plain(path.name)} opens without a password"
        raise SourceError(must, came=f"{quoted(name)} is encrypted", mend=mend)
    if info.compress_type not in METHODS:
        came = f"{quoted(name)} is compressed by method {info.compress_type}"
        mend = "Make it anew with the method that zip programs take unasked, or as a .tar.xz."
        raise SourceError(f"{plain(path.name)} is compressed by deflate, or not at all", came=came, mend=mend)


def _read_member(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with _whole(path), archive.open(info) as stream:
        data = stream.read()  # zipfile stops at the size that the archive says
        if len(data) != info.file_size:
            raise EOFError(f"{info.filename!r} ends early")
        return data


def _tar(path: Path, ending: str, max_bytes: int) -> Iterator[tuple[File, int]]:
    with (
        path.open("rb") as packed,
        unpacked(packed, ending, path.name, max_bytes) as stream,
        tarfile.open(fileobj=stream, mode="r|", tarinfo=Header) as archive,
    ):
        while member := archive.next():
            archive.members.clear()  # type: ignore[attr-defined]  # they would pile up
            if member.isdir():
                continue
            name = _path(path, member.name)
            if not member.isreg():
                _refuse_link(path, name)
            if member.size < 0:
                raise tarfile.ReadError(f"the size of {name!r} is negative")
            yield File(name, partial(_read_tar, path, archive, member), None, max_bytes), member.size
        _refuse_rest(archive.fileobj)


def _read_tar(path: Path, archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    with _whole(path):
        stream = archive.extractfile(member)
        data = stream.read() if stream else b""
        if len(data) != member.size:
            raise tarfile.ReadError(f"{member.name!r} ends early")
        return data


def _refuse_rest(stream: Any) -> None:
    """Read to the end, where a compressed stream has its checksum; behind a tar's end mark only zeros may stand."""
    while rest := stream.read(2**16):
        if rest.strip(b"\0"):
            raise tarfile.ReadError("it goes on behind its end mark")


class Header(tarfile.TarInfo):
    """A member's header; tarfile would end an archive at the first that is damaged, and lose the rest silently."""

    @classmethod
    def fromtarfile(cls, tarfile_: tarfile.TarFile) -> Self:
        """Read the next header."""
        try:
            return super().fromtarfile(tarfile_)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]  # the end mark
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"{error} at byte {tarfile_.fileobj.tell():,}") from error

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """A header of 512 bytes; an extended one, which tarfile reads whole, must be small."""
        header = super().frombuf(buf, encoding, errors)
        if header.size > MAX_HEADER and header.type in EXTENDED:
            raise tarfile.ReadError(f"an extended header has {header.size:,} bytes")
        return header
