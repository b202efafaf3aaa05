"""A look inside on a page: the SVG and HTML are parsed and held against the numbers that were drawn."""

import math
import re
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest

from quartet import explanations as ex
from quartet.comparisons import Comparison
from quartet.report.inside import inside_page
from quartet.report.shapes import N_SHAPES, shape
from report.pages import HOSTILE, Page

LONG = "endless " * 1000
ODD = [HOSTILE, LONG, "", "a\u202egnp", "‘\"'>&", "\x00\x1b[31m"]
NUMBERS = [math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, 0.0, 1.0]
PIXELS = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)


def hostile() -> list[ex.Figure]:
    """Each kind of figure with names and numbers that break a page, and with nothing."""
    points = [(x, y) for x in NUMBERS for y in NUMBERS]
    nodes = [
        ex.Node(x, y, 7**i, name, x)
        for i, (x, y, name) in enumerate(zip(NUMBERS, NUMBERS[::-1], [*ODD, *ODD[:2]], strict=True))
    ]
    edges = [ex.Edge(a, b, w) for a in (-1, 0, 6, 7, 99) for b in (6, 7) for w in NUMBERS]
    cells = [[name, number, 3, True] for name in ODD for number in NUMBERS]
    return [
        *[
            ex.Plot(HOSTILE, LONG, HOSTILE, LONG, [ex.Series(n, points, "both") for n in ODD], log, log)
            for log in (0, 1)
        ],
        ex.Bars(HOSTILE, LONG, LONG, [ex.Bar(name, value, value) for name in ODD for value in NUMBERS]),
        ex.Pictures(HOSTILE, LONG, [ex.Picture(PIXELS, name) for name in ODD], 0),
        ex.Tokens(HOSTILE, LONG, [ex.Text(name, list(zip(ODD, NUMBERS, strict=False))) for name in ODD]),
        ex.Drawing(HOSTILE, LONG, nodes, edges, ODD),
        ex.Table(HOSTILE, LONG, ODD[:4], [*cells, [], ["more"] * 9]),
        *[ex.Plot("", "", "", "", []), ex.Plot("", "", "", "", [ex.Series("", [])]), ex.Bars("", "", "", [])],
        *[ex.Pictures("", "", []), ex.Tokens("", "", []), ex.Drawing("", "", [], []), ex.Table("", "", [], [])],
    ]


def rendered(folder, *figures: ex.Figure) -> str:
    ex.save(ex.Inside("mlp", "seed-0", [ex.Section(HOSTILE, f"one\n\n{HOSTILE}", figures)]), folder)
    return html_of(folder)


def html_of(folder) -> str:
    page = inside_page(Comparison(SimpleNamespace(evaluation=lambda name: folder), "set", {}))
    assert page
    return page.html


def svg_of(html: str, place: int = 0) -> ElementTree.Element:
    return ElementTree.fromstring(re.findall(r'<svg class="chart".*?</svg>', html, re.DOTALL)[place])


def starts(element: ElementTree.Element, kind: str) -> list[tuple[float, float]]:
    """Where the paths of a class begin."""
    paths = [path.get("d", "") for path in element.iter("path") if kind in path.get("class", "").split()]
    return [tuple(map(float, re.findall(r"-?[\d.]+", path)[:2])) for path in paths]


@pytest.mark.parametrize("figure", hostile(), ids=lambda figure: type(figure).__name__)
def test_what_figures_hold_is_text_and_every_tag_is_closed(figure, tmp_path):
    html = rendered(tmp_path, figure)
    page = Page(html)
    assert page.problems == []
    assert not page.tags & {"script", "b"}
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert HOSTILE in page.text
    assert not re.search(r"\b(nan|inf)\b", "".join(re.findall(r' (?:d|points|x|y|height)="(.*?)"', html)))
    assert len(html) < 600_000


def test_the_same_look_gives_the_same_bytes(tmp_path):
    assert rendered(tmp_path, *hostile()) == html_of(tmp_path)


@pytest.mark.parametrize("log", [False, True])
def test_a_plot_keeps_the_order_of_its_numbers_on_both_axes(tmp_path, log):
    steps = [(0, 8), (5, 0), (2, 3), (7, 5), (1, 1)]
    points = [(10.0**-i, 3.0**-j) if log else (-0.3 * i, 1e6 - j) for i, j in steps]
    plot = ex.Plot("t", "n", "x", "y", [ex.Series("s", points, "dots")], log, log)
    places = starts(svg_of(rendered(tmp_path, plot)), "mark")
    assert len(places) == len(points)
    assert np.argsort([x for x, _ in places]).tolist() == np.argsort([x for x, _ in points]).tolist()
    assert np.argsort([-y for _, y in places]).tolist() == np.argsort([y for _, y in points]).tolist()


def test_equal_ratios_are_equal_steps_where_an_axis_is_logarithmic(tmp_path):
    plot = ex.Plot("t", "n", "x", "y", [ex.Series("s", [(0, 1e-30), (1, 1e-15), (2, 1.0)])], log_y=True)
    line = svg_of(rendered(tmp_path, plot)).find("polyline")
    places = [tuple(map(float, pair.split(","))) for pair in line.get("points").split()]
    (_, a), (_, b), (_, c) = places
    assert a - b == pytest.approx(b - c, abs=0.2)


