"""Charts as coordinates: axes with round ticks, and marks; templates/macros.html draws them as SVG.

Small on purpose (360 units wide), so that their text stays readable on a phone.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

WIDTH, HEIGHT = 360, 250
RIGHT, TOP, BOTTOM = 12, 10, 44
LABEL, LETTER = 28, 6.2  # widths: of a turned axis label, of a letter beside a tick
N_TICKS = 5
MOST_LETTERS = 10  # of a tick
MAX_POINTS = 200  # of a line: more cannot be told apart
LOG_SCALE = ", log scale"
LOG_RATIO = 30  # a range wider than this is easier to read on a logarithmic axis

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """A range of values with its label."""

    label: str
    low: float
    high: float
    log: bool = False

    def fraction(self, value: float) -> float:
        """Where a value stands between low (0) and high (1)."""
        low, high, value = (math.log10(v) if self.log else v for v in (self.low, self.high, value))
        return (value - low) / (high - low)

    def ticks(self) -> list[tuple[float, str]]:
        """(fraction, text) of round values."""
        return [(self.fraction(v), text) for v, text in (self.log_ticks() if self.log else self.linear_ticks())]

    def linear_ticks(self) -> list[tuple[float, str]]:
        """Multiples of 1, 2 or 5 times a power of ten."""
        step = round_step((self.high - self.low) / N_TICKS)
        decimals = max(0, -math.floor(math.log10(step)))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        values = [i * step for i in range(first, last + 1)]
        if max(len(f"{v:,.{decimals}f}") for v in (self.low, self.high)) > MOST_LETTERS:
            digits = math.ceil(math.log10(max(abs(self.low), abs(self.high)) / step)) + 1
            return [(v, f"{v:.{digits}g}") for v in values]
        return [(v, f"{v:,.{decimals}f}") for v in values]

    def log_ticks(self) -> list[tuple[float, str]]:
        """Powers of ten: with their multiples by 2 and 5 where there are few, every so many where there are many."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        sparse = decades[:: math.ceil(len(decades) / (N_TICKS + 2))]
        for powers, multiples in ((decades, (1, 2, 5)), (decades, (1,)), (sparse, (1,))):
            values = [m * 10.0**d for d in powers for m in multiples if self.low <= m * 10.0**d <= self.high]
            if len(values) <= N_TICKS + 2:
                break
        return [(v, f"{v:g}") for v in values] if len(values) > 1 else self.linear_ticks()


def round_step(rough: float) -> float:
    """The smallest of 1, 2, 5 or 10 times a power of ten that is not below `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9)))


def log_axis(values: Iterable[float], label: str) -> Axis:
    """A logarithmic axis that holds all values, which are above 0."""
    known = list(values)
    return Axis(f"{label}{LOG_SCALE}", min(known) / 1.1, max(known) * 1.1, log=True)


def axis_over(values: Iterable[float], label: str, *, allow_log: bool = False) -> Axis:
    """An axis that holds all values, with a margin of 4 % on each side."""
    known = list(values)
    low, high = min(known), max(known)
    if allow_log and low > 0 and high / low > LOG_RATIO:
        return log_axis(known, label)
    margin = 0.04 * (high - low) or 0.05 * abs(high) or 0.5
    return Axis(label, low - margin, high + margin)


@dataclass(frozen=True)
class Mark:
    """Something drawn at data coordinates.

    Args:
        kind: line, dots or cloud (of small dots), shapes (of shapes.py), bar (between two points), or, written at the
            first point, name (at the left) and value (at the right).
        style: a class of templates/style.css, which gives colour and dashes.
        shape: which one, where the kind is shapes.
    """

    kind: str
    points: Points
    style: str
    text: str = ""
    shape: int = 0


@dataclass(frozen=True)
class Chart:
    """A figure.

    Args:
        title: what is shown.
        note: which split, how many seeds or items, what the spread is.
        y: None where marks carry their own names.
        legend: (style, text).
    """

    title: str
    note: str
    x: Axis
    y: Axis | None
    marks: Sequence[Mark]
    legend: Sequence[tuple[str, str]] = ()
    height: int = HEIGHT

    @cached_property
    def frame(self) -> tuple[float, float, float, float]:
        """Left, right, top and bottom of the plotting area."""
        left = LABEL + LETTER * max(len(text) for _, text in self.y.ticks()) if self.y else RIGHT
        return left, WIDTH - RIGHT, TOP, self.height - BOTTOM

    def across(self, fraction: float) -> float:
        """Horizontal place of a fraction of the x axis."""
        left, right, _, _ = self.frame
        return round(left + fraction * (right - left), 1)

    def up(self, fraction: float) -> float:
        """Vertical place of a fraction of the y axis."""
        _, _, top, bottom = self.frame
        return round(bottom - fraction * (bottom - top), 1)

    def places(self, points: Points) -> list[tuple[float, float]]:
        """Data coordinates in the picture; without a y axis, y is a fraction."""
        return [(self.across(self.x.fraction(x)), self.up(self.y.fraction(y) if self.y else y)) for x, y in points]


def thinned(points: Points) -> Points:
    """At most about MAX_POINTS of them, evenly spaced, the last included."""
    step = math.ceil(len(points) / MAX_POINTS)
    return [*points[:-1:step], points[-1]]
