import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from quartet import metrics, statistics


@pytest.fixture
def classified() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    target = generator.integers(0, 3, 200)
    output = generator.dirichlet([1, 1, 1], 200)
    output[np.arange(200), target] += 0.3
    return target, output / output.sum(axis=1, keepdims=True)


def test_classification_metrics_are_scikit_learns(classified):
    target, output = classified
    predicted = output.argmax(axis=1)
    assert metrics.accuracy(target, output) == pytest.approx(sk.accuracy_score(target, predicted))
    assert metrics.f1_macro(target, output) == pytest.approx(sk.f1_score(target, predicted, average="macro"))
    assert metrics.auc(target, output) == pytest.approx(sk.roc_auc_score(target, output, multi_class="ovr"))
    assert np.array_equal(metrics.confusion(target, output), sk.confusion_matrix(target, predicted))


def test_regression_metrics_are_scikit_learns():
    generator = np.random.default_rng(1)
    target = generator.normal(5, 2, 100)
    output = target + generator.normal(0, 1, 100)
    assert metrics.r2(target, output) == pytest.approx(sk.r2_score(target, output))
    assert metrics.mae(target, output) == pytest.approx(sk.mean_absolute_error(target, output))
    assert metrics.rmse(target, output) == pytest.approx(sk.root_mean_squared_error(target, output))


def test_auc_is_undefined_where_a_class_never_occurs():
    assert np.isnan(metrics.auc(np.array([0, 0]), np.array([[0.9, 0.1], [0.8, 0.2]])))


def test_calibration_error_is_the_gap_between_confidence_and_accuracy():
    target = np.array([0] * 6 + [1] * 4)
    output = np.tile([0.85, 0.15], (10, 1))
    assert metrics.expected_calibration_error(target, output) == pytest.approx(0.85 - 0.6)


def test_summary_has_no_spread_for_one_value():
    assert statistics.summary([0.5])["sd"] is None
    assert statistics.summary([1.0, 2.0, 4.0])["sd"] == pytest.approx(np.std([1, 2, 4], ddof=1))


def test_the_bootstrap_interval_of_an_accuracy_is_the_normal_one():
    generator = np.random.default_rng(2)
    right = generator.random(400) < 0.8
    output = np.where(right[:, None], [1.0, 0.0], [0.0, 1.0])
    samples = statistics.bootstrap("accuracy", np.zeros(400, int), [output])
    low, high = statistics.interval(samples)
    half = stats.norm.ppf(0.975) * np.sqrt(right.mean() * (1 - right.mean()) / 400)
    assert (low, high) == pytest.approx((right.mean() - half, right.mean() + half), abs=0.01)


def test_models_on_the_same_items_meet_the_same_resamples(classified):
    target, output = classified
    a, b = (statistics.bootstrap("accuracy", target, [output]) for _ in range(2))
    assert np.array_equal(a, b)


def test_a_clear_difference_has_a_small_p_value_and_none_a_large_one():
    generator = np.random.default_rng(3)
    assert statistics.p_value(generator.normal(5, 1, 1000)) < 0.01
    assert statistics.p_value(generator.normal(0, 1, 1000)) > 0.5


def test_holm_multiplies_the_smallest_by_their_number_and_never_falls():
    adjusted = statistics.holm({"a": 0.01, "b": 0.04, "c": 0.03})
    assert adjusted == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "r2", "mae", "mse", "rmse", "spearman"])
def test_a_metric_of_resamples_is_the_metric_of_their_items(metric):
    generator = np.random.default_rng(4)
    target = generator.integers(0, 3, 80)
    outputs = [generator.dirichlet(np.ones(3), 80) for _ in range(2)]
    if metric not in ("accuracy", "f1_macro"):
        outputs = [target + generator.normal(size=80) for _ in range(2)]
    rows = generator.integers(0, 80, 80)
    expected = np.mean([metrics.score(metric, target[rows], output[rows]) for output in outputs])
    assert statistics.resampled_scorer(metric, target, outputs)(rows) == pytest.approx(expected)


def test_ranks_of_resampled_items_that_are_all_equal_have_no_correlation():
    of_items = statistics.resampled_scorer("spearman", np.array([1.0, 2.0, 3.0]), [np.array([2.0, 1.0, 1.0])])
    assert of_items(np.array([0, 1, 2])) == pytest.approx(-(3**0.5) / 2)
    assert np.isnan(of_items(np.array([2, 1, 1])))


def test_mcnemar_asks_how_likely_a_fair_coin_decides_so_one_sidedly():
    right_a = np.array([True] * 6 + [False] + [True] * 20)
    right_b = np.array([False] * 6 + [True] + [True] * 20)
    assert statistics.mcnemar(right_a, right_b) == pytest.approx(2 * (1 + 7) / 2**7)
    assert statistics.mcnemar(right_a, right_a) == 1.0
