import io

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional

from families.image.tiny import file
from quartet.errors import SourceError
from quartet.families.image.pictures import decode, decode_each, flat, pixels


@pytest.mark.parametrize(("channels", "shape"), [("grey", (1, 8, 8)), ("rgb", (3, 8, 8))])
def test_pixels_have_the_asked_channels_and_size(generator, channels, shape):
    picture = Image.fromarray(generator.integers(0, 256, (20, 13, 3), dtype=np.uint8))
    assert pixels(picture, channels, 8).shape == shape


def test_a_picture_of_the_asked_size_keeps_its_values(generator):
    array = generator.integers(0, 256, (8, 8), dtype=np.uint8)
    assert np.array_equal(pixels(decode(file(array)), "grey", 8)[0], array)


def test_resizing_is_torchs_antialiased_bilinear_interpolation(generator):
    array = generator.integers(0, 256, (30, 17, 3), dtype=np.uint8)
    whole = torch.from_numpy(array).permute(2, 0, 1)[None].float()
    expected = functional.interpolate(whole, size=(8, 8), mode="bilinear", antialias=True)[0]
    assert np.abs(pixels(Image.fromarray(array), "rgb", 8) - expected.numpy()).max() <= 1


def test_grey_is_the_luma_of_rgb(generator):
    array = generator.integers(0, 256, (8, 8, 3), dtype=np.uint8)
    luma = array @ np.array([0.299, 0.587, 0.114])  # ITU-R BT.601
    assert np.abs(pixels(Image.fromarray(array), "grey", 8)[0] - luma).max() <= 1


@pytest.mark.parametrize(("orientation", "turns"), [(1, 0), (8, 1), (3, 2), (6, 3)])
def test_a_photograph_is_turned_upright_as_exif_says(generator, orientation, turns):
    array = generator.integers(0, 256, (8, 12), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, format="PNG", exif=exif)
    assert np.array_equal(np.asarray(flat(decode(stream.getvalue()), "grey")), np.rot90(array, turns))


def test_16_bit_grey_is_scaled_and_not_clipped():
    array = np.arange(0, 2**16, 2**10, dtype=np.uint16).reshape(8, 8)
    assert np.array_equal(pixels(decode(file(array)), "grey", 8)[0], array // 256)


def test_what_is_transparent_becomes_white():
    array = np.zeros((8, 8, 4), np.uint8)
    array[:4, :, 3] = 255
    assert np.array_equal(
        pixels(Image.fromarray(array), "grey", 8)[0], np.repeat([[0], [255]], [4, 4], axis=0) + 0 * array[..., 0]
    )


def test_every_row_that_is_no_picture_is_named():
    whole = file(np.eye(8, dtype=np.uint8))
    rows = {"a": whole, "b": whole[:-30], "c": b"GIF?", "d": None, "e": 3.5}
    with pytest.raises(SourceError, match=r"row b \(.*c \(.*d \(.*e \(") as caught:
        decode_each(rows.values(), rows, lambda picture: picture)
    assert "row a" not in str(caught.value)
