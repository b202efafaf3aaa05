"""The figures of a look inside as the coordinates, texts and classes that templates/look.html writes."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from quartet import explanations as ex
from quartet.report.charts import WIDTH
from quartet.report.formats import ABSENT, number
from quartet.report.pictures import Picture, picture_of
from quartet.report.plots import LETTERS, N_COLOURS, Key, bars, drawable, plot
from quartet.report.shapes import shape
from quartet.safe_text import cut

MOST_ROWS, MOST_TOKENS = 200, 600
PICTURE = 256  # pixels
FEW_NODES = 24  # their names are written beside them
MARGIN, NODE = 14, 4.5  # of a drawing, radius of a node


@dataclass(frozen=True)
class View:
    """A figure, ready to be written.

    Args:
        kind: the macro of templates/look.html.
        content: what it writes; None where there is nothing to draw.
    """

    kind: str
    title: str
    note: str
    content: Any


def view_of(figure: ex.Figure, folder: Path) -> View:
    """A figure of evaluation/<dataset>, whose pictures are in `folder`."""
    kind = type(figure).__name__.lower()
    makers: dict[str, Callable[[Any], tuple[Any, list[str]]]] = {
        "plot": plot,
        "bars": bars,
        "pictures": partial(pictures, folder=folder),
        "tokens": tokens,
        "drawing": drawing,
        "table": table,
    }
    content, remarks = makers[kind](figure)
    note = figure.note if not remarks or figure.note.endswith(".") else f"{figure.note}."
    return View(kind, figure.title, " ".join([note, *remarks]), content)


def pictures(figure: ex.Pictures, folder: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """Pictures as data URIs, in rows of at most so many."""
    shown = [picture_in(folder, picture) for picture in figure.pictures]
    columns = max(1, figure.columns)
    least = "4.5rem" if columns in (1, 2, 4, 8) else "6.2rem"  # a phone then has 4 or 3 in a row
    return {"pictures": shown, "columns": columns, "least": least} if shown else None, []


def picture_in(folder: Path, picture: ex.Picture) -> Picture:
    """One picture of those that evaluate wrote."""
    file = folder / picture.file
    inside = file.is_file() and file.resolve().is_relative_to(folder.resolve())
    return picture_of(file.read_bytes() if inside else None, cut(picture.caption, LETTERS), PICTURE)


@dataclass(frozen=True)
class Word:
    """A word, what it speaks for (`for`, `against` or neither), how strongly (0 to 1) and its number."""

    text: str
    side: str
    strength: str
    weight: str


def tokens(figure: ex.Tokens) -> tuple[list[dict[str, Any]] | None, list[str]]:
    """Texts with their words' colours."""
    texts = [
        {
            "caption": cut(text.caption, LETTERS),
            "words": [word_of(word, weight) for word, weight in text.tokens[:MOST_TOKENS]],
            "n_more": max(0, len(text.tokens) - MOST_TOKENS),
        }
        for text in figure.texts
    ]
    return texts or None, []


def word_of(word: str, weight: float | None) -> Word:
    """One word; a weight beyond 1 is as strong as 1."""
    known = max(-1.0, min(1.0, weight)) if weight is not None and weight == weight else 0.0
    side = "for" if known >= 0.005 else "against" if known <= -0.005 else ""
    return Word(cut(word, 80), side, f"{abs(known):.2f}", f"{weight:+.2f}" if weight is not None else ABSENT)


def drawing(figure: ex.Drawing) -> tuple[dict[str, Any] | None, list[str]]:
    """Nodes as shapes and edges as lines whose width, colour and dashes tell their weight."""
    known = {i: node for i, node in enumerate(figure.nodes) if drawable(node.x) and drawable(node.y)}
    if not known:
        return None, []
    named = len(known) <= FEW_NODES
    places = {i: place_of(node, wide=named) for i, node in known.items()}
    edges = [edge for edge in figure.edges if edge.a in places and edge.b in places and edge.a != edge.b]
    top, bottom = (end(y for _, y in places.values()) for end in (min, max))
    content = {
        "top": round(top - 2 * MARGIN, 1),
        "height": round(bottom - top + 4 * MARGIN, 1),
        "nodes": [
            {
                "path": shape(node.colour, *places[i], radius(node)),
                "colour": node.colour % N_COLOURS,
                "name": cut(node.name, LETTERS),
                "text": cut(node.name, 16) if named else "",
                "x": places[i][0],
                "y": round(places[i][1] + radius(node) + 11, 1),
            }
            for i, node in known.items()
        ],
        "edges": [line_of(edge, places) for edge in sorted(edges, key=strength)],
        "keys": [Key(i % N_COLOURS, i, cut(name, LETTERS)) for i, name in enumerate(figure.legend)],
        "signs": any(edge.weight is not None and edge.weight < 0 for edge in edges),
    }
    return content, []


def place_of(node: ex.Node, *, wide: bool) -> tuple[float, float]:
    """Where a node is in a square picture; `wide` leaves room for names at both sides."""
    across, up = (max(0.0, min(1.0, value)) for value in (node.x, node.y))
    side = 3 * MARGIN if wide else MARGIN
    return round(side + across * (WIDTH - 2 * side), 1), round(MARGIN + (1 - up) * (WIDTH - 2 * MARGIN - 8), 1)


def radius(node: ex.Node) -> float:
    """A node's radius: its area follows its size."""
    size = node.size if drawable(node.size) else 1.0
    return round(NODE * math.sqrt(max(0.2, min(8.0, size))), 2)


def strength(edge: ex.Edge) -> float:
    """The size of an edge's weight, at most 1."""
    return min(1.0, abs(edge.weight)) if edge.weight is not None and edge.weight == edge.weight else 0.0


def line_of(edge: ex.Edge, places: dict[int, tuple[float, float]]) -> dict[str, Any]:
    """One edge; strong ones are wide and dark."""
    (x0, y0), (x1, y1) = places[edge.a], places[edge.b]
    strong = strength(edge)
    return {
        "path": f"M{x0} {y0}L{x1} {y1}",
        "side": "minus" if edge.weight is not None and edge.weight < 0 else "plus",
        "width": round(0.5 + 3 * strong, 2),
        "opacity": round(0.2 + 0.7 * strong, 2),
    }


def table(figure: ex.Table) -> tuple[dict[str, Any] | None, list[str]]:
    """Cells as text; columns of numbers are written from the right."""
    if not figure.rows:
        return None, []
    rows = figure.rows[:MOST_ROWS]
    right = [
        all(row[i] is None or reads_as_number(row[i]) for row in rows if i < len(row))
        for i in range(len(figure.columns))
    ]
    content = {
        "columns": list(zip([cut(name, 80) for name in figure.columns], right, strict=True)),
        "rows": [[cell_of(value) for value in row] for row in rows],
    }
    return content, [f"The first {len(rows)} of {len(figure.rows):,} rows."] if len(figure.rows) > len(rows) else []


def is_number(value: Any) -> bool:
    """Whether a cell is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def reads_as_number(value: Any) -> bool:
    """Whether a cell is a number, or a text that is one."""
    return is_number(value) or (isinstance(value, str) and bool(re.fullmatch(r"[-+−]?[\d,]*\.?\d+(e[-+]?\d+)?", value)))


def cell_of(value: Any) -> str:
    """A cell: counts with their digits grouped, numbers as everywhere on the page."""
    if value is None or value != value:
        return ABSENT
    if isinstance(value, bool) or not isinstance(value, int | float):
        return cut(str(value), 400)
    return f"{value:,}" if isinstance(value, int) else number(value)
