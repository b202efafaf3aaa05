"""Dropout against its definition."""

import pytest
import torch

from quartet.dropout import Dropout


def test_values_are_dropped_with_probability_p_and_scaled_otherwise():
    torch.manual_seed(0)
    x = torch.full((100, 100), 3.0, requires_grad=True)
    y = Dropout(0.2)(x)
    y.sum().backward()
    assert y.unique().tolist() == [0.0, pytest.approx(3.75, rel=1e-4)]
    assert float((y == 0).double().mean()) == pytest.approx(0.2, abs=0.02)
    assert torch.equal(x.grad * 3, y)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.75])
def test_each_value_of_a_draw_is_dropped_as_often(p):
    torch.manual_seed(0)
    gone = (Dropout(p)(torch.ones(20_000, 8)) == 0).double()
    assert gone.mean(0).tolist() == pytest.approx([p] * 8, abs=0.015)
    assert torch.corrcoef(gone.T).triu(1).abs().max() < 0.03


def test_a_share_that_is_almost_one_leaves_finite_values():
    torch.manual_seed(0)
    assert Dropout(1 - 1e-9)(torch.ones(10)).isfinite().all()


def test_it_drops_nothing_in_use():
    x = torch.randn(5)
    assert torch.equal(Dropout(0.9).eval()(x), x)
