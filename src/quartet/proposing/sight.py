"""What `quartet init --from` sees of a source, and what a family proposes for it."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from quartet.errors import SourceError
from quartet.reading.files import File
from quartet.reading.tables import CSV, kind_of, read_table

NEARLY_ALL = 0.9  # the share of a source's files that must be of a family's kind
ENCODINGS = ("auto", "cp1252")
SEPARATORS = ("auto", ",", ";", "\t", "|")
MAX_LINE = 10_000_000  # bytes
YEARS = range(1800, 2200)  # numbers that may well be names of columns


@dataclass(frozen=True)
class Sight:
    """A source that can be looked at as often as needed.

    Args:
        name: what it is called.
        walk: gives its files, from the first, each time it is called.
        ready: its tables, where a package holds them.
        target: the column that the user wants predicted.
    """

    name: str
    walk: Callable[[], Iterable[File]]
    ready: dict[str, pd.DataFrame] = field(default_factory=dict)
    target: str | None = None

    @cached_property
    def names(self) -> list[str]:
        """The paths of its files, inside it."""
        return [file.name for file in self.walk()]

    @cached_property
    def table(self) -> "SeenTable | None":
        """Its one table, if that is what it holds."""
        if self.ready:
            return SeenTable(self.ready["items"]) if len(self.ready) == 1 else None
        tables = [name for name in self.names if kind_of(name)]
        if len(tables) != 1 or any(ending_of(name) in (".png", ".jpg", ".jpeg") for name in self.names):
            return None
        return next(SeenTable.of(file) for file in self.walk() if file.name == tables[0])

    def is_mostly(self, endings: tuple[str, ...]) -> bool:
        """Whether nearly all of its files end so."""
        fitting = sum(ending_of(name) in endings for name in self.names)
        return fitting > 0 and fitting >= NEARLY_ALL * len(self.names)

    def listed(self) -> Iterator[File]:
        """Its files without their content, for what is told by names alone."""
        return (File(name, bytes) for name in self.names)

    def sample(self, endings: tuple[str, ...], n: int) -> Iterator[tuple[str, bytes]]:
        """About n of the files that end so, evenly spread: path and content."""
        fitting = [name for name in self.names if ending_of(name) in endings]
        chosen = set(fitting[:: max(1, len(fitting) // n)])
        return ((file.name, file.read()) for file in self.walk() if file.name in chosen)

    def census(self) -> str:
        """How many files of which ending it holds, as words."""
        counts = Counter(ending_of(name) or "files without an ending" for name in self.names)
        return ", ".join(f"{n:,} {ending}" for ending, n in counts.most_common(5)) or "nothing"


@dataclass(frozen=True)
class SeenTable:
    """A table, and how it had to be read.

    Args:
        frame: its rows.
        settings: what params.yaml must say of it: `encoding`, `separator`, `header`.
    """

    frame: pd.DataFrame
    settings: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, file: File) -> "SeenTable":
        """A file's table, read in the first way that works.

        Raises:
            SourceError: none does.
        """
        data = None if file.path else file.read()
        file = file if data is None else File(file.name, lambda: data)  # what comes from an archive is read once
        errors, header = [], names_for(file)
        for encoding, separator in product(ENCODINGS, SEPARATORS):
            try:
                found = read_table(file, CSV(encoding, separator, tuple(header)))
            except SourceError as error:
                errors.append(error)
                continue
            if found.shape[1] > 1 or separator == "auto":
                ways = {"encoding": (encoding, "auto"), "separator": (separator, "auto"), "header": (header, [])}
                return cls(found, {key: value for key, (value, default) in ways.items() if value != default})
        raise errors[0]


def names_for(file: File) -> list[str]:
    """Names for the columns of a CSV whose first line holds values, that is, numbers, instead; none for others."""
    if ending_of(file.name) not in (".csv", ".tsv"):
        return []
    with file.path.open("rb") if file.path else io.BytesIO(file.read()) as stream:
        line = stream.readline(MAX_LINE).decode("latin-1").split("\r")[0]
    try:
        cells = next(csv.reader([line], delimiter=max(SEPARATORS[1:], key=line.count)), [])
    except csv.Error:  # it is no text; reading it says so with its place
        return []
    numbers = [float(cell) for cell in cells if is_number(cell)]
    named = 2 * len(numbers) < len(cells) or all(number in YEARS for number in numbers)
    return [] if named else [f"column_{i}" for i in range(len(cells))]


@dataclass
class Proposal:
    """What a family proposes for a source it knows how to read.

    Args:
        settings: of the dataset, `source` aside, in the order in which they are to stand.
        models: how its name ends → its settings, the baseline first; the architecture, if they do not say another.
        saw: what the source holds, as a sentence.
        why: setting → the reason for it.
        hints: what the user may want to look at.
        name: what to call the dataset, where the data say it.
    """

    settings: dict[str, Any]
    models: dict[str, dict[str, Any]]
    saw: str
    why: dict[str, str] = field(default_factory=dict)
    hints: list[str] = field(default_factory=list)
    name: str = ""

    def set(self, key: str, value: Any, why: str = "") -> None:
        """Add a setting, and the reason for it."""
        self.settings[key] = value
        if why:
            self.why[key] = why

    def check(self, name: str, why: str, **limits: Any) -> None:
        """Change a limit of the gate, and say why."""
        self.set("checks", self.settings.get("checks", {}) | {name: limits})
        self.why["checks"] = "; ".join(filter(None, [self.why.get("checks"), why]))


def ending_of(name: str) -> str:
    """The ending of a file's name in lower case, such as .png."""
    return PurePosixPath(name.lower()).suffix


def is_number(text: str) -> bool:
    """Whether a text reads as a finite number."""
    try:
        return abs(float(text)) < float("inf")
    except ValueError:
        return False
