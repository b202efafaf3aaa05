"""docs/own-data.md names settings and quotes messages: they must be those of the code."""

import re
from pathlib import Path

import pytest

from quartet.family import Family, family_names
from quartet.gate.suites import LIMITS, suite_of

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs/own-data.md").read_text(encoding="utf-8")
SOURCES = "\n".join(
    re.sub(r'"\s*\n\s*f?"|\s+', " ", file.read_text(encoding="utf-8"))
    for file in (ROOT / "src/quartet").rglob("*")
    if file.suffix in (".py", ".yaml")
)
MESSAGES = re.findall(r"^\| ([^`|]*?) \| ", TEXT.split("## When it does not work")[1], re.MULTILINE)
PHRASES = [
    part.strip() for message in MESSAGES for part in re.split(r"…|, | \(.*?\)", message) if len(part.split()) > 2
]


def test_every_setting_it_names_is_one():
    named = set(re.findall(r"`(\w+):[^/`]*`", TEXT)) | set(
        re.findall(r"(\w+): ", " | ".join(re.findall(r"`([^`\n]*)`", TEXT)))
    )
    fields = {name for family in family_names() for name in Family(family).settings.Dataset.model_fields}
    checks = {name for family in family_names() for name in suite_of(family)}
    examples = {"size", "code", "note", "NAME"}
    assert named - fields - checks - {*LIMITS, "severity"} - examples == set()


@pytest.mark.parametrize("phrase", PHRASES)
def test_every_message_it_quotes_is_one(phrase):
    words = phrase.replace("has n cells", "has").removeprefix("the message says")
    assert words in SOURCES
