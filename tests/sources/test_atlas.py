import networkx as nx
import pytest

from quartet.sources import atlas
from quartet.sources.packages import from_networkx

GRAPHS = {f"G{number}": graph for number, graph in enumerate(nx.graph_atlas_g())}


@pytest.fixture(scope="module")
def tables():
    return from_networkx("atlas")


def test_each_pair_of_the_208_graphs_with_1_to_6_nodes_is_there_once(tables):
    names = {name for name, graph in GRAPHS.items() if 1 <= len(graph) <= 6}
    pairs = tables["pairs"]
    assert set(tables["items"]["graph"]) == names
    assert len({frozenset(pair) for pair in zip(pairs["a"], pairs["b"], strict=True)}) == len(pairs) == 21_528
    assert len(names) == 208


def test_nodes_and_edges_are_those_of_networkx(tables):
    for name in ("G3", "G100", "G208"):
        edges = tables["edges"][tables["edges"]["graph"] == name]
        ends = zip(edges["source"].astype(int), edges["target"].astype(int), strict=True)
        assert nx.utils.graphs_equal(nx.Graph(GRAPHS[name].edges), nx.Graph(ends))


def test_distances_are_those_that_networkx_finds_exactly(tables):
    for pair in tables["pairs"].sample(25, random_state=0).itertuples():
        assert pair.distance == nx.graph_edit_distance(GRAPHS[pair.a], GRAPHS[pair.b])


def test_a_graph_is_0_from_itself_however_its_nodes_are_numbered():
    path, turned = nx.Graph([(0, 1), (1, 2), (2, 3)]), nx.Graph([(3, 0), (0, 5), (5, 1)])
    assert atlas.bits(path.edges) != atlas.bits(turned.edges)
    import numpy as np

    found = atlas.distances(np.array([4, 4]), np.array([atlas.bits(g.edges) for g in (path, turned)]))
    assert found.tolist() == [[0, 0], [0, 0]]
