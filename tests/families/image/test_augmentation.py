import numpy as np
import pytest
import torch

from quartet.families.image.models.augmentation import cut_out, moved, without_centre


def pictures(n=64, channels=3, side=8):
    return torch.randint(1, 256, (n, channels, side, side), generator=torch.Generator().manual_seed(0)).byte()


def all_moves(picture, shift, *, flip):
    """Every picture that moving and mirroring (C, S, S) can give, by NumPy's reflecting border."""
    side = picture.shape[-1]
    seen = [picture, picture[:, :, ::-1]] if flip else [picture]
    padded = [np.pad(one, ((0, 0), (shift, shift), (shift, shift)), mode="reflect") for one in seen]
    steps = range(2 * shift + 1)
    return [one[:, i : i + side, j : j + side] for one in padded for i in steps for j in steps]


@pytest.mark.parametrize(("flip", "shift"), [(True, 0), (False, 2), (True, 1)])
def test_pictures_are_moved_and_mirrored_with_a_reflecting_border(flip, shift):
    x = pictures(8)
    torch.manual_seed(0)
    for before, after in zip(x.numpy(), moved(x, flip=flip, shift=shift).numpy(), strict=True):
        assert any(np.array_equal(after, one) for one in all_moves(before, shift, flip=flip))


def test_all_places_and_both_sides_are_as_likely():
    x = pictures(1).expand(4000, -1, -1, -1)
    torch.manual_seed(0)
    shown = moved(x, flip=True, shift=1).flatten(1)
    kinds, counts = shown.unique(dim=0, return_counts=True)
    assert len(kinds) == 2 * 9
    assert (counts - 4000 / 18).abs().max() < 5 * (4000 / 18) ** 0.5


def test_no_shift_reaches_beyond_a_picture():
    assert moved(pictures(side=8), flip=False, shift=64).shape == (64, 3, 8, 8)


def test_cutout_blanks_one_square_in_all_channels_around_any_pixel():
    torch.manual_seed(0)
    holes = cut_out(pictures(4000), 3) == 0
    assert torch.equal(holes.all(dim=1), holes.any(dim=1))
    sides = [holes.any(dim=1).any(dim=axis).sum(dim=1) for axis in (1, 2)]  # (B,), (B,)
    assert torch.equal(sides[0] * sides[1], holes[:, 0].sum(dim=(1, 2)))
    assert {int(side) for side in sides[0]} == {2, 3}
    assert (holes[:, 0].float().mean(dim=0)[1:-1, 1:-1] - 9 / 64).abs().max() < 0.03


def test_the_centre_is_hidden_in_every_picture_and_nothing_else():
    shown = without_centre(pictures(), 0.5)
    assert not shown[:, :, 2:6, 2:6].any()
    assert int((shown == 0).sum()) == 64 * 3 * 16
