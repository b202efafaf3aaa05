from collections import Counter

import numpy as np
import pytest
import torch

from families.image.looking import MARK, SIDE, look_at, marked, settings_of, trained
from quartet.explanations import Pictures, Table
from quartet.families.image.explain import explain
from quartet.families.image.inside.maps import feature_maps, grad_cam, last_fine_stage
from quartet.families.image.inside.mistakes import most_confused
from quartet.families.image.inside.pixels import as_numbers
from quartet.families.image.inside.sample import Sample, sample_of
from quartet.families.image.inside.shortcuts import shortcuts


@pytest.fixture
def encoder(make_encoder):
    return make_encoder(size=SIDE, n_classes=2)


def section(sections, title):
    return next(one for one in sections if one.title == title)


def sample(target, said, *, n_classes):
    x = torch.zeros(len(target), 1, 8, 8, dtype=torch.uint8)
    sure = np.linspace(0.5, 1, len(target))
    return Sample(torch.nn.Identity(), [*"abcdefgh"[:n_classes]], x, np.array(target), np.array(said), sure, "")


@pytest.mark.parametrize("architecture", ["cnn", "resnet"])
def test_grad_cam_finds_the_patch_that_alone_decides_the_label(architecture, encoder, generator):
    network = trained(settings_of(architecture), encoder, marked(generator, 64)[0])
    arrays, places = marked(generator, 20)
    x = torch.from_numpy(arrays["x"])[1::2]
    heat = grad_cam(network, x, torch.ones(10, dtype=torch.int64), last_fine_stage(network, x))
    for values, (top, left) in zip(heat, places[1::2], strict=True):
        inside = np.zeros((SIDE, SIDE), bool)
        inside[top : top + MARK, left : left + MARK] = True
        assert values[inside].mean() > 3 * values[~inside].mean()


def test_feature_maps_are_what_the_head_turns_into_the_answer(encoder, generator):
    network = trained(settings_of("cnn"), encoder, marked(generator, 8)[0], steps=1)
    x = torch.from_numpy(marked(generator, 4)[0]["x"])
    assert torch.allclose(network.head(list(feature_maps(network, x).values())[-1]), network(x), atol=1e-6)


def test_the_most_confused_pairs_are_the_most_frequent_mistakes(generator):
    target, said = generator.integers(0, 4, (2, 300))
    counted = Counter((a, b) for a, b in zip(target.tolist(), said.tolist(), strict=True) if a != b)
    found = most_confused(sample(target, said, n_classes=4))
    assert [count for _, _, count, _ in found] == [count for _, count in counted.most_common(6)]
    assert all(counted[a, b] == count for a, b, count, _ in found)
    assert all(share == count / (target == a).sum() for a, _, count, share in found)


def test_pictures_of_a_confused_pair_are_of_that_pair_the_surest_first(encoder, generator):
    one = sample([0, 1, 1, 1, 0], [0, 0, 0, 1, 1], n_classes=2)
    assert one.surest((one.target == 1) & (one.said == 0)) == [2, 1]


@pytest.mark.parametrize(("corner", "warns"), [((0, 0), True), ((6, 6), False)], ids=["border", "middle"])
def test_a_warning_is_given_where_the_border_gives_the_class_away(corner, warns, encoder, generator):
    train, test = (marked(generator, 64, corner=corner)[0] for _ in range(2))
    models = {
        "whole": settings_of("cnn"),
        "other": settings_of("cnn", channels=4),
        "hidden": settings_of("cnn", hide="centre"),
    }
    look = look_at(encoder, train, test, **models)
    (found,) = shortcuts(look, sample_of(look, "whole"))
    assert ("DeGrave" in found.text) == warns
    rows = found.figures[0].rows
    assert [row[0] for row in rows] == ["whole", "hidden"]
    target, output = look.outputs("hidden", "test")
    right = output.argmax(axis=1) == target
    assert rows[1][2] == round(float(right.mean()), 3)
    assert rows[1][4:] == [round(float(right[target == k].mean()), 3) for k in (0, 1)]


def test_numbers_of_a_picture_are_its_bytes_and_the_same_over_255(encoder, generator):
    look = look_at(encoder, *(marked(generator, 8)[0] for _ in range(2)), mlp=settings_of("mlp"))
    shown = sample_of(look, "mlp")
    tables = [figure for figure in as_numbers(shown).figures if isinstance(figure, Table)]
    cells = np.array([row[1:] for row in tables[0].rows])
    top, left = tables[0].rows[0][0], int(tables[0].columns[1].split()[1])
    assert np.array_equal(cells, shown.x[0, 0, top : top + 8, left : left + 8].numpy())
    assert np.allclose([row[1:] for row in tables[1].rows], cells / 255, atol=0.005)


@pytest.mark.parametrize(("architecture", "n_sections"), [("cnn", 5), ("resnet", 5), ("mlp", 3)])
def test_every_network_is_explained_and_twice_the_same(architecture, n_sections, encoder, generator):
    look = look_at(encoder, *(marked(generator, 24)[0] for _ in range(2)), best=settings_of(architecture))
    once, again = explain(look), explain(look)
    assert len(once) == n_sections
    for one, other in zip(once, again, strict=True):
        assert (one.title, one.text) == (other.title, other.text)
        for figure, same in zip(one.figures, other.figures, strict=True):
            if isinstance(figure, Pictures):
                pairs = zip(figure.pictures, same.pictures, strict=True)
                assert all(np.array_equal(a.pixels, b.pixels) and a.caption == b.caption for a, b in pairs)
