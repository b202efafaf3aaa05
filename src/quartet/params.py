"""params.yaml → frozen typed settings, or every problem at once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, Field, ValidationError

from quartet.catalog import PREFIX, completed, entry_of, load
from quartet.errors import ParamsError, Problem, UsageError
from quartet.family import Family, family_names
from quartet.nodes import Document, parse
from quartet.references import Place, references
from quartet.settings import (
    NAME_PATTERN,
    SOURCE_FORMS,
    TRAINER_FIELDS,
    DatasetSettings,
    ModelSettings,
    NotificationSettings,
    PromotionSettings,
    Settings,
    TrainerSettings,
)
from quartet.wording import closest, plain_english, shown

M = TypeVar("M", bound=BaseModel)

FEW_KEYS = 8  # so many are listed where one is not known


class TopSettings(Settings):
    """The keys of params.yaml; datasets and models are read by their family's classes."""

    seed: int = Field(0, ge=0, lt=2**31, description="the first seed; data splits depend on it too")
    n_seeds: int = Field(3, ge=1, le=100, description="each model is trained this many times: seed, seed+1, …")
    trainer: TrainerSettings = TrainerSettings()
    datasets: dict[str, dict[str, Any]] = Field(min_length=1, description="dataset name → what it is")
    models: dict[str, dict[str, Any]] = Field(min_length=1, description="model name → what it is")
    promotion: PromotionSettings = PromotionSettings()
    notifications: NotificationSettings = NotificationSettings()


@dataclass(frozen=True)
class Params:
    """A valid params.yaml."""

    seed: int
    n_seeds: int
    trainer: TrainerSettings
    datasets: Mapping[str, DatasetSettings]
    models: Mapping[str, ModelSettings]
    promotion: PromotionSettings
    notifications: NotificationSettings

    def models_of(self, dataset: str) -> list[str]:
        """The names of the models trained on `dataset`, in the order of the file."""
        return [name for name, model in self.models.items() if model.dataset == dataset]

    def baseline_of(self, dataset: str) -> str | None:
        """The name of the dataset's baseline: its first model whose architecture is one."""
        return next((name for name in self.models_of(dataset) if self.models[name].baseline), None)

    def seeds_of(self, model: str) -> list[int]:
        """The seeds `model` is trained with; one where the seed changes nothing."""
        n = 1 if self.models[model].deterministic else self.n_seeds
        return list(range(self.seed, self.seed + n))

    def trainer_of(self, model: str) -> TrainerSettings:
        """The trainer's settings with what the model overrides."""
        own = {name: getattr(self.models[model], name, None) for name in TRAINER_FIELDS}
        return self.trainer.model_copy(update={name: value for name, value in own.items() if value is not None})


def load_params(file: Path) -> Params:
    """Read and check the whole file.

    Raises:
        UsageError: there is no such file.
        ParamsError: it is wrong; the error holds every problem.
    """
    if not file.is_file():
        raise UsageError(
            "a Quartet project has a params.yaml",
            came=f"there is none in {file.resolve().parent}",
            mend="Change to a project's folder, or make one with `quartet init DIR`.",
        )
    return Reader(parse(file)).read()


