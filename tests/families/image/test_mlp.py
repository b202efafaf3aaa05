import numpy as np
import torch

from quartet.families.image.models.mlp import MLP
from quartet.families.image.settings import MLPSettings


def test_logits_are_those_of_the_dense_formula(make_encoder, generator):
    settings = MLPSettings(dataset="", architecture="mlp", hidden=5, layers=2)
    network = MLP(settings, make_encoder(channels="rgb", size=9)).double().eval()
    w = {name: tensor.detach().numpy() for name, tensor in network.state_dict().items()}
    x = generator.random((4, 3, 9, 9))
    h = x.reshape(4, -1)
    for layer in ("hidden.0", "hidden.3"):
        h = np.maximum(h @ w[f"{layer}.weight"].T + w[f"{layer}.bias"], 0)
    expected = h @ w["output.weight"].T + w["output.bias"]
    assert np.allclose(network(torch.from_numpy(x)).detach(), expected)
