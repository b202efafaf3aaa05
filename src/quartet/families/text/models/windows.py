"""Convolutions over time, of several widths at once."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

ROWS = 1024  # windows at a time: what several products add up to stays in the core's cache


class Reach(NamedTuple):
    """Where windows of several widths lie, every `stride` tokens, when each is centred on its token.

    Attributes:
        zeros: how many stand before a text and behind it; its length with them, L, is a multiple of the stride.
        starts: where the first window of each width starts.
        n: how many windows of each width there are.
    """

    zeros: tuple[int, int]
    starts: list[int]
    n: int


def reach(widths: Sequence[int], stride: int, n_tokens: int) -> Reach:
    """Windows of these widths over texts of n tokens."""
    before, n = (max(widths) - 1) // 2, (n_tokens - 1) // stride + 1
    starts = [before - (width - 1) // 2 for width in widths]
    ends = [start + (n - 1) * stride + width for start, width in zip(starts, widths, strict=True)]
    length = -(-max(before + n_tokens, *ends) // stride) * stride
    return Reach((before, length - before - n_tokens), starts, n)


class Filters(nn.ModuleList):
    """Convolutions over time of several widths k, n of each, every `stride` tokens."""

    def __init__(self, width: int, n: int, widths: Sequence[int], stride: int) -> None:
        super().__init__(nn.Conv1d(width, n, k, stride) for k in widths)
        self.widths, self.stride = widths, stride

    def forward(self, x: Tensor, places: Reach) -> Tensor:
        """What they give of their windows (B, places.n, all filters) of texts and their zeros x (B, L, E)."""
        filters = [one for one in self if isinstance(one, nn.Conv1d)]
        if x.is_cuda or torch.backends.cpu.get_cpu_capability() != "AVX2":
            pairs = zip(filters, places.starts, strict=True)
            return torch.cat([convolved(one, x[:, start:])[:, : places.n] for one, start in pairs], dim=2)
        weights = [one.weight.permute(2, 1, 0).contiguous() for one in filters]  # (k, E, n)
        biases = [one.bias for one in filters]
        found: Tensor = Products.apply(x, self.stride, places.starts, *weights, *biases)  # type: ignore[no-untyped-call]
        return found[:, : places.n]

    def reach(self, n_tokens: int) -> Reach:
        """Where their windows lie over texts of n tokens."""
        return reach(self.widths, self.stride, n_tokens)


def convolved(filter_: nn.Conv1d, x: Tensor) -> Tensor:
    """The convolution (B, T, n) of x (B, L, E).

    As one over pictures one pixel high, which oneDNN computes on x as it lies in memory: over sequences torch has it
    only on the transposed x.
    """
    picture = x[:, None].permute(0, 3, 1, 2)  # (B, E, 1, L)
    weight = filter_.weight[:, :, None].contiguous(memory_format=torch.channels_last)
    return functional.conv2d(picture, weight, filter_.bias, stride=(1, filter_.stride[0])).permute(0, 2, 3, 1)[:, 0]


class Products(torch.autograd.Function):
    """The convolutions as matrix products over x as it lies in memory, none of whose parts is copied.

    A window of k tokens is ⌈k / stride⌉ pieces of at most `stride` of them; the pieces of one place, of all windows,
    are the rows of a matrix. Windows that reach from one text into the next are computed too, and mean nothing. On a
    processor with AVX2 and no more, oneDNN's gradients of a convolution take half as long again.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, stride: int, starts: list[int], *weights_and_biases: Tensor) -> Tensor:
        """All filters (B, L / stride, n) of x (B, L, E), with weights (k, E, n) and biases (n,) for each width."""
        half = len(starts)
        weights, bias = weights_and_biases[:half], torch.cat(weights_and_biases[half:])
        ctx.save_for_backward(x, *weights)
        ctx.stride, ctx.starts = stride, starts
        found = bias.repeat(x.shape[0] * x.shape[1] // stride, 1)
        for rows, piece, columns, weight in products(x, stride, starts, weights):
            found[rows, columns].addmm_(piece, weight)
        return found.view(len(x), -1, len(bias))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of x, the weights and the biases."""
        x, *weights = ctx.saved_tensors
        flat = gradient.flatten(0, 1)
        of_x, of_weights = torch.zeros_like(x), [torch.zeros_like(weight) for weight in weights]
        pairs = zip(
            products(of_x, ctx.stride, ctx.starts, weights),
            products(x, ctx.stride, ctx.starts, of_weights),
            strict=True,
        )
        for (rows, of_piece, columns, weight), (_, piece, _, of_weight) in pairs:
            of_piece.addmm_(flat[rows, columns], weight.t())
            of_weight.addmm_(piece.t(), flat[rows, columns])
        of_biases = torch.split(flat.sum(dim=0), [weight.shape[2] for weight in weights])
        return of_x, None, None, *of_weights, *of_biases


def products(
    x: Tensor, stride: int, starts: list[int], weights: Sequence[Tensor]
) -> Iterator[tuple[slice, Tensor, slice, Tensor]]:
    """The products of x (B, L, E): rows and columns of the result, pieces (rows, E c) of windows, weights (E c, n)."""
    n_tokens, width = x.shape[0] * x.shape[1], x.shape[2]
    farthest = max(start + len(weight) for start, weight in zip(starts, weights, strict=True))
    n = min(n_tokens // stride, (n_tokens - farthest) // stride + 1)  # windows that lie in x as a whole
    for first in range(0, n, ROWS):
        rows, column = slice(first, min(first + ROWS, n)), 0
        for start, weight in zip(starts, weights, strict=True):
            columns = slice(column, column + weight.shape[2])
            column = columns.stop
            for place in range(0, len(weight), stride):
                part = weight[place : place + stride].flatten(0, 1)
                size, steps = (rows.stop - rows.start, len(part)), (stride * width, 1)
                offset = (first * stride + start + place) * width
                yield rows, x.view(-1).as_strided(size, steps, offset), columns, part
