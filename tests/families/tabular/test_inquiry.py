import numpy as np
import torch
from torch import nn

from quartet.families.tabular.inquiry import Inquiry, columns_of, dependence, importance
from quartet.family import Encoder

COLUMNS = [
    {"name": "day", "kind": "date", "missing": "own", "low": 0.0, "high": 365.2425, "median": 0.0},
    {"name": "colour", "kind": "category", "missing": "refuse", "categories": ["blue", "red"], "other": True},
    {"name": "gift", "kind": "boolean", "missing": "refuse", "low": 0.0, "high": 1.0, "median": 0.0},
    {"name": "empty", "kind": "category", "missing": "median", "categories": [], "other": False},
]
ENCODER = Encoder({"task": "regression", "target_range": [0.0, 1.0], "columns": COLUMNS, "n_inputs": 6})
GROUPS = np.array([0, 0, 1, 1, 1, 2])


class Product(nn.Module):
    """The day plus the place of the colour, times one more than the gift."""

    def forward(self, x):
        return ((x[:, 0] + x[:, 2:5] @ torch.tensor([0.0, 1.0, 2.0])) * (1 + x[:, 5]))[:, None]


def rows(n=50):
    random = np.random.default_rng(0)
    colour = np.eye(3, dtype=np.float32)[random.integers(0, 3, n)]
    return np.column_stack([random.uniform(size=n), np.zeros(n), colour, random.integers(0, 2, n)]).astype(np.float32)


def inquiry():
    return Inquiry(Product(), ENCODER, rows(), GROUPS)


def test_rows_as_they_are_get_the_networks_own_answers():
    asked = inquiry()
    found = asked.predict(asked.rows(np.arange(50)))
    assert np.allclose(found, Product()(torch.from_numpy(rows())))


def test_the_inputs_of_a_category_move_together():
    asked = inquiry()
    numbers = asked.rows(np.arange(50))
    numbers[:, 1] = numbers[::-1, 1]
    x = rows()
    x[:, 2:5] = x[::-1, 2:5]
    assert np.allclose(asked.predict(numbers), Product()(torch.from_numpy(x)))


def test_dependence_is_the_answer_to_rows_with_one_column_replaced():
    asked, places = inquiry(), np.array([3, 8])
    found = dependence(asked, places, 1, [0, 5])
    for i, place in enumerate(places):
        for g, donor in enumerate([0, 5]):
            x = rows()[[place]]
            x[0, 2:5] = rows()[donor, 2:5]
            assert np.isclose(found[0, i, g], Product()(torch.from_numpy(x)).item())


def test_importance_is_the_expected_fall_of_r2_when_a_column_is_shuffled():
    x = np.random.default_rng(1).normal(size=(2000, 6)).astype(np.float32)
    network = nn.Linear(6, 1)
    with torch.no_grad():
        network.weight.copy_(torch.tensor([[3.0, 0, 1.0, 1.0, 0, 0]]))
        network.bias.zero_()
    asked = Inquiry(network, ENCODER, x, GROUPS)
    target = asked.predict(asked.rows(np.arange(2000)))[:, 0]
    found = importance(asked, target)
    assert np.allclose(found.means, np.array([2 * 9, 2 * 2, 0]) / 11, atol=0.1)  # 2 Σ w² / var(y)
    assert found.order[:2] == [0, 1]


def test_cells_are_read_back_from_inputs():
    x = np.array([0.5, 0, 0, 1, 0, 1], np.float32)
    day, colour, gift = columns_of(ENCODER)
    assert (day.cell(x), colour.cell(x), gift.cell(x)) == (1970.5, "red", "true")
    x = np.array([0, 1, 0, 0, 1, 0], np.float32)
    assert (day.cell(x), colour.cell(x), gift.cell(x)) == ("missing", "other", "false")
    assert colour.cell(np.zeros(6, np.float32)) == "unknown"
