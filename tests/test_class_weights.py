import pytest
import torch
from torch.nn.functional import cross_entropy

from quartet.errors import ParamsError
from quartet.learning.module import balanced, loss_of
from quartet.params import load_params

DATA = "{family: tabular, source: 'sklearn:diabetes', target: progression, task: regression}"
MODEL = "{dataset: d, architecture: mlp, class_weights: balanced}"


def test_with_balanced_weights_each_class_counts_alike():
    target = torch.tensor([0] * 7 + [1] * 2 + [2])
    logits = torch.randn(10, 3, generator=torch.Generator().manual_seed(0))
    of_classes = torch.stack([cross_entropy(logits[target == k], target[target == k]) for k in range(3)])
    assert torch.allclose(loss_of(logits, target, balanced(target)), of_classes.mean())


def test_a_class_that_no_training_item_has_still_counts_in_validation():
    weights = balanced(torch.tensor([0, 0, 2]))
    validation = torch.tensor([1, 3])
    logits = torch.randn(2, 4, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(loss_of(logits, validation, weights), cross_entropy(logits, validation))


def test_class_weights_of_a_regression_are_refused(tmp_path):
    file = tmp_path / "params.yaml"
    file.write_text(f"datasets: {{d: {DATA}}}\nmodels: {{m: {MODEL}}}\n")
    with pytest.raises(ParamsError, match=r"models\.m\.class_weights: it is for classes"):
        load_params(file)
