"""The text of a new params.yaml: what a project starts from, and every setting there is, as comments."""

import json
import re
from collections.abc import Iterable, Iterator
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from quartet.family import Family, family_names
from quartet.gate.suites import LIMITS, adjustable, suite_of
from quartet.settings import CheckSettings, NotificationSettings, PromotionSettings, TrainerSettings

if TYPE_CHECKING:
    from quartet.proposing.sight import Proposal

HEAD = """\
# yaml-language-server: $schema=params.schema.json
# The only file you edit. `quartet run` (or `dvc repro`) makes everything anew that a change here touches.
# Every setting there is, with its default, stands below as a comment: copy a line to its place and change it.
seed: 0
n_seeds: 3 # each model is trained this many times: seed, seed + 1, …
"""
EXAMPLE = """\
datasets:
  flowers: {family: tabular, source: "sklearn:iris", target: species, task: classification}

models:
  flowers-logistic: {dataset: flowers, architecture: logistic_regression}
  flowers-mlp: {dataset: flowers, architecture: mlp, hidden: 32}
"""
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./()-]*( [A-Za-z0-9_./()-]+)*")
FEW = 3  # entries of a mapping that stand in one line
WORDS_OF_YAML = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")  # 1.1's too: editors may read so


def params_text(datasets_and_models: str = EXAMPLE) -> str:
    """The commented params.yaml."""
    trainer = "".join(["trainer: # any of these may be set per model\n", *indented(lines_of(TrainerSettings), "  ")])
    promotion = "".join(["promotion:\n", *indented(lines_of(PromotionSettings), "  ")])
    told = "".join(["notifications: # of scheduled runs\n", *indented(lines_of(NotificationSettings), "  ")])
    return "\n".join([f"{HEAD}{trainer}", datasets_and_models, f"{promotion}{told}", catalogue()])


def proposed_text(name: str, source: str, proposal: "Proposal") -> str:
    """The entries of one dataset and its models, with the reasons."""
    family, *others = proposal.settings.items()
    settings = [family, ("source", source), *others]
    lines = [line for key, value in settings for line in entry(key, value, proposal.why.get(key, ""))]
    models = [
        f"{name}-{suffix}: {flow({'dataset': name, 'architecture': suffix} | values)}"
        for suffix, values in proposal.models.items()
    ]
    parts = ["datasets:\n", f"  {name}:\n", *indented(lines, "    "), "\nmodels:\n", *indented(models, "  ")]
    return "".join(parts)


def entry(key: str, value: Any, why: str) -> list[str]:
    """A setting as lines: a long mapping has a line for each of its entries."""
    comment = f" # {printable(why)}" if why else ""  # what the data wrote into it stays in this line
    if isinstance(value, dict) and len(value) > FEW:
        return [f"{key}:{comment}", *(f"  {flow(inner)}: {flow(what)}" for inner, what in value.items())]
    return [f"{key}: {flow(value)}{comment}"]


def indented(lines: Iterable[str], by: str) -> list[str]:
    """Lines with something before and an end after them."""
    return [f"{by}{line}\n" for line in lines]


def flow(value: Any) -> str:
    """A value as YAML in one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{flow(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(flow, value)) + "]"
        case str() if PLAIN.fullmatch(value) and value.lower() not in WORDS_OF_YAML:
            return value
        case str():
            quoted = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{printable(quoted)}"'
    return json.dumps(value)


def printable(text: str) -> str:
    """A text without line breaks and what else cannot be printed: these are spelt out as YAML does."""
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in text)


def catalogue() -> str:
    """Every setting of every family, check and architecture, as comments."""
    blocks = []
    for name in family_names():
        family = Family(name).settings
        blocks.append(block(f"datasets of family {name}", family.Dataset, first=("family", name)))
        blocks.append(checks_block(name))
        for architecture, settings in family.ARCHITECTURES.items():
            title = f"models of family {name}: {architecture}, {summary(settings)}"
            blocks.append(block(title, settings, first=("architecture", architecture)))
    return "\n".join(blocks)


def block(title: str, settings: type[BaseModel], *, first: tuple[str, str]) -> str:
    """One class of settings as comment lines."""
    lines = [f"{first[0]}: {first[1]}", *(line for line in lines_of(settings) if not line.startswith(f"{first[0]}:"))]
    return "".join([f"# --- {title}\n", *indented(lines, "#   ")])


def checks_block(family: str) -> str:
    """The checks of a family as comment lines, each with what a dataset may change of it."""
    described = {name: CheckSettings.model_fields[name].description for name in ("severity", *LIMITS)}
    head = f"# --- checks of family {family}, under `checks:` of a dataset; {{}} cannot be changed\n"
    legend = [f"{name}: {text}" for name, text in described.items()]
    lines = [
        f"{name}: {flow({key: check.get(key, 'error') for key in adjustable(check)})}"
        f" # {check['meaning'].format(**check).replace('$classes', '`classes`')}"
        for name, check in suite_of(family).items()
    ]
    return "".join([head, *indented(legend, "# - "), *indented(lines, "#   ")])


def summary(settings: type[BaseModel]) -> str:
    """What a class of settings says of itself, in lower case."""
    text = (settings.__doc__ or "").splitlines()[0].rstrip(".")
    return text[0].lower() + text[1:]


def lines_of(settings: type[BaseModel]) -> Iterator[str]:
    """`key: default # what it is` for each field."""
    for name, field in settings.model_fields.items():
        default = "…" if field.default is PydanticUndefined else flow(field.default)
        choices = " | ".join(flow(choice) for choice in choices_of(field.annotation))
        yield f"{name}: {default} # {field.description or choices}" + (
            f" ({choices})" if field.description and choices else ""
        )


def choices_of(annotation: Any) -> list[Any]:
    """The values of a Literal, also inside a union."""
    if isinstance(annotation, UnionType):
        return [choice for inner in get_args(annotation) for choice in choices_of(inner)]
    return [choice for choice in get_args(annotation) if isinstance(choice, str | int)]
