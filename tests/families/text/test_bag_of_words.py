import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from quartet.families.text.models import examples
from quartet.families.text.models.bag_of_words import BagOfWords
from quartet.families.text.settings import BagOfWordsSettings
from quartet.family import Encoder

SETTINGS = BagOfWordsSettings(dataset="", architecture="bag_of_words", c=2.0)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_its_probabilities_are_scikit_learns_on_counts(n_classes):
    generator = np.random.default_rng(0)
    texts = [generator.integers(1, 9, generator.integers(1, 7)) for _ in range(80)]
    target = np.array([text.max() % n_classes for text in texts])
    counts = np.stack([np.bincount(text, minlength=9) / len(text) ** 0.5 for text in texts])
    expected = LogisticRegression(C=2.0, max_iter=10_000).fit(counts, target).predict_proba(counts)
    encoder = Encoder({"classes": [*"abc"][:n_classes], "n_tokens": 9})
    offsets = np.cumsum([0, *map(len, texts)])[:-1]
    given = examples({"offsets": offsets, "tokens": np.concatenate(texts), "target": target}, encoder)
    network = BagOfWords(SETTINGS, encoder)
    network.fit(given)
    found = network(*given.batch(torch.arange(80))[0]).softmax(dim=1).detach().numpy()
    assert np.allclose(found, expected, atol=1e-3)
