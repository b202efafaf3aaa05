import base64
import io
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from quartet.report.samples import data_of


def png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="PNG")
    return stream.getvalue()


@pytest.fixture
def pictures(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    items = pd.DataFrame({"id": [0, 1], "split": "train", "label": ["a", "b"], "picture": [png(pixels), b"none"]})
    items.to_parquet(tmp_path / "items.parquet")
    return pixels, data_of(tmp_path, SimpleNamespace()).pictures


def test_a_small_picture_reaches_the_page_pixel_by_pixel(pictures):
    pixels, (first, _) = pictures
    shown = Image.open(io.BytesIO(base64.b64decode(first.uri.partition(",")[2])))
    assert np.array_equal(np.asarray(shown), pixels)


def test_a_picture_that_cannot_be_decoded_is_no_image(pictures):
    assert pictures[1][1].uri is None


def test_counts_are_those_of_a_cross_table(tmp_path):
    split = ["train"] * 5 + ["test"] * 3 + ["tset"]
    items = pd.DataFrame({"id": range(9), "split": split, "label": list("aabbabbba"), "x": 1.0})
    items.to_parquet(tmp_path / "items.parquet")
    data = data_of(tmp_path, SimpleNamespace())
    assert data.splits == {"train": 5, "validation": 0, "test": 3, "tset": 1}
    assert data.counts == {"a": [3, 0, 0, 1], "b": [2, 0, 3, 0]}


def test_a_small_graph_is_drawn_with_all_its_nodes_and_edges(tmp_path):
    pd.DataFrame({"id": list("abcd"), "split": "train", "label": list("xyxy")}).to_parquet(tmp_path / "items.parquet")
    edges = pd.DataFrame({"source": ["a", "b"], "target": ["b", "c"], "weight": 1.0})
    edges.to_parquet(tmp_path / "edges.parquet")
    network = data_of(tmp_path, SimpleNamespace()).network
    assert (network.n_nodes, network.n_edges, network.n_isolated) == (4, 2, 1)
    assert {node.name for node in network.drawing.nodes} == {"a: x", "b: y", "c: x", "d: y"}
    assert len(network.drawing.edges) == 2
    assert all(0 <= place <= 360 for node in network.drawing.nodes for place in (node.x, node.y))


def test_a_node_without_a_neighbour_pushes_none_away(tmp_path):
    pd.DataFrame({"id": list("abcd"), "split": "train", "label": "x"}).to_parquet(tmp_path / "items.parquet")
    pd.DataFrame({"source": ["a", "b"], "target": ["b", "c"]}).to_parquet(tmp_path / "edges.parquet")
    drawing = data_of(tmp_path, SimpleNamespace()).network.drawing
    *joined, alone = [node.y for node in drawing.nodes]
    assert alone > max(joined) > 300


def pairs(folder, columns: dict[str, object], nodes: dict[str, object]) -> None:
    """Items that are pairs of nodes or of graphs, and one edge."""
    pd.DataFrame({"id": ["a--b", "c--d"], "split": ["train", "test"], **columns}).to_parquet(folder / "items.parquet")
    pd.DataFrame({"id": list("abcd"), **nodes}).to_parquet(folder / "nodes.parquet")
    pd.DataFrame({"source": ["a"], "target": ["b"]}).to_parquet(folder / "edges.parquet")


def test_where_items_are_pairs_the_nodes_are_drawn(tmp_path):
    pairs(tmp_path, {"label": ["edge", "no edge"]}, {"label": list("xyxy")})
    data = data_of(tmp_path, SimpleNamespace())
    assert data.counts == {"edge": [1, 0, 0], "no edge": [0, 0, 1]}
    assert (data.network.n_nodes, data.network.n_edges, data.network.n_isolated) == (4, 1, 2)
    assert data.network.held_out
    assert {node.name for node in data.network.drawing.nodes} == {"a: x", "b: y", "c: x", "d: y"}


def test_of_many_graphs_the_distances_are_shown_and_no_drawing(tmp_path):
    pairs(tmp_path, {"a": ["g", "g"], "b": ["h", "h"], "distance": [1.0, 4.0]}, {"graph": list("gghh")})
    data = data_of(tmp_path, SimpleNamespace())
    assert (data.network.n_graphs, data.network.drawing, data.network.held_out) == (2, None, False)
    assert data.targets.title == "Distribution of distance"
    assert (data.n_items, data.n_classes, data.counts) == (2, 0, {})
