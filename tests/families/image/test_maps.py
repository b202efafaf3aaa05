import numpy as np
import pytest
import torch

from families.image.looking import look_at, marked, settings_of, trained
from quartet.explanations import Pictures
from quartet.families.image.explain import explain
from quartet.families.image.inside.maps import feature_maps


@pytest.fixture
def encoder(make_encoder):
    return make_encoder(size=16, n_classes=2)


def test_feature_maps_are_what_the_head_turns_into_the_answer(encoder, generator):
    network = trained(settings_of("cnn"), encoder, marked(generator, 8)[0], steps=1)
    x = torch.from_numpy(marked(generator, 4)[0]["x"])
    assert torch.allclose(network.head(list(feature_maps(network, x).values())[-1]), network(x), atol=1e-6)


@pytest.mark.parametrize("architecture", ["cnn", "resnet", "mlp"])
def test_a_second_look_shows_the_same(architecture, encoder, generator):
    look = look_at(encoder, *(marked(generator, 24)[0] for _ in range(2)), best=settings_of(architecture))
    once, again = explain(look), explain(look)
    for one, other in zip(once, again, strict=True):
        assert (one.title, one.text) == (other.title, other.text)
        for figure, same in zip(one.figures, other.figures, strict=True):
            if isinstance(figure, Pictures):
                pairs = zip(figure.pictures, same.pictures, strict=True)
                assert all(np.array_equal(a.pixels, b.pixels) and a.caption == b.caption for a, b in pairs)
