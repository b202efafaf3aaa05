"""Words and pairs as features, against counts by hand and scikit-learn's."""

from itertools import pairwise

import numpy as np
import torch
from sklearn.feature_extraction.text import CountVectorizer

from quartet.families.text.bigrams import features_of, frequent_pairs, log_count_ratios, texts_with
from quartet.families.text.models.pairs import Pairs
from quartet.family import Encoder

N_TOKENS = 9
TEXTS = [np.random.default_rng(n).integers(2, N_TOKENS, n % 7 + 1) for n in range(40)]
TOKENS, OFFSETS = np.concatenate(TEXTS), np.cumsum([0, *map(len, TEXTS)])[:-1]
PAIRS = frequent_pairs(TOKENS, OFFSETS, N_TOKENS, 1_000)


def pairs_in(text):
    return [int(a * N_TOKENS + b) for a, b in pairwise(text)]


def test_the_features_of_a_text_are_scikit_learns_presence_of_uni_and_bigrams():
    rows, numbers = features_of(TOKENS, OFFSETS, PAIRS, N_TOKENS)
    held = np.zeros((len(TEXTS), N_TOKENS + len(PAIRS)), int)
    held[rows, numbers] = 1
    names = [str(token) for token in range(N_TOKENS)] + [f"{code // N_TOKENS} {code % N_TOKENS}" for code in PAIRS]
    counter = CountVectorizer(ngram_range=(1, 2), vocabulary=names, binary=True, token_pattern=r"\d+")
    expected = counter.transform([" ".join(map(str, text)) for text in TEXTS]).toarray()
    assert np.array_equal(held, expected)


def test_pairs_are_those_that_come_twice_within_texts():
    every = [code for text in TEXTS for code in pairs_in(text)]
    assert PAIRS.tolist() == sorted(code for code in set(every) if every.count(code) > 1)
    most = sorted(set(every), key=lambda code: (-every.count(code), code))[:5]
    assert frequent_pairs(TOKENS, OFFSETS, N_TOKENS, 5).tolist() == sorted(most)


def test_a_network_finds_the_pairs_of_padded_texts():
    pairs = Pairs(Encoder({"n_tokens": N_TOKENS}, {"bigrams": PAIRS}))
    padded = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(text) for text in TEXTS], batch_first=True)
    known = {int(code): N_TOKENS + place for place, code in enumerate(PAIRS)}
    for text, found in zip(TEXTS, pairs(padded).tolist(), strict=True):
        expected = [known.get(code, 0) for code in pairs_in(text)]
        assert found == expected + [0] * (len(found) - len(expected))


def test_without_any_pair_all_are_unknown():
    pairs = Pairs(Encoder({"n_tokens": N_TOKENS}, {"bigrams": np.empty(0, np.int64)}))
    assert pairs(torch.tensor([[2, 3, 4]])).tolist() == [[0, 0, 0]]


def test_ratios_are_the_log_of_two_naive_bayes_probabilities():
    features, target = (np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0])), np.array([0, 1, 1])
    counts = texts_with(features, target, 2, 2)
    assert counts.tolist() == [[1, 1], [1, 1]]
    found = log_count_ratios(np.array([[3, 1], [0, 2]]), alpha=1.0)
    expected = np.log([4 / 6, 2 / 6]) - np.log([1 / 4, 3 / 4])
    assert np.allclose(found, [expected, -expected])
