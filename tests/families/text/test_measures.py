import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quartet.families.text.measures import Spelt, foreign, is_mojibake, letters_by_script, share_of_letters
from quartet.families.text.words import normalise, words

texts = st.one_of(st.text(), st.text(alphabet=st.characters(codec="ascii")))


@given(texts)
def test_letters_are_those_that_unicode_calls_letters_or_marks(text):
    normal = normalise(text)
    expected = sum(unicodedata.category(character)[0] in "LM" for character in normal)
    assert sum(letters_by_script(normal).values()) == expected
    assert share_of_letters(normal, letters_by_script(normal)) == expected / (len(normal.replace(" ", "")) or 1)


def test_the_scripts_of_japan_are_one():
    scripts = pd.Series(["映画館", "ひらがな", "カタカナ", "映画はよかった"]).map(letters_by_script)
    assert not foreign(scripts).any()


@given(st.lists(texts, max_size=5))
def test_each_text_is_spelt_in_its_words(some):
    spelt = Spelt(map(normalise, some))
    assert [text.split() for text in spelt.spelt] == [words(text) for text in some]
    assert spelt.n_words == [len(words(text)) for text in some]


@given(st.lists(st.tuples(st.text(alphabet="abc "), st.booleans()), max_size=6))
def test_a_word_is_unseen_where_no_other_training_text_holds_it(rows):
    trained = np.array([is_trained for _, is_trained in rows], bool)
    expected = []
    for place, (text, _) in enumerate(rows):
        others = {w for i, (other, used) in enumerate(rows) if used and i != place for w in other.split()}
        own = set(text.split())
        expected.append(len(own - others) / max(1, len(own)))
    assert np.allclose(Spelt(text for text, _ in rows).unseen(trained), expected)


SENTENCES = [
    "Très réussi, déjà vu, ça alors – naïf “garçon”",
    "Öl über Ähren, „größer“ als Maß…",
    "Отличный фильм",
    "Świetny, żółty łoś",
    "NÃO, IRMÃ, SÃO",
    "It’s fine — really",
]


@pytest.mark.parametrize("text", SENTENCES)
def test_right_text_is_no_mojibake(text):
    assert not is_mojibake(text)


@pytest.mark.parametrize("codec", ["cp1252", "latin-1"])
@pytest.mark.parametrize("text", SENTENCES)
def test_utf_8_that_was_read_as_another_encoding_is_mojibake(text, codec):
    assert is_mojibake(text.encode().decode(codec, "replace"))
