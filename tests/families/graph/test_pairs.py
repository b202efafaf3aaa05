import numpy as np
import torch

import cases
from quartet.families.graph.models.pairs import Pairs


def epoch(seed):
    return cases.examples("graph", "tiny_links")["train"].of_epoch(torch.Generator().manual_seed(seed))


def pairs_of(examples, target):
    return {frozenset(pair) for pair in examples.inputs[0][examples.target == target].tolist()}


def test_an_epoch_has_all_training_edges_and_as_many_pairs_that_none_of_them_joins():
    edges = {frozenset(p) for p in cases.encoder("graph", "tiny_links").arrays["edge_index"].T.tolist()}
    found = epoch(0)
    assert pairs_of(found, 1) == edges
    assert len(pairs_of(found, 0)) == len(edges)
    assert not pairs_of(found, 0) & edges


def test_each_epoch_draws_other_pairs_and_a_resumed_one_the_same():
    assert pairs_of(epoch(0), 0) != pairs_of(epoch(1), 0)
    assert torch.equal(epoch(2).inputs[0], epoch(2).inputs[0])


def test_training_does_not_know_which_edges_are_held_out():
    test = cases.examples("graph", "tiny_links")["test"]
    held_out = pairs_of(test, 1)
    assert any(pairs_of(epoch(seed), 0) & held_out for seed in range(20))


def test_a_graph_that_is_nearly_complete_gives_the_few_pairs_that_it_has():
    few = Pairs(torch.tensor([[0, 1], [1, 2]]), torch.tensor([1, 1]), np.array([[0, 1], [1, 2]]), 3)
    assert pairs_of(few.of_epoch(torch.Generator()), 0) == {frozenset((0, 2))}
