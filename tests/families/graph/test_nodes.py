import networkx as nx
import numpy as np
import pandas as pd
import pytest

from families.graph import tiny
from quartet.errors import SourceError
from quartet.families.graph import nodes


def test_edges_are_the_adjacency_matrix_that_networkx_makes_of_them(canonical, encoder):
    graph = nx.from_pandas_edgelist(canonical["edges"], edge_attr="weight")
    expected = nx.to_numpy_array(graph, nodelist=canonical["items"]["id"].tolist())
    adjacency = np.zeros_like(expected)
    np.add.at(adjacency, tuple(encoder.arrays["edge_index"]), encoder.arrays["edge_weight"])
    np.testing.assert_allclose(adjacency, expected, rtol=1e-6)


def test_self_loops_are_left_out(canonical, settings, encoder):
    looped = nodes.fit(tiny.with_edge(canonical, "7", "7", 1.0), settings)
    np.testing.assert_array_equal(looped.arrays["edge_index"], encoder.arrays["edge_index"])


def test_features_of_a_node_are_those_it_was_given(encoder):
    x = np.zeros((tiny.N_NODES, 3))
    x[tuple(encoder.arrays["x_index"])] = encoder.arrays["x_value"]
    given = tiny.source()["items"][["x0", "x1", "x2"]]
    np.testing.assert_allclose(x[[int(name) for name in encoder.facts["ids"]].index(42)], given.loc[42], rtol=1e-6)


def test_labels_of_test_nodes_change_nothing_that_is_fitted(canonical, settings, encoder):
    items = canonical["items"]
    other = items.assign(label=items["label"].mask(items["split"] == "test", "ant"))
    again = nodes.fit(canonical | {"items": other}, settings)
    assert again.facts == encoder.facts
    assert all(np.array_equal(again.arrays[name], array) for name, array in encoder.arrays.items())


def test_targets_are_the_places_of_labels_among_the_classes(canonical, encoder):
    labelled = canonical["items"].dropna(subset="label")
    arrays = nodes.encode(labelled, encoder)
    assert [encoder.classes[k] for k in arrays["target"]] == labelled["label"].tolist()


@pytest.mark.parametrize("ids", [["3", "42"], [3, 42], [3.0, 42.0], [" 3", "42 "]])
def test_nodes_are_found_by_id_whether_text_or_number_and_without_labels(ids, encoder):
    arrays = nodes.encode(nodes.raw_input(pd.DataFrame({"id": ids}), encoder), encoder)
    assert [encoder.facts["ids"][place] for place in arrays["node"]] == ["3", "42"]
    assert "target" not in arrays


def test_an_unknown_node_is_named(encoder):
    with pytest.raises(SourceError, match="99 is not among its 60 nodes"):
        nodes.encode(pd.DataFrame({"id": ["3", "99"]}), encoder)


def test_an_input_without_ids_is_refused_with_ids_that_would_do(encoder):
    with pytest.raises(SourceError, match=r"the columns node came.*ids are such as 0, 1, 10"):
        nodes.raw_input(pd.DataFrame({"node": [1]}), encoder)


def test_a_served_model_takes_ids_and_nothing_else(canonical, encoder):
    assert list(nodes.raw_input(canonical["items"], encoder)) == ["id"]


def x_of(encoder):
    x = np.zeros((len(encoder.facts["ids"]), encoder.facts["n_features"]))
    x[tuple(encoder.arrays["x_index"])] = encoder.arrays["x_value"]
    return x


def test_the_degree_as_a_feature_is_told_in_steps_that_double(canonical, settings):
    encoder = nodes.fit(canonical, settings.model_copy(update={"features": "degree"}))
    graph = nx.from_pandas_edgelist(canonical["edges"])
    expected = [0 if not graph.degree[n] else int(np.log2(graph.degree[n])) + 1 for n in canonical["items"]["id"]]
    x = x_of(encoder)
    assert x.argmax(axis=1).tolist() == expected
    assert (x.sum(axis=1) == 1).all()


@pytest.mark.parametrize(("wanted", "n_features"), [("auto", 3), ("given", 3), ("identity", 0)])
def test_given_features_are_seen_unless_the_identity_is_asked_for(wanted, n_features, canonical, settings):
    encoder = nodes.fit(canonical, settings.model_copy(update={"features": wanted}))
    assert (encoder.facts["n_features"], "x_index" in encoder.arrays) == (n_features, n_features > 0)


def test_given_features_that_are_not_there_are_told_with_a_way_out(canonical, settings):
    bare = canonical | {"items": canonical["items"][["id", "split", "label"]]}
    with pytest.raises(SourceError, match=r"there are none.*`features: degree`"):
        nodes.fit(bare, settings.model_copy(update={"features": "given"}))


def test_rows_that_are_normalised_sum_to_one_and_rows_of_zeros_stay(canonical, settings):
    items = canonical["items"].copy()
    items.loc[0, ["f_x0", "f_x1", "f_x2"]] = 0
    x = x_of(nodes.fit(canonical | {"items": items}, settings.model_copy(update={"normalise_rows": True})))
    np.testing.assert_allclose(np.abs(x).sum(axis=1), [0.0, *[1.0] * (len(items) - 1)], rtol=1e-6)


@pytest.mark.parametrize("edge", [("0", "nobody", 1.0), ("0", "3", np.nan), ("0", "3", -1.0), ("0", "3", np.inf)])
def test_an_edge_that_the_gate_was_told_to_let_pass_is_left_out(edge, canonical, settings, encoder):
    loose = nodes.fit(tiny.with_edge(canonical, *edge), settings)
    np.testing.assert_array_equal(loose.arrays["edge_index"], encoder.arrays["edge_index"])
    np.testing.assert_array_equal(loose.arrays["edge_weight"], encoder.arrays["edge_weight"])


def test_a_missing_feature_that_the_gate_was_told_to_let_pass_is_zero(canonical, settings):
    missing = tiny.BROKEN["a feature is missing"](canonical)
    zero = missing | {"items": missing["items"].fillna({"f_x0": 0.0})}
    np.testing.assert_array_equal(x_of(nodes.fit(missing, settings)), x_of(nodes.fit(zero, settings)))


def test_nodes_with_one_id_cannot_be_told_apart(canonical, settings):
    with pytest.raises(SourceError, match=r"stands twice.*Remove one"):
        nodes.fit(tiny.BROKEN["a node stands in train and in test"](canonical), settings)
