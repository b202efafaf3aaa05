import numpy as np
import pandas as pd
import pytest

import cases
from families.image import tiny
from quartet.errors import SourceError
from quartet.families.image.features import encode, fit, raw_input
from quartet.families.image.models import examples


def test_classes_are_those_of_the_training_split_where_none_are_named(canonical):
    items = canonical["items"].copy()
    items.loc[items["split"] == "test", "label"] = "circles"
    settings = cases.settings_for("image", "tiny_pictures", "prepare")
    settings.classes = None
    assert fit({"items": items}, settings).classes == tiny.CLASSES


def test_pixels_are_kept_as_bytes_and_learnt_from_as_0_to_1(make_encoder):
    array = np.arange(0, 256, 4, dtype=np.uint8).reshape(8, 8)
    encoder = make_encoder()
    arrays = encode(pd.DataFrame({"picture": [tiny.file(array)]}), encoder)
    assert arrays["x"].dtype == np.uint8
    x = examples(arrays, encoder).inputs[0]
    assert np.allclose(x.numpy(), array[None, None] / 255)


def test_targets_are_the_positions_of_the_classes(canonical):
    encoder = cases.encoder("image", "tiny_pictures")
    target = encode(canonical["items"], encoder)["target"]
    assert [encoder.classes[i] for i in target] == canonical["items"]["label"].tolist()


def test_a_served_model_takes_the_picture_alone(canonical):
    raw = raw_input(canonical["items"], cases.encoder("image", "tiny_pictures"))
    assert raw.columns.tolist() == ["picture"]


def test_no_items_give_no_rows(make_encoder):
    arrays = encode(pd.DataFrame({"picture": []}), make_encoder(channels="rgb", size=16))
    assert arrays["x"].shape == (0, 3, 16, 16)


def test_input_without_pictures_is_refused_with_the_columns_that_came(make_encoder):
    with pytest.raises(SourceError, match="the columns are body, id"):
        raw_input(pd.DataFrame({"body": ["x"], "id": [1]}), make_encoder())


@pytest.mark.parametrize(("names", "called"), [({}, "row 1"), ({"name": ["a.png", "b.png"]}, "'b.png'")])
def test_an_unreadable_picture_is_called_by_its_name_or_position(make_encoder, names, called):
    pictures = [tiny.file(np.eye(8, dtype=np.uint8)), b"no picture"]
    raw = raw_input(pd.DataFrame({"picture": pictures, **names}), make_encoder())
    with pytest.raises(SourceError, match=f"for {called} "):
        encode(raw, make_encoder())
