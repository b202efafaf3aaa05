import numpy as np
import pytest
import torch

from quartet.examples import Examples
from quartet.families.image.models.logistic_regression import LogisticRegression
from quartet.families.image.settings import LogisticRegressionSettings

C = 0.5


@pytest.mark.parametrize("n_classes", [2, 3])
def test_at_the_solution_the_gradient_of_the_penalised_loss_is_zero(make_encoder, generator, n_classes):
    settings = LogisticRegressionSettings(dataset="", architecture="logistic_regression", c=C)
    network = LogisticRegression(settings, make_encoder(channels="rgb", n_classes=n_classes))
    x, y = generator.random((40, 3, 8, 8)), np.arange(40) % n_classes
    network.fit(Examples((torch.from_numpy(x).float(),), torch.from_numpy(y)))
    probability = network(torch.from_numpy(x).float()).softmax(dim=1).detach().numpy()
    residual = probability - np.eye(n_classes)[y]  # (N, K)
    slope = residual.T @ x.reshape(40, -1)  # (K, C H W)
    weight = network.linear.weight.detach().numpy()
    penalty = weight / C if n_classes > 2 else weight[1] / C  # of two classes, one has weights
    assert np.abs((slope if n_classes > 2 else slope[1]) + penalty).max() < 0.01
    assert np.abs(residual.sum(axis=0)).max() < 0.01
