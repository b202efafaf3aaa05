import pandas as pd
import pytest

import cases
from cases import rows
from families.text import tiny
from quartet.families.text.settings import Dataset
from quartet.families.text.suite import annotate


def failures(tables, settings):
    return cases.failures("text", settings, tables)


def with_text(canonical, text, rows=slice(1)):
    return tiny.broken(tiny.with_column("text", text, rows))(canonical)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        ("mostly_letters", "10 / 10 !!! ok"),
        ("enough_words", ":-) !!!"),
        ("enough_words", "superb!"),
        ("one_script", "отличный фильм"),
        ("no_markup", "a <grin> tender film"),
        ("no_markup", "the film &amp;amp; its score"),
        ("no_mojibake", "un trÃ¨s bon film"),
        ("no_mojibake", "the \ufffd film"),
        ("no_controls", "the\x00 film"),
    ],
)
def test_a_strange_text_is_named_and_stops_nothing(check, text, canonical, settings):
    found = failures(with_text(canonical, text), settings)
    assert rows(found, check) == [canonical["items"]["id"][0]]
    assert {result["severity"] for result in found} == {"warn"}


@pytest.mark.parametrize("text", ["हिन्दी फ़िल्म बहुत अच्छी है", "très réussi, déjà vu"])
def test_accents_and_vowel_signs_count_as_letters(text, canonical, settings):
    annotated = annotate(with_text(canonical, text), settings)
    assert annotated["items"]["letters"][0] > 0.9


@pytest.mark.parametrize("text", ["", " \t\n\u00a0", "\u200b\u00ad", "<br /><br />"])
def test_a_text_that_shows_nothing_is_refused_by_row(text, canonical, settings):
    found = failures(with_text(canonical, text), settings)
    assert ("length", "error") in [(result["name"], result["severity"]) for result in found]
    assert rows(found, "length") == [canonical["items"]["id"][0]]


def test_a_text_glued_together_is_named(canonical):
    settings = Dataset(**tiny.DATASETS["reviews"] | {"checks": {"no_outlying_length": {"max_value": 5}}})
    words = canonical["items"]["text"].str.split().str.len()
    glued = with_text(canonical, "film " * int(6 * words.median()))
    assert rows(failures(glued, settings), "no_outlying_length") == [canonical["items"]["id"][0]]


def test_test_texts_in_unknown_words_are_a_warning(canonical, settings):
    items = canonical["items"]
    foreign = [f"kino {n} jest bardzo dobre" for n in range(len(items))]
    found = failures({"items": items.assign(text=items["text"].where(items["split"] != "test", foreign))}, settings)
    assert {"words_are_known", "no_drift"} <= {result["name"] for result in found}
    assert {result["severity"] for result in found} == {"warn"}


def test_html_and_case_hide_no_copy(canonical, settings):
    items = canonical["items"]
    trained, tested = (items[items["split"] == split].iloc[0] for split in ("train", "test"))
    copy = "<br />" + trained["text"].upper().replace(" ", "<BR/>\n")
    found = failures({"items": items.assign(text=items["text"].where(items["id"] != tested["id"], copy))}, settings)
    assert sorted(rows(found, "no_straddling")) == sorted([trained["id"], tested["id"]])


def test_a_test_text_of_a_training_texts_words_is_named(canonical, settings):
    items = canonical["items"]
    trained, tested = (items[items["split"] == split].iloc[0] for split in ("train", "test"))
    echo = items["text"].where(items["id"] != tested["id"], trained["text"].replace(".", "?!"))
    found = failures({"items": items.assign(text=echo)}, settings)
    assert sorted(rows(found, "no_echo")) == sorted([trained["id"], tested["id"]])
    assert {result["severity"] for result in found} == {"warn"}


def test_a_rare_class_is_a_warning(canonical, settings):
    items = canonical["items"]
    rare = items[(items["split"] == "train") & (items["label"] == "bad")].head(2)
    found = failures({"items": pd.concat([rare, items[items["label"] == "good"]])}, settings)
    assert ("no_rare_class", "warn") in [(result["name"], result["severity"]) for result in found]


def test_the_bounds_of_a_text_are_the_users(canonical, settings):
    longest = int(canonical["items"]["text"].str.len().max())
    allowed = Dataset(**tiny.DATASETS["reviews"] | {"checks": {"length": {"max_value": longest}}})
    refused = Dataset(**tiny.DATASETS["reviews"] | {"checks": {"length": {"max_value": longest - 1}}})
    assert not failures(canonical, allowed)
    assert rows(failures(canonical, refused), "length")
