"""Convolutions over time, of several widths at once."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

ROWS = 1024  # windows at a time: what several products add to stays in the core's cache


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
    """Convolutions over time of several widths k, n of each, every `stride` tokens.

    A weight (n, E, k) lies in memory as (n, k, E), as the windows do: else each step would turn it there and back.
    """

    def __init__(self, width: int, n: int, widths: Sequence[int], stride: int) -> None:
        convolutions = [nn.Conv1d(width, n, k, stride) for k in widths]
        for one in convolutions:
            one.weight = nn.Parameter(one.weight.detach().transpose(1, 2).contiguous().transpose(1, 2))
        super().__init__(convolutions)
        self.widths, self.stride = widths, stride

    def forward(self, x: Tensor, places: Reach) -> Tensor:
        """What they give of their windows (B, places.n, all filters) of texts and their zeros x (B, L, E)."""
        filters = [one for one in self if isinstance(one, nn.Conv1d)]
        weights, biases = [one.weight for one in filters], [one.bias for one in filters]
        if x.is_cuda or torch.backends.cpu.get_cpu_capability() != "AVX2":
            return convolved(x, self.stride, places, weights, biases)
        found: Tensor = Convolutions.apply(x, self.stride, places, *weights, *biases)  # type: ignore[no-untyped-call]
        return found

    def reach(self, n_tokens: int) -> Reach:
        """Where their windows lie over texts of n tokens."""
        return reach(self.widths, self.stride, n_tokens)


def convolved(
    x: Tensor, stride: int, places: Reach, weights: Sequence[Tensor], biases: Sequence[Tensor | None]
) -> Tensor:
    """What filters of weights (n, E, k) and biases (n,) give of the windows (B, places.n, all filters) of x (B, L, E).

    As convolutions over pictures one pixel high, which oneDNN computes on x as it lies in memory: over sequences torch
    has it only on the transposed x.
    """
    found = []
    for weight, bias, start in zip(weights, biases, places.starts, strict=True):
        picture = x[:, None, start:].permute(0, 3, 1, 2)  # (B, E, 1, L - start)
        filters = weight[:, :, None].contiguous(memory_format=torch.channels_last)
        maps = functional.conv2d(picture, filters, bias, stride=(1, stride))  # (B, n, 1, windows)
        found.append(maps.permute(0, 2, 3, 1)[:, 0, : places.n])
    return torch.cat(found, dim=2)


class Convolutions(torch.autograd.Function):
    """The same, whose gradients are matrix products on x as it lies in memory, none of whose parts is copied.

    A window of k tokens is ⌈k / stride⌉ pieces of at most `stride` of them; the pieces of one place, of all windows,
    are the rows of a matrix. Windows that reach from one text into the next take part with a gradient of 0. On a
    processor with AVX2 and no more, oneDNN's own gradients take longer.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, stride: int, places: Reach, *weights_and_biases: Tensor) -> Tensor:
        """As convolved."""
        half = len(places.starts)
        weights, biases = weights_and_biases[:half], weights_and_biases[half:]
        ctx.save_for_backward(x, *weights)
        ctx.stride, ctx.places = stride, places
        return convolved(x, stride, places, weights, biases)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of x, the weights and the biases."""
        x, *weights = ctx.saved_tensors
        stride, starts = ctx.stride, ctx.places.starts
        flat = functional.pad(gradient, (0, 0, 0, x.shape[1] // stride - ctx.places.n)).flatten(0, 1)
        turned = [weight.transpose(1, 2).contiguous() for weight in weights]  # (n, k, E) each
        of_x, of_turned = torch.zeros_like(x), [torch.zeros_like(weight) for weight in turned]
        pairs = zip(products(of_x, stride, starts, turned), products(x, stride, starts, of_turned), strict=True)
        for (rows, of_piece, columns, weight), (_, piece, _, of_weight) in pairs:
            some = flat[rows, columns]
            of_piece.addmm_(some, weight)
            of_weight.addmm_(some.t(), piece)
        of_biases = torch.split(flat.sum(dim=0), [len(weight) for weight in weights])
        return of_x, None, None, *(one.transpose(1, 2) for one in of_turned), *of_biases


def products(
    x: Tensor, stride: int, starts: list[int], weights: Sequence[Tensor]
) -> Iterator[tuple[slice, Tensor, slice, Tensor]]:
    """Products that make up convolutions of x (B, L, E) with weights (n, k, E).

    Yields:
        rows and columns of all windows and filters, pieces (rows, c E) of the windows, and a weight (n, c E).
    """
    n_tokens, width = x.shape[0] * x.shape[1], x.shape[2]
    farthest = max(start + weight.shape[1] for start, weight in zip(starts, weights, strict=True))
    n = min(n_tokens // stride, (n_tokens - farthest) // stride + 1)  # windows that lie in x as a whole
    for first in range(0, n, ROWS):
        rows, column = slice(first, min(first + ROWS, n)), 0
        for start, weight in zip(starts, weights, strict=True):
            columns = slice(column, column + len(weight))
            column = columns.stop
            for place in range(0, weight.shape[1], stride):
                part = weight[:, place : place + stride].flatten(1)
                size, steps = (rows.stop - rows.start, part.shape[1]), (stride * width, 1)
                offset = (first * stride + start + place) * width
                yield rows, x.view(-1).as_strided(size, steps, offset), columns, part
