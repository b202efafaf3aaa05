"""Tokens as vectors."""

import torch
from torch import Tensor, nn

from quartet.families.text.tokens import OUT_OF_VOCABULARY, PADDING
from quartet.family import Encoder

START = 0.1  # standard deviation; at torch's own 1.0 Adam moves words too slowly in the few epochs that texts need


def token_vectors(encoder: Encoder, width: int) -> nn.Embedding:
    """A vector per token, small at the start and learned; that of padding stays zero."""
    vectors = nn.Embedding(encoder.facts["n_tokens"], width, padding_idx=PADDING)
    nn.init.normal_(vectors.weight, std=START)
    nn.init.zeros_(vectors.weight[PADDING])
    return vectors


def with_unknowns(tokens: Tensor, share: float) -> Tensor:
    """The tokens (B, T) with a random share of them, padding aside, replaced by that of unknown words.

    Source: Iyyer et al. 2015, Deep Unordered Composition Rivals Syntactic Methods, sec. 4.1, word dropout,
        https://aclanthology.org/P15-1162. Differs: dropped words stay as unknown ones, so that order is kept.
    """
    if share == 0:
        return tokens
    gone = (torch.rand(tokens.shape, device=tokens.device) < share) & (tokens != PADDING)
    return tokens.masked_fill(gone, OUT_OF_VOCABULARY)
