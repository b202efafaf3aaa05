import pytest

import cases
from cases import rows
from families.graph import tiny


def failures(tables, settings):
    return cases.failures("graph", settings, tables)


def test_a_sound_graph_passes(canonical, settings):
    assert failures(canonical, settings) == []


@pytest.mark.parametrize("sentence", tiny.BROKEN)
def test_a_broken_graph_is_refused(sentence, canonical, settings):
    found = failures(tiny.BROKEN[sentence](canonical), settings)
    assert "error" in {result["severity"] for result in found}


def test_a_dangling_edge_is_named_by_its_ends(canonical, settings):
    found = failures(tiny.with_edge(canonical, "0", "nobody", 1.0), settings)
    assert rows(found, "no_dangling_edge") == ["0–nobody"]


def test_a_constant_feature_is_named_as_the_source_calls_it(canonical, settings):
    found = failures(tiny.BROKEN["a feature is constant"](canonical), settings)
    assert rows(found, "no_constant_feature") == ["x1"]


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
