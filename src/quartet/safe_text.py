"""Values as text that is safe to show: of bounded length, and without what would steer a terminal or a page."""

from typing import Any

MAX_LETTERS = 200


def cell(value: Any, letters: int = MAX_LETTERS) -> str | None:
    """A cell as text, cut after so many letters with “…”; None where it is missing."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bytes | bytearray):
        return f"{len(value):,} bytes"
    if isinstance(value, float):
        return None if value != value else f"{value:.6g}"
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    return cut(str(value), letters)


def cut(text: str, letters: int = MAX_LETTERS) -> str:
    """The beginning of a text; what is no character of its own (a lone surrogate) is written as its number."""
    short = text if len(text) <= letters else f"{text[: letters - 1]}…"
    return short.encode("utf-8", "backslashreplace").decode("utf-8")


def printable(value: Any, letters: int = 60) -> str:
    """A value on one line of a terminal: line ends, escape sequences and marks of direction are written as numbers."""
    text = cell(value, letters)
    if text is None:
        return "missing"
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
