import networkx as nx
import numpy as np
import pandas as pd
import pytest

import cases
from cases import rows
from families.graph import tiny
from quartet.families.graph.suite import annotate
from quartet.reading.files import LeftOut


def failures(tables, settings):
    return cases.failures("graph", settings, tables)


def test_a_sound_graph_passes(canonical, settings):
    assert failures(canonical, settings) == []


def test_a_dangling_edge_is_named_by_its_ends(canonical, settings):
    found = failures(tiny.with_edge(canonical, "0", "nobody", 1.0), settings)
    assert rows(found, "no_dangling_edge") == ["0–nobody"]


def test_a_constant_feature_is_named_as_the_source_calls_it_and_refuses_nothing(canonical, settings):
    (constant,) = failures(tiny.with_items(canonical, lambda items: items.assign(f_x1=1.0)), settings)
    assert (constant["rows"], constant["severity"]) == (["x1"], "warn")


def test_a_feature_that_tells_the_class_is_named(canonical, settings):
    found = failures(tiny.BROKEN["a feature is the label"](canonical), settings)
    assert rows(found, "no_leaking_feature") == ["x1"]


def test_a_missing_feature_is_named_by_its_node(canonical, settings):
    broken = tiny.BROKEN["a feature is missing"](canonical)
    (node,) = broken["items"].loc[broken["items"]["f_x0"].isna(), "id"]
    assert rows(failures(broken, settings), "no_missing_feature") == [node]


def with_copy(tables, split, **changes):
    """A node 99 with the features and neighbours of the first training node."""
    items, edges = tables["items"], tables["edges"]
    first = items[items["split"] == "train"].head(1)
    name = first["id"].item()
    others = edges[(edges["source"] == name) | (edges["target"] == name)].replace({name: "99"})
    copy = first.assign(**{"id": "99", "split": split, **changes})
    return {
        name: pd.concat(two, ignore_index=True)
        for name, two in {"items": [items, copy], "edges": [edges, others]}.items()
    }


def test_a_test_node_with_features_and_neighbours_of_a_training_node_is_named(canonical, settings):
    first = canonical["items"].loc[canonical["items"]["split"] == "train", "id"].iloc[0]
    assert sorted(rows(failures(with_copy(canonical, "test"), settings), "no_twins")) == sorted([first, "99"])


@pytest.mark.parametrize("copy", [{"split": "train"}, {"split": ""}, {"split": "test", "f_x0": 9.0}])
def test_a_copy_in_the_same_split_or_with_other_features_is_no_twin(copy, canonical, settings):
    assert "no_twins" not in {result["name"] for result in failures(with_copy(canonical, **copy), settings)}


def test_both_edges_of_a_pair_with_two_weights_are_named(canonical, settings):
    first = canonical["edges"].iloc[0]
    found = failures(tiny.with_edge_back(canonical), settings)
    there, back = (first["source"], first["target"]), (first["target"], first["source"])
    assert sorted(rows(found, "no_repeated_edge")) == sorted(["–".join(there), "–".join(back)])


def test_a_self_loop_is_named_and_refuses_nothing(canonical, settings):
    (loop,) = failures(tiny.with_edge(canonical, "7", "7", 1.0), settings)
    assert (loop["rows"], loop["severity"]) == (["7–7"], "warn")


def test_a_node_without_neighbours_is_named_and_refuses_nothing(canonical, settings):
    edges = canonical["edges"]
    apart = canonical | {"edges": edges[(edges["source"] != "7") & (edges["target"] != "7")].reset_index(drop=True)}
    (isolated,) = failures(apart, settings)
    assert (isolated["rows"], isolated["severity"]) == (["7"], "warn")


def graph_of(tables):
    graph = nx.from_pandas_edgelist(tables["edges"])
    graph.add_nodes_from(tables["items"]["id"])
    nx.set_node_attributes(graph, tables["items"].set_index("id")["label"].to_dict(), "label")
    return graph


def sparser(tables, n_edges):
    return tables | {"edges": tables["edges"].sample(n_edges, random_state=0, ignore_index=True)}


@pytest.mark.parametrize("n_edges", [20, 60])
def test_facts_of_a_graph_are_those_that_networkx_finds(n_edges, canonical, settings):
    tables = sparser(canonical, n_edges)
    graph = graph_of(tables)
    facts = annotate(tables, settings)["facts"].iloc[0]
    parts = sorted(map(len, nx.connected_components(graph)))
    degrees = [degree for _, degree in graph.degree]
    assert (facts["n_parts"], facts["share_in_largest_part"]) == (len(parts), parts[-1] / len(graph))
    assert (facts["max_degree"], facts["n_edges"]) == (max(degrees), n_edges)
    assert facts["mean_degree"] == pytest.approx(np.mean(degrees))
    assert facts["share_isolated"] == nx.number_of_isolates(graph) / len(graph)


def test_homophily_is_the_assortativity_of_classes_among_labelled_nodes(canonical, settings):
    graph = graph_of(canonical)
    graph.remove_nodes_from([node for node, label in graph.nodes(data="label") if not isinstance(label, str)])
    expected = nx.attribute_assortativity_coefficient(graph, "label")
    assert annotate(canonical, settings)["facts"]["homophily"].item() == pytest.approx(expected)


def test_a_graph_in_many_parts_and_one_whose_edges_join_classes_at_random_are_told(canonical, settings):
    def names(tables):
        return {result["name"] for result in failures(tables, settings)}

    assert "mostly_connected" in names(sparser(canonical, 20))
    shuffled = canonical["items"].assign(label=canonical["items"]["label"].sample(frac=1, random_state=0).to_numpy())
    assert "homophilous" in names(canonical | {"items": shuffled.assign(split=canonical["items"]["split"])})


def test_labels_on_no_two_neighbours_say_nothing_of_homophily(canonical, settings):
    lonely = canonical["items"].assign(label=["ant", *[None] * (tiny.N_NODES - 1)])
    found = failures(canonical | {"items": lonely}, settings)
    assert "homophilous" not in {result["name"] for result in found}


def test_test_nodes_with_many_more_neighbours_than_training_nodes_are_told(canonical, settings):
    items = canonical["items"]
    generator = np.random.default_rng(0)
    hubs = items.loc[items["split"] == "test", "id"].tolist()
    edges = pd.DataFrame([(hub, other, 1.0) for hub in hubs for other in generator.choice(items["id"], 25, False)])
    dense = canonical | {"edges": edges.set_axis(["source", "target", "weight"], axis=1), "left_out": LeftOut().table()}
    assert rows(failures(dense, settings), "no_drift") == ["number of neighbours"]


def test_a_threshold_of_a_dataset_replaces_that_of_the_suite(canonical, settings):
    strict = settings.model_validate(
        tiny.DATASETS["tiny_nodes"] | {"checks": {"homophilous": {"min_value": 0.99, "severity": "error"}}}
    )
    assert [r["severity"] for r in failures(canonical, strict) if r["name"] == "homophilous"] == ["error"]
