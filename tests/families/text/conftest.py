import numpy as np
import pytest
import torch

from families.text import tiny
from quartet.families.text import features, tables
from quartet.families.text.settings import ARCHITECTURES, Dataset
from quartet.family import Encoder, Family

COUNTS = np.arange(42).reshape(3, 14) % 5  # of texts of each class that hold each word or pair, any numbers


@pytest.fixture
def settings():
    return Dataset(**tiny.DATASETS["reviews"])


@pytest.fixture
def canonical(settings):
    return tables.canonical(tiny.source(), settings, seed=0)


@pytest.fixture
def encoder(canonical, settings):
    return features.fit(canonical, settings)


@pytest.fixture
def build():
    """A small network of three classes, twelve tokens and two pairs of them, ready to be asked."""

    def build(architecture, counts=COUNTS, **settings):
        pairs = {"bigrams": np.array([2 * 12 + 3, 5 * 12 + 2]), "counts": counts}
        encoder = Encoder({"task": "classification", "classes": ["a", "b", "c"], "n_tokens": 12}, pairs)
        given = {**tiny.MODELS[architecture], **settings}
        torch.manual_seed(0)
        network = Family("text").build(
            ARCHITECTURES[architecture](dataset="", architecture=architecture, **given), encoder
        )
        return network.eval()

    return build


@pytest.fixture
def batch():
    """Tokens (3, 5) of texts of 5, 2 and 1 tokens, and their lengths."""
    return torch.tensor([[2, 3, 1, 4, 11], [5, 2, 0, 0, 0], [7, 0, 0, 0, 0]]), torch.tensor([5, 2, 1])
