"""What a look inside a network shows: plain data that evaluate writes and the report draws.

evaluation/<dataset>/inside.json holds the sections, evaluation/<dataset>/pictures/ their pictures. A figure's note
names the split, the number of items and the seed that its numbers are of.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from quartet.project import read_json, write_json

if TYPE_CHECKING:
    import numpy as np

FILE = "inside.json"
PICTURES = "pictures"


@dataclass(frozen=True)
class Series:
    """Points (x, y) with a name, joined by a line, as dots, or both."""

    name: str
    points: Sequence[tuple[float, float]]
    style: Literal["line", "dots", "both"] = "line"


@dataclass(frozen=True)
class Plot:
    """Series over two axes with the labels `x` and `y`."""

    title: str
    note: str
    x: str
    y: str
    series: Sequence[Series]
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True)
class Bar:
    """A named value, with its standard deviation where there are several."""

    name: str
    value: float
    sd: float | None = None


@dataclass(frozen=True)
class Bars:
    """Values side by side, in one unit."""

    title: str
    note: str
    unit: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Picture:
    """Pixels (H, W) or (H, W, 3) uint8; of one read back, `file` is where they lie."""

    pixels: "np.ndarray | None"
    caption: str
    file: str = ""


@dataclass(frozen=True)
class Pictures:
    """Pictures in rows of `columns`."""

    title: str
    note: str
    pictures: Sequence[Picture]
    columns: int = 6


@dataclass(frozen=True)
class Text:
    """Words with weights from -1 to 1."""

    caption: str
    tokens: Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Tokens:
    """Texts whose words speak for (above 0) or against (below 0) what was predicted."""

    title: str
    note: str
    texts: Sequence[Text]


@dataclass(frozen=True)
class Node:
    """A place from 0 to 1, y upwards, the number of a colour, a name and a size relative to the others."""

    x: float
    y: float
    colour: int
    name: str
    size: float = 1.0


@dataclass(frozen=True)
class Edge:
    """A line between the nodes numbered `a` and `b`, its weight from -1 to 1."""

    a: int
    b: int
    weight: float = 1.0


@dataclass(frozen=True)
class Drawing:
    """Nodes and edges; `legend` names the colours."""

    title: str
    note: str
    nodes: Sequence[Node]
    edges: Sequence[Edge]
    legend: Sequence[str] = ()


@dataclass(frozen=True)
class Table:
    """Rows of cells under columns."""

    title: str
    note: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | float | int]]


Figure = Plot | Bars | Pictures | Tokens | Drawing | Table
KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (Plot, Bars, Pictures, Tokens, Drawing, Table)}
PARTS: dict[str, type[Any]] = {
    "series": Series,
    "bars": Bar,
    "pictures": Picture,
    "texts": Text,
    "nodes": Node,
    "edges": Edge,
}


@dataclass(frozen=True)
class Section:
    """Figures under a title, with what they show and why in plain words."""

    title: str
    text: str
    figures: Sequence[Figure] = field(default=())


@dataclass(frozen=True)
class Inside:
    """The sections on one dataset's networks.

    Args:
        model: the network that was looked into: of those that are no baseline, the one best on validation.
        seed: the seed of its weights, such as `seed-0`.
    """

    model: str
    seed: str
    sections: Sequence[Section]


def save(inside: Inside, folder: Path) -> None:
    """Write inside.json, and a PNG file per picture."""
    (folder / PICTURES).mkdir(parents=True)
    pictures: list[str] = []
    content = {
        "model": inside.model,
        "seed": inside.seed,
        "sections": [
            {
                "title": section.title,
                "text": section.text,
                "figures": [plain(f, folder, pictures) for f in section.figures],
            }
            for section in inside.sections
        ],
    }
    write_json(folder / FILE, content)


def plain(figure: Any, folder: Path, pictures: list[str]) -> Any:
    """A figure or a part of one as JSON values; pixels become files, whose names are added to `pictures`."""
    if isinstance(figure, Picture):
        return {"file": write_picture(figure, folder, pictures), "caption": figure.caption}
    if is_dataclass(figure):
        values = {part.name: plain(getattr(figure, part.name), folder, pictures) for part in fields(figure)}
        name = type(figure).__name__
        return {"kind": name, **values} if name in KINDS else values
    if isinstance(figure, list | tuple):
        return [plain(part, folder, pictures) for part in figure]
    return figure.item() if hasattr(figure, "item") else figure


def write_picture(picture: Picture, folder: Path, pictures: list[str]) -> str:
    """Write the pixels as the next PNG file; its name relative to `folder`."""
    from PIL import Image

    name = f"{PICTURES}/{len(pictures) + 1:03}.png"
    Image.fromarray(picture.pixels).save(folder / name)  # type: ignore[arg-type]  # only one read back has none
    pictures.append(name)
    return name


def load(folder: Path) -> Inside | None:
    """What save wrote; None where there is nothing."""
    if not (folder / FILE).exists():
        return None
    content = read_json(folder / FILE)
    sections = [
        Section(section["title"], section["text"], [figure_of(values) for values in section["figures"]])
        for section in content["sections"]
    ]
    return Inside(content["model"], content["seed"], sections)


def figure_of(values: dict[str, Any]) -> Figure:
    """A figure of what `plain` made of it."""
    kind = KINDS[values["kind"]]
    parts = {name: value for name, value in values.items() if name != "kind"}
    for name in parts.keys() & PARTS.keys():
        parts[name] = [part_of(PARTS[name], part) for part in parts[name]]
    figure: Figure = kind(**parts)
    return figure


def part_of(kind: type[Any], values: dict[str, Any]) -> Any:
    """A part of a figure; pairs are tuples again."""
    if kind is Picture:
        return Picture(None, values["caption"], values["file"])
    pairs = {name: [tuple(pair) for pair in value] for name, value in values.items() if isinstance(value, list)}
    return kind(**values | pairs)
