import contextlib
import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional

from families.image.tiny import file
from quartet.families.image.pictures import Unreadable, decode, decode_each, flat, pixels


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


def saved(picture, kind, **options):
    stream = io.BytesIO()
    picture.save(stream, format=kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        *[(mode, "PNG") for mode in ("1", "L", "LA", "P", "RGB", "RGBA")],
        *[(mode, "TIFF") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK")],
        *[(mode, "WEBP") for mode in ("RGB", "RGBA")],
        *[(mode, "PPM") for mode in ("1", "L", "RGB")],
        *[(mode, "GIF") for mode in ("1", "L", "P")],
        *[(mode, "BMP") for mode in ("1", "L", "P", "RGB")],
        *[(mode, "JPEG") for mode in ("L", "RGB", "CMYK")],
    ],
)
@pytest.mark.parametrize("channels", ["grey", "rgb"])
def test_the_same_picture_has_the_same_pixels_in_any_mode_and_format(mode, kind, channels):
    array = np.kron(np.eye(2, dtype=np.uint8), np.full((8, 8), 255, np.uint8))  # JPEG keeps even blocks
    picture = Image.fromarray(array).convert("RGB").convert(mode)
    options = {"lossless": True} if kind == "WEBP" else {"quality": 100} if kind == "JPEG" else {}
    seen = pixels(decode(saved(picture, kind, **options)), channels, 16)
    assert np.abs(seen.astype(int) - array).max() <= 1


@pytest.mark.parametrize("order", ["<", ">"])
def test_16_bit_grey_of_a_tiff_keeps_its_upper_8_bits_in_either_byte_order(order):
    array = np.arange(0, 2**16, 2**10, dtype=f"{order}u2").reshape(8, 8)
    mode = {"<": "I;16", ">": "I;16B"}[order]
    picture = decode(saved(Image.frombytes(mode, (8, 8), array.tobytes()), "TIFF"))
    assert np.array_equal(pixels(picture, "grey", 8)[0], array // 256)


def test_exif_that_cannot_be_read_leaves_the_picture_as_it_lies(generator):
    array = generator.integers(0, 256, (8, 12), dtype=np.uint8)
    data = saved(Image.fromarray(array), "PNG", exif=b"Exif\0\0no such thing")
    assert np.array_equal(np.asarray(flat(decode(data), "grey")), array)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM"])
def test_a_file_that_ends_early_is_refused(generator, kind):
    data = saved(Image.fromarray(generator.integers(0, 256, (40, 40), dtype=np.uint8)), kind)
    assert decode(data).size == (40, 40)
    with pytest.raises(ValueError, match="damaged or cut short"):
        decode(data[: len(data) // 2])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (None, "there is no file"),
        (3.5, "there is no file"),
        (b"no picture", "it is no PNG, JPEG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n(touched) print\n", "it is no PNG, JPEG"),
        (saved(Image.new("L", (9, 9)), "PCX"), "it is no PNG, JPEG"),
    ],
)
def test_what_is_no_picture_of_a_known_format_says_so(data, reason):
    with pytest.raises(ValueError, match=reason):
        decode(data)


def headers(width, height):
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return {
        "PNG": b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + struct.pack(">I4s", 9, b"IDAT"),
        "GIF": b"GIF89a"
        + struct.pack("<HHBBB", width, height, 0, 0, 0)
        + b","
        + struct.pack("<HHHHB", 0, 0, width, height, 0),
        "BMP": b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0),
        "PPM": b"P6 %d %d 255\n" % (width, height),
    }


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "PPM"])
@pytest.mark.parametrize(("side", "reason"), [(8_001, "8001 x 8001 pixels"), (60_000, "more pixels than any")])
def test_absurd_dimensions_are_refused_by_the_header_alone(kind, side, reason):
    tracemalloc.start()
    with pytest.raises(ValueError, match=reason):
        decode(headers(side, side)[kind] + bytes(64), max_megapixels=64)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10**6


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "PPM"])
@pytest.mark.parametrize("size", [(0, 9), (9, 0), (0, 0)])
def test_a_picture_without_pixels_is_refused(kind, size):
    with pytest.raises(ValueError, match=f"it is {size[0]} x {size[1]} pixels|it is no PNG"):
        decode(headers(*size)[kind] + bytes(64))


def test_more_pixels_than_pillow_warns_of_may_be_asked_for(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 50)
    assert decode(file(np.eye(9, dtype=np.uint8))).size == (9, 9)


def chunked(name, content):
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


@pytest.mark.parametrize("chunk", [b"zTXta\0\0", b"iTXta\0\1\0\0\0", b"iCCPa\0\0"])
def test_text_and_colour_profiles_cannot_expand_without_end(chunk):
    whole = file(np.eye(8, dtype=np.uint8))
    bomb = chunked(chunk[:4], chunk[4:] + zlib.compress(bytes(2**26)))
    tracemalloc.start()
    with contextlib.suppress(ValueError):
        decode(whole[:33] + bomb + whole[33:])  # after the header
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**23


def test_each_picture_is_decoded_when_it_is_asked_for():
    asked = []
    files = (asked.append(i) or file(np.eye(8, dtype=np.uint8)) for i in range(3))
    next(decode_each(files, lambda picture: picture.size))
    assert asked == [0]


def test_each_file_that_is_no_picture_gives_the_reason_in_its_place():
    whole = file(np.eye(8, dtype=np.uint8))
    found = list(decode_each([whole, b"", whole], lambda picture: picture.size))
    assert found == [(8, 8), Unreadable("the file is empty"), (8, 8)]
