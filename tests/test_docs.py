"""Pages under docs/ name settings, quote messages and link each other: what they name must be there."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from quartet.family import Family, family_names
from quartet.gate.suites import LIMITS, suite_of

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs/own-data.md").read_text(encoding="utf-8")
SOURCES = "\n".join(
    re.sub(r'"\s*\n\s*f?"|\s+', " ", file.read_text(encoding="utf-8"))
    for folder in ("src/quartet", "flows")
    for file in (ROOT / folder).rglob("*")
    if file.suffix in (".py", ".yaml")
)
MESSAGES = re.findall(r"^\| ([^`|]*?) \| ", TEXT.split("## When it does not work")[1], re.MULTILINE)
PHRASES = [
    part.strip() for message in MESSAGES for part in re.split(r"…|, | \(.*?\)", message) if len(part.split()) > 2
]

OWN, TOOLS = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8").split("## The tools' own words")
QUOTED = [
    part.strip(" `")
    for table in OWN.split("| the message says |")[1:]
    for message in re.findall(r"^\| ([^|]*?) \| ", table.split("\n\n")[0], re.MULTILINE)
    for part in message.split("…")
    if len(part.split()) > 2
]
OF_TOOLS = re.findall(r"^\| ([^|]*?) \| [^|]* \| `([\w.]+)` \|$", TOOLS, re.MULTILINE)
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def source_of(module: str) -> str:
    """The text of a module, found without importing it."""
    top, *inner = module.split(".")
    place = Path(find_spec(top).origin).parent.joinpath(*inner)
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return file.read_text(encoding="utf-8")


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


@pytest.mark.parametrize("phrase", QUOTED)
def test_every_message_that_troubleshooting_quotes_is_one_of_ours(phrase):
    assert phrase in SOURCES


@pytest.mark.parametrize(("phrase", "module"), OF_TOOLS)
def test_every_message_of_a_tool_is_in_the_module_named(phrase, module):
    assert phrase in source_of(module)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []
