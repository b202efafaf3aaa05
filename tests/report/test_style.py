"""The style sheet, against the Web Content Accessibility Guidelines 2.2, 1.4.3."""

import re

import pytest

from quartet.report.templating import TEMPLATES

ON_SURFACE = ("ink", "quiet", "accent", "second", "third")
HUES = ("accent", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
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


def blend(colour: list[int], ground: str, share: float) -> str:
    """A colour of so much opacity on a ground."""
    parts = zip(colour, (0, 2, 4), strict=True)
    return "".join(f"{round(share * c + (1 - share) * int(ground[i : i + 2], 16)):02x}" for c, i in parts)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_hue_of_a_figure_stands_out_from_its_ground(mode):
    """As graphics must: 1.4.11 asks for 3."""
    colours = palettes()[mode]
    assert {hue for hue in HUES if contrast(colours[hue], colours["surface"]) < 3} == set()
    assert len({colours[hue] for hue in HUES}) == len(HUES)


@pytest.mark.parametrize("mode", [0, 1])
def test_a_word_can_be_read_however_strongly_it_is_coloured(mode):
    style = (TEMPLATES / "style.css").read_text()
    share = float(
        re.search(r"\.tokens \.for \{ background: rgba\(var\(--right\), calc\(var\(--w\) \* (.*?)\)", style)[1]
    )
    colours = palettes()[("light", "dark")[mode]]
    for side in ("right", "wrong"):
        colour = [int(part) for part in re.findall(rf"--{side}: (.*?);", style)[mode].split(",")]
        assert contrast(colours["ink"], blend(colour, colours["surface"], share)) >= 4.5
