import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from quartet.families.text.bigrams import features_of, frequent_pairs, log_count_ratios, texts_with
from quartet.families.text.models import examples
from quartet.families.text.models.nb_svm import NBSVM
from quartet.families.text.settings import NBSVMSettings
from quartet.family import Encoder

N_TOKENS = 9


def given(n_classes):
    """80 texts with their encoder and the presence (N, F) of words and pairs in them."""
    generator = np.random.default_rng(0)
    texts = [generator.integers(2, N_TOKENS, generator.integers(1, 7)) for _ in range(80)]
    target = np.array([text.max() % n_classes for text in texts])
    tokens, offsets = np.concatenate(texts), np.cumsum([0, *map(len, texts)])[:-1]
    pairs = frequent_pairs(tokens, offsets, N_TOKENS, 30)
    features, n_features = features_of(tokens, offsets, pairs, N_TOKENS), N_TOKENS + len(pairs)
    held = np.zeros((80, n_features))
    held[features] = 1
    arrays = {"bigrams": pairs, "counts": texts_with(features, target, n_classes, n_features)}
    encoder = Encoder({"classes": [*"abc"][:n_classes], "n_tokens": N_TOKENS}, arrays)
    return examples({"offsets": offsets, "tokens": tokens, "target": target}, encoder), encoder, held


@pytest.mark.parametrize("beta", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_its_logits_are_those_of_a_dense_solution(n_classes, beta):
    train, encoder, held = given(n_classes)
    network = NBSVM(NBSVMSettings(dataset="", architecture="nb_svm", c=2.0, beta=beta), encoder)
    network.fit(train)
    found = network(*train.batch(torch.arange(80))[0]).detach().numpy()
    ratios = log_count_ratios(encoder.arrays["counts"], 1.0)
    for k in range(1 if n_classes == 2 else 0, n_classes):
        solver = LogisticRegression(C=2.0, max_iter=10_000).fit(held * ratios[k], train.target.numpy() == k)
        share = (train.target == k).float().mean()
        bayes = np.append(np.ones_like(ratios[k]), share.logit()) * np.abs(solver.coef_[0]).mean()
        mixed = (1 - beta) * bayes + beta * np.append(solver.coef_[0], solver.intercept_[0])
        assert np.allclose(found[:, k], held * ratios[k] @ mixed[:-1] + mixed[-1], atol=1e-3)
    assert n_classes > 2 or (found[:, 0] == 0).all()


def test_a_word_counts_once_however_often_it_comes(build):
    network = build("nb_svm")
    once, often = torch.tensor([[2, 4, 0, 0]]), torch.tensor([[2, 4, 2, 4]])  # no pair of these is known
    assert torch.allclose(network(once, torch.tensor([2])), network(often, torch.tensor([4])), atol=1e-6)


def test_a_class_without_training_texts_is_never_called():
    train, encoder, _ = given(2)
    counts = np.vstack([encoder.arrays["counts"], 0 * encoder.arrays["counts"][:1]])
    more = Encoder({**encoder.facts, "classes": [*"abc"]}, {**encoder.arrays, "counts": counts})
    network = NBSVM(NBSVMSettings(dataset="", architecture="nb_svm"), more)
    network.fit(train)
    assert (network(*train.batch(torch.arange(80))[0]).softmax(dim=1)[:, 2] < 1e-6).all()