def test_a_line_is_broken_where_a_point_has_no_place(tmp_path):
    points = [(0, 1.0), (1, 2.0), (2, math.nan), (3, 4.0), (4, 5.0)]
    html = rendered(tmp_path, ex.Plot("t", "n", "x", "y", [ex.Series("s", points)]))
    assert [len(line.get("points").split()) for line in svg_of(html).iter("polyline")] == [2, 2]
    assert "1 point without a place on these axes is not drawn" in Page(html).text


def test_series_differ_in_colour_shape_and_dashes(tmp_path):
    series = [ex.Series(f"s{i}", [(0, i), (1, i)], "both") for i in range(8)]
    html = rendered(tmp_path, ex.Plot("t", "n", "x", "y", series))
    lines = [line.get("class") for line in svg_of(html).iter("polyline")]
    assert len({line.split()[1] for line in lines}) == len({line.split()[2] for line in lines}) == 8
    assert len({shape(i, 0, 0, 1) for i in range(N_SHAPES)}) == N_SHAPES


def test_bars_are_as_long_as_their_values(tmp_path):
    values = [0.5, 2.0, -1.0]
    svg = svg_of(rendered(tmp_path, ex.Bars("t", "n", "u", [ex.Bar(str(v), v, 0.25) for v in values])))
    paths = [path.get("d") for path in svg.iter("path") if "bar" in path.get("class", "").split()]
    ends = [[float(x) for x in re.match(r"M(\S+) \S+H([\d.-]+)v", path).groups()] for path in paths]
    assert len({start for start, _ in ends}) == 1
    lengths = [end - start for start, end in ends]
    assert lengths == pytest.approx([v * lengths[1] / 2 for v in values], abs=0.2)
    whiskers = [[float(pair.split(",")[0]) for pair in w.get("points").split()] for w in svg.iter("polyline")]
    assert [b - a for a, b in whiskers] == pytest.approx([lengths[1] / 4] * 3, abs=0.2)


def test_a_word_says_which_side_it_is_on_and_how_much(tmp_path):
    words = [("fine", 0.8), ("dull", -0.25), ("the", 0.0)]
    html = rendered(tmp_path, ex.Tokens("t", "n", [ex.Text("right", words)]))
    found = re.findall(r'<bdi(?: class="(\w+)" style="--w: ([\d.]+)")? title="(.*?)">(\w+)</bdi>', html)
    assert found == [("for", "0.80", "+0.80", "fine"), ("against", "0.25", "-0.25", "dull"), ("", "", "+0.00", "the")]


def test_a_drawing_has_its_nodes_where_they_are_and_its_edges_between_them(tmp_path):
    nodes = [ex.Node(0.0, 0.0, 0, "low left"), ex.Node(1.0, 1.0, 1, "high right"), ex.Node(0.5, 0.2, 2, "middle")]
    html = rendered(tmp_path, ex.Drawing("t", "n", nodes, [ex.Edge(0, 1, 0.9), ex.Edge(1, 2, -0.1)], ["a", "b", "c"]))
    svg = svg_of(html)
    ties = [path for path in svg.iter("path") if "tie" in path.get("class", "")]
    weak, strong = sorted(ties, key=lambda path: float(path.get("stroke-width")))
    assert ("minus" in weak.get("class"), "minus" in strong.get("class")) == (True, False)
    x0, y0, x1, y1 = map(float, re.findall(r"[\d.]+", strong.get("d")))
    assert (x1 > x0, y1 < y0) == (True, True)
    assert [title.text for title in svg.iter("title")] == ["low left", "high right", "middle"]
    assert {"low left", "high right", "middle"} <= {text.text for text in svg.iter("text")}


def test_numbers_of_a_table_stand_at_the_right_and_words_at_the_left(tmp_path):
    html = rendered(tmp_path, ex.Table("t", "n", ["name", "n", "text"], [["x", 12345, "1.5"], ["y", None, "-2e-3"]]))
    cells = re.findall(r'<td dir="auto" class="(.*?)">(.*?)</td>', html)
    assert cells == [("", "x"), ("n", "12,345"), ("n", "1.5"), ("", "y"), ("n", "–"), ("n", "-2e-3")]


def test_a_picture_that_is_gone_or_lies_elsewhere_is_not_shown(tmp_path):
    rendered(tmp_path / "set", ex.Pictures("t", "n", [ex.Picture(PIXELS, "one"), ex.Picture(PIXELS, "two")]))
    first = tmp_path / "set" / "pictures" / "001.png"
    outside = tmp_path / "outside.png"
    outside.write_bytes(first.read_bytes())
    first.unlink()
    file = tmp_path / "set" / ex.FILE
    file.write_text(file.read_text().replace("pictures/002.png", "../outside.png"))
    html = html_of(tmp_path / "set")
    assert html.count("cannot be decoded") == 2
    assert "<img" not in html
