import io
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from families.image import tiny
from quartet.errors import SourceError
from quartet.families.image.tables import canonical, describe, from_files
from quartet.reading.files import File


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


def from_folder(ingest, contents, **changes):
    """Files by name → canonical tables, as a folder or an archive gives them."""
    settings = SimpleNamespace(**vars(ingest) | changes)
    return canonical(from_files([File(name, lambda c=c: c) for name, c in contents.items()], settings), settings, 0)


def folder(n=20):
    pictures = tiny.source()["items"]["picture"][:n]
    return {f"{label}/{i}.png": picture for i, picture in pictures.items() for label in ("cat", "dog")}


WHOLE = tiny.file(tiny.draw("rows", np.random.default_rng(3)), "JPEG")
ODD = {
    "cut short": (WHOLE[:-20], "truncated"),
    "empty": (b"", "the file is empty"),
    "text": (b"cat sat on the mat", "it is no PNG"),
    "vast": (b"P6 9000 9000 255\n", "9000 x 9000 pixels are more than the 64 million"),
}


@pytest.mark.parametrize("sentence", ODD)
def test_one_odd_file_among_many_is_named_with_what_is_wrong_and_the_way_out(ingest, sentence):
    content, reason = ODD[sentence]
    with pytest.raises(SourceError, match=rf"'cat/odd\\nname.png' \(.*{reason}.*unreadable: leave_out") as caught:
        from_folder(ingest, folder() | {"cat/odd\nname.png": content})
    assert str(caught.value).count(".png") == 1


def test_odd_files_are_left_out_where_params_say_so_and_each_is_listed(ingest):
    odd = {f"cat/{name}.jpg": content for name, (content, _) in ODD.items()}
    tables = from_folder(ingest, odd | folder(), unreadable="leave_out")
    assert tables["items"]["id"].tolist() == list(folder())
    assert tables["left_out"]["id"].tolist() == list(odd)
    assert tables["left_out"]["asked"].all()
    assert all(reason in row for row, (_, reason) in zip(tables["left_out"]["reason"], ODD.values(), strict=True))


def test_a_source_of_odd_files_alone_is_refused_even_so(ingest):
    with pytest.raises(SourceError, match=r"'cat/a\.jpg' \(the file is empty\)"):
        from_folder(ingest, {"cat/a.jpg": b""}, unreadable="leave_out")


def test_of_many_odd_files_some_are_named_and_all_are_counted(ingest):
    with pytest.raises(SourceError, match=r"cat/4\.png.* and 15 more"):
        from_folder(ingest, {f"cat/{i}.png": b"" for i in range(20)})


def test_a_picture_with_the_ending_of_another_format_is_read(ingest):
    items = from_folder(ingest, {"cat/a.jpg": tiny.file(np.eye(9, dtype=np.uint8)), "cat/b.PNG": WHOLE})["items"]
    assert items["format"].tolist() == ["PNG", "JPEG"]


def test_what_has_no_picture_ending_is_left_out_unasked(ingest):
    left_out = from_folder(ingest, folder() | {"cat/a.heic": WHOLE, "readme.md": b"#"})["left_out"]
    assert left_out[["id", "asked"]].to_numpy().tolist() == [["cat/a.heic", False], ["readme.md", False]]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "PNG"])
def test_of_an_animation_the_first_picture_is_used_and_that_is_noted(ingest, kind):
    first, second = (Image.new("L", (9, 9), value) for value in (0, 255))
    stream = io.BytesIO()
    first.save(stream, format=kind, save_all=True, append_images=[second])
    row = from_folder(ingest, folder() | {"dog/moves.gif": stream.getvalue()})["items"].iloc[-1]
    assert (row["animated"], row["brightness"], row["contrast"]) == (True, 0, 0)


def test_brightness_and_contrast_are_mean_and_deviation_of_the_luma():
    array = np.random.default_rng(0).integers(0, 256, (30, 20, 3), dtype=np.uint8)
    luma = array @ np.array([0.299, 0.587, 0.114]) / 255  # ITU-R BT.601
    seen = describe(Image.fromarray(array))
    assert (seen["brightness"], seen["contrast"]) == pytest.approx((luma.mean(), luma.std()), abs=1e-3)


def test_a_file_name_pattern_keeps_the_pictures_of_a_patient_together(ingest):
    pictures = tiny.source()["items"]["picture"]
    files = {f"{'ab'[i % 2]}/p{i // 4:02}_{i % 4:03}.png": pictures[i] for i in range(80)}
    items = from_folder(ingest, files, group=r"/(p\d+)_\d+\.png$")["items"]
    patient = items["id"].str[2:5]
    assert items.groupby(patient)["split"].nunique().max() == 1
    assert items["split"].nunique() == 3


def test_a_column_that_is_not_there_is_named(ingest):
    with pytest.raises(SourceError, match="label is not among picture"):
        items_of(ingest, tiny.source()["items"][["picture"]])
