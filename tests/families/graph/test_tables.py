import pandas as pd
import pytest

from families.graph import tiny
from quartet.errors import SourceError
from quartet.families.graph.tables import canonical


def edges_of(rows, settings):
    items = pd.DataFrame({"id": ["a", "b", "c"], "label": ["x", "y", "x"]})
    edges = pd.DataFrame(rows, columns=["source", "target", "weight"])
    return canonical({"items": items, "edges": edges}, settings, 0)["edges"].to_numpy().tolist()


def test_an_edge_given_in_both_directions_is_one_edge(settings):
    assert edges_of([("a", "b", 2.0), ("b", "a", 2.0), ("c", "a", 1.0)], settings) == [["a", "b", 2.0], ["a", "c", 1.0]]


def test_an_edge_with_two_weights_stays_two_edges_for_the_gate_to_refuse(settings):
    assert edges_of([("a", "b", 2.0), ("b", "a", 3.0)], settings) == [["a", "b", 2.0], ["a", "b", 3.0]]


def test_edges_without_weights_all_weigh_one(settings):
    source = tiny.source()
    source["edges"] = source["edges"].drop(columns="weight")
    assert (canonical(source, settings, 0)["edges"]["weight"] == 1.0).all()


def test_the_order_of_rows_and_of_ends_changes_nothing(settings):
    source = tiny.source()
    shuffled = {name: table.sample(frac=1, random_state=1) for name, table in source.items()}
    shuffled["edges"] = shuffled["edges"].rename(columns={"source": "target", "target": "source"})
    expected = canonical(source, settings, 0)
    for name, table in canonical(shuffled, settings, 0).items():
        pd.testing.assert_frame_equal(table, expected[name])


def test_no_node_changes_split_when_nodes_are_added(settings):
    source = tiny.source()
    all_nodes = canonical(source, settings, 0)["items"].set_index("id")["split"]
    fewer = canonical(source | {"items": source["items"].head(30)}, settings, 0)["items"].set_index("id")["split"]
    assert (all_nodes[fewer.index] == fewer).all()


def test_nodes_without_label_and_split_stand_in_the_graph_only(settings):
    items = canonical(tiny.source(), settings, 0)["items"]
    assert ((items["split"] == "") == items["label"].isna()).all()
    assert (items["split"] == "").sum() == tiny.N_ASIDE


def published(*splits):
    """The tiny source with these splits for its first nodes, the others left open."""
    source = tiny.source()
    n_open = len(source["items"]) - len(splits)
    return source | {"items": source["items"].assign(split=[*splits, *["", None] * (n_open // 2)])}


def test_open_nodes_go_to_validation_and_test_where_the_source_names_training_nodes_only(settings):
    items = canonical(published("train", "train", "train", "train"), settings, 0)["items"]
    labelled = items[items["label"].notna()]
    assert set(labelled.loc[labelled["split"] == "train", "id"]) == {"0", "1", "2", "3"}
    assert set(labelled["split"]) == {"train", "validation", "test"}


def test_open_nodes_stand_in_the_graph_only_where_the_source_names_test_nodes(settings):
    items = canonical(published("train", "validation", "test", "test"), settings, 0)["items"].set_index("id")
    assert items.loc[["0", "1", "2", "3"], "split"].tolist() == ["train", "validation", "test", "test"]
    assert (items.drop(["0", "1", "2", "3"])["split"] == "").all()


def test_features_that_are_text_are_refused_by_name(settings):
    source = tiny.source()
    source["items"]["colour"] = "red"
    with pytest.raises(SourceError, match=r"numbers; however, colour hold text.*drop"):
        canonical(source, settings, 0)
