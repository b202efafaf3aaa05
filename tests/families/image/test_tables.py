from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from families.image import tiny
from quartet.errors import SourceError
from quartet.families.image.tables import canonical, describe


def items_of(ingest, frame, **changes):
    return canonical({"items": frame}, SimpleNamespace(**vars(ingest) | changes), 0)["items"]


def test_canonical_items_say_what_the_file_holds(ingest):
    array = np.random.default_rng(0).integers(0, 256, (12, 20, 3), dtype=np.uint8)
    frame = pd.DataFrame({"picture": [tiny.file(array, "BMP")], "label": ["rows"]})
    row = items_of(ingest, frame).iloc[0]
    assert (row["width"], row["height"], row["mode"], row["label"]) == (20, 12, "RGB", "rows")
    assert row["picture"] == frame["picture"][0]


def test_equal_pixels_in_different_files_have_the_same_content_and_split(ingest):
    arrays = [tiny.draw("checks", np.random.default_rng(seed)) for seed in range(20)]
    files = [tiny.file(array, kind) for kind in ("PNG", "BMP") for array in arrays]
    items = items_of(ingest, pd.DataFrame({"picture": files, "label": "checks"}))
    first, second = (items[["content", "split"]][half].to_numpy() for half in (slice(20), slice(20, 40)))
    assert np.array_equal(first, second)
    assert items["content"].nunique() == 20


def test_pictures_that_differ_in_shape_alone_differ_in_content():
    row = np.arange(64, dtype=np.uint8)
    contents = {describe(Image.fromarray(row.reshape(shape)))["content"] for shape in ((8, 8), (4, 16), (16, 4))}
    assert len(contents) == 3


def test_deduplicate_keeps_the_first_of_equal_pixels(ingest):
    array = np.eye(9, dtype=np.uint8)
    frame = pd.DataFrame({"picture": [tiny.file(array), tiny.file(array, "BMP"), tiny.file(1 - array)], "label": "a"})
    assert items_of(ingest, frame, deduplicate=True)["id"].tolist() == [0, 2]


def test_only_a_picture_of_one_colour_is_blank():
    blank = Image.new("RGB", (9, 9), (1, 2, 3))
    dotted = blank.copy()
    dotted.putpixel((8, 8), (1, 2, 4))
    assert describe(blank)["blank"]
    assert not describe(dotted)["blank"]


def test_labels_that_are_numbers_become_text(ingest):
    frame = tiny.source()["items"].assign(label=3)
    assert set(items_of(ingest, frame)["label"]) == {"3"}


def test_a_published_split_is_kept(ingest):
    frame = tiny.source()["items"].head(9).assign(part=["train", "validation", "test"] * 3)
    assert items_of(ingest, frame, split="part")["split"].tolist() == frame["part"].tolist()


def test_a_group_never_straddles_splits(ingest):
    frame = tiny.source()["items"].assign(patient=[f"p{i // 4}" for i in range(108)])
    items = items_of(ingest, frame, group="patient")
    assert items.groupby(frame["patient"])["split"].nunique().max() == 1


def test_a_picture_that_cannot_be_decoded_is_named_by_row(ingest):
    frame = tiny.source()["items"].assign(id=[f"{i}.png" for i in range(108)])
    frame.loc[17, "picture"] = b"no picture"
    with pytest.raises(SourceError, match=r"row 17\.png"):
        items_of(ingest, frame)


def test_a_column_that_is_not_there_is_named(ingest):
    with pytest.raises(SourceError, match="label is not among picture"):
        items_of(ingest, tiny.source()["items"][["picture"]])
