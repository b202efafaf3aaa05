"""Whole batches of pictures, changed at random or for good; no picture is looped over.

Places are drawn on the CPU, so that a GPU sees the same ones.
"""

import torch
from torch import Tensor


def moved(x: Tensor, *, flip: bool, shift: int) -> Tensor:
    """Pictures x (B, C, H, W), each mirrored with probability 1/2 and moved by up to `shift` pixels both ways.

    What comes in at a border is the picture mirrored there, its border pixels once.
    """
    n, _, height, width = x.shape
    rows = reflected(torch.arange(height) + shifts(n, shift, height), height)  # (B, H)
    columns = reflected(torch.arange(width) + shifts(n, shift, width), width)  # (B, W)
    if flip:
        columns = torch.where(torch.rand(n, 1) < 0.5, width - 1 - columns, columns)
    items = torch.arange(n, device=x.device)[:, None, None]
    maps = x.movedim(1, -1)[items, rows.to(x.device)[:, :, None], columns.to(x.device)[:, None, :]]  # (B, H, W, C)
    return maps.movedim(-1, 1)  # (B, C, H, W)


def shifts(n: int, most: int, side: int) -> Tensor:
    """How far (B, 1) each picture moves, at most `most` and less than a side."""
    most = min(most, side - 1)
    return torch.randint(-most, most + 1, (n, 1))


def reflected(places: Tensor, side: int) -> Tensor:
    """Places of which some lie up to a side outside 0 … side - 1, mirrored in at the border pixels."""
    last = side - 1
    return last - (last - places.abs()).abs()


def cut_out(x: Tensor, side: int) -> Tensor:
    """Pictures x (B, C, H, W) with a square of zeros of that side around a random pixel, cut off at borders.

    Source: DeVries & Taylor 2017, Improved Regularization of Convolutional Neural Networks with Cutout, sec. 3,
        https://arxiv.org/abs/1708.04552.
    """
    n, _, height, width = x.shape
    rows, columns = (within(torch.randint(length, (n, 1)) - side // 2, side, length) for length in (height, width))
    hole = rows[:, :, None] & columns[:, None, :]  # (B, H, W)
    return x.masked_fill(hole[:, None].to(x.device), 0)


def within(start: Tensor, side: int, length: int) -> Tensor:
    """Which of `length` places lie in the `side` places from `start` (B, 1), (B, length)."""
    places = torch.arange(length)
    return (places >= start) & (places < start + side)


def without_centre(x: Tensor, side: float) -> Tensor:
    """Pictures x (B, C, H, W) whose middle, of a share `side` of each side, is zero."""
    rows, columns = (middle(length, side) for length in x.shape[2:])
    return x.masked_fill((rows[:, None] & columns).to(x.device), 0)


def middle(length: int, share: float) -> Tensor:
    """Which of `length` places lie in the middle, (length,)."""
    width = max(1, round(share * length))
    return within(torch.tensor([[(length - width) // 2]]), width, length)[0]
