"""A look inside as files, and back."""

import numpy as np
import pytest
from PIL import Image

from quartet import explanations as ex

FIGURES = [
    ex.Plot("t", "n", "x", "y", [ex.Series("s", [(0.0, 1.0), (1.0, 2.0)], "both")], log_y=True),
    ex.Bars("t", "n", "unit", [ex.Bar("a", 1.0, 0.5), ex.Bar("b", -1.0)]),
    ex.Tokens("t", "n", [ex.Text("right", [("good", 0.5), ("<b>", -1.0)])]),
    ex.Drawing("t", "n", [ex.Node(0.0, 1.0, 0, "v")], [ex.Edge(0, 0, -0.5)], ["class"]),
    ex.Table("t", "n", ["a", "b"], [["x", 1], ["y", 2.5]]),
]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: type(figure).__name__)
def test_a_figure_comes_back_as_it_was_saved(figure, tmp_path):
    inside = ex.Inside("mlp", "seed-0", [ex.Section("title", "text", [figure])])
    ex.save(inside, tmp_path)
    found = ex.load(tmp_path).sections[0].figures[0]
    assert ex.plain(found, tmp_path, []) == ex.plain(figure, tmp_path, [])
    assert type(found) is type(figure)


def test_pictures_are_files_of_their_pixels(tmp_path):
    pixels = [np.arange(6, dtype=np.uint8).reshape(2, 3), np.full((2, 2, 3), 200, np.uint8)]
    pictures = ex.Pictures("t", "n", [ex.Picture(one, str(i)) for i, one in enumerate(pixels)])
    ex.save(ex.Inside("cnn", "seed-0", [ex.Section("title", "text", [pictures])]), tmp_path)
    found = ex.load(tmp_path).sections[0].figures[0].pictures
    assert [picture.caption for picture in found] == ["0", "1"]
    assert all(np.array_equal(np.asarray(Image.open(tmp_path / p.file)), x) for p, x in zip(found, pixels, strict=True))


def test_numbers_of_numpy_are_saved_as_numbers(tmp_path):
    table = ex.Table("t", "n", ["a"], [[np.float32(0.5), np.int64(3)]])
    ex.save(ex.Inside("mlp", "seed-0", [ex.Section("title", "text", [table])]), tmp_path)
    assert ex.load(tmp_path).sections[0].figures[0].rows == [[0.5, 3]]


def test_a_folder_without_a_look_inside_has_none(tmp_path):
    assert ex.load(tmp_path) is None
