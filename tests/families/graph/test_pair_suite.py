import pytest

import cases
from cases import rows
from families.graph import tiny_graphs, tiny_links
from quartet.families.graph.suite import annotate

LINKS, GRAPHS = "tiny_links", "tiny_graphs"


def failures(name, sentence):
    return cases.broken_failures("graph", name, sentence)


def test_an_edge_of_test_that_messages_pass_along_is_named_by_its_pair():
    sentence = "messages pass along an edge of test, the other way round"
    pair = tiny_links.chosen(cases.canonical("graph", LINKS), "test", "edge")
    assert rows(failures(LINKS, sentence), "no_held_out_edge_in_the_graph") == [pair["id"]]


def test_a_pair_that_is_said_to_have_no_edge_where_training_has_one_is_named():
    found = failures(LINKS, "an edge of training is called none in test")
    assert rows(found, "no_edge_called_none") == ["another"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [(LINKS, "a pair without an edge stands twice"), (GRAPHS, "a pair stands twice, the other way round")],
)
def test_both_rows_of_a_pair_that_stands_twice_are_named(name, sentence):
    tables = cases.canonical("graph", name)
    pair = tiny_links.chosen(tables, "test", "no edge") if name == LINKS else tiny_graphs.chosen(tables, "train")
    assert sorted(rows(failures(name, sentence), "no_repeated_pair")) == sorted([pair["id"], "another"])


def test_a_graph_of_test_that_looks_as_one_of_training_is_named_with_it():
    first = cases.canonical("graph", GRAPHS)["graphs"].query("split == 'train'")["id"].iloc[0]
    found = rows(failures(GRAPHS, "a graph of test looks as one of training"), "no_shape_in_two_splits")
    assert {first, "copy"} <= set(found)


def test_how_many_edges_held_out_pairs_and_their_graph_have_is_measured():
    tables = cases.canonical("graph", LINKS)
    facts = annotate(tables, cases.dataset("graph", LINKS))["facts"].iloc[0]
    assert facts["share_of_edges"] == 0.5
    assert facts["n_edges"] == len(tables["edges"])
    assert facts["n_items"] == len(tables["items"])