class Reader:
    """Collects problems while it turns a document into settings."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems = list(document.problems)

    def read(self) -> Params:
        """The params, if nothing is wrong."""
        tree = self.document.tree
        top = self.checked(TopSettings, tree, ())
        entries = {name: completed(value) for name, value in sections(tree, "datasets")}
        datasets = {name: self.dataset(name, value) for name, value in entries.items()}
        known = {name: settings for name, settings in datasets.items() if settings}
        families = {name: str(value.get("family")) for name, value in entries.items()}
        models = {name: self.model(name, value, families) for name, value in sections(tree, "models")}
        for problem in references(known, {name: model for name, model in models.items() if model}, models):
            self.add(*problem)
        if self.problems or top is None:
            raise ParamsError(self.document.name, self.problems)
        fields = {name: getattr(top, name) for name in ("seed", "n_seeds", "trainer", "promotion", "notifications")}
        return Params(datasets=known, models={name: model for name, model in models.items() if model}, **fields)

    def add(self, place: Place, must: str, came: str, mend: str = "") -> None:
        """Note a problem at a place of the document."""
        path = ".".join(str(part) for part in place)
        self.problems.append(Problem(self.document.line(place), path, must, came, mend))

    def checked(self, settings: type[M], value: Any, place: Place) -> M | None:
        """`value` as `settings`, or None after noting what is wrong."""
        try:
            return settings.model_validate(value)
        except ValidationError as error:
            for detail in error.errors():
                self.note(settings, place, detail)
            return None

    def note(self, settings: type[BaseModel], place: Place, detail: Any) -> None:
        """Turn one of pydantic's errors into a problem."""
        where = (*place, *(part for part in detail["loc"] if part != "[key]"))
        match detail["type"]:
            case "extra_forbidden" if where[0] == "datasets" and where[-1] == "folds":
                must = "folds are of items that stand alone: rows of a table, pictures or texts"
                self.add(where, must, "what a graph holds is linked", "Remove it.")
            case "extra_forbidden":
                known = fields_at(settings, detail["loc"][:-1])
                mend = closest(where[-1], known) or (f"Known are {', '.join(known)}." if len(known) <= FEW_KEYS else "")
                self.add(where, "only known keys may stand here", "this one is not known", mend)
            case "missing":
                self.add(where, "it must be given", "it is absent")
            case "string_pattern_mismatch" if where[-1] == "source":
                mend = "Put a file or folder of yours under data/mine/."
                self.add(where, f"it must be {SOURCE_FORMS}", f"{shown(detail['input'])} came", mend)
            case _:
                self.add(where, plain_english(detail["msg"]), f"{shown(detail['input'])} came")

    def dataset(self, name: str, value: dict[str, Any]) -> DatasetSettings | None:
        """One entry of `datasets`, completed from the catalog."""
        place: Place = ("datasets", name)
        self.check_name(name, place)
        family, source = value.get("family"), str(value.get("source"))
        entry = entry_of(source)
        if source.startswith(PREFIX) and not entry:
            self.unknown(place, "source", source, [f"{PREFIX}{public}" for public in load()])
            return None
        if entry and family != entry.family:
            self.unknown(place, "family", family, [entry.family])
            return None
        if family not in family_names():
            self.unknown(place, "family", family, family_names())
            return None
        return self.checked(Family(family).settings.Dataset, value, place)

    def model(self, name: str, value: Any, families: Mapping[str, str]) -> ModelSettings | None:
        """One entry of `models`."""
        place: Place = ("models", name)
        self.check_name(name, place)
        if value.get("dataset") not in families:
            self.unknown(place, "dataset", value.get("dataset"), families)
            return None
        family = families[value["dataset"]]
        if family not in family_names():
            return None
        architectures = Family(family).settings.ARCHITECTURES
        if value.get("architecture") not in architectures:
            self.unknown(place, "architecture", value.get("architecture"), architectures)
            return None
        return self.checked(architectures[value["architecture"]], value, place)

    def unknown(self, place: Place, key: str, came: Any, known: Any) -> None:
        """Note that `key` names nothing there is."""
        choices = ", ".join(sorted(known)) or "none yet"
        text = "it is absent" if came is None else f"{shown(came)} came"
        self.add((*place, key), f"it must be one of {choices}", text, closest(came, known))

    def check_name(self, name: Any, place: Place) -> None:
        """Names become folders, stages and registered models."""
        if not re.fullmatch(NAME_PATTERN, str(name)) or name == "mine":
            must = f"a name must match {NAME_PATTERN} and not be `mine`, the folder of your own files"
            self.add(place, must, f"{shown(name)} came")


def sections(tree: Any, key: str) -> list[tuple[str, dict[str, Any]]]:
    """The entries under `key` that are mappings themselves; others are reported by TopSettings."""
    entries = tree.get(key) if isinstance(tree, dict) else None
    found = entries.items() if isinstance(entries, dict) else ()
    return [(str(name), value) for name, value in found if isinstance(value, dict)]


def fields_at(settings: type[BaseModel], loc: Place) -> list[str]:
    """The keys known at `loc` inside `settings`."""
    inner: Any = settings
    for part in loc:
        if get_origin(inner) is dict:
            inner = get_args(inner)[1]
        else:
            field = getattr(inner, "model_fields", {}).get(str(part))
            inner = field.annotation if field else None
    return list(getattr(inner, "model_fields", ()))


def check_datasets(params: Params, names: Iterable[str]) -> None:
    """Raise UsageError where a name is no dataset of params.yaml."""
    for name in names:
        if name not in params.datasets:
            must = f"a dataset is one of {', '.join(params.datasets)}"
            raise UsageError(must, came=f"{name!r} came", mend=closest(name, params.datasets) or "See params.yaml.")
