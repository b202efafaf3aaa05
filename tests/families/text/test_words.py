import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quartet.families.text.measures import holds_markup
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
        ("میخواهم می\u200cخواهم", ["میخواهم", "میخواهم"]),
        ("\u202bשלום\u202c, עולם", ["שלום", "עולם"]),
        ("Great 👍🏽 ❤️!! 🇩🇪🇫🇷 ★★", ["great", "👍", "❤", "🇩🇪", "🇫🇷", "★", "★"]),
        ("👨\u200d👩\u200d👧", ["👨", "👩", "👧"]),
        ('bad.<br /><br />Really<BR>bad, <p class="b">very</p>', ["bad", "really", "bad", "very"]),
        ("caf&eacute; &amp; bar&nbsp;&#39;s &quot;&#x41;b&quot; AT&T", ["café", "bar", "s", "ab", "at", "t"]),
        ("<unk> if a<b then b>a <3", ["unk", "if", "a", "b", "then", "b", "a", "3"]),
        ("\ufeffco\u00adoperate\u200bnow\x00or\x1bnot\x85ever", ["cooperate", "now", "or", "not", "ever"]),
        ("one\r\ntwo\rthree\u2028four", ["one", "two", "three", "four"]),
        ("<br />&nbsp;\u200b\u00ad\ufeff", []),
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


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_a_word_of_another_script_cuts_none_of_the_others_differently(text):
    assert words(f"{text} я") == [*words(text), "я"]


@given(st.text())
def test_a_text_is_read_as_it_is_when_it_was_read_before(text):
    plain = normalise(text.replace("&", "").replace("<", ""))
    assert normalise(plain) == plain


@pytest.mark.parametrize(
    "part",
    [
        *("<br", "<i ", "<b =", "<b / ", "&#9", "&lt", "'", "a'", "好", "😀", "Σ", "я", "x"),
        *("\u200b\u00ad", "\u0301\u0323", "é\u0323"),
    ],
)
def test_a_text_of_a_million_characters_takes_no_longer_than_its_length(part):
    text = (part * 1_000_000)[:1_000_000]
    started = time.process_time()
    holds_markup(normalise(text))
    words(text)
    assert time.process_time() - started < 5
