import pytest

import cases
from families.image import tiny
from quartet.families.image.suite import annotate, tells
from quartet.settings import CheckSettings


@pytest.fixture
def failed():
    def failed(tables):
        return cases.failures("image", cases.dataset("image", "tiny_pictures"), tables)

    return failed


@pytest.mark.parametrize(
    ("sentence", "column"),
    [
        ("a blank picture", "blank"),
        ("a missing picture", "picture"),
        ("a picture that is too small", "height"),
        ("a picture that is too large", "width"),
        ("a colour mode of floating-point numbers", "mode"),
        ("an unknown class", "label"),
    ],
)
def test_a_failure_names_the_column_and_the_row(failed, canonical, sentence, column):
    results = [result for result in failed(tiny.BROKEN[sentence](canonical)) if result["severity"] == "error"]
    assert [(result["column"], result["rows"]) for result in results if result["rows"]] == [(column, [0])]


def test_copies_within_a_split_are_shown_but_pass(failed, canonical):
    items = canonical["items"].copy()
    a, b = items.index[items["split"] == "train"][:2]
    items.loc[b, "content"] = items.loc[a, "content"]
    assert [(r["column"], r["severity"], sorted(r["rows"])) for r in failed({"items": items})] == [
        ("duplicate", "warn", [a, b])
    ]


def test_a_class_that_was_never_trained_on_is_named(failed, canonical):
    found = failed(tiny.BROKEN["a class that was never trained on"](canonical))
    assert cases.rows(found, "every_class_is_trained") == ["rows"]


def test_a_rare_class_is_shown_but_passes(failed, canonical):
    items = canonical["items"]
    rare = items[(items["label"] == "rows") & (items["split"] == "train")].head(1)
    few = {"items": items[items["label"] != "rows"].merge(rare, how="outer")}
    assert ("no_rare_class", "warn") in [(result["name"], result["severity"]) for result in failed(few)]


UNUSUAL = {
    "one_picture_per_file": {"animated": True},
    "aspect": {"aspect": 4.5},
    "contrast": {"contrast": 0.001},
    "brightness": {"brightness": 0.999},
}


@pytest.fixture
def unusual(canonical):
    """The first rows, each with one oddity."""
    items = canonical["items"].copy()
    for row, values in enumerate(UNUSUAL.values()):
        for name, value in values.items():
            items.loc[row, name] = value
    return {"items": items}


def test_unusual_pictures_are_shown_by_row_but_pass(failed, unusual):
    found = [(result["name"], result["severity"], result["rows"]) for result in failed(unusual)]
    assert found == [(check, "warn", [row]) for row, check in enumerate(UNUSUAL)]


def test_a_dataset_may_let_a_share_of_its_pictures_pass(unusual):
    settings = cases.dataset("image", "tiny_pictures")
    eased = settings.checks | dict.fromkeys(UNUSUAL, CheckSettings(mostly=0.9))
    assert cases.failures("image", settings.model_copy(update={"checks": eased}), unusual) == []


@pytest.mark.parametrize("measure", ["width", "height", "aspect", "mode", "format", "brightness", "contrast"])
def test_a_test_split_that_looks_unlike_the_training_split_has_drift(canonical, measure):
    items = canonical["items"].copy()
    other = {"mode": "CMYK", "format": "TIFF"}.get(measure, items[measure].max())
    items.loc[items["split"] == "test", measure] = other
    columns = annotate({"items": items}, None)["columns"]
    assert columns["id"][columns["drift"] > 0].tolist() == [measure]


@pytest.mark.parametrize("measure", ["width", "height", "aspect", "mode", "format"])
def test_a_property_of_files_that_tells_a_class_for_certain_scores_1(canonical, measure):
    values = {"mode": ["L", "RGB"], "format": ["PNG", "JPEG"]}.get(measure, [10, 20])
    items = canonical["items"]
    items = items.assign(**{measure: items["label"].map({"rows": values[0]}).fillna(values[1])})
    assert tells(items, measure) == 1


def test_a_property_that_all_files_share_or_that_is_chance_tells_nothing(canonical):
    items = canonical["items"].assign(height=30)
    assert (tells(items, "width"), tells(items, "height")) == (0, 0)


def test_a_property_of_files_that_tells_a_class_is_shown_but_passes(failed, canonical):
    items = canonical["items"].assign(format=canonical["items"]["label"].map({"rows": "PNG"}).fillna("JPEG"))
    found = [(result["name"], result["severity"], result["rows"]) for result in failed({"items": items})]
    assert found == [("nothing_tells_the_class", "warn", ["format"])]
