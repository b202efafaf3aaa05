"""What may go wrong with folds: copies that fold 0 does not tell apart, empty parts, graphs, pairs called published."""

from types import SimpleNamespace

import pandas as pd
import pytest

from conftest import write_params
from quartet.errors import ParamsError, SourceError
from quartet.gate.facts import mark_copies
from quartet.params import load_params
from quartet.project import Project
from quartet.rows import name_split
from quartet.splits import fold_of
from quartet.steps.prepare import other_folds


def test_copies_that_fold_0_trains_on_alike_are_seen_in_other_folds():
    items = pd.DataFrame({"split": "train", "fold": [1, 2, 2], "label": "a"})
    assert mark_copies(items, pd.Series(["copy", "copy", "alone"]))["straddles"].tolist() == [True, True, False]


def test_a_fold_without_items_to_test_is_refused():
    place = pd.Series([0.05, 0.1, 0.45, 0.6, 0.9])  # none from 0.2 to 0.4
    items = pd.DataFrame({"fold": fold_of(place, 5), "fold_place": place, "label": "a"})
    with pytest.raises(SourceError, match="none in test"):
        list(other_folds(items, SimpleNamespace(folds=5, validation_fraction=0.15)))


def test_a_graph_with_folds_is_refused_in_words(tmp_path):
    graph = {"family": "graph", "source": "networkx:karate_club", "folds": 5}
    model = {"dataset": "club", "architecture": "label_propagation"}
    file = write_params(Project(tmp_path), {"datasets": {"club": graph}, "models": {"lp": model}})
    with pytest.raises(ParamsError, match="folds are of items that stand alone"):
        load_params(file)


def test_edges_held_out_are_on_no_published_split_where_nodes_have_one():
    nodes = pd.DataFrame({"id": [0, 1], "split": ["train", "test"]})
    settings = SimpleNamespace(split=None, task="link_prediction")
    assert name_split(nodes, settings, 0)["kind"] == "hashed"
