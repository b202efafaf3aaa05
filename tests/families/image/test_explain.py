"""A look inside networks on pictures whose answer is planted: a bright patch alone decides the label."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from quartet.examples import Examples
from quartet.families.image.explain import explain
from quartet.families.image.inside.layers import weighs_pixels
from quartet.families.image.inside.maps import grad_cam, last_fine_stage
from quartet.families.image.models.cnn import CNN
from quartet.families.image.models.mlp import MLP
from quartet.families.image.models.resnet import ResNet
from quartet.families.image.settings import CNNSettings, MLPSettings, ResNetSettings

SIZE, PATCH = 16, 4
KINDS = {
    "cnn": (CNN, CNNSettings, {"channels": 8, "hidden": 16}),
    "resnet": (ResNet, ResNetSettings, {"widths": [8, 16]}),
    "mlp": (MLP, MLPSettings, {"hidden": 8}),
}


def planted(n):
    """Noise (N, 1, 16, 16), in half of which a patch at a random place is bright; labels (N,); patches (N, 16, 16)."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randint(0, 120, (n, 1, SIZE, SIZE), generator=generator).byte()
    starts = torch.randint(0, SIZE - PATCH + 1, (2, n, 1), generator=generator)
    rows, columns = ((torch.arange(SIZE) >= start) & (torch.arange(SIZE) < start + PATCH) for start in starts)
    patch = rows[:, :, None] & columns[:, None, :]
    target = torch.arange(n) % 2
    return torch.where(patch[:, None] & (target == 1)[:, None, None, None], 255, x).byte(), target, patch


def build(kind, encoder, **changes):
    network, settings, values = KINDS[kind]
    torch.manual_seed(0)
    return network(settings(dataset="", architecture=kind, **values, **changes), encoder)


def trained(kind, encoder):
    x, target, _ = planted(128)
    network = build(kind, encoder).train()
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(40):
        optimizer.zero_grad()
        cross_entropy(network(x), target).backward()
        optimizer.step()
    return network.eval()


class Planted:
    """What explain takes of a Look."""

    def __init__(self, encoder, ranking, best):
        x, target, _ = planted(60)
        self.encoder, self.ranking, self.best = encoder, ranking, best
        self.networks, self.seeds = [best] if best else [], dict.fromkeys(ranking, "seed-0")
        self.whole = Examples((x,), target)

    def examples(self, split):
        return self.whole

    def network(self, model):
        return build(model.split("-")[0], self.encoder).eval()

    def untrained(self, model):
        return build(model.split("-")[0], self.encoder).eval()

    def settings(self, model):
        if not model.startswith("cnn"):
            return SimpleNamespace(control=False)
        hide = "centre" if model.endswith("control") else "none"
        return CNNSettings(dataset="", architecture="cnn", hide=hide, hidden_side=0.5)

    def outputs(self, model, split):
        right = 0.9 if model.endswith("control") else 0.99
        certain = np.eye(2)[self.whole.target]
        return self.whole.target.numpy(), right * certain + (1 - right) * (1 - certain)


@pytest.fixture
def encoder(make_encoder):
    return make_encoder(size=SIZE, n_classes=2)


@pytest.mark.parametrize("kind", ["cnn", "resnet"])
def test_grad_cam_finds_the_patch_that_alone_decides_the_label(kind, encoder):
    network = trained(kind, encoder)
    x, target, patch = (part[1::2] for part in planted(80))
    assert (network(x).argmax(dim=1) == target).float().mean() > 0.9
    heat = grad_cam(network, x, target, last_fine_stage(network, x))
    near = torch.nn.functional.max_pool2d(patch[:, None].float(), 5, stride=1, padding=2)[:, 0].flatten(1).bool()
    hottest = heat.reshape(len(heat), -1).argmax(axis=1)
    assert near.float().mean() < 0.3
    assert near[torch.arange(len(heat)), torch.from_numpy(hottest)].float().mean() > 0.8


@pytest.mark.parametrize(("kind", "n_sections"), [("cnn", 5), ("resnet", 5), ("mlp", 3)])
def test_each_network_is_looked_into_as_far_as_it_has_maps(kind, n_sections, encoder):
    assert len(explain(Planted(encoder, [kind], kind))) == n_sections


def test_baselines_alone_are_not_looked_into(encoder):
    assert explain(Planted(encoder, ["logistic_regression"], None)) == []


def test_the_table_of_bytes_is_the_picture(encoder):
    look = Planted(encoder, ["mlp"], "mlp")
    _, table, divided = explain(look)[0].figures
    top, left = table.rows[0][0], int(table.columns[1].removeprefix("column "))
    patch = look.whole.inputs[0][0, 0, top : top + 8, left : left + 8].numpy()
    assert np.array_equal([row[1:] for row in table.rows], patch)
    assert np.allclose([row[1:] for row in divided.rows], patch / 255, atol=0.005)


def test_what_is_confused_is_counted(encoder):
    look = Planted(encoder, ["mlp"], "mlp")
    said = look.network("mlp")(look.whole.inputs[0]).argmax(dim=1)
    expected = {(a, b): int(((look.whole.target == a) & (said == b)).sum()) for a, b in ((0, 1), (1, 0))}
    table = explain(look)[-1].figures[0]
    found = {(int(row[0][-1]), int(row[1][-1])): row[2] for row in table.rows}
    assert found == {pair: count for pair, count in expected.items() if count}


def test_a_control_that_scores_nearly_as_well_warns_of_a_shortcut(encoder):
    look = Planted(encoder, ["cnn", "cnn-control"], "cnn")
    section = explain(look)[-1]
    assert "DeGrave" in section.text
    assert [row[0] for row in section.figures[0].rows] == ["cnn", "cnn-control"]


@pytest.mark.parametrize(
    ("first", "weighs"),
    [
        (torch.nn.Conv2d(3, 2, 5), True),
        (torch.nn.Linear(3 * 8 * 8, 2), True),
        (torch.nn.Linear(8, 2), False),
        (torch.nn.BatchNorm2d(3), False),
        (torch.nn.ReLU(), False),
    ],
)
def test_a_first_layer_is_drawn_where_its_weights_are_of_pixels(first, weighs):
    assert weighs_pixels(torch.nn.Sequential(first), (3, 8, 8)) is weighs
