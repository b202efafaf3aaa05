import numpy as np
import pandas as pd
import pytest

from quartet.safe_text import cell, printable


@pytest.mark.parametrize("missing", [None, float("nan"), np.float32("nan"), pd.NA, pd.NaT])
def test_a_missing_cell_is_none(missing):
    assert cell(missing) is None


@pytest.mark.parametrize("text", ["a" * 10**6, "\ud800" * 500, "\x1b[31m" * 500, "ß\n" * 500])
def test_a_long_cell_is_cut_and_can_be_written(text):
    shown = cell(text, 100)
    assert shown.endswith("…")
    assert len(shown.encode("utf-8")) <= 10 * 100


@pytest.mark.parametrize("text", ["\x1b[2J", "a\r\nb", "\u202e", "\x00", "\udcff", "\u2028"])
def test_nothing_that_steers_a_terminal_is_printed(text):
    assert printable(text).isprintable()


@pytest.mark.parametrize("text", ["Köln", "مرحبا", "日本", "🎬", "it's <b>"])
def test_words_of_any_script_are_printed_as_they_are(text):
    assert printable(text) == text
