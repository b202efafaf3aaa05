"""params.yaml → frozen typed settings, or every problem at once."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, Field, ValidationError

from quartet.catalog import PREFIX, completed, entry_of, load
from quartet.errors import ParamsError, Problem, UsageError
from quartet.family import Family, family_names
from quartet.gate.suites import adjustable, suite_of
from quartet.metrics import METRICS
from quartet.nodes import Document, parse
from quartet.settings import (
    NAME_PATTERN,
    SOURCE_FORMS,
    TRAINER_FIELDS,
    DatasetSettings,
    ModelSettings,
    PromotionSettings,
    Settings,
    TrainerSettings,
)

M = TypeVar("M", bound=BaseModel)
Place = tuple[str | int, ...]

FEW_KEYS = 8  # so many are listed where one is not known


class TopSettings(Settings):
    """The keys of params.yaml; datasets and models are read by their family's classes."""

    seed: int = Field(0, ge=0, lt=2**31, description="the first seed; data splits depend on it too")
    n_seeds: int = Field(3, ge=1, le=100, description="each model is trained this many times: seed, seed+1, …")
    trainer: TrainerSettings = TrainerSettings()
    datasets: dict[str, dict[str, Any]] = Field(min_length=1, description="dataset name → what it is")
    models: dict[str, dict[str, Any]] = Field(min_length=1, description="model name → what it is")
    promotion: PromotionSettings = PromotionSettings()


@dataclass(frozen=True)
class Params:
    """A valid params.yaml."""

    seed: int
    n_seeds: int
    trainer: TrainerSettings
    datasets: Mapping[str, DatasetSettings]
    models: Mapping[str, ModelSettings]
    promotion: PromotionSettings

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
        fields = {name: getattr(top, name) for name in ("seed", "n_seeds", "trainer", "promotion")}
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


def references(
    datasets: Mapping[str, DatasetSettings], models: Mapping[str, ModelSettings], named: Mapping[str, Any]
) -> Iterator[tuple[Place, str, str, str]]:
    """What no single section can see: where datasets and models do not fit each other."""
    for name, model in models.items():
        task = getattr(datasets.get(model.dataset), "task", None)
        if task is not None and task not in model.tasks:
            must = f"{model.architecture} is for {' and '.join(model.tasks)}"
            yield ("models", name, "architecture"), must, f"the task of {model.dataset} is {task}", ""
        for key, unset in {"class_weights": "none", "label_smoothing": 0.0}.items():
            if task == "regression" and getattr(model, key, unset) != unset:
                yield ("models", name, key), "it is for classes", f"the task of {model.dataset} is {task}", ""
    for name, dataset in datasets.items():
        own = [model for model, settings in models.items() if settings.dataset == name]
        if not own and len(models) == len(named):
            mend = f"Add one under models with `dataset: {name}`, or remove the dataset."
            yield ("datasets", name), "a dataset needs a model", "no model names it", mend
        if dataset.candidate and dataset.candidate not in own:
            came = f"{dataset.candidate!r} came"
            yield (
                ("datasets", name, "candidate"),
                f"it must be a model of {name}",
                came,
                closest(dataset.candidate, own),
            )
        yield from wrong_checks(name, dataset)
        yield from wrong_checksum(name, dataset)
        metrics = METRICS[dataset.task]  # type: ignore[attr-defined]
        if dataset.metric and dataset.metric not in metrics:
            must = f"it must be one of {', '.join(metrics)}"
            yield ("datasets", name, "metric"), must, f"{dataset.metric!r} came", closest(dataset.metric, metrics)


def wrong_checks(name: str, dataset: DatasetSettings) -> Iterator[tuple[Place, str, str, str]]:
    """Where `checks` of a dataset name what its family's suite does not have."""
    suite = suite_of(dataset.family)
    for check, changes in dataset.checks.items():
        place: Place = ("datasets", name, "checks", check)
        if check not in suite:
            must = f"it must be a check of the {dataset.family} suite: {', '.join(suite)}"
            yield place, must, "this one is not known", closest(check, suite)
            continue
        for limit in sorted(changes.model_fields_set - set(adjustable(suite[check]))):
            must = f"of this check, {' and '.join(adjustable(suite[check])) or 'nothing'} can be changed"
            yield (*place, limit), must, f"{limit} came", ""


def wrong_checksum(name: str, dataset: DatasetSettings) -> Iterator[tuple[Place, str, str, str]]:
    """Where a source from elsewhere has no checksum, or another one has."""
    place, kind = ("datasets", name, "sha256"), dataset.source.partition(":")[0]
    if kind in ("https", "pypi") and not dataset.sha256:
        what = "the file" if kind == "https" else "the wheel, as `pip download --no-deps` gives it"
        mend = f"Download {what}, see that it is what you want, and write what `sha256sum` says of it."
        yield place, f"a source of {kind}: has the checksum of what it names", "it is absent", mend
    if dataset.sha256 and kind not in ("https", "pypi"):
        yield place, "only sources of https: and pypi: have one", f"the source is {dataset.source}", "Remove it."


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


def plain_english(message: str) -> str:
    """What pydantic says must hold, in the words of YAML instead of Python's."""
    must = re.sub("^(Input|Value|String|List|Dictionary) should", "it must", message).replace("Value error, ", "")
    must = re.sub(r"a valid dictionary( or instance of \w+)?", "a mapping, such as {key: value}", must)
    return must.replace("a valid list", "a list, such as [one, two]")


def closest(word: Any, known: Any) -> str:
    """A «did you mean», or nothing."""
    near = get_close_matches(str(word), [str(name) for name in known], n=1)
    return f"Did you mean {near[0]}?" if near else ""


def shown(value: Any) -> str:
    """A value as it may stand in a message."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def check_datasets(params: Params, names: Iterable[str]) -> None:
    """Raise UsageError where a name is no dataset of params.yaml."""
    for name in names:
        if name not in params.datasets:
            must = f"a dataset is one of {', '.join(params.datasets)}"
            raise UsageError(must, came=f"{name!r} came", mend=closest(name, params.datasets) or "See params.yaml.")
