import numpy as np
import pytest
import torch

import cases
from quartet.family import Encoder, Family

NUMPY = {
    "relu": lambda z: np.maximum(z, 0),
    "silu": lambda z: z / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "logistic": lambda z: 1 / (1 + np.exp(-z)),
    "gelu": lambda z: z * normal_share(z),
}
ENCODER = Encoder({"task": "classification", "classes": ["a", "b"], "n_inputs": 3})


def normal_share(z):
    from scipy.stats import norm

    return norm.cdf(z)


def network(**changes):
    return Family("tabular").build(cases.model("tabular", "mlp", **changes), ENCODER).eval()


@pytest.mark.parametrize("activation", NUMPY)
def test_each_layer_is_weights_and_the_activation(activation):
    mlp = network(activation=activation, widths=[5, 4])
    x = np.random.default_rng(0).normal(size=(7, 3))
    weights = [parameter.detach().double().numpy() for parameter in mlp.parameters()]
    h = NUMPY[activation](x @ weights[0].T + weights[1])
    h = NUMPY[activation](h @ weights[2].T + weights[3])
    assert np.allclose(mlp(torch.tensor(x).float()).detach(), h @ weights[4].T + weights[5], atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "widths"),
    [({"hidden": 6, "layers": 3}, [6, 6, 6]), ({"hidden": 6, "layers": 3, "widths": [9, 2]}, [9, 2])],
)
def test_widths_are_alike_or_named_one_by_one(changes, widths):
    found = [module.out_features for module in network(**changes).modules() if isinstance(module, torch.nn.Linear)]
    assert found == [*widths, 2]
