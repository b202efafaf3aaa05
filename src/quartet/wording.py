"""Words for messages about what a user wrote."""

import re
from difflib import get_close_matches
from typing import Any


def plain_english(message: str) -> str:
    """What pydantic says must hold, in the words of YAML instead of Python's."""
    must = re.sub("^(Input|Value|String|List|Dictionary) should", "it must", message).replace("Value error, ", "")
    must = re.sub(r"a valid dictionary( or instance of \w+)?", "a mapping, such as {key: value}", must)
    return must.replace("a valid list", "a list, such as [one, two]")


def closest(word: Any, known: Any) -> str:
    """A «did you mean», or nothing."""
    near = get_close_matches(str(word), [str(name) for name in known], n=1)
    return f"Did you mean {near[0]}?" if near else ""


def shown(value: Any) -> str:
    """A value as it may stand in a message."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
