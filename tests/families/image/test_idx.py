"""Files of MNIST's format, made here by its description."""

import gzip
import io
import struct
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from quartet.errors import SourceError
from quartet.families.image.tables import canonical, from_files
from quartet.reading.files import File


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def published(n_train=60, n_test=20):
    generator = np.random.default_rng(0)
    files = {}
    for name, n in (("train", n_train), ("t10k", n_test)):
        files[f"{name}-images-idx3-ubyte"] = idx(generator.integers(0, 256, (n, 28, 20), dtype=np.uint8))
        files[f"{name}-labels-idx1-ubyte"] = idx(generator.integers(0, 3, n, dtype=np.uint8))
    return files


def tables_of(ingest, contents, **changes):
    settings = SimpleNamespace(**vars(ingest) | {"format": "idx", "classes": ["shirt", "shoe", "bag"], **changes})
    return from_files([File(name, lambda c=c: c) for name, c in contents.items()], settings)


def pixels_of(items):
    return np.array([np.asarray(Image.open(io.BytesIO(data))) for data in items["picture"]])


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress])
@pytest.mark.parametrize("dash", ["-", "."])
def test_pictures_labels_and_the_published_split_are_those_of_the_files(ingest, pack, dash):
    ending = "" if pack(b"") == b"" else ".gz"
    plain = published()
    files = {f"raw/{name.replace('-idx', dash + 'idx')}{ending}": pack(data) for name, data in plain.items()}
    items = tables_of(ingest, files)["items"]
    for split, name in (("train", "train"), ("test", "t10k")):
        mine = items[items["split"] == split]
        images, labels = plain[f"{name}-images-idx3-ubyte"], plain[f"{name}-labels-idx1-ubyte"]
        assert pixels_of(mine).tobytes() == images[16:]
        assert [["shirt", "shoe", "bag"].index(label) for label in mine["label"]] == list(labels[8:])


def test_rows_are_called_by_file_and_place(ingest):
    assert tables_of(ingest, published())["items"]["id"][59] == "train-images-idx3-ubyte/59"


def test_numbers_are_their_own_names_where_no_classes_are_given(ingest):
    assert set(tables_of(ingest, published(), classes=None)["items"]["label"]) == {"0", "1", "2"}


def test_validation_is_carved_from_training_and_the_test_part_kept(ingest):
    settings = SimpleNamespace(**vars(ingest))
    items = canonical(tables_of(ingest, published()), settings, 0)["items"]
    assert (items["split"] == "test").tolist() == [name.startswith("t10k") for name in items["id"]]
    assert set(items["split"]) == {"train", "validation", "test"}


def test_a_training_part_alone_has_no_published_split(ingest):
    training = {name: data for name, data in published().items() if name.startswith("train")}
    assert "split" not in tables_of(ingest, training)["items"]


def test_other_files_are_left_out_and_noted(ingest):
    left_out = tables_of(ingest, published() | {"readme.md": b"#"})["left_out"]
    assert left_out["id"].tolist() == ["readme.md"]


IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
whole = published()
vast = bytes([0, 0, 8, 3]) + struct.pack(">3I", 2**31, 2**31, 2**31)
BAD = {
    "another magic number": ({IMAGES: b"\x89PNG" + whole[IMAGES][4:]}, f"{IMAGES} is.*89 50 4e 47 where 00 00 08 03"),
    "labels named as images": ({IMAGES: whole[LABELS]}, "begins with 00 00 08 01"),
    "values of another type": ({IMAGES: b"\0\0\x0d\3" + whole[IMAGES][4:]}, "begins with 00 00 0d 03"),
    "an empty file": ({LABELS: b""}, f"{LABELS} is a whole IDX file; however, it begins with nothing"),
    "a header that ends early": ({IMAGES: whole[IMAGES][:9]}, "begins with 00 00 08 03"),
    "a short file": ({IMAGES: whole[IMAGES][:-1]}, "33600 bytes, and only 33599 follow"),
    "a long file": ({IMAGES: whole[IMAGES] + b"x"}, "33600 bytes, and more follow"),
    "no pictures": ({IMAGES: idx(np.zeros((0, 28, 20), np.uint8))}, "announces 0 x 28 x 20 bytes"),
    "more than a disk holds": ({IMAGES: vast}, "max_gigabytes allows"),
    "a gzip that ends early": ({IMAGES: None, f"{IMAGES}.gz": gzip.compress(whole[IMAGES])[:-20]}, "whole IDX file"),
    "a gzip that is none": ({IMAGES: None, f"{IMAGES}.gz": whole[IMAGES]}, "gzipped"),
    "counts that differ": ({LABELS: whole["t10k-labels-idx1-ubyte"]}, "hold equally many items; however.*60 and 20"),
    "images alone": ({LABELS: None}, f"{IMAGES} is alone"),
    "a file twice": ({f"{IMAGES}.gz": gzip.compress(whole[IMAGES])}, f"{IMAGES}.gz is a second one"),
    "a label out of range": ({LABELS: whole[LABELS][:-1] + b"\x03"}, f"0 to 2.*row 59 of {IMAGES}.*has 3"),
    "no training part": ({IMAGES: None, LABELS: None}, "has a training part; however, t10k-images"),
}


@pytest.mark.parametrize("sentence", BAD)
def test_a_malformed_set_is_refused_with_the_file_and_what_is_wrong(ingest, sentence):
    changes, message = BAD[sentence]
    files = {name: data for name, data in (whole | changes).items() if data is not None}
    with pytest.raises(SourceError, match=message):
        tables_of(ingest, files)


def test_nothing_at_all_is_refused(ingest):
    with pytest.raises(SourceError, match="none of its files"):
        tables_of(ingest, {})


def test_memory_is_taken_for_what_a_gzip_may_hold_and_not_for_what_it_expands_to(ingest):
    bomb = gzip.compress(whole[IMAGES] + bytes(2**26))
    tracemalloc.start()
    with pytest.raises(SourceError, match="more follow"):
        tables_of(ingest, {f"{IMAGES}.gz": bomb})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**22
