import numpy as np
import pytest
import torch
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

import cases
from quartet.examples import Examples
from quartet.family import Encoder, Family

ROWS, FEATURES = 300, 4
SMALL = {"trees": 12, "max_leaf_nodes": 7, "min_samples_leaf": 5}


def rows(seed=0):
    return np.random.default_rng(seed).normal(size=(ROWS, FEATURES)).astype(np.float32)


def target_of(x, n_classes):
    score = np.sin(3 * x[:, 0]) + x[:, 1] * x[:, 2]
    return score if n_classes == 0 else np.digitize(score, np.quantile(score, np.arange(1, n_classes) / n_classes))


def fitted(x, target, n_classes, **changes):
    classes = {"classes": [f"c{i}" for i in range(n_classes)]} if n_classes else {}
    encoder = Encoder({"task": "any", "n_inputs": FEATURES, **classes})
    settings = cases.model("tabular", "gradient_boosting", **{**SMALL, **changes})
    network = Family("tabular").build(settings, encoder)
    dtype = torch.int64 if n_classes else torch.float32
    network.fit(Examples((torch.from_numpy(x),), torch.tensor(target, dtype=dtype)))
    return network


def options(**changes):
    same = {"max_iter": 12, "max_leaf_nodes": 7, "min_samples_leaf": 5, "random_state": 0, "early_stopping": False}
    return same | changes


@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_probabilities_are_those_of_scikit_learn(n_classes):
    x, target = rows(), target_of(rows(), n_classes)
    expected = HistGradientBoostingClassifier(**options()).fit(x, target).predict_proba(rows(1))
    found = fitted(x, target, n_classes)(torch.from_numpy(rows(1))).softmax(1)
    assert np.allclose(found, expected, atol=1e-12)


def test_values_are_those_of_scikit_learn():
    x, target = rows(), target_of(rows(), 0).astype(np.float32)
    expected = HistGradientBoostingRegressor(**options()).fit(x, target.astype(float)).predict(rows(1))
    assert np.allclose(fitted(x, target, 0)(torch.from_numpy(rows(1)))[:, 0], expected, atol=1e-12)


def test_rows_on_a_threshold_go_where_scikit_learn_sends_them():
    x = np.random.default_rng(0).integers(0, 4, (ROWS, FEATURES)).astype(np.float32)
    near = np.nextafter(x, np.float32(9))
    target = (x[:, 0] > 1).astype(int)
    solver = HistGradientBoostingClassifier(**options()).fit(
        np.concatenate([x, near]), np.concatenate([target, target])
    )
    network = fitted(np.concatenate([x, near]), np.concatenate([target, target]), 2)
    assert np.allclose(network(torch.from_numpy(near)).softmax(1), solver.predict_proba(near), atol=1e-12)


@pytest.mark.parametrize(("present", "n_classes"), [([0, 2], 3), ([1, 2, 4], 5)])
def test_a_class_that_training_never_saw_is_never_predicted(present, n_classes):
    x = rows()
    target = np.array(present)[target_of(x, len(present))]
    expected = HistGradientBoostingClassifier(**options()).fit(x, target).predict_proba(x)
    found = fitted(x, target, n_classes)(torch.from_numpy(x)).softmax(1).numpy()
    assert np.allclose(found[:, present], expected, atol=1e-12)
    assert np.delete(found, present, axis=1).max() < 1e-30


def test_with_patience_fewer_trees_are_grown_the_same_each_time():
    x = rows()
    target = np.random.default_rng(2).integers(0, 2, ROWS)  # nothing to learn
    networks = [fitted(x, target, 2, trees=100, patience=3) for _ in range(2)]
    n_grown = int(networks[0].value.any(dim=1).sum())
    assert n_grown < 50
    expected = HistGradientBoostingClassifier(**options(max_iter=100, early_stopping=True, n_iter_no_change=3))
    assert n_grown == expected.fit(x, target).n_iter_
    assert torch.equal(networks[0].value, networks[1].value)


def test_parameters_are_the_thresholds_and_leaves_of_all_trees():
    x, target = rows(), target_of(rows(), 3)
    solver = HistGradientBoostingClassifier(**options()).fit(x, target)
    n_nodes = sum(tree.get_n_leaf_nodes() * 2 - 1 for step in solver._predictors for tree in step)
    assert fitted(x, target, 3).n_parameters == n_nodes
