"""Archives and files as an attacker, a broken disk or a tired colleague makes them."""

import gzip
import io
import os
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

Content = bytes | Callable[[Path], object]  # what a file holds, or what makes something else of its path


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, mode: int = 0) -> bytes:
    """A zip; `mode` is the Unix mode of its members, such as a link's."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type, info.external_attr = method, mode << 16
            archive.writestr(info, data)
    return stream.getvalue()


def zipped_twice(name: str) -> bytes:
    """A zip with two members of the same name."""
    return zipped({name: b"one", "x" * len(name): b"two"}).replace(b"x" * len(name), name.encode())


def encrypted(archive: bytes) -> bytes:
    """The flags of a zip's only member say that it is encrypted."""
    central = archive.rindex(b"PK\1\2")
    flagged = archive[:6] + b"\1\0" + archive[8 : central + 8] + b"\1\0"
    return flagged + archive[central + 10 :]


def lying(archive: bytes, size: int) -> bytes:
    """The headers of a zip's only member say that it unpacks to so many bytes."""
    central = archive.rindex(b"PK\1\2")
    said = struct.pack("<L", size)
    return archive[:22] + said + archive[26 : central + 24] + said + archive[central + 28 :]


def member(
    name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, **fields: object
) -> tuple[tarfile.TarInfo, bytes]:
    """One member of a tar, of any kind."""
    info = tarfile.TarInfo(name)
    info.size, info.type = len(data), kind
    for key, value in fields.items():
        setattr(info, key, value)
    return info, data


def tarred(*members: tuple[tarfile.TarInfo, bytes], mode: str = "") -> bytes:
    """A tar, compressed as the mode says."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=f"w:{mode}") as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def sparse(name: str, size: int) -> bytes:
    """A tar with one member of no data that unpacks to so many bytes."""
    info, _ = member(name, kind=tarfile.GNUTYPE_SPARSE)
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[483:495] = b"%011o\0" % size
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + b"\0" * 1024


def with_byte(data: bytes, place: int, byte: int | None = None) -> bytes:
    """Another byte at one place."""
    changed = bytearray(data)
    changed[place] = changed[place] ^ 0xFF if byte is None else byte
    return bytes(changed)


def zeros(n_bytes: int) -> bytes:
    """A gzip that unpacks to so many zeros."""
    return gzip.compress(b"\0" * n_bytes)


def link(target: str) -> Callable[[Path], object]:
    """What makes a symbolic link of a path."""
    return lambda path: path.symlink_to(target)


def pipe(path: Path) -> None:
    """Make a named pipe, on which an open would wait for ever."""
    os.mkfifo(path)


def lay(folder: Path, files: Mapping[str, Content]) -> None:
    """Put files into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(content):
            content(path)
        else:
            path.write_bytes(content)


def tree(folder: Path) -> dict[str, object]:
    """All that a folder holds, byte by byte; what is no file by its kind."""
    found = sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    kinds = {path: path.lstat().st_mode for path in found}
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() and not path.is_symlink() else kinds[path]
        for path in found
    }
