"""`quartet init --from`: what lies at a source, looked at before anything is written, and what is proposed for it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

from quartet.catalog import PREFIX, named, refuse_by_hand
from quartet.errors import SourceError, UsageError
from quartet.family import Family, family_names
from quartet.params_file import flow
from quartet.project import Project
from quartet.proposing.sight import Proposal, Sight
from quartet.reading.files import File, plain
from quartet.settings import DatasetSettings
from quartet.sources import fetched
from quartet.sources.archives import files_of
from quartet.sources.packages import from_networkx, from_sklearn

SCHEMES = (PREFIX, "sklearn:", "networkx:", "pypi:", "https:", "http:")
ASKED_LAST = ("text", "tabular")  # a table of texts is a table too
ENDINGS = re.compile(r"(\.(csv|tsv|parquet|zip|tar|tgz|gz|xz|bz2))+$", re.IGNORECASE)
MAX_NAME = 40  # characters
MEGABYTE = 10**6


@dataclass(frozen=True)
class Wish:
    """What the user asks for.

    Args:
        source: a path anywhere on disk, or a source as params.yaml names it.
        target: the column to predict.
        sha256: the checksum of what is fetched.
    """

    source: str
    target: str | None = None
    sha256: str | None = None

    @property
    def path(self) -> Path | None:
        """The file or folder on disk, or None for what is no path."""
        return None if self.source.startswith(SCHEMES) else Path(self.source).expanduser()

    @property
    def name(self) -> str:
        """What the source is called: the last part of its path or address."""
        if self.path:
            return self.path.resolve().name
        return PurePosixPath(re.split("[:/#]", self.source.rstrip("/"))[-1]).name


def propose(wish: Wish, downloads: Project) -> Proposal:
    """What to write into params.yaml for a source.

    Args:
        downloads: the project that keeps what is fetched.

    Raises:
        UsageError, SourceError: it is nothing to learn from; nothing was written.
    """
    if wish.source.startswith(PREFIX):
        return checked(from_catalog(wish.name), wish)
    sight = look(wish, downloads)
    for name in specific_first(family_names()):
        proposal = Family(name).proposal.propose(sight)
        if proposal:
            return checked(proposal, wish)
    raise SourceError(
        "a source is one table (.csv, .tsv, .parquet), or a folder or archive of pictures or of .txt files in folders "
        "named as their classes, or of nodes.csv and edges.csv",
        came=f"{sight.name} holds {sight.census()}",
        mend="Name the table to learn from (a spreadsheet or JSON saved as CSV), or put the items into a folder per "
        "class, other files elsewhere.",
    )


def specific_first(families: Iterable[str]) -> list[str]:
    """The families in the order in which they are asked: those that take any table or any text come last."""
    return sorted(families, key=lambda name: (ASKED_LAST.index(name) if name in ASKED_LAST else -1, name))


def from_catalog(name: str) -> Proposal:
    """A public set; nothing is fetched before the first run.

    Raises:
        SourceError: the catalog has no such set, or nobody serves it as a whole.
    """
    entry = named(name)
    refuse_by_hand(name, entry)
    saw = f"{PREFIX}{name}: {entry.title}, {entry.expected.items:,} items"
    proposal = Proposal({"family": entry.family}, dict(entry.models), saw)
    given = ", ".join(
        f"{key}: {flow(value)}" for key, value in entry.settings.items() if key not in ("about", "checks")
    )
    proposal.why["source"] = f"it brings {given}" if given else ""
    size = f", {entry.n_bytes / MEGABYTE:,.1f} MB to fetch at the first run" if entry.n_bytes else ""
    proposal.hints += [
        f"licence: {entry.licence}",
        f"cite: {entry.citation}",
        f"addresses and checksums: {entry.status}{size}",
    ]
    return proposal


def look(wish: Wish, downloads: Project) -> Sight:
    """The files, or the tables, that a source holds.

    Raises:
        UsageError: there is no such file.
        SourceError: it cannot be fetched or read.
    """
    if wish.path and not wish.path.exists():
        mend = f"Check the path; a source that is no path begins with {', '.join(SCHEMES[:-1])}."
        raise UsageError("--from names a file or a folder", came=f"there is no {plain(wish.source)}", mend=mend)
    match wish.source.split(":", maxsplit=1):
        case ["sklearn", name]:
            return Sight(name, tuple, {"items": from_sklearn(name)}, wish.target)
        case ["networkx", name]:
            return Sight(name, tuple, from_networkx(name), wish.target)
    if wish.source.startswith("http:"):
        raise UsageError("what is fetched comes over https", came=f"{wish.source} came", mend="Say https://… instead.")
    if not wish.path and not wish.sha256:
        mend = "Download it, see that it is what you want, and give --sha256 what `sha256sum` says of it."
        raise UsageError(f"{wish.source} has a checksum", came="there is no --sha256", mend=mend)
    settings = settings_of(wish)
    path = wish.path or fetched(settings, downloads)

    def walk() -> Iterator[File]:
        return files_of(path, settings.max_gigabytes)

    return Sight(plain(wish.name), walk, target=wish.target)


def settings_of(wish: Wish) -> Any:
    """What fetching a source reads of a dataset's settings."""
    defaults = {name: field.default for name, field in DatasetSettings.model_fields.items()}
    return SimpleNamespace(**defaults | {"source": wish.source, "sha256": wish.sha256})


def checked(proposal: Proposal, wish: Wish) -> Proposal:
    """The proposal, with the checksum of what is fetched.

    Raises:
        UsageError: the user named a target where there is no column.
    """
    if wish.target and wish.target != proposal.settings.get("target"):
        must = f"--target names a column of a table; for {proposal.settings['family']} the folders or `label` tell it"
        raise UsageError(must, came=f"{wish.target!r} came", mend="Leave --target out.")
    if wish.sha256:
        proposal.set("sha256", wish.sha256)
    return proposal


def dataset_name(name: str) -> str:
    """A name for a dataset, from that of its source: what folders, stages and registered models may be called."""
    plain = unicodedata.normalize("NFKD", ENDINGS.sub("", name)).encode("ascii", "ignore").decode().lower()
    short = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:MAX_NAME].strip("_")
    return short if short and short != "mine" else f"{short or 'my'}_data"


def source_text(wish: Wish, place: Path | None) -> str:
    """The `source` that stands in params.yaml."""
    return f"data/mine/{place.name}" if place else wish.source
