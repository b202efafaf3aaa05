import numpy as np
import pandas as pd
import pytest
import torch

import cases
from families.image import tiny
from quartet.errors import SourceError
from quartet.families.image.features import encode, fit, light_of, raw_input
from quartet.families.image.models import examples
from quartet.families.image.models.seeing import unit


def test_classes_are_those_of_the_training_split_where_none_are_named(canonical):
    items = canonical["items"].copy()
    items.loc[items["split"] == "test", "label"] = "circles"
    settings = cases.settings_for("image", "tiny_pictures", "prepare")
    settings.classes = None
    assert fit({"items": items}, settings).classes == tiny.CLASSES


def test_pixels_are_kept_as_bytes_until_a_network_takes_them_as_0_to_1(make_encoder):
    array = np.arange(0, 256, 4, dtype=np.uint8).reshape(8, 8)
    encoder = make_encoder()
    arrays = encode(pd.DataFrame({"picture": [tiny.file(array)]}), encoder)
    assert arrays["x"].dtype == np.uint8
    x = examples(arrays, encoder).inputs[0]
    assert x.dtype == torch.uint8
    assert np.allclose(unit(x).numpy(), array[None, None] / 255)


@pytest.mark.parametrize("n_channels", [1, 3])
def test_light_is_that_of_all_pixels_and_patches(generator, n_channels):
    x = generator.integers(0, 256, (5, n_channels, 9, 9), np.uint8)
    facts, covariance = light_of(x)
    side = {1: 3, 3: 2}[n_channels]
    starts = range(9 - side + 1)
    patches = np.stack([x[:, :, i : i + side, j : j + side] for i in starts for j in starts], 1).astype(float)
    by_channel = patches.transpose(2, 0, 1, 3, 4).reshape(n_channels, -1) / 255
    assert np.allclose(facts["mean"], by_channel.mean(axis=1))
    assert np.allclose(facts["sd"], by_channel.std(axis=1))
    scale = np.repeat(255 * by_channel.std(axis=1), side**2)
    flat = patches.reshape(-1, n_channels * side**2) / scale
    assert np.allclose(covariance, np.cov(flat.T, bias=True))


def test_pictures_that_are_all_alike_have_a_spread_to_divide_by():
    facts, covariance = light_of(np.full((3, 1, 8, 8), 7, np.uint8))
    assert facts == {"mean": [7 / 255], "sd": [1.0]}
    assert not covariance.any()


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
