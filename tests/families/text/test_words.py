import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quartet.families.text.words import normalise, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's  GOOD, isn’t it?!", ["it's", "good", "isn't", "it"]),
        ("'quoted' rock'n'roll", ["quoted", "rock'n'roll"]),
        ("a well-made 10/10 _gem_", ["a", "well", "made", "10", "10", "gem"]),
        ("Отличный фильм. Très réussi!", ["отличный", "фильм", "très", "réussi"]),
        ("हिन्दी फ़िल्म।", ["हिन्दी", "फ़िल्म"]),
        ("கதை நல்லது", ["கதை", "நல்லது"]),
        ("فيلم جَمِيل", ["فيلم", "جَمِيل"]),
        ("好电影 good", ["好", "电", "影", "good"]),
        ("?!… :-)", []),
    ],
)
def test_words_are_runs_of_letters_in_any_script(text, expected):
    assert words(text) == [unicodedata.normalize("NFC", word) for word in expected]


def test_composed_and_decomposed_letters_are_the_same_word():
    assert words(unicodedata.normalize("NFD", "Café")) == words("café") == ["café"]


@given(st.text())
def test_no_word_is_empty_or_holds_a_space(text):
    assert all(word and not any(character.isspace() for character in word) for word in words(text))


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_case_and_spacing_make_no_difference(text):
    assert normalise(f"  {text.upper()}\n") == normalise(text.lower())
