"""The families' small data sets and models, found by folder: a new architecture is tested without a line here."""

from functools import cache
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

import pandas as pd

from quartet.examples import Examples
from quartet.family import Encoder, Family, family_names
from quartet.gate.suites import checks_of, expectations
from quartet.gate.validation import run
from quartet.reading.files import LeftOut
from quartet.settings import ModelSettings

Case = tuple[str, str]  # family, name of one of its data sets


def tiny(family: str) -> ModuleType:
    return import_module(f"families.{family}.tiny")


def home(family: str, name: str) -> ModuleType:
    """Where the source of a data set and ways to break it are: tiny.py, or a module that it names in HOMES."""
    homes: dict[str, ModuleType] = getattr(tiny(family), "HOMES", {})
    return homes.get(name, tiny(family))


def data_cases(*, separate_items: bool = False) -> list[Case]:
    """All data sets, or those whose items are known one by one: a graph is known whole."""
    families = [family for family in family_names() if not (separate_items and family == "graph")]
    return [(family, name) for family in families for name in tiny(family).DATASETS]


def model_cases(*, networks_only: bool = False) -> list[tuple[str, str, str]]:
    found = []
    for family, name in data_cases():
        for architecture, settings in Family(family).settings.ARCHITECTURES.items():
            if dataset(family, name).task in settings.tasks and not (networks_only and settings.baseline):
                found.append((family, name, architecture))
    return found


def broken_cases() -> list[tuple[str, str, str]]:
    return [(family, name, sentence) for family, name in data_cases() for sentence in home(family, name).BROKEN]


@cache
def dataset(family: str, name: str) -> Any:
    return Family(family).settings.Dataset.model_validate(tiny(family).DATASETS[name])


def settings_for(family: str, name: str, step: str) -> SimpleNamespace:
    return SimpleNamespace(**dataset(family, name).for_step(step))


@cache
def canonical(family: str, name: str) -> dict[str, pd.DataFrame]:
    return Family(family).tables.canonical(home(family, name).source(0), settings_for(family, name, "ingest"), 0)


@cache
def encoder(family: str, name: str) -> Encoder:
    return Family(family).features.fit(canonical(family, name), settings_for(family, name, "prepare"))


def examples(family: str, name: str) -> dict[str, Examples]:
    module = Family(family)
    parts = module.parts(canonical(family, name), encoder(family, name))
    encoded = {split: module.features.encode(part, encoder(family, name)) for split, part in parts.items()}
    return {split: module.models.examples(arrays, encoder(family, name)) for split, arrays in encoded.items()}


def failures(family: str, settings: Any, tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The checks of the suite that these canonical tables do not pass."""
    annotated = Family(family).suite.annotate({"left_out": LeftOut().table()} | tables, settings)
    return [result for result in run(annotated, expectations(checks_of(settings), annotated)) if not result["success"]]


@cache
def broken_failures(family: str, name: str, sentence: str) -> list[dict[str, Any]]:
    """The checks that a data set does not pass once it is broken in one way."""
    return failures(family, dataset(family, name), home(family, name).BROKEN[sentence](canonical(family, name)))


def rows(found: list[dict[str, Any]], name: str) -> list[Any]:
    """The failing rows of one check."""
    return next(result["rows"] for result in found if result["name"] == name)


def model(family: str, architecture: str, **changes: Any) -> ModelSettings:
    return Family(family).model_settings({"architecture": architecture, **tiny(family).MODELS[architecture], **changes})
