"""What is searched: the table's ranges around the present settings, and what `--set` puts in their place."""

import pytest

from cases import model
from quartet.errors import UsageError
from quartet.family import Family, family_names
from quartet.tuning.space import Choice, Powers, Span, accepts, as_written, read_asked, space_of

NETWORKS = [
    (family, architecture)
    for family in family_names()
    for architecture, settings in Family(family).settings.ARCHITECTURES.items()
    if not settings.baseline
]
WRONG = {
    "an unknown field": ("hiden=8..16", "Did you mean hidden?"),
    "the same number twice": ("hidden=8..8", "the lower first"),
    "a number that the setting may not be": ("dropout=0..1", "less than 1"),
    "a word for a number": ("hidden=few,many", "valid integer"),
    "no power of two inside": ("hidden=9..15", "holds none"),
    "what is no setting of the network": ("dataset=a,b", "--set names a setting"),
    "no range": ("hidden", "--set says FIELD=LOW..HIGH"),
}


@pytest.mark.parametrize(("family", "architecture"), NETWORKS)
def test_both_ends_of_every_range_are_settings_that_the_network_takes(family, architecture):
    settings = model(family, architecture)
    for name, found in space_of(settings, {}).items():
        ends = (2**found.low, 2**found.high) if isinstance(found, Powers) else (found.low, found.high)
        whole = isinstance(found, Powers) or found.whole
        assert all(accepts(settings, name, int(end) if whole else float(end)) for end in ends), name


@pytest.mark.parametrize(("family", "architecture"), NETWORKS)
def test_every_network_has_its_learning_rate_searched(family, architecture):
    assert "learning_rate" in space_of(model(family, architecture), {})


def test_a_range_that_is_asked_for_takes_the_place_of_the_tables():
    asked = read_asked(
        ["learning_rate=0.001..0.1", "dropout=0.1..0.3", "hidden=10..70", "epochs=3..5", "patience=2,null"]
    )
    space = space_of(model("tabular", "mlp"), asked)
    assert space["learning_rate"] == Span(0.001, 0.1, log=True)
    assert space["dropout"] == Span(0.1, 0.3)
    assert space["hidden"] == Powers(4, 6)
    assert space["epochs"] == Span(3, 5, whole=True)
    assert space["patience"] == Choice((2, None))


def test_a_setting_that_is_not_there_is_not_searched():
    assert "embedding" not in space_of(model("tabular", "mlp"), {})


@pytest.mark.parametrize(
    ("value", "span", "written"),
    [
        (0.0031415, Span(1e-4, 0.1, log=True), 0.0031),
        (0.2499, Span(0, 0.7), 0.25),
        (0.00008, Span(0, 0.7), 0.0),
        (0.0004321, Span(0, 0.001), 0.00043),
    ],
)
def test_what_is_tried_has_as_few_digits_as_a_person_would_write(value, span, written):
    assert as_written(value, span) == written


@pytest.mark.parametrize("name", WRONG)
def test_a_range_that_cannot_be_says_what_can(name):
    asked, message = WRONG[name]
    with pytest.raises(UsageError, match=message):
        space_of(model("tabular", "mlp"), read_asked([asked]))
