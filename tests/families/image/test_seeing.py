import pytest
import torch

from quartet.families.image.models.cnn import CNN
from quartet.families.image.models.seeing import View
from quartet.families.image.settings import CNNSettings, ResNetSettings
from quartet.family import Encoder


def settings(**changes):
    return CNNSettings(**{"dataset": "", "architecture": "cnn", "channels": 4, "hidden": 6, **changes})


@pytest.fixture
def lit(make_encoder):
    encoder = make_encoder(channels="rgb")
    return Encoder(encoder.facts | {"mean": [0.2, 0.4, 0.6], "sd": [0.1, 0.2, 0.3]}, encoder.arrays)


def test_a_view_is_normalised_by_what_was_fitted(lit):
    x = torch.randint(0, 256, (2, 3, 8, 8)).byte()
    mean, sd = torch.tensor(lit.facts["mean"]), torch.tensor(lit.facts["sd"])
    expected = (x.permute(0, 2, 3, 1) / 255 - mean) / sd
    assert torch.allclose(View(settings(), lit).eval()(x), expected.permute(0, 3, 1, 2), atol=1e-6)


def test_pictures_are_changed_in_training_only(lit):
    view = View(settings(flip=True, shift=2, cutout=3), lit)
    x = torch.randint(0, 256, (16, 3, 8, 8)).byte()
    plain = View(settings(), lit)(x)
    assert not torch.equal(view.train()(x), plain)
    assert torch.equal(view.eval()(x), plain)


def test_a_test_flip_gives_a_picture_and_its_mirror_image_the_same_logits(make_encoder):
    network = CNN(settings(test_flip=True), make_encoder()).eval()
    x = torch.rand(4, 1, 8, 8)
    assert torch.allclose(network(x), network(x.flip(-1)), atol=1e-6)
    assert not torch.allclose(network.train()(x), network(x.flip(-1)), atol=1e-6)


@pytest.mark.parametrize("training", [True, False])
def test_what_is_hidden_changes_no_logit(make_encoder, training):
    network = CNN(settings(hide="centre", hidden_side=0.5, dropout=0), make_encoder()).train(training)
    x = torch.rand(4, 1, 8, 8)
    other = x.clone()
    other[:, :, 2:6, 2:6] = torch.rand(4, 1, 4, 4)
    assert torch.equal(network(x), network(other))


@pytest.mark.parametrize(("kind", "architecture"), [(CNNSettings, "cnn"), (ResNetSettings, "resnet")])
def test_a_network_that_part_is_hidden_from_is_a_control(kind, architecture):
    made = [kind(dataset="", architecture=architecture, hide=hide).control for hide in ("none", "centre")]
    assert made == [False, True]
