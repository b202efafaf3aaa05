import pytest

import cases
from families.image import tiny


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


def test_a_rare_class_is_shown_but_passes(failed, canonical):
    items = canonical["items"]
    rare = items[(items["label"] == "rows") & (items["split"] == "train")].head(1)
    few = {"items": items[items["label"] != "rows"].merge(rare, how="outer")}
    assert ("no_rare_class", "warn") in [(result["name"], result["severity"]) for result in failed(few)]
