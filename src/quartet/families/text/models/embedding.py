"""Tokens as vectors."""

from torch import nn

from quartet.families.text.models import PADDING
from quartet.family import Encoder

START = 0.1  # standard deviation; at torch's own 1.0 Adam moves words too slowly in the few epochs that texts need


def token_vectors(encoder: Encoder, width: int) -> nn.Embedding:
    """A vector per token, small at the start and learned; that of padding stays zero."""
    vectors = nn.Embedding(encoder.facts["n_tokens"], width, padding_idx=PADDING)
    nn.init.normal_(vectors.weight, std=START)
    nn.init.zeros_(vectors.weight[PADDING])
    return vectors
