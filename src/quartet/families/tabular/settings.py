"""What can be set for tables, and which models there are for them."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from quartet.settings import (
    CLASS_WEIGHTS,
    BaselineSettings,
    ClassWeights,
    ModelSettings,
    NetworkSettings,
    RowSettings,
    read_by,
)

Kind = Literal["number", "category", "boolean", "date", "drop"]
TargetScaling = Literal["minmax", "standard", "none"]
Activation = Literal["relu", "gelu", "silu", "tanh", "logistic"]
Width = Annotated[int, Field(ge=1, le=65_536)]
MISSING = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "?")


class Dataset(RowSettings):
    """A table with a target column."""

    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")

    family: Literal["tabular"]
    task: Literal["classification", "regression"] = read_by(
        "ingest", "validate", "prepare", default="classification", description="what the target is: a class or a number"
    )
    target: str = read_by("ingest", description="the column to predict")
    drop: list[str] = read_by("ingest", default=[], description="columns that are no features, such as identifiers")
    columns: dict[str, Kind] = read_by(
        "ingest", default={}, description="column → number, category, boolean, date or drop; inferred for the others"
    )
    missing_values: list[str] = read_by(
        "ingest", "prepare", default=list(MISSING), description="what stands for a missing value, as an empty cell does"
    )
    decimal: Literal[".", ","] = read_by("ingest", "prepare", default=".", description="the decimal mark of numbers")
    day_first: bool | None = read_by(
        "ingest", "prepare", default=None, description="whether 03/04/2020 is in April; null takes it for no date"
    )
    missing: Literal["refuse", "impute"] = read_by(
        "prepare",
        default="refuse",
        description="refuse does not train on missing values; impute takes the training split's median and tells the "
        "model so in a column of its own, and for categories one of their own",
    )
    max_categories: int = read_by(
        "prepare", default=64, ge=1, le=10_000, description="categories of a column told apart, the most frequent ones"
    )
    rare_below: int = read_by(
        "prepare", default=5, ge=1, description="a category with fewer training rows counts as `other`"
    )
    target_scaling: TargetScaling = read_by(
        "prepare",
        default="minmax",
        description="what a regression learns: the target scaled to 0-1, to mean 0 and sd 1 (standard), or as it is; "
        "predictions are in the target's own unit all the same",
    )

    @field_validator("columns")
    @classmethod
    def types_features(cls, columns: dict[str, Kind], info: ValidationInfo) -> dict[str, Kind]:
        """What the target is, the task says."""
        if info.data.get("target") in columns:
            raise ValueError("it must name features only; what the target is, `task:` says")
        return columns

    @field_validator("target_scaling")
    @classmethod
    def scales_a_number(cls, target_scaling: TargetScaling, info: ValidationInfo) -> TargetScaling:
        """Classes have no scale."""
        if target_scaling != "minmax" and info.data.get("task") == "classification":
            raise ValueError("it is for a target that is a number, `task: regression`")
        return target_scaling


class MLPSettings(NetworkSettings):
    """A multilayer perceptron."""

    network: ClassVar[str] = "mlp.MLP"
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")

    architecture: Literal["mlp"]
    epochs: int = Field(default=200, ge=1, le=100_000, description="passes over the training split, at most")
    patience: int | None = Field(
        default=20,
        ge=1,
        description="stop after so many epochs without a lower validation loss; null never stops early",
    )
    hidden: int = Field(64, ge=1, le=65_536, description="width of each hidden layer")
    layers: int = Field(2, ge=1, le=100, description="number of hidden layers")
    widths: list[Width] | None = Field(
        default=None, min_length=1, max_length=100, description="[64, 32]: hidden layers one by one, not all alike"
    )
    activation: Activation = Field("relu", description="what follows each hidden layer's weights")
    dropout: float = Field(0.0, ge=0, lt=1, description="share of hidden units dropped in training")

    @property
    def hidden_widths(self) -> list[int]:
        """The width of each hidden layer."""
        return self.widths or [self.hidden] * self.layers


class LogisticRegressionSettings(BaselineSettings):
    """Logistic regression, the baseline of a classification."""

    network: ClassVar[str] = "logistic_regression.LogisticRegression"

    architecture: Literal["logistic_regression"]
    c: float = Field(1.0, gt=0, description="inverse strength of the L2 penalty")
    class_weights: ClassWeights = Field(default="none", description=CLASS_WEIGHTS)


class LinearRegressionSettings(BaselineSettings):
    """Ordinary least squares, the baseline of a regression."""

    network: ClassVar[str] = "linear_regression.LinearRegression"
    tasks: ClassVar[tuple[str, ...]] = ("regression",)

    architecture: Literal["linear_regression"]


class GradientBoostingSettings(BaselineSettings):
    """Gradient-boosted decision trees, what a network has to beat on most tables."""

    network: ClassVar[str] = "gradient_boosting.GradientBoosting"
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")

    architecture: Literal["gradient_boosting"]
    trees: int = Field(200, ge=1, le=5_000, description="trees one after another (per class), at most")
    learning_rate: float = Field(0.1, gt=0, le=1, description="how much of each tree is added")
    max_leaf_nodes: int = Field(31, ge=2, le=4_096, description="leaves of a tree")
    min_samples_leaf: int = Field(20, ge=1, description="training rows of a leaf")
    l2: float = Field(0.0, ge=0, description="L2 penalty on the values of leaves")
    patience: int | None = Field(
        default=None,
        ge=1,
        description="stop after so many trees that do not help a tenth of the training rows, which is held out; "
        "null adds all trees and learns from all rows",
    )
    class_weights: ClassWeights = Field(default="none", description=CLASS_WEIGHTS)


ARCHITECTURES: Mapping[str, type[ModelSettings]] = {
    "mlp": MLPSettings,
    "logistic_regression": LogisticRegressionSettings,
    "linear_regression": LinearRegressionSettings,
    "gradient_boosting": GradientBoostingSettings,
}
BASELINE = {"classification": "logistic_regression", "regression": "linear_regression"}
