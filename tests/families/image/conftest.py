import numpy as np
import pytest

import cases
from quartet.family import Encoder

NAME = "tiny_pictures"


@pytest.fixture
def ingest():
    return cases.settings_for("image", NAME, "ingest")


@pytest.fixture
def canonical():
    return cases.canonical("image", NAME)


@pytest.fixture
def make_encoder():
    def make(*, channels="grey", size=8, n_classes=3):
        classes = [f"class {i}" for i in range(n_classes)]
        n_channels = {"grey": 1, "rgb": 3}[channels]
        facts = {"task": "classification", "classes": classes, "channels": channels, "size": size}
        d_patch = {1: 9, 3: 12}[n_channels]
        return Encoder(facts | {"n_channels": n_channels, "max_megapixels": 1.0}, {"patches": np.eye(d_patch)})

    return make


@pytest.fixture
def generator():
    return np.random.default_rng(0)
