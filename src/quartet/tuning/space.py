"""Which settings a search varies, and in which ranges: THE table, by the name of the field.

It stands here and not beside each field, since a name means the same in every architecture: a new one is searched
without a line, and an edit of a range makes no training stale, as an edit of a settings class would.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from quartet.errors import UsageError
from quartet.settings import ModelSettings
from quartet.wording import closest, plain_english

FORMS = "FIELD=LOW..HIGH or FIELD=ONE,TWO,…"
NOT_SEARCHED = ("dataset", "architecture", "accelerator", "devices", "precision", "threads")
DIGITS = 2  # of numbers with a fraction: what is tried is what would stand in params.yaml


@dataclass(frozen=True)
class Span:
    """Numbers from low to high, both included; `log` spreads them evenly over orders of magnitude."""

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def __str__(self) -> str:
        return f"{self.low:g}..{self.high:g}{' (log)' if self.log else ''}"


@dataclass(frozen=True)
class Powers:
    """The powers of two with these exponents, both included."""

    low: int
    high: int

    def __str__(self) -> str:
        return f"{2**self.low}..{2**self.high} (powers of two)"


@dataclass(frozen=True)
class Choice:
    """One of some values."""

    values: tuple[Any, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.values))


Range = Span | Powers | Choice
Space = dict[str, Range]


def around(factor: float, *, zero: tuple[float, float] = (0.0, 0.0)) -> Callable[[Any], Range]:
    """Up to `factor` times less or more, or what is tried instead where the present value is 0."""
    return lambda value: Span(value / factor, value * factor, log=True) if value else Span(*zero, log=True)


def doublings(n: int) -> Callable[[Any], Range]:
    """Powers of two up to `n` halvings or doublings away."""

    def powers(value: Any) -> Range:
        middle = round(math.log2(value))
        return Powers(max(0, middle - n), middle + n)

    return powers


def beside(value: Any) -> Range:
    """One less, as many, one more."""
    return Span(max(1, value - 1), value + 1, whole=True)


RULES: Mapping[str, Callable[[Any], Range]] = {
    "learning_rate": around(10),
    "weight_decay": around(10, zero=(1e-6, 1e-2)),
    "dropout": lambda value: Span(0.0, 0.7),
    "word_dropout": lambda value: Span(0.0, 0.5),
    "hidden": doublings(2),
    "embedding": doublings(1),
    "n_filters": doublings(1),
    "channels": doublings(1),
    "layers": beside,
}
DOUBLED = ("hidden", "embedding", "n_filters", "channels", "batch_size")  # between the ends that `--set` names, too


def space_of(settings: ModelSettings, asked: Mapping[str, str]) -> Space:
    """The ranges of the table that the model has settings for, with those asked for in their place.

    Raises:
        UsageError: what was asked is no setting, no range, or outside what the setting may be.
    """
    known = [name for name in type(settings).model_fields if name not in NOT_SEARCHED]
    unknown = next((name for name in asked if name not in known), None)
    if unknown:
        must = f"--set names a setting of {settings.architecture}: {', '.join(known)}"
        raise UsageError(must, came=f"{unknown!r} came", mend=closest(unknown, known) or "See params.yaml.")
    unheeded = ("hidden", "layers") if getattr(settings, "widths", None) else ()
    default = {name: getattr(settings, name) for name in RULES if name in known and name not in unheeded}
    space = {name: within(settings, name, RULES[name](value)) for name, value in default.items() if fits(value)}
    space |= {name: read_range(settings, name, text) for name, text in asked.items()}
    return {name: space[name] for name in known if name in space}


def fits(value: Any) -> bool:
    """Whether a rule of the table can start from it; a list, or nothing, is left as it is."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def within(settings: ModelSettings, name: str, found: Range) -> Range:
    """A span of the table, cut to what the field allows."""
    limits = type(settings).model_fields[name].metadata
    high = min((getattr(limit, "le", math.inf) for limit in limits), default=math.inf)
    if isinstance(found, Span):
        return Span(found.low, min(found.high, high), found.log, found.whole)
    if isinstance(found, Powers) and high < math.inf:
        return Powers(found.low, min(found.high, int(math.log2(high))))
    return found


def read_range(settings: ModelSettings, name: str, text: str) -> Range:
    """What `--set name=text` asks for, checked at both ends."""
    low, dots, high = (part.strip() for part in text.partition(".."))
    values = [plain(part) for part in ([low, high] if dots else text.split(","))]
    for value in values:
        check(settings, name, value)
    if not dots:
        return Choice(tuple(values))
    numbers = [value for value in values if fits(value)]
    if len(numbers) < 2 or numbers[0] >= numbers[1]:
        mend = f"Say {FORMS}, such as --set {name}=0.001..0.1."
        raise UsageError(f"{name} is searched between two numbers, the lower first", came=f"{text!r} came", mend=mend)
    whole = not accepts(settings, name, numbers[0] + 0.37 * (numbers[1] - numbers[0]))
    if name in DOUBLED:
        return powers_between(name, *numbers)
    return Span(numbers[0], numbers[1], log=numbers[0] > 0 and numbers[1] >= 10 * numbers[0], whole=whole)


def powers_between(name: str, low: int, high: int) -> Range:
    """The powers of two inside a range.

    Raises:
        UsageError: there is none.
    """
    exponents = math.ceil(math.log2(low)), math.floor(math.log2(high))
    if exponents[0] > exponents[1]:
        mend = f"Widen it, or name the values: --set {name}={low},{high}."
        raise UsageError(f"{name} is searched in powers of two", came=f"{low}..{high} holds none", mend=mend)
    return Powers(*exponents)


def plain(text: str) -> Any:
    """A word as YAML would read it: a number, true, false, null, or itself."""
    words = {"true": True, "false": False, "null": None}
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            pass
    return words.get(text.strip(), text.strip())


def check(settings: ModelSettings, name: str, value: Any) -> None:
    """Raise UsageError where the setting may not be that."""
    try:
        changed(settings, {name: value})
    except ValidationError as error:
        must = f"{name}: {plain_english(error.errors()[0]['msg'])}"
        raise UsageError(must, came=f"{value!r} came", mend=f"Say --set {FORMS} inside its limits.") from error


def accepts(settings: ModelSettings, name: str, value: Any) -> bool:
    """Whether the setting may be that."""
    try:
        changed(settings, {name: value})
    except ValidationError:
        return False
    return True


def changed(settings: ModelSettings, values: Mapping[str, Any]) -> ModelSettings:
    """The settings with other values, checked."""
    return type(settings).model_validate(settings.model_dump() | dict(values))


def as_written(value: float, span: Span) -> float:
    """A number of a span with few digits, as a person would write it: 0.0031 of 0.0001..0.1, 0.25 of 0..0.7."""
    if span.log:
        return float(f"{value:.{DIGITS}g}")
    return round(value, DIGITS - math.ceil(math.log10(span.high - span.low)))


def read_asked(pairs: Iterable[str]) -> dict[str, str]:
    """FIELD=RANGE by field.

    Raises:
        UsageError: one has no `=`.
    """
    for pair in pairs:
        if "=" not in pair:
            raise UsageError(f"--set says {FORMS}", came=f"{pair!r} came", mend="See `quartet tune --help`.")
    return dict(pair.split("=", 1) for pair in pairs)
