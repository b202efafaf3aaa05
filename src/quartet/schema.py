"""The JSON Schema of params.yaml: an editor completes names by it, and underlines what cannot stand."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, Field, create_model

from quartet.catalog import PublicDataset
from quartet.family import Family, family_names
from quartet.gate.suites import adjustable, suite_of
from quartet.params import TopSettings
from quartet.settings import CheckSettings, Settings


def json_schema() -> dict[str, Any]:
    """The JSON Schema of params.yaml."""
    architectures = [Family(name).settings.ARCHITECTURES.values() for name in family_names()]
    sections = {
        "datasets": union([*map(dataset_model, family_names()), PublicDataset]),
        "models": union(model for models in architectures for model in models),
    }
    fields: dict[str, Any] = {
        name: (dict.__class_getitem__((str, kinds)), TopSettings.model_fields[name]) for name, kinds in sections.items()
    }
    return create_model("QuartetParams", __base__=TopSettings, **fields).model_json_schema()


def dataset_model(family: str) -> type[BaseModel]:
    """The datasets of a family, with the names of its checks."""
    known = Family(family).settings.Dataset
    checks: Any = Field(default={}, description=known.model_fields["checks"].description)
    return create_model(f"{family.title()}Dataset", __base__=known, checks=(checks_model(family), checks))


def checks_model(family: str) -> type[BaseModel]:
    """What a dataset may change of its family's suite."""
    fields: dict[str, Any] = {
        name: (limits_model(name, check), Field(default=None, description=check["meaning"]))
        for name, check in suite_of(family).items()
    }
    return create_model(f"{family.title()}Checks", __base__=Settings, **fields)


def limits_model(name: str, check: dict[str, Any]) -> type[BaseModel]:
    """What may be changed of one check."""
    known = CheckSettings.model_fields
    fields: dict[str, Any] = {
        limit: (known[limit].annotation, Field(default=check.get(limit), description=known[limit].description))
        for limit in adjustable(check)
    }
    return create_model(f"Check {name}", __base__=Settings, **fields)


def union(types: Iterable[Any]) -> Any:
    """The union of several classes."""
    result: Any = None
    for cls in types:
        result = cls if result is None else result | cls
    return result
