"""How a network's answers change with one column: its partial dependence, over rows and on average."""

import numpy as np

from quartet.explanations import Bar, Bars, Figure, Plot, Series, Table
from quartet.families.tabular.inquiry import Column, Inquiry, dependence, sample

MOST_CLASSES = 6
MOST_CATEGORIES = 12
N_GRID = 24
MOST_ROWS = 500
QUANTILES = {"a tenth of the rows lie below": 0.1, "nine tenths": 0.9}


class Curve:
    """The partial dependence on one column.

    Args:
        inquiry: its groups are the columns.
        train: inputs (N, F) of the training split, whose cells are tried.
    """

    def __init__(self, inquiry: Inquiry, column: Column, train: np.ndarray) -> None:
        self.column, self.classes = column, inquiry.encoder.classes
        self.cells, inputs = grid_of(column, train)
        places, n = sample(len(inquiry.x), MOST_ROWS), len(inquiry.x)
        rows = np.zeros((len(inputs), inquiry.x.shape[1]), np.float32)
        rows[:, column.start : column.end] = inputs
        tried = Inquiry(inquiry.network, inquiry.encoder, np.concatenate([inquiry.x, rows]), inquiry.groups)
        group = int(inquiry.groups[column.start])
        self.n_rows = len(places)
        self.outputs = dependence(tried, places, group, range(n, n + len(rows)))  # (K, rows, cells)

    @property
    def means(self) -> np.ndarray:
        """Each output's mean over rows (K, cells)."""
        return np.asarray(self.outputs.mean(1))

    @property
    def is_number(self) -> bool:
        """Whether its cells lie on an axis."""
        return self.column.facts["kind"] in ("number", "date")

    @property
    def followed(self) -> np.ndarray:
        """The one output (rows, cells) that is followed: a value, or the last of two classes."""
        return np.asarray(self.outputs[-1])

    def figure(self, note: str) -> Figure:
        """Curves over numbers and dates, bars of categories; a table of categories with many classes."""
        title, note = self.column.name, f"{note} Cells of the training split."
        if self.is_number:
            unit = "year" if self.column.facts["kind"] == "date" else title
            return Plot(title, note, unit, self.unit, self.series())
        if len(self.classes) > 2:
            return Table(title, note, [title, *self.classes], self.rows())
        each = zip(self.cells, self.means[-1], self.followed.std(0), strict=True)
        bars = [Bar(str(cell), float(mean), float(sd)) for cell, mean, sd in each]
        return Bars(title, f"{note} Mean and standard deviation over rows.", self.unit, bars)

    def rows(self) -> list[list[str | float | int]]:
        """Each category with the mean probability of each class."""
        return [
            [str(cell), *(round(float(p), 3) for p in by_class)]
            for cell, by_class in zip(self.cells, self.means.T, strict=True)
        ]

    @property
    def unit(self) -> str:
        """What the answers are."""
        if len(self.classes) > 2:
            return "probability"
        return f"probability of {self.classes[1]}" if self.classes else "prediction"

    def series(self) -> list[Series]:
        """The mean over rows, and the band that eight of ten lie in; of many classes, the mean of each."""
        if len(self.classes) > 2:
            most = np.argsort(-np.ptp(self.means, axis=1), kind="stable")[:MOST_CLASSES]
            return [self.line(self.classes[k], self.means[k]) for k in sorted(most)]
        band = [self.line(name, np.quantile(self.followed, q, axis=0)) for name, q in QUANTILES.items()]
        return [self.line("mean", self.means[-1]), *band]

    def line(self, name: str, values: np.ndarray) -> Series:
        """Values (cells,) over the cells."""
        return Series(name, [(float(x), float(y)) for x, y in zip(self.cells, values, strict=True)])

    def trend(self) -> str:
        """What happens to the followed answer, in words."""
        k = int(np.ptp(self.means, axis=1).argmax()) if len(self.classes) > 2 else -1
        means, name = self.means[k], self.column.name
        it = f"that of {self.classes[k]}" if len(self.classes) > 2 else "it"
        if not self.is_number:
            low, high = (self.cells[int(i)] for i in (means.argmin(), means.argmax()))
            return f"by {name} {it} goes from {in_words(means.min())} ({low}) to {in_words(means.max())} ({high})"
        steps = np.diff(means)
        way = "rises steadily" if (steps >= 0).all() else "falls steadily" if (steps <= 0).all() else "goes up and down"
        return f"with {name} {it} {way}, from {in_words(means[0])} to {in_words(means[-1])}"


def in_words(number: float) -> str:
    """A number in a sentence."""
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"


def grid_of(column: Column, x: np.ndarray) -> tuple[list[str | float], np.ndarray]:
    """Cells of a column to be tried, and the inputs (cells, width) that they are."""
    wide = column.end - column.start
    if column.facts["kind"] == "category":
        counts = x[:, column.start : column.end].sum(0)
        most = sorted(np.argsort(-counts, kind="stable")[:MOST_CATEGORIES])
        kept = [int(i) for i in most if counts[i]]
        return [column.names[i].removeprefix(f"{column.name} = ") for i in kept], np.eye(wide, dtype=np.float32)[kept]
    own = column.facts["missing"] == "own"
    known = x[x[:, column.end - 1] == 0, column.start] if own else x[:, column.start]
    boolean = column.facts["kind"] == "boolean"
    low, high = np.quantile(known, [0.02, 0.98]) if len(known) else (0.0, 1.0)
    scaled = np.array([0.0, 1.0]) if boolean else np.linspace(low, high, N_GRID)
    inputs = np.zeros((len(scaled), wide), np.float32)
    inputs[:, 0] = scaled
    return ["false", "true"] if boolean else list(column.in_own_unit(scaled)), inputs
