"""Public sets by name: catalog.yaml beside this file, as typed entries.

A dataset whose source is `catalog:NAME` takes the entry's family and settings; what params.yaml says besides wins.
An address or checksum that was not fetched when the entry was written is marked as such (`fetched: false`), and
`checksum_source` names where the checksum was read.
"""

import json
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

from quartet.errors import UsageError
from quartet.settings import DatasetSettings, Settings

PREFIX = "catalog:"
FILE = Path(__file__).with_name("catalog.yaml")
# the settings that counts rest on
SHAPING = (
    "target",
    "task",
    "keep",
    "ignore",
    "unreadable",
    "deduplicate",
    "split",
    "format",
    "name",
    "classes",
    "class_names",
    "missing_values",
)


class Installed(Settings):
    """Where a distribution's package puts a file."""

    path: str = Field(pattern="^/", description="where it lies once the package is installed")
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="of the file there, where it differs from the published")
    package: str = Field(description="the package and its version")


class PublicFile(Settings):
    """One file of a set."""

    name: str = Field(description="what it is called when kept")
    at: list[str] = Field(
        default=[], description="addresses of its own; otherwise it lies at each of the set's mirrors"
    )
    sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$", description="its SHA-256")
    md5: str | None = Field(default=None, pattern="^[0-9a-f]{32}$", description="its MD5, where only that is published")
    bytes: int | None = Field(default=None, gt=0, description="its size")
    installed: Installed | None = Field(default=None, description="where a Debian package puts it")
    split: Literal["train", "validation", "test"] | None = Field(default=None, description="the split all of it is")


class Expected(Settings):
    """How many items a set holds, as published."""

    items: int = Field(gt=0, description="in all")
    splits: dict[str, int] = Field(default={}, description="split → items; a carved validation part counts as train")
    classes: dict[str, int] = Field(default={}, description="class → items, over all splits")


class Entry(Settings):
    """One public set."""

    title: str
    family: str = Field(description="a folder of quartet.families")
    settings: dict[str, Any] = Field(description="settings of the dataset that a user need not write")
    source: str | None = Field(default=None, description="a source that an installed package carries")
    mirrors: list[str] = Field(default=[], description="what stands before the names of the files, tried in turn")
    files: list[PublicFile] = Field(default=[], description="what is downloaded")
    rename: list[tuple[str, str]] = Field(default=[], description="pattern → name, for names that tell no kind")
    replace: list[tuple[str, str]] = Field(default=[], description="pattern → text, where a file is no clean CSV")
    fetched: bool = Field(description="whether addresses and checksums were fetched when the entry was written")
    checksum_source: str = Field(default="", description="where the checksums were read")
    bring: str = Field(default="", description="how to bring a set that no address serves as a whole")
    split: Literal["published", "hashed"]
    expected: Expected
    home: str = Field(description="where the set is described")
    licence: str
    citation: str
    models: dict[str, dict[str, Any]] = Field(description="models to start with")

    def addresses(self, file: PublicFile) -> list[str]:
        """Where a file lies, the first choice first."""
        return file.at or [mirror + file.name for mirror in self.mirrors]

    @property
    def status(self) -> str:
        """`installed` with Quartet, `verified`, `unverified`, or `by hand`."""
        if self.source:
            return "installed"
        return "by hand" if not self.files else "verified" if self.fetched else "unverified"

    @property
    def n_bytes(self) -> int | None:
        """What is downloaded, where it is known."""
        sizes = [file.bytes for file in self.files]
        return sum(size or 0 for size in sizes) if sizes and all(sizes) else None


class PublicDataset(BaseModel):
    """A dataset of params.yaml that leaves its family and settings to the catalog, for the JSON Schema."""

    model_config = ConfigDict(extra="allow")

    source: str = Field(
        pattern=f"^{PREFIX}",
        description="catalog:NAME, which brings its family and settings; `quartet catalog` lists them",
    )


@cache
def load() -> Mapping[str, Entry]:
    """All entries by name, in the order of the file."""
    tree = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    return {name: Entry.model_validate_json(json.dumps(value)) for name, value in tree.items()}


def entry_of(source: object) -> Entry | None:
    """The entry that a source names, or None where it names none."""
    return load().get(source.removeprefix(PREFIX)) if isinstance(source, str) and source.startswith(PREFIX) else None


def completed(value: Mapping[str, Any]) -> dict[str, Any]:
    """A dataset of params.yaml with what its catalog entry says; what the user wrote wins."""
    entry = entry_of(value.get("source"))
    if entry is None:
        return dict(value)
    merged = {"family": entry.family, **entry.settings, **value}
    checks = entry.settings.get("checks", {})
    if checks and isinstance(value.get("checks"), dict):
        merged["checks"] = checks | {
            name: {**checks.get(name, {}), **changes} if isinstance(changes, dict) else changes
            for name, changes in value["checks"].items()
        }
    return merged


def proposal(name: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """A dataset of that name and models for it, as they may stand in params.yaml.

    Raises:
        UsageError: the catalog has no such set, or it must be brought by hand.
    """
    entry = named(name)
    refuse_by_hand(name, entry)
    models = {f"{name}-{suffix}": {"dataset": name, **settings} for suffix, settings in entry.models.items()}
    return {"family": entry.family, "source": f"{PREFIX}{name}"}, models


def named(name: str) -> Entry:
    """The entry of that name.

    Raises:
        UsageError: there is none.
    """
    entries = load()
    if name not in entries:
        near = get_close_matches(name, entries, n=1)
        mend = f"Did you mean {near[0]}?" if near else "`quartet catalog` lists them all."
        raise UsageError(f"{PREFIX}NAME is one of {', '.join(entries)}", came=f"{name!r} came", mend=mend)
    return entries[name]


def refuse_by_hand(name: str, entry: Entry) -> None:
    """Raise UsageError where no address serves the set as a whole."""
    if entry.status == "by hand":
        raise UsageError(
            f"{PREFIX}{name} has an address", came="no single archive of it is published", mend=entry.bring
        )


def plan_content(settings: DatasetSettings) -> dict[str, Any]:
    """What ingest depends on of the catalog: the files, and the counts where the user changed nothing they rest on."""
    entry = entry_of(settings.source)
    if entry is None:
        return {"catalog": None, "expected": None}
    fields = {"source", "mirrors", "files", "rename", "replace"}
    given = completed({"source": settings.source})
    known = {key: field.default for key, field in type(settings).model_fields.items()} | given
    as_published = all(getattr(settings, key, None) == known.get(key) for key in SHAPING if key in known)
    expected = entry.expected.model_dump() if as_published else None
    return {"catalog": entry.model_dump(mode="json", include=fields), "expected": expected}
