import pytest

from families.image.looking import look_at, marked, settings_of
from quartet.families.image.inside.sample import sample_of
from quartet.families.image.inside.shortcuts import shortcuts


@pytest.fixture
def encoder(make_encoder):
    return make_encoder(size=16, n_classes=2)


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
