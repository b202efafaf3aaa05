"""Token ids: what the first ones stand for, and how a pair of neighbours is one number."""

from typing import Any

PADDING = 0  # after a text's end in a batch; not stored
OUT_OF_VOCABULARY = 1  # a word that training did not see, or saw too seldom
N_RESERVED = 2


def pair_codes(first: Any, second: Any, n_tokens: int) -> Any:
    """Pairs of int64 ids below n_tokens, in arrays or tensors, as one number each, in the order of the first."""
    return first * n_tokens + second
