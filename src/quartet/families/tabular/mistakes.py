"""Where a network of tables is wrong: the answers it was surest of, or the farthest ones."""

import numpy as np

from quartet.explanations import Plot, Series, Table
from quartet.families.tabular.inquiry import Column

MOST_ROWS = 10  # of a table of wrong answers
MOST_DOTS = 400
N_BINS = 10
QUANTILES = {"a tenth of the errors lie below": 0.1, "half": 0.5, "nine tenths": 0.9}


def confidence(target: np.ndarray, output: np.ndarray, note: str) -> Plot:
    """How many right and wrong answers have which probability."""
    right, top = output.argmax(1) == target, output.max(1)
    edges = np.linspace(1 / output.shape[1], 1, N_BINS + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    series = [
        Series(name, list(zip(middles.tolist(), np.histogram(top[of], edges)[0].tolist(), strict=True)), "both")
        for name, of in {"right": right, "wrong": ~right}.items()
    ]
    return Plot("How sure it is", note, "probability of its answer", "rows", series)


def surest(
    answers: tuple[np.ndarray, np.ndarray, np.ndarray], x: np.ndarray, classes: list[str], columns: list[Column]
) -> tuple[list[str], list[list[str | float | int]]]:
    """Header and rows of the wrong answers with the highest probability; `answers` are ids, targets and outputs."""
    ids, target, output = answers
    said, top = output.argmax(1), output.max(1)
    wrong = np.flatnonzero(said != target)
    wrong = wrong[np.argsort(-top[wrong], kind="stable")][:MOST_ROWS]
    rows = [
        [str(ids[i]), classes[target[i]], classes[said[i]], round(float(top[i]), 3), *cells(x[i], columns)]
        for i in wrong
    ]
    return ["row", "right", "its answer", "probability", *(column.name for column in columns)], rows


def residuals(target: np.ndarray, output: np.ndarray, note: str) -> Plot:
    """Errors against predictions, with the band that eight of ten lie in."""
    error, order = output - target, np.argsort(output, kind="stable")
    few = order[:: max(1, len(order) // MOST_DOTS)]
    dots = Series("row", list(zip(output[few].tolist(), error[few].tolist(), strict=True)), "dots")
    parts = [part for part in np.array_split(order, N_BINS) if len(part)]
    bands = [
        Series(name, [(float(output[part].mean()), float(np.quantile(error[part], q))) for part in parts])
        for name, q in QUANTILES.items()
    ]
    return Plot("Errors", note, "prediction", "prediction minus truth", [dots, *bands])


def farthest(
    answers: tuple[np.ndarray, np.ndarray, np.ndarray], x: np.ndarray, columns: list[Column]
) -> tuple[list[str], list[list[str | float | int]]]:
    """Header and rows of the largest errors; `answers` are ids, targets and outputs."""
    ids, target, output = answers
    worst = np.argsort(-abs(output - target), kind="stable")[:MOST_ROWS]
    rows = [[str(ids[i]), float(target[i]), float(f"{output[i]:.6g}"), *cells(x[i], columns)] for i in worst]
    return ["row", "truth", "prediction", *(column.name for column in columns)], rows


def cells(x: np.ndarray, columns: list[Column]) -> list[str | float]:
    """What some columns of a row with inputs (F,) hold, numbers to four digits."""
    values = [column.cell(x) for column in columns]
    return [float(f"{value:.4g}") if isinstance(value, float) else value for value in values]


def table(title: str, note: str, content: tuple[list[str], list[list[str | float | int]]]) -> Table:
    """A table of its header and rows."""
    return Table(title, note, *content)
