"""Metrics against other ways to compute them."""

import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
from sklearn.metrics import f1_score, normalized_mutual_info_score, roc_auc_score

from quartet.metrics import metrics_on, per_class, score


def test_modularity_is_networkx_s():
    graph = nx.karate_club_graph()
    community = np.arange(34) % 3
    edges = np.array(graph.edges)
    weights = np.array([graph.edges[tuple(edge)]["weight"] for edge in edges], float)
    groups = [set(np.flatnonzero(community == c).tolist()) for c in range(3)]
    assert score("modularity", weights, community[edges]) == pytest.approx(nx.community.modularity(graph, groups))


def test_modularity_of_one_community_is_zero():
    assert score("modularity", np.ones(5), np.full((5, 2), 7)) == pytest.approx(0)


@pytest.mark.parametrize("seed", range(3))
def test_nmi_is_scikit_learn_s(seed):
    classes, communities = np.random.default_rng(seed).integers(0, (4, 6), (50, 2)).T
    expected = normalized_mutual_info_score(classes, communities)
    assert score("nmi", classes, communities) == pytest.approx(expected)


def test_nmi_does_not_care_what_communities_are_called():
    classes = np.array([0, 0, 1, 1, 2, 2])
    assert score("nmi", classes, np.array([9, 9, 4, 4, 0, 0])) == pytest.approx(1)


def test_average_precision_is_its_sum_over_thresholds():
    target, edge = np.array([1, 0, 1, 1, 0]), np.array([0.9, 0.8, 0.7, 0.4, 0.1])
    recalled_at_rank = {1: 1 / 1, 3: 2 / 3, 4: 3 / 4}  # rank of each edge → precision there
    expected = sum(recalled_at_rank.values()) / 3
    assert score("average_precision", target, np.stack([1 - edge, edge], axis=1)) == pytest.approx(expected)


def test_spearman_looks_at_ranks_alone():
    target = np.array([0.1, 0.4, 0.2, 0.9])
    assert score("spearman", target, np.exp(5 * target)) == pytest.approx(1)


def test_communities_are_ranked_without_labels():
    facts = {"task": "community_detection", "labels": ["a", "b"]}
    assert metrics_on("validation", facts) == ("modularity",)
    assert metrics_on("test", facts) == ("nmi",)


def test_figures_of_a_class_are_shares_of_what_is_called_so_and_of_what_is_so():
    target, called = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 1, 1])
    found = per_class(target, np.eye(3)[called])
    assert found["precision"] == pytest.approx([1, 2 / 4, 0])
    assert found["recall"] == pytest.approx([2 / 3, 1, 0])
    assert found["f1"] == pytest.approx([4 / 5, 4 / 6, 0])
    assert found["support"].tolist() == [3, 2, 1]


@pytest.mark.parametrize("n_classes", [2, 3])
def test_auc_is_scikit_learn_s(n_classes):
    generator = np.random.default_rng(0)
    target = np.arange(60) % n_classes
    output = generator.dirichlet(np.ones(n_classes), 60).round(1)  # with ties
    expected = roc_auc_score(np.eye(n_classes)[target], output, average="macro")
    assert score("auc", target, output) == pytest.approx(expected)


@pytest.mark.parametrize("n_there", [4, 2])
def test_macro_f1_is_scikit_learn_s_of_all_classes(n_there):
    rng = np.random.default_rng(0)
    classes, output = rng.integers(0, n_there, 60), rng.random((60, 4))
    expected = f1_score(classes, output.argmax(axis=1), labels=range(4), average="macro", zero_division=0)
    assert score("f1_macro", classes, output) == expected


def test_scoring_classes_imports_neither_scipy_nor_scikit_learn():
    code = """
import sys
import numpy as np
from quartet.metrics import METRICS, score
for metric in METRICS["classification"]:
    score(metric, np.array([0, 1, 1]), np.array([[0.6, 0.4], [0.3, 0.7], [0.8, 0.2]]))
print(*sorted({"scipy", "sklearn"} & {*sys.modules}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
