"""Texts → token ids; the vocabulary is that of the training split."""

from collections import Counter
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.families.text.words import words
from quartet.family import Encoder

OUT_OF_VOCABULARY = 1
N_RESERVED = 2  # 0 is padding, which is not stored


def fit(tables: dict[str, pd.DataFrame], settings: Any) -> Encoder:
    """Learn the vocabulary and the classes from the training split."""
    train = tables["items"][tables["items"]["split"] == "train"]
    vocabulary = most_frequent(train["text"], settings.vocab_size - N_RESERVED)
    facts = {
        "task": settings.task,
        "column": settings.text,
        "classes": settings.classes or sorted(train["label"].unique()),
        "max_length": settings.max_length,
        "n_tokens": len(vocabulary) + N_RESERVED,
        "vocabulary": vocabulary,
    }
    return Encoder(facts)


def most_frequent(texts: pd.Series, n: int) -> list[str]:
    """At most n words, the most frequent first, equally frequent ones in alphabetical order."""
    counts = Counter(chain.from_iterable(words(text) for text in texts))
    return sorted(counts, key=lambda word: (-counts[word], word))[:n]


def encode(items: pd.DataFrame, encoder: Encoder) -> dict[str, np.ndarray]:
    """Ragged texts without padding, and `target` (N,) int64 class indices where there are labels.

    Returns:
        `offsets` (N,) int64, where each text starts; `tokens` (sum of lengths,) int32, its ids: 1 for a word that
        training did not see, 2 for the most frequent word, and so on. A text without words is one such 1.
    """
    ids = {word: i for i, word in enumerate(encoder.facts["vocabulary"], start=N_RESERVED)}
    texts = [token_ids(text, ids, encoder.facts["max_length"]) for text in items["text"].fillna("").astype(str)]
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    tokens = np.fromiter(chain.from_iterable(texts), dtype=np.int32, count=int(ends[-1]))
    arrays: dict[str, np.ndarray] = {"offsets": ends[:-1], "tokens": tokens}
    if "label" in items:
        index = {name: i for i, name in enumerate(encoder.classes)}
        arrays["target"] = items["label"].map(index).to_numpy(np.int64)
    return arrays


def token_ids(text: str, ids: dict[str, int], max_length: int) -> list[int]:
    """The ids of a text's first words."""
    return [ids.get(word, OUT_OF_VOCABULARY) for word in words(text)[:max_length]] or [OUT_OF_VOCABULARY]


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
