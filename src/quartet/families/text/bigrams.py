"""Words and pairs of neighbouring words as features, numbered: a word by its token id, a pair by n_tokens + its place.

Texts are ragged: tokens (L,) int64, L the sum of their lengths, and offsets (N,), where each text starts.
"""

import numpy as np

from quartet.families.text.tokens import OUT_OF_VOCABULARY, pair_codes


def neighbours(tokens: np.ndarray, offsets: np.ndarray, n_tokens: int) -> tuple[np.ndarray, np.ndarray]:
    """The code of each token with the next, and whether both are known words of one text (L - 1,)."""
    inside = np.ones(len(tokens), bool)
    inside[offsets] = False  # a text's first token has none before it
    known = tokens != OUT_OF_VOCABULARY
    return pair_codes(tokens[:-1], tokens[1:], n_tokens), inside[1:] & known[:-1] & known[1:]


def frequent_pairs(tokens: np.ndarray, offsets: np.ndarray, n_tokens: int, n: int) -> np.ndarray:
    """The codes (≤ n,), ascending, of the pairs of known words that occur most often, twice at least.

    Of equally frequent pairs the one with the lower code, that is, with the more frequent first word, comes first.
    """
    codes, is_pair = neighbours(tokens, offsets, n_tokens)
    different, counts = np.unique(codes[is_pair], return_counts=True)
    different, counts = different[counts > 1], counts[counts > 1]
    return np.sort(different[np.argsort(-counts, kind="stable")[:n]])


def features_of(
    tokens: np.ndarray, offsets: np.ndarray, pairs: np.ndarray, n_tokens: int
) -> tuple[np.ndarray, np.ndarray]:
    """The different words and known pairs of each text: the texts' rows and the features' numbers, sorted."""
    row_of = np.repeat(np.arange(len(offsets)), np.diff(offsets, append=len(tokens)))
    codes, is_pair = neighbours(tokens, offsets, n_tokens)
    places = np.searchsorted(pairs, codes)
    found = is_pair & (np.append(pairs, -1)[places] == codes)
    rows = np.concatenate([row_of, row_of[:-1][found]])
    numbers = np.concatenate([tokens, n_tokens + places[found]])
    n_features = n_tokens + len(pairs)
    different = np.unique(rows * n_features + numbers)
    return different // n_features, different % n_features


def texts_with(
    features: tuple[np.ndarray, np.ndarray], target: np.ndarray, n_classes: int, n_features: int
) -> np.ndarray:
    """How many texts of each class hold each feature (K, F)."""
    rows, numbers = features
    return np.stack([np.bincount(numbers[target[rows] == k], minlength=n_features) for k in range(n_classes)])


def log_count_ratios(counts: np.ndarray, alpha: float) -> np.ndarray:
    """r_k = log((p_k / |p_k|) / (q_k / |q_k|)) (K, F) of class k against the others.

    p_k counts the texts of class k that hold a feature (K, F), q_k those of the other classes, each plus alpha.
    Source: Wang & Manning 2012, Baselines and Bigrams, sec. 2, https://aclanthology.org/P12-2018. Differs: several
        classes, one against the rest.
    """
    own, others = counts + alpha, counts.sum(axis=0) - counts + alpha
    p, q = own / own.sum(axis=1, keepdims=True), others / others.sum(axis=1, keepdims=True)
    ratios: np.ndarray = np.log(p) - np.log(q)
    return ratios
