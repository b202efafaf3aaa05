import numpy as np
import torch

import cases
from quartet.examples import Examples
from quartet.family import Encoder, Family


def fitted(x, target, **changes):
    encoder = Encoder({"task": "classification", "classes": ["a", "b"], "n_inputs": x.shape[1]})
    network = Family("tabular").build(cases.model("tabular", "logistic_regression", **changes), encoder)
    network.fit(Examples((torch.tensor(x, dtype=torch.float32),), torch.tensor(target)))
    return network.linear.weight.detach().numpy()


def test_balanced_weights_equal_repeating_the_rare_class():
    random = np.random.default_rng(0)
    target = np.repeat([0, 1], [60, 20])
    x = random.normal(size=(80, 3)) + target[:, None]
    repeated = np.concatenate([np.arange(80), np.arange(60, 80), np.arange(60, 80)])
    balanced = fitted(x, target, class_weights="balanced", c=1.0)
    of_copies = fitted(x[repeated], target[repeated], c=80 / 120)  # the sum of weights stays 80
    assert np.allclose(balanced, of_copies, atol=1e-3)
    assert not np.allclose(balanced, fitted(x, target, c=1.0), atol=1e-2)
