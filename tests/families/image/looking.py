"""A look at networks trained for a moment on planted pictures, without a project."""

from types import SimpleNamespace

import numpy as np
import torch
from torch.nn import functional

from quartet.families.image.models import examples
from quartet.family import Family

SIDE, MARK = 16, 4


def marked(generator, n, *, corner=None):
    """Dim noise x (n, 1, 16, 16) uint8 of two classes (n,), and where (n, 2) a bright square of class 1 begins."""
    x = generator.integers(0, 120, (n, 1, SIDE, SIDE)).astype(np.uint8)
    target = np.arange(n) % 2
    places = np.full((n, 2), corner) if corner is not None else generator.integers(0, SIDE - MARK + 1, (n, 2))
    for row in np.flatnonzero(target):
        top, left = places[row]
        x[row, :, top : top + MARK, left : left + MARK] = 255
    return {"x": x, "target": target}, places


def settings_of(architecture, **changes):
    small = {"cnn": {"channels": 8, "hidden": 16, "dropout": 0.0}, "resnet": {"widths": [8, 16]}, "mlp": {"hidden": 16}}
    return Family("image").model_settings({"architecture": architecture, **small[architecture], **changes})


def made(settings, encoder):
    torch.manual_seed(0)
    return Family("image").build(settings, encoder)


def trained(settings, encoder, arrays, *, steps=40):
    network = made(settings, encoder).train()
    optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
    for _ in range(steps):
        optimizer.zero_grad()
        functional.cross_entropy(network(torch.from_numpy(arrays["x"])), torch.from_numpy(arrays["target"])).backward()
        optimizer.step()
    return network.eval()


@torch.no_grad()
def outputs(network, arrays):
    return arrays["target"], network(torch.from_numpy(arrays["x"])).softmax(dim=1).numpy()


def look_at(encoder, train, test, **settings):
    """What explain takes, of one network per name; the first is the best."""
    networks = {name: trained(one, encoder, train) for name, one in settings.items()}
    plain = [name for name, one in settings.items() if not one.control]
    return SimpleNamespace(
        encoder=encoder,
        ranking=list(settings),
        seeds=dict.fromkeys(settings, "seed-0"),
        networks=plain,
        best=plain[0],
        settings=settings.get,
        network=networks.get,
        untrained=lambda name: made(settings[name], encoder).eval(),
        examples=lambda split: examples(test, encoder),
        outputs=lambda name, split: outputs(networks[name], test),
    )
