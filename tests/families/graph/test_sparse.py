"""Sparse products against dense ones."""

import torch

from quartet.families.graph.models.sparse import Pattern

DENSE = torch.tensor([[0.0, 2.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 3.0], [0.0, 5.0, 0.0]])


def test_a_product_and_its_gradients_are_those_of_the_dense_matrix():
    row, column = DENSE.nonzero().T
    value, h = DENSE[row, column].requires_grad_(), torch.randn(3, 2, requires_grad=True)
    out = Pattern(row, column, (4, 3)).product(value, h)
    weights = torch.randn(4, 2)
    ours = torch.autograd.grad((out * weights).sum(), (value, h))
    dense, other = DENSE.clone().requires_grad_(), h.detach().clone().requires_grad_()
    of_dense, of_h = torch.autograd.grad((dense @ other * weights).sum(), (dense, other))
    torch.testing.assert_close(out, DENSE @ h)
    torch.testing.assert_close(ours, (of_dense[row, column], of_h))


def test_the_entries_of_rows_come_in_the_order_asked_for():
    row, column = DENSE.nonzero().T
    entries, of = Pattern(row, column, (4, 3)).entries_of(torch.tensor([2, 1, 0]))
    assert entries.tolist() == [1, 2, 0]
    assert of.tolist() == [0, 0, 2]
