"""The style sheet, against the Web Content Accessibility Guidelines 2.2, 1.4.3."""

import re

import pytest

from quartet.report.templating import TEMPLATES

ON_SURFACE = ("ink", "quiet", "accent", "second", "third")
BADGES = (("good", "good-ground"), ("bad", "bad-ground"), ("warn", "warn-ground"), ("quiet", "idle-ground"))


def palettes() -> dict[str, dict[str, str]]:
    light, dark, *_ = re.findall(r":root \{(.*?)\}", (TEMPLATES / "style.css").read_text(), re.DOTALL)
    return {name: dict(re.findall(r"--([\w-]+): #(\w{6})", text)) for name, text in (("light", light), ("dark", dark))}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(mode):
    colours = palettes()[mode]
    pairs = [*((name, ground) for name in ON_SURFACE for ground in ("surface", "ground")), *BADGES]
    assert {pair for pair in pairs if contrast(colours[pair[0]], colours[pair[1]]) < 4.5} == set()
