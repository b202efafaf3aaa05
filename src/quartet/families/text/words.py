"""Texts → words."""

import re
import unicodedata

# characters that Python's \w leaves out although words are spelt with them: combining marks of Latin, Hebrew and
# Arabic, and the blocks from Devanagari to Myanmar without their full stops
MARKS = "\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0df3\u0e30-\u0e4e\u0eb0-\u0ece\u1000-\u1049"
IDEOGRAPH = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")  # written without spaces
WORD = re.compile(rf"[\w{MARKS}]+(?:'[\w{MARKS}]+)*")


def normalise(text: str) -> str:
    """The text in lower case and composed characters, with single spaces and straight apostrophes."""
    return " ".join(unicodedata.normalize("NFC", text).lower().replace("’", "'").split())


def words(text: str) -> list[str]:
    """The words of a text in order: runs of letters, marks and digits, apostrophes inside; ideographs one by one.

    Differs: scripts without spaces and ideographs, such as Thai, are cut at punctuation only.
    """
    spelt = IDEOGRAPH.sub(r" \g<0> ", normalise(text).replace("_", " "))
    return WORD.findall(spelt)
