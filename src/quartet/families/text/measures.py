"""What is measured of texts: their letters and scripts, their words, and what went wrong with their characters."""

import re
import string
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import count

import numpy as np
import pandas as pd

from quartet.families.text.words import ATTRIBUTES, ENTITY, split

NO_LETTERS = dict.fromkeys(map(ord, string.ascii_lowercase))
SCRIPTS_OF_ONE = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "KATAKANA-HIRAGANA": "CJK", "IDEOGRAPHIC": "CJK"}
MARKUP = re.compile(f"</?[a-z][a-z0-9]*{ATTRIBUTES}>|{ENTITY.pattern}")
# U+FFFD; C1 controls, which no text holds; UTF-8 that was read as cp1252 or latin-1, such as Ã© for é, â€™ for ’
LATER = "[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
MOJIBAKE = re.compile(rf"\ufffd|[\x80-\x9f]|[ÂÃ]{LATER}|â€|(?:[\u00c4-\u00f4]{LATER}{{1,3}}){{2}}")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def letters_by_script(normal: str) -> dict[str, int]:
    """How many letters and marks of each script a normalised text holds."""
    if normal.isascii():
        n = len(normal) - len(normal.translate(NO_LETTERS))
        return {"LATIN": n} if n else {}
    found: dict[str, int] = {}
    for character, n in Counter(normal).items():
        if script := script_of(character):
            found[script] = found.get(script, 0) + n
    return found


@cache
def script_of(character: str) -> str:
    """The first word of a letter's or mark's Unicode name, Japan's scripts as one; "" for other characters."""
    if unicodedata.category(character)[0] not in "LM":
        return ""
    script = unicodedata.name(character, "?").split()[0]
    return SCRIPTS_OF_ONE.get(script, script)


def share_of_letters(normal: str, letters: dict[str, int]) -> float:
    """Letters and marks per character that is no space; 0 for an empty text."""
    return sum(letters.values()) / ((len(normal) - normal.count(" ")) or 1)


def foreign(scripts: pd.Series) -> pd.Series:
    """Whether most letters of a text (N,) are of another script than most letters of all texts."""
    total: Counter[str] = Counter()
    for letters in scripts:
        total.update(letters)
    usual = max(total, key=lambda script: (total[script], script), default="")
    return scripts.map(lambda letters: 2 * letters.get(usual, 0) < sum(letters.values())).astype(bool)


def holds_markup(normal: str) -> bool:
    """Whether tags or entities are left in a normalised text."""
    return ("<" in normal or "&" in normal) and MARKUP.search(normal) is not None


def is_mojibake(text: str) -> bool:
    """Whether a text holds signs of a wrong encoding."""
    return not text.isascii() and MOJIBAKE.search(text) is not None


def holds_controls(text: str) -> bool:
    """Whether a text holds control characters other than spaces and line ends."""
    return CONTROL.search(text) is not None


class Spelt:
    """The words of N normalised texts, each tokenised once: `spelt`, with single spaces between, and `n_words`."""

    def __init__(self, normal: Iterable[str]) -> None:
        numbers: dict[str, int] = defaultdict(count().__next__)  # of words, as they come
        self.spelt: list[str] = []
        self.n_words: list[int] = []
        self.different: list[np.ndarray] = []  # of each text, the numbers of its different words
        for text in normal:
            found = split(text)
            self.spelt.append(" ".join(found))
            self.n_words.append(len(found))
            own = dict.fromkeys(found)
            self.different.append(np.fromiter(map(numbers.__getitem__, own), np.int64, len(own)))
        self.n_different = len(numbers)

    def unseen(self, trained: np.ndarray) -> np.ndarray:
        """The share (N,) of each text's different words that no other training text holds; 0 where it has none.

        Args:
            trained: whether a text is of the training split (N,).
        """
        lengths = [len(own) for own in self.different]
        rows, flat = np.repeat(np.arange(len(lengths)), lengths), np.concatenate([*self.different, np.empty(0, int)])
        in_texts = np.bincount(flat[trained[rows]], minlength=self.n_different)  # training texts that hold a word
        lonely = in_texts[flat] - trained[rows] == 0
        return np.bincount(rows, weights=lonely, minlength=len(lengths)) / np.maximum(lengths, 1)
