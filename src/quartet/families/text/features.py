"""Texts → token ids; the vocabulary is that of the training split."""

from collections import Counter
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.families.text.bigrams import features_of, frequent_pairs, texts_with
from quartet.families.text.tokens import N_RESERVED, OUT_OF_VOCABULARY
from quartet.families.text.words import words
from quartet.family import Encoder


def fit(tables: dict[str, pd.DataFrame], settings: Any) -> Encoder:
    """Learn the vocabulary, the classes and the pairs of neighbouring words from the training split."""
    train = tables["items"][tables["items"]["split"] == "train"]
    vocabulary = most_frequent(train["text"], settings.vocab_size - N_RESERVED)
    facts = {
        "task": settings.task,
        "column": settings.text,
        "classes": settings.classes or sorted(train["label"].unique()),
        "max_length": settings.max_length,
        "truncate": settings.truncate,
        "oov": settings.oov,
        "n_tokens": len(vocabulary) + N_RESERVED,
        "vocabulary": vocabulary,
    }
    return Encoder(facts, bigrams(train, Encoder(facts), settings.bigrams))


def most_frequent(texts: pd.Series, n: int) -> list[str]:
    """At most n words, the most frequent first, equally frequent ones in alphabetical order."""
    counts = Counter(chain.from_iterable(words(text) for text in texts))
    return sorted(counts, key=lambda word: (-counts[word], word))[:n]


def bigrams(train: pd.DataFrame, encoder: Encoder, n: int) -> dict[str, np.ndarray]:
    """What training texts say of words and pairs: `bigrams` (P ≤ n,) int64, and `counts` (K, n_tokens + P) int32.

    `counts` says how many texts of each class hold a word or one of the pairs.
    """
    texts, n_tokens = encode(train, encoder), encoder.facts["n_tokens"]
    tokens, offsets = texts["tokens"].astype(np.int64), texts["offsets"]
    pairs = frequent_pairs(tokens, offsets, n_tokens, n)
    found = features_of(tokens, offsets, pairs, n_tokens)
    counts = texts_with(found, texts["target"], encoder.n_outputs, n_tokens + len(pairs))
    return {"bigrams": pairs, "counts": counts.astype(np.int32)}


def encode(items: pd.DataFrame, encoder: Encoder) -> dict[str, np.ndarray]:
    """Ragged texts without padding, and `target` (N,) int64 class indices where there are labels.

    Returns:
        `offsets` (N,) int64, where each text starts; `tokens` (sum of lengths,) int32, its ids: 1 for a word beyond
        the vocabulary, 2 for the most frequent word, and so on. A text without words is one such 1.
    """
    ids = {word: i for i, word in enumerate(encoder.facts["vocabulary"], start=N_RESERVED)}
    texts = [token_ids(text, ids, encoder.facts) for text in items["text"].fillna("").astype(str)]
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    tokens = np.fromiter(chain.from_iterable(texts), dtype=np.int32, count=int(ends[-1]))
    arrays: dict[str, np.ndarray] = {"offsets": ends[:-1], "tokens": tokens}
    if "label" in items:
        index = {name: i for i, name in enumerate(encoder.classes)}
        arrays["target"] = items["label"].map(index).to_numpy(np.int64)
    return arrays


def token_ids(text: str, ids: dict[str, int], facts: dict[str, Any]) -> list[int]:
    """The ids of a text's first words, or of its last ones; unknown words are left out first where they are dropped."""
    found = words(text)
    length = facts["max_length"]
    # encoders of before 2026-11-25 have neither fact: they cut the end and kept a token
    if facts.get("oov") == "drop":
        found = [word for word in found if word in ids]
    kept = found[-length:] if facts.get("truncate") == "start" else found[:length]
    return [ids.get(word, OUT_OF_VOCABULARY) for word in kept] or [OUT_OF_VOCABULARY]


def raw_input(items: pd.DataFrame, encoder: Encoder) -> pd.DataFrame:
    """The column `text`, which may be called as the source called it.

    Raises:
        SourceError: there is none.
    """
    own = encoder.facts["column"]
    found = next((name for name in (own, "text") if name in items), None)
    if found is None:
        came = f"only {', '.join(map(str, items.columns)) or 'no column'} came"
        names = " or ".join(f"`{name}`" for name in dict.fromkeys(("text", own)))
        raise SourceError(
            f"texts to score come in a column {names}", came=came, mend="Rename the column that holds them."
        )
    return items[[found]].set_axis(["text"], axis=1)
