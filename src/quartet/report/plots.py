"""Plots and bars of a look inside as charts: what has no place on an axis is left out and counted."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from quartet import explanations as ex
from quartet.report.charts import LOG_SCALE, Axis, Chart, Mark, Points, axis_over, log_axis, thinned
from quartet.report.formats import ABSENT, counted, number
from quartet.report.shapes import N_SHAPES
from quartet.safe_text import cut

N_COLOURS = 8
LARGEST = 1e100  # beyond it, sums and ratios of floats overflow
LETTERS = 200
LONG_X, LONG_Y, LONG_NAME = 54, 30, 29  # letters that fit along an axis, beside a bar's value
FEW_DOTS, MOST_DOTS = 150, 3000  # dots are small, and without their numbers, beyond the one; thinned beyond the other
MOST_BARS = 60
ROW = 34  # height of a bar with its name


@dataclass(frozen=True)
class Key:
    """An entry of a legend: a colour and a shape by number, and whether a line is drawn."""

    colour: int
    shape: int
    text: str
    line: bool = False
    dots: bool = True


def drawable(value: Any, *, log: bool = False) -> bool:
    """Whether a number has a place on an axis."""
    if value is None or not math.isfinite(value) or abs(value) > LARGEST:
        return False
    return value > 1 / LARGEST if log else True


def looks_of(place: int) -> tuple[int, int]:
    """Colour and shape of the series at a place; no two of the first 64 share both."""
    return place % N_COLOURS, (place + place // N_COLOURS) % N_SHAPES


def plot(figure: ex.Plot) -> tuple[dict[str, Any] | None, list[str]]:
    """A chart with a legend, and what it leaves out."""
    ways = [list(runs(series.points, figure.log_x, figure.log_y)) for series in figure.series]
    kept = [point for way in ways for run in way for point in run]
    n_lost = sum(len(series.points) for series in figure.series) - len(kept)
    lost = f"{counted(n_lost, 'point')} without a place on these axes {'is' if n_lost == 1 else 'are'} not drawn."
    if not kept:
        return None, [lost] if n_lost else []
    x = axis_of([x for x, _ in kept], figure.x, log=figure.log_x)
    y = axis_of([y for _, y in kept], figure.y, log=figure.log_y)
    remarks = [lost] * bool(n_lost)
    remarks += [f"Logarithmic {' and '.join(scales)}."] if (scales := scales_of(figure)) else []
    remarks += too_long(figure.x, LONG_X, "Across") + too_long(figure.y, LONG_Y, "Upwards")
    marks = [mark for place, way in enumerate(ways) for mark in marks_of(figure.series[place], place, way)]
    chart = Chart(figure.title, figure.note, shorter(x, LONG_X), shorter(y, LONG_Y), marks)
    keys = [
        Key(*looks_of(place), cut(series.name, LETTERS), series.style != "dots", series.style != "line")
        for place, series in enumerate(figure.series)
    ]
    return {"chart": chart, "keys": keys}, remarks


def scales_of(figure: ex.Plot) -> list[str]:
    """Which axes have equal steps for equal ratios."""
    return [word for word, log in (("across", figure.log_x), ("upwards", figure.log_y)) if log]


def runs(points: Points, log_x: bool, log_y: bool) -> Iterator[Points]:
    """Points that follow each other without one in between that has no place."""
    run: list[tuple[float, float]] = []
    for x, y in points:
        if drawable(x, log=log_x) and drawable(y, log=log_y):
            run.append((x, y))
        elif run:
            yield run
            run = []
    if run:
        yield run


def axis_of(values: Sequence[float], label: str, *, log: bool) -> Axis:
    """An axis that holds all values."""
    return log_axis(values, label) if log else axis_over(values, label)


def shorter(axis: Axis, letters: int) -> Axis:
    """The same axis with a label that fits."""
    return replace(axis, label=cut(axis.label.removesuffix(LOG_SCALE), letters))


def too_long(label: str, letters: int, direction: str) -> list[str]:
    """The whole label, where it does not fit."""
    return [f"{direction}: {cut(label, LETTERS)}."] if len(label) > letters else []


def marks_of(series: ex.Series, place: int, way: Sequence[Points]) -> Iterator[Mark]:
    """Lines and shapes of one series; a point alone is a shape even of a line."""
    colour, form = looks_of(place)
    for run in way:
        if series.style != "dots" and len(run) > 1:
            yield Mark("line", thinned(run), f"series c{colour} d{form}")
    dots = [point for run in way for point in run if series.style != "line" or len(run) == 1]
    dots = dots[:: math.ceil(len(dots) / MOST_DOTS) or 1]
    if dots:
        few = len(dots) <= FEW_DOTS
        style, text = ("mark", cut(series.name, LETTERS)) if few else ("mark many", "")
        yield Mark("shapes", dots, f"{style} c{colour}", text, form)


def bars(figure: ex.Bars) -> tuple[Chart | None, list[str]]:
    """A chart of rows, each a name, a bar from 0 and a whisker of a standard deviation to both sides."""
    shown = figure.bars[:MOST_BARS]
    if not shown:
        return None, []
    known = [bar for bar in shown if drawable(bar.value)]
    ends = [bar.value + side * spread(bar) for bar in known for side in (-1, 1)]
    axis = shorter(axis_over([0.0, *ends, *([] if any(ends) else [1.0])], figure.unit), LONG_X)
    marks: list[Mark] = []
    for place, bar in enumerate(shown):
        marks += row_of(bar, 1 - (place + 0.68) / len(shown))
    more = len(figure.bars) - len(shown)
    remarks = [f"The first {len(shown)} of {len(figure.bars)}."] if more else []
    remarks += ["Whisker: one standard deviation to both sides."] if any(map(spread, known)) else []
    remarks += too_long(figure.unit, LONG_X, "Unit")
    return Chart(figure.title, figure.note, axis, None, marks, height=60 + ROW * len(shown)), remarks


def spread(bar: ex.Bar) -> float:
    """The standard deviation, 0 where there is none."""
    return abs(bar.sd) if bar.sd is not None and drawable(bar.sd) else 0.0


def row_of(bar: ex.Bar, y: float) -> Iterator[Mark]:
    """One bar's row."""
    name = cut(bar.name, LETTERS)
    if drawable(bar.value):
        value, sd = bar.value, spread(bar)
        text = f"{number(value)} ± {number(sd)}" if sd else number(value)
        yield Mark("bar", [(0.0, y), (value, y)], "below" if value < 0 else "above", f"{name}: {text}")
        if sd:
            yield Mark("line", [(value - sd, y), (value + sd, y)], "spread")
    else:
        text = ABSENT
    yield Mark("value", [(0.0, y)], "", text)
    yield Mark("name", [(0.0, y)], "", cut(bar.name, LONG_NAME))
