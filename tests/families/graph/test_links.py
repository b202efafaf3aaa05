import networkx as nx
import numpy as np
import pandas as pd
import pytest

import cases
from families.graph import tiny_links
from quartet.errors import SourceError
from quartet.families.graph import features, links, tables
from quartet.family import SPLITS

SETTINGS = cases.dataset("graph", "tiny_links")


@pytest.fixture(scope="module")
def canonical():
    return cases.canonical("graph", "tiny_links")


@pytest.fixture(scope="module")
def encoder():
    return cases.encoder("graph", "tiny_links")


def undirected(frame):
    return [frozenset(pair) for pair in zip(frame["source"], frame["target"], strict=True)]


def of(items, split, label):
    return undirected(items[(items["split"] == split) & (items["label"] == label)])


def test_each_edge_of_the_source_is_an_item_once_and_in_the_graph_only_if_it_is_for_training(canonical):
    items, given = canonical["items"], undirected(tiny_links.source()["edges"])
    edges = [pair for split in SPLITS for pair in of(items, split, "edge")]
    assert sorted(map(sorted, edges)) == sorted(map(sorted, given))
    assert sorted(map(sorted, of(items, "train", "edge"))) == sorted(map(sorted, undirected(canonical["edges"])))


def test_a_held_out_edge_is_in_the_network_s_graph_in_neither_direction(canonical, encoder):
    there = set(map(tuple, encoder.arrays["edge_index"].T.tolist()))
    items = canonical["items"]
    for split in ("validation", "test"):
        held_out = links.encode(items[(items["split"] == split) & (items["label"] == "edge")], encoder)["node"]
        assert len(held_out)
        assert not there & {tuple(pair) for a, b in held_out.tolist() for pair in ((a, b), (b, a))}


def test_pairs_without_an_edge_are_as_many_as_edges_and_none_is_an_edge_a_copy_or_a_node_with_itself(canonical):
    items, edges = canonical["items"], set(undirected(tiny_links.source()["edges"]))
    drawn = {split: of(items, split, "no edge") for split in SPLITS}
    assert [len(drawn[s]) for s in SPLITS] == [0, len(of(items, "validation", "edge")), len(of(items, "test", "edge"))]
    pairs = [pair for split in SPLITS for pair in drawn[split]]
    assert len(set(pairs)) == len(pairs)
    assert not edges & set(pairs)
    assert all(len(pair) == 2 for pair in pairs)


def test_no_edge_changes_split_when_edges_are_added():
    source = tiny_links.source()
    fewer = source | {"edges": source["edges"].head(40)}
    whole, part = (tables.canonical(given, SETTINGS, 0)["items"] for given in (source, fewer))
    split = whole[whole["label"] == "edge"].set_index("id")["split"]
    few = part[part["label"] == "edge"].set_index("id")["split"]
    assert (split[few.index] == few).all()


def test_shares_of_the_edges_are_those_that_the_paper_holds_out_unless_the_settings_say_else():
    made = type(SETTINGS).model_validate({"family": "graph", "source": "data/mine/x", "task": "link_prediction"})
    assert (made.validation_fraction, made.test_fraction) == (0.05, 0.1)
    assert (SETTINGS.validation_fraction, SETTINGS.test_fraction) == (0.15, 0.2)
    names = [f"n{i}" for i in range(120)]
    edges = pd.DataFrame(nx.gnp_random_graph(120, 0.5, seed=0).edges, columns=["source", "target"])
    given = {"items": pd.DataFrame({"id": names}), "edges": edges.map("n{}".format)}
    items = tables.canonical(given, made, 0)["items"]
    shares = items[items["label"] == "edge"]["split"].value_counts(normalize=True)
    assert (round(shares["validation"], 2), round(shares["test"], 2)) == (0.05, 0.1)


def test_labels_of_nodes_are_kept_for_the_eye_and_are_no_features():
    source = tiny_links.source()
    source["items"]["label"] = ["x", "y"] * 25
    encoder = features.fit(tables.canonical(source, SETTINGS, 0), SETTINGS)
    assert encoder.facts["labels"] == ["x", "y"]
    assert encoder.facts["n_features"] == 5


def test_a_pair_is_asked_for_by_the_ids_of_its_ends_and_named_beside_its_prediction(encoder):
    raw = pd.DataFrame({"target": [" n3", "n4"], "more": [1, 2], "source": ["n7", "n0"]})
    arrays = links.encode(links.raw_input(raw, encoder), encoder)
    assert [[encoder.facts["ids"][place] for place in pair] for pair in arrays["node"]] == [["n7", "n3"], ["n0", "n4"]]
    assert "target" not in arrays
    assert features.beside(raw, np.zeros(2), encoder).to_numpy().tolist() == [["n7", "n3"], ["n0", "n4"]]


def test_an_input_without_ends_is_refused_with_ids_that_would_do(encoder):
    with pytest.raises(SourceError, match=r"columns `source` and `target`.*the columns id came.*such as n0, n1, n10"):
        links.raw_input(pd.DataFrame({"id": ["n1"]}), encoder)


def test_a_graph_with_too_few_pairs_without_an_edge_is_refused():
    names = [f"n{i}" for i in range(12)]
    edges = pd.DataFrame(nx.complete_graph(12).edges, columns=["source", "target"]).map("n{}".format)
    with pytest.raises(SourceError, match="as many pairs without an edge as edges are held out"):
        tables.canonical({"items": pd.DataFrame({"id": names}), "edges": edges}, SETTINGS, 0)
