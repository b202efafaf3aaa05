import networkx as nx
import numpy as np
import pandas as pd
import pytest

import cases
from families.graph import tiny_graphs
from quartet.errors import SourceError
from quartet.families.graph import features, similarity, tables
from quartet.family import SPLITS
from quartet.reading.files import File

SETTINGS = cases.dataset("graph", "tiny_graphs")


@pytest.fixture(scope="module")
def canonical():
    return cases.canonical("graph", "tiny_graphs")


@pytest.fixture(scope="module")
def encoder():
    return cases.encoder("graph", "tiny_graphs")


def test_a_pair_is_in_the_later_split_of_its_two_graphs(canonical):
    split = canonical["graphs"].set_index("id")["split"]
    for pair in canonical["items"].itertuples():
        assert SPLITS.index(pair.split) == max(SPLITS.index(split[name]) for name in (pair.a, pair.b))


def test_isomorphic_graphs_are_in_one_split(canonical):
    edges = canonical["edges"]
    graphs = {name: nx.Graph() for name in canonical["graphs"]["id"]}
    for edge in edges.itertuples():
        graphs[edge.source.partition("/")[0]].add_edge(edge.source, edge.target)
    split = canonical["graphs"].set_index("id")["split"]
    same = [(a, b) for a in graphs for b in graphs if a < b and nx.is_isomorphic(graphs[a], graphs[b])]
    assert len(same) > 5
    assert all(split[a] == split[b] for a, b in same)


def test_the_order_of_rows_and_of_the_two_graphs_changes_nothing(canonical):
    source = {name: table.sample(frac=1, random_state=1) for name, table in tiny_graphs.source().items()}
    source["pairs"] = source["pairs"].rename(columns={"a": "b", "b": "a"})
    for name, table in tables.canonical(source, SETTINGS, 0).items():
        pd.testing.assert_frame_equal(table, canonical[name])


def test_what_is_learnt_is_the_paper_s_similarity_and_gives_the_distance_back(canonical, encoder):
    items, sizes = canonical["items"], canonical["graphs"].set_index("id")["n_nodes"]
    arrays = similarity.encode(items, encoder)
    expected = np.exp(-2 * items["distance"].to_numpy() / (sizes[items["a"]].to_numpy() + sizes[items["b"]].to_numpy()))
    np.testing.assert_allclose(arrays["target"], expected, rtol=1e-6)
    again = similarity.distance(arrays["target"], arrays["node"], encoder)
    np.testing.assert_allclose(again, items["distance"], atol=1e-4)


def test_the_distance_stands_beside_a_prediction_and_the_pair_before_it(encoder):
    raw = pd.DataFrame({"b": ["g3"], "a": ["g7"]})
    found = features.beside(raw, np.array([np.exp(-1)]), encoder)
    sizes = dict(zip(encoder.facts["graphs"], encoder.facts["sizes"], strict=True))
    assert found.to_dict("records") == [
        {"a": "g7", "b": "g3", "distance": pytest.approx((sizes["g7"] + sizes["g3"]) / 2)}
    ]


def test_a_node_without_features_is_told_by_its_degree_up_to_the_largest_in_training():
    source = {
        "items": pd.DataFrame({"graph": ["p"] * 3 + ["s"] * 5, "id": [0, 1, 2, 0, 1, 2, 3, 4]}),
        "edges": pd.DataFrame(
            [("p", 0, 1), ("p", 1, 2), *(("s", 0, n) for n in range(1, 5))], columns=["graph", "source", "target"]
        ),
        "pairs": pd.DataFrame({"a": ["p"], "b": ["s"], "distance": [4]}),
    }
    made = tables.canonical(source, SETTINGS, 0)
    made["graphs"]["split"] = ["train", "test"]
    encoder = similarity.fit(made, SETTINGS)
    assert encoder.arrays["x_index"][1].tolist() == [1, 2, 1, 2, 1, 1, 1, 1]
    assert encoder.facts["n_features"] == 3


def test_labels_of_nodes_are_features_since_graphs_are_told_apart_by_them():
    source = tiny_graphs.source()
    source["items"]["label"] = ["C", "N", "O"] * (len(source["items"]) // 3) + ["C"] * (len(source["items"]) % 3)
    made = tables.canonical(source, SETTINGS, 0)
    assert [name for name in made["nodes"] if name.startswith("f_")] == ["f_label=C", "f_label=N", "f_label=O"]
    assert features.fit(made, SETTINGS).facts["n_features"] == 3


def test_a_vector_per_node_is_refused(canonical):
    with pytest.raises(SourceError, match="`features: identity` came"):
        similarity.fit(canonical, SETTINGS.model_copy(update={"features": "identity"}))


@pytest.mark.parametrize(
    ("asked", "message"),
    [({"a": ["g1"], "b": ["x"]}, "x is not among its 40"), ({"first": ["g1"]}, "columns `a` and `b`")],
)
def test_unknown_graphs_and_columns_are_named(asked, message, encoder):
    with pytest.raises(SourceError, match=message):
        similarity.encode(similarity.raw_input(pd.DataFrame(asked), encoder), encoder)


FILES = {
    "nodes.csv": "graph,id\n1,a\n1,b\n2,a\n",
    "edges.csv": "graph,source,target\n1,a,b\n",
    "pairs.csv": "a,b,distance\n2,1,2\n1,2,2\n",
}


def read(texts):
    files = [File(name, lambda text=text: text.encode()) for name, text in texts.items()]
    return tables.canonical(tables.from_files(files, SETTINGS), SETTINGS, 0)


def test_a_user_s_files_are_read_and_a_pair_in_both_orders_is_one():
    made = read(FILES)
    assert made["items"][["a", "b", "distance"]].to_numpy().tolist() == [["1", "2", 2.0]]
    assert made["edges"][["source", "target"]].to_numpy().tolist() == [["1/a", "1/b"]]


def test_pairs_that_are_not_there_are_told_with_their_columns():
    with pytest.raises(SourceError, match=r"there is no pairs\.csv.*the columns a, b and distance"):
        read({name: text for name, text in FILES.items() if name != "pairs.csv"})
