"""The catalog as a person reads it: a table in a terminal, one set in full, and docs/catalog.md."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from quartet.catalog import PREFIX, Entry, load

if TYPE_CHECKING:
    from rich.table import Table

MEGABYTE = 10**6
STATUS = {
    "installed": "an installed package carries it",
    "verified": "fetched when the entry was written, with this checksum",
    "unverified": "address and checksum were read in a named source, not fetched; ingest checks what comes",
    "by hand": "no single archive of it is published",
}
HEAD = """\
# Public sets

A dataset takes one of these by name, with nothing else to write:

```yaml
datasets:
  reviews: {source: "catalog:imdb"}
```

or a new project starts from one: `quartet init DIR --from catalog:imdb`. What stands in `params.yaml` besides wins over
what the catalog says. Every download is checked against its checksum before it is read, kept in `.quartet/downloads`,
and the set's items are counted against what was published. `quartet catalog` shows this list, and
`quartet catalog NAME` one set.

This page is made from `src/quartet/catalog.yaml` by `make docs`.

"""


def as_json(name: str | None, entry: Entry | None) -> Any:
    """All sets in short, or one in full."""
    if entry:
        return {"name": name, "status": entry.status, **entry.model_dump(mode="json", exclude_none=True)}
    return [
        {"name": name, "title": entry.title, "family": entry.family, "items": entry.expected.items}
        | {"bytes": entry.n_bytes, "status": entry.status, "licence": entry.licence}
        for name, entry in load().items()
    ]


def as_table() -> "Table":
    """A line per set."""
    from rich.table import Table

    table = Table("set", "family", "what it is", "items", "download", "status", box=None)
    for name, entry in load().items():
        size = megabytes(entry) if entry.files else ""
        table.add_row(name, entry.family, entry.title, f"{entry.expected.items:,}", size, entry.status)
    return table


def as_lines(name: str, entry: Entry) -> Iterator[str]:
    """One set in full."""
    yield f"{name}: {entry.title}"
    for key, value in facts(name, entry).items():
        for index, line in enumerate(value.splitlines()):
            yield f"  {'' if index else key:<9} {line}"


def facts(name: str, entry: Entry) -> dict[str, str]:
    """What there is to say of a set, by heading."""
    items = f"{entry.expected.items:,}, split {entry.split}"
    found = {
        "about": entry.settings["about"],
        "family": entry.family,
        "items": items + (f": {counts(entry.expected.splits)}" if entry.expected.splits else ""),
        "classes": counts(entry.expected.classes) or ", ".join(entry.settings.get("classes", [])),
        "source": "\n".join(origin(entry)),
        "status": f"{entry.status}: {STATUS[entry.status]}",
        "checksum": entry.checksum_source,
        "settings": settings(entry.settings),
        "licence": entry.licence,
        "citation": entry.citation,
        "home": entry.home,
        "start": entry.bring or f"quartet init DIR --from {PREFIX}{name}",
    }
    return {key: value for key, value in found.items() if value}


def origin(entry: Entry) -> Iterator[str]:
    """Where a set comes from, a line each."""
    if entry.source:
        yield entry.source
    for file in entry.files:
        yield f"{' or '.join(entry.addresses(file))} ({file.sha256 or f'MD5 {file.md5}'})"
        if file.installed:
            yield f"or {file.installed.path} (Debian package {file.installed.package}; {file.installed.sha256})"


def settings(values: Mapping[str, Any]) -> str:
    """What the entry sets, as it may stand in params.yaml; what is said elsewhere left out."""
    shown = {key: value for key, value in values.items() if key not in ("about", "classes")}
    return "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in shown.items())


def counts(numbers: Mapping[str, int]) -> str:
    """Names and numbers in one line."""
    return ", ".join(f"{name} {number:,}" for name, number in numbers.items())


def megabytes(entry: Entry) -> str:
    """The size of the download."""
    return "size unknown" if entry.n_bytes is None else f"{max(entry.n_bytes / MEGABYTE, 0.1):,.1f} MB"


def as_markdown() -> str:
    """docs/catalog.md."""
    rows = [
        f"| [{name}](#{name}) | {entry.family} | {entry.title} | {entry.expected.items:,} | {entry.status} |"
        for name, entry in load().items()
    ]
    meanings = [f"- *{status}*: {meaning}" for status, meaning in STATUS.items()]
    table = ["| set | family | what it is | items | status |", "| --- | --- | --- | ---: | --- |", *rows]
    sections = ["\n".join(section(name, entry)) for name, entry in load().items()]
    return HEAD + "\n".join([*table, "", *meanings, "", *sections])


def section(name: str, entry: Entry) -> Iterator[str]:
    """One set in docs/catalog.md."""
    yield f"## {name}\n"
    found = facts(name, entry)
    yield f"{entry.title}. {found.pop('about')}\n"
    for key, value in found.items():
        lines = value.splitlines()
        literal = key in ("source", "settings") or (key == "start" and not entry.bring)
        if len(lines) == 1:
            yield f"- {key}: {f'`{value}`' if literal else value}"
        else:
            yield "\n".join([f"- {key}:", *(f"  - `{line}`" for line in lines)])
    yield ""
