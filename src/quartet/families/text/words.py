"""Texts → words. What a text holds stays as it came; this says how it is read.

Linear in the length of a text, whatever stands in it.
"""

import html
import re
import unicodedata
from functools import cache

# characters that Python's \w leaves out although words are spelt with them: combining marks of Latin, Hebrew and
# Arabic, and the blocks from Devanagari to Myanmar without their full stops
MARKS = "\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0df3\u0e30-\u0e4e\u0eb0-\u0ece\u1000-\u1049"
# symbols, stars, dingbats and emoji, without the five tones of skin
EMOJI = "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff"
IDEOGRAPHS = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")  # written without spaces
WORD = re.compile(rf"[\w{MARKS}]+(?:'[\w{MARKS}]+)*|[\U0001f1e6-\U0001f1ff]{{1,2}}|[{EMOJI}]")
LOOSE_APOSTROPHE = re.compile("'(?:(?![a-z0-9])|(?<![a-z0-9]'))")  # not between two characters of a word
ASCII_SPACES = {code: " " for code in range(128) if not chr(code).isalnum() and chr(code) != "'"}

# soft hyphens, joiners, marks of direction, selectors of variants: they show nothing and part no word
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]+"
)
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b]+")
ASCII_CONTROLS = dict.fromkeys((*range(32), 127), " ")

ENTITY = re.compile("&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});")  # in lower case
ATTRIBUTES = r"(?:\s[^<>=]*=[^<>]*|\s*/?)"  # the rest of a tag up to its end; `<b then b>` is none
TAG = re.compile(
    "</?(?:a|abbr|b|big|blockquote|body|br|center|cite|code|dd|del|div|dl|dt|em|font|h[1-6]|head|hr|html|i|img|ins|li|"
    "ol|p|pre|q|s|small|span|strike|strong|sub|sup|table|tbody|td|tfoot|th|thead|title|tr|tt|u|ul)"
    f"{ATTRIBUTES}>"
)
MAX_MARKS = 30  # combining marks on one letter


def words(text: str) -> list[str]:
    """The words of a text in order; see `normalise` for what is no part of any."""
    return split(normalise(text))


def normalise(text: str) -> str:
    """A text without regard to case, spacing, HTML and how characters are encoded.

    Lower case; entities (&amp;) as their characters, HTML's tags (<br />) as spaces, other <…> as they came;
    composed characters (NFC), straight apostrophes; what shows nothing left out, control characters as spaces; single
    spaces.
    """
    text = text.lower()
    if "&" in text:
        text = ENTITY.sub(lambda found: html.unescape(found.group()), text).lower()
    if "<" in text:
        text = TAG.sub(" ", text)
    if text.isascii():
        return " ".join(text.translate(ASCII_CONTROLS).split())
    shown = CONTROL.sub(" ", INVISIBLE.sub("", text.replace("’", "'")))
    return " ".join(composed(shown).split())


def composed(text: str) -> str:
    """The text in NFC; of more than 30 combining marks in a row, the first 30.

    Source: Unicode Standard Annex 15, sec. 13, Stream-Safe Text Format, https://unicode.org/reports/tr15/. Differs:
        marks past the 30th are dropped. Sorting a million of them, as NFC must, would take Python half an hour.
    """
    if unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", many_marks().sub(lambda found: found.group()[:MAX_MARKS], text))


@cache
def many_marks() -> re.Pattern[str]:
    """More combining marks in a row than any language has."""
    marks = "".join(character for character in map(chr, range(0x300, 0x1F000)) if unicodedata.combining(character))
    return re.compile(rf"[{marks}]{{{MAX_MARKS + 1},}}")


def split(normal: str) -> list[str]:
    """The words of a normalised text.

    Runs of letters, marks and digits, apostrophes inside; ideographs and emoji one by one, flags as pairs.
    Differs: scripts without spaces and ideographs, such as Thai, are cut at punctuation only.
    """
    if normal.isascii():  # the same words, found five times as fast
        return LOOSE_APOSTROPHE.sub(" ", normal).translate(ASCII_SPACES).split()
    return WORD.findall(IDEOGRAPHS.sub(lambda run: f" {' '.join(run.group())} ", normal.replace("_", " ")))
