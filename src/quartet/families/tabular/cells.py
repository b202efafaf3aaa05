"""A column's cells, whatever it came as: what stands there as number, boolean, date or text, and a hash of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from quartet.families.tabular.settings import MISSING

NUMBER = r"^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|(?i:inf|infinity))$"
WHOLE = r"^([+-]?\d+)\.0*$"  # a whole number that a program wrote with a fraction
TRUE, FALSE = ("true", "yes", "t", "y"), ("false", "no", "f", "n")
CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?"
DATES = {  # what a cell looks like → how pandas reads it
    r"^\d{4}-\d{1,2}-\d{1,2}$": "%Y-%m-%d",
    r"^\d{4}/\d{1,2}/\d{1,2}$": "%Y/%m/%d",
    rf"^\d{{4}}-\d{{2}}-\d{{2}}[T ]{CLOCK}$": "ISO8601",
    r"^\d{1,2}\.\d{1,2}\.\d{4}$": "%d.%m.%Y",
    r"^\d{1,2} (?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) \d{4}$": "%d %b %Y",
    r"^\d{1,2}-(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-\d{4}$": "%d-%b-%Y",
    r"^\d{1,2} [A-Z][a-z]{3,8} \d{4}$": "%d %B %Y",
    r"^[A-Z][a-z]{2} \d{1,2}, \d{4}$": "%b %d, %Y",
    r"^[A-Z][a-z]{3,8} \d{1,2}, \d{4}$": "%B %d, %Y",
}
SLASHED = r"^\d{1,2}[/-]\d{1,2}[/-]\d{4}$"  # day or month first? `day_first:` says


@dataclass(frozen=True)
class Reading:
    """How the cells of a dataset are read.

    Args:
        missing: what stands for a missing value, spaces around it aside.
        decimal: the decimal mark, a point or a comma.
        day_first: whether 03/04/2020 is the third of April; None where such a cell is no date.
    """

    missing: tuple[str, ...] = MISSING
    decimal: str = "."
    day_first: bool | None = None

    @classmethod
    def of(cls, settings: Any) -> Self:
        """As a dataset's settings, or an encoder's facts under the same names, say."""
        return cls(tuple(settings.missing_values), settings.decimal, settings.day_first)


class Cells:
    """A column of N cells, each of its D distinct ones held once.

    Args:
        values: distinct cells (D,): numbers, booleans, dates, or trimmed text as an Arrow array.
        codes: the place of each cell (N,) among them, -1 where it is missing.
    """

    def __init__(self, values: Any, codes: np.ndarray, reading: Reading) -> None:
        self.values, self.codes, self.reading = values, codes, reading

    @classmethod
    def of(cls, column: pd.Series, reading: Reading) -> Self:
        """The cells of a column of any type; text is trimmed, and what `reading` calls missing is."""
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            codes, values = pd.factorize(column)
            return cls(plain(values), codes.astype(np.int32), reading)
        encoded = pc.dictionary_encode(trimmed(column, reading.missing))
        return cls(encoded.dictionary, encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), reading)

    @property
    def is_text(self) -> bool:
        """Whether they came as text."""
        return isinstance(self.values, pa.Array)

    @cached_property
    def counts(self) -> np.ndarray:
        """How often each distinct cell (D,) occurs."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))

    @cached_property
    def numbers(self) -> np.ndarray:
        """Distinct cells (D,) as float64, NaN where they are no number."""
        if not self.is_text:
            numeric = self.values.dtype.kind in "iuf"
            return self.values.astype(float) if numeric else np.full(len(self.values), np.nan)
        text = self.values
        if self.reading.decimal == ",":
            text = pc.if_else(pc.match_substring(text, "."), "no number", pc.replace_substring(text, ",", "."))
        return as_array(pc.cast(where(text, NUMBER), pa.float64()))

    @property
    def is_word(self) -> np.ndarray:
        """Which distinct cells (D,) are no number."""
        return np.asarray(np.isnan(self.numbers))

    @property
    def is_letter(self) -> np.ndarray:
        """Which distinct cells (D,) are a single character of text."""
        if not self.is_text:
            return np.zeros(len(self.values), bool)
        return as_array(pc.equal(pc.utf8_length(self.values), 1))

    @cached_property
    def booleans(self) -> np.ndarray:
        """Distinct cells (D,) as 1.0, 0.0, or NaN where they are neither; the numbers 1 and 0 count."""
        if not self.is_text:
            known = np.isin(self.values, [0, 1]) if self.values.dtype.kind in "biuf" else False
            return np.where(known, self.values == 1, np.nan)
        found = np.select([self.numbers == 1, self.numbers == 0], [1.0, 0.0], np.nan)
        lower = pc.utf8_lower(self.values.filter(pa.array(self.is_word)))
        yes, no = (as_array(pc.is_in(lower, pa.array(words, lower.type))) for words in (TRUE, FALSE))
        found[self.is_word] = np.select([yes, no], [1.0, 0.0], np.nan)
        return found

    @cached_property
    def dates(self) -> np.ndarray:
        """Distinct cells (D,) as datetime64[us] in UTC, NaT where they are no date."""
        if not self.is_text:
            dated = self.values.dtype.kind == "M"
            return self.values if dated else np.full(len(self.values), "NaT", "datetime64[us]")
        found = np.full(len(self.values), "NaT", "datetime64[us]")
        words, places = self.values.filter(pa.array(self.is_word)), np.flatnonzero(self.is_word)
        for pattern, form in self.date_forms() if len(words) else ():
            looks = as_array(pc.match_substring_regex(words, pattern))
            if looks.any():
                text = words.filter(pa.array(looks)).to_pandas()
                read = pd.to_datetime(text.str.replace("-", "/") if pattern == SLASHED else text, **form)
                found[places[looks]] = read.dt.tz_localize(None).to_numpy("datetime64[us]")
        return found

    def date_forms(self) -> Iterable[tuple[str, dict[str, Any]]]:
        """What dates look like, and how pandas reads them."""
        first = self.reading.day_first
        slashed = {} if first is None else {SLASHED: "%d/%m/%Y" if first else "%m/%d/%Y"}
        for pattern, form in (DATES | slashed).items():
            yield pattern, {"format": form, "errors": "coerce", "utc": True}

    @cached_property
    def text(self) -> pa.Array:
        """Distinct cells (D,) as text; a whole number is written without a fraction, so that "1" is 1.0."""
        if self.is_text:
            return pc.replace_substring_regex(self.values, WHOLE, r"\1")
        written = [str(int(v)) if self.values.dtype.kind == "f" and v % 1 == 0 else str(v) for v in self.values]
        return pa.array(written, pa.large_string())

    def hashes(self) -> np.ndarray:
        """A hash (N,) uint64 of each cell for itself, whatever stands in others.

        Cells that mean the same have the same: 1 and "1.0", yes and TRUE, 2020-01-02 and 02.01.2020; single letters,
        which are more often names than truths, have their own.
        """
        found = pd.util.hash_array(np.append(self.numbers, np.nan) + 0.0)  # the last is missing; -0.0 is 0.0
        if self.is_word.any():
            date = ~np.isnat(self.dates)
            boolean = ~np.isnan(self.booleans) & self.is_word & ~self.is_letter
            text = self.is_word & ~date & ~boolean
            truths = np.where(self.booleans[boolean] == 1, "true", "false").astype(object)
            found[:-1][date] = pd.util.hash_array(self.dates[date].astype(np.int64))
            found[:-1][boolean] = pd.util.hash_array(truths, categorize=False)
            found[:-1][text] = pd.util.hash_array(self.words_of(text), categorize=False)
        return np.asarray(found[self.codes])

    def words_of(self, distinct: np.ndarray) -> np.ndarray:
        """Some distinct cells, a mask (D,), as an array of str."""
        return np.asarray(self.text.filter(pa.array(distinct)).to_numpy(zero_copy_only=False))

    def spread(self, values: np.ndarray, missing: Any) -> np.ndarray:
        """Values of the distinct cells (D,) as values of all cells (N,)."""
        return np.asarray(np.append(values, np.array([missing], values.dtype))[self.codes])

    def first_row(self, distinct: np.ndarray) -> int:
        """The place of the first cell that is one of these distinct ones, a mask (D,)."""
        return int(np.argmax(np.append(distinct, False)[self.codes]))


