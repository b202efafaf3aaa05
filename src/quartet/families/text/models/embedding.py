"""Tokens as vectors."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from quartet.families.text.tokens import OUT_OF_VOCABULARY, PADDING
from quartet.family import Encoder

START = 0.1  # standard deviation; at torch's own 1.0 Adam moves words too slowly in the few epochs that texts need


class Embedding(nn.Embedding):
    """torch's, whose gradient takes a CPU half as long or less: rows are added as vectors, not number by number."""

    def forward(self, tokens: Tensor) -> Tensor:
        """Vectors (*, E) of tokens (*)."""
        if tokens.is_cuda:
            return super().forward(tokens)
        vectors: Tensor = Lookup.apply(self.weight, tokens, self.padding_idx)  # type: ignore[no-untyped-call]
        return vectors


class Lookup(torch.autograd.Function):
    """Rows of a matrix, one of which, that of padding, is not learned."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, tokens: Tensor, padding: int) -> Tensor:
        """Rows (*, E) of a weight (V, E) by tokens (*)."""
        ctx.save_for_backward(tokens)
        ctx.shape, ctx.padding = weight.shape, padding
        return weight.index_select(0, tokens.flatten()).view(*tokens.shape, -1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """The sum of each row's gradients."""
        (tokens,) = ctx.saved_tensors
        of_weight = gradient.new_zeros(ctx.shape).index_add_(0, tokens.flatten(), gradient.flatten(0, -2))
        of_weight[ctx.padding] = 0.0
        return of_weight, None, None


def token_vectors(encoder: Encoder, width: int) -> Embedding:
    """A vector per token, small at the start and learned; that of padding stays zero."""
    vectors = Embedding(encoder.facts["n_tokens"], width, padding_idx=PADDING)
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
