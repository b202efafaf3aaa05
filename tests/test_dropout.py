"""Dropout against its definition."""

import pytest
import torch

from quartet.dropout import Dropout


def test_values_are_dropped_with_probability_p_and_scaled_otherwise():
    torch.manual_seed(0)
    x = torch.full((100, 100), 3.0, requires_grad=True)
    y = Dropout(0.2)(x)
    y.sum().backward()
    assert set(y.unique().tolist()) == {0.0, 3.75}
    assert float((y == 0).double().mean()) == pytest.approx(0.2, abs=0.02)
    assert torch.equal(x.grad, (y > 0) * 1.25)


def test_it_drops_nothing_in_use():
    x = torch.randn(5)
    assert torch.equal(Dropout(0.9).eval()(x), x)