def trimmed(column: pd.Series, missing: Iterable[str]) -> pa.Array:
    """Text without spaces around it (N,), null where it is missing; other objects as Python writes them."""
    if not isinstance(column.dtype, pd.StringDtype):
        column = column.astype(object)
        column = column.map(lambda cell: cell if isinstance(cell, str) else str(cell), na_action="ignore")
    text = pa.array(column.astype("str"), pa.large_string())
    text = pc.utf8_trim_whitespace(text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text)
    absent = pc.is_in(text, pa.array(sorted({"", *missing}), text.type))
    return pc.if_else(absent, pa.scalar(None, text.type), text)


def plain(values: Any) -> np.ndarray:
    """Distinct numbers, booleans or dates as numpy has them, dates in UTC."""
    if pd.api.types.is_datetime64_any_dtype(values):
        dates = pd.DatetimeIndex(values)
        return (dates.tz_convert(None) if dates.tz else dates).to_numpy("datetime64[us]")
    kinds = {"b": bool, "i": np.int64, "u": np.uint64, "f": float}
    return np.asarray(values, kinds[values.dtype.kind])


def where(text: pa.Array, pattern: str) -> pa.Array:
    """Text (D,) that matches a pattern, null elsewhere."""
    return pc.if_else(pc.match_substring_regex(text, pattern), text, pa.scalar(None, text.type))


def as_array(values: pa.Array) -> np.ndarray:
    """An Arrow array (D,) as numpy; null becomes NaN."""
    return np.asarray(values.to_numpy(zero_copy_only=False))
