import numpy as np
import pandas as pd
import pytest

from families.text import tiny
from quartet.errors import SourceError
from quartet.families.text.features import encode, fit, raw_input
from quartet.families.text.settings import Dataset


def fitted(*train, **settings):
    given = Dataset(**tiny.DATASETS["reviews"] | settings)
    frame = pd.DataFrame({"split": "train", "label": "good", "text": [*train]})
    return fit({"items": frame}, given)


def encoded(encoder, *texts):
    return encode(pd.DataFrame({"text": [*texts]}), encoder)


def test_words_are_numbered_by_frequency_then_alphabetically():
    encoder = fitted("b a c", "C B c", "d")
    assert encoder.facts["vocabulary"] == ["c", "b", "a", "d"]
    assert encoded(encoder, "a b c d")["tokens"].tolist() == [4, 3, 2, 5]


def test_a_word_beyond_the_vocabulary_is_out_of_it():
    encoder = fitted("c c c b b a", vocab_size=4)
    assert encoder.facts["n_tokens"] == 4
    assert encoded(encoder, "a b never c")["tokens"].tolist() == [1, 3, 1, 2]


def test_only_training_texts_make_the_vocabulary(canonical, settings):
    train = canonical["items"][canonical["items"]["split"] == "train"]
    spoilt = canonical["items"].assign(
        text=canonical["items"]["text"].where(canonical["items"].index.isin(train.index), "zebra")
    )
    found, expected = fit({"items": spoilt}, settings), fit({"items": train}, settings)
    assert found.facts == expected.facts
    assert all(np.array_equal(found.arrays[name], expected.arrays[name]) for name in ("bigrams", "counts"))


def test_offsets_say_where_each_text_starts():
    arrays = encoded(fitted("a a b"), "a b", "", "b", None)
    parts = np.split(arrays["tokens"], arrays["offsets"][1:])
    assert [part.tolist() for part in parts] == [[2, 3], [1], [3], [1]]


def test_a_long_text_is_cut_at_max_length():
    assert len(encoded(fitted("a", max_length=3), "a a a a a")["tokens"]) == 3


def test_a_long_text_may_lose_its_start_instead():
    encoder = fitted("a b c d e", max_length=2, truncate="start")
    words = [encoder.facts["vocabulary"][token - 2] for token in encoded(encoder, "a b c d e")["tokens"]]
    assert words == ["d", "e"]


def test_unknown_words_may_be_dropped_before_a_text_is_cut():
    encoder = fitted("a a b", oov="drop", max_length=2)
    assert encoded(encoder, "never a new b", "never")["tokens"].tolist() == [2, 3, 1]


def test_pairs_of_known_neighbours_that_come_twice_are_known():
    encoder = fitted("a b c", "a b", "b a x", "b a", "c x", vocab_size=5)  # x is beyond it
    pairs = [divmod(code, encoder.facts["n_tokens"]) for code in encoder.arrays["bigrams"].tolist()]
    word = dict(enumerate(encoder.facts["vocabulary"], start=2))
    assert sorted((word[a], word[b]) for a, b in pairs) == [("a", "b"), ("b", "a")]


def test_only_as_many_pairs_as_asked_for_are_known_the_most_frequent():
    encoder = fitted("a b c", "a b c", "a b", bigrams=1)
    a, b = (encoder.facts["vocabulary"].index(word) + 2 for word in "ab")
    assert encoder.arrays["bigrams"].tolist() == [a * encoder.facts["n_tokens"] + b]
    assert encoder.arrays["counts"].tolist() == [[0] * 6, [0, 0, 3, 3, 2, 3]]  # a, b, c and the pair, in good texts


def test_targets_follow_the_classes_as_given():
    items = pd.DataFrame({"text": ["a", "a"], "label": ["good", "bad"]})
    assert encode(items, fitted("a", classes=["good", "bad"]))["target"].tolist() == [0, 1]


@pytest.mark.parametrize("name", ["text", "body"])
def test_a_served_model_takes_its_column_by_the_sources_name_too(name, encoder):
    raw = raw_input(pd.DataFrame({"more": [1], name: ["a"]}), encoder)
    assert raw.to_dict("list") == {"text": ["a"]}


def test_a_table_without_texts_to_score_is_refused(encoder):
    with pytest.raises(SourceError, match="come in a column `text` or `body`; however, only more, id came"):
        raw_input(pd.DataFrame({"more": ["a"], "id": [1]}), encoder)
