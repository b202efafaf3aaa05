"""What can be set for pictures, and which models there are for them."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from quartet.settings import BaselineSettings, ModelSettings, NetworkSettings, RowSettings, read_by


class Dataset(RowSettings):
    """Pictures, each with a class."""

    family: Literal["image"]
    task: Literal["classification"] = read_by(
        "ingest", "prepare", default="classification", description="what the target is: a class"
    )
    picture: str = read_by("ingest", default="picture", description="the column that holds picture files as bytes")
    target: str = read_by("ingest", default="label", description="the column to predict")
    format: Literal["folders", "idx", "cifar10"] = read_by(
        "ingest",
        default="folders",
        description="folders named as classes (or a table); idx: the files of MNIST and Fashion-MNIST; cifar10: "
        "CIFAR-10's batches, binary or for Python",
    )
    classes: list[str] | None = read_by(
        *("ingest", "validate", "prepare"),
        default=None,
        min_length=2,
        description="the labels that may occur, inferred if absent; with format idx, the name of each number from 0",
    )
    unreadable: Literal["refuse", "leave_out"] = read_by(
        "ingest", default="refuse", description="what becomes of a source with pictures that cannot be decoded"
    )
    max_megapixels: float = read_by(
        *("ingest", "prepare"),
        default=64.0,
        gt=0,
        le=178,  # from there on Pillow refuses
        description="larger pictures, in 10^6 pixels, cannot be decoded: they are not read beyond their header",
    )
    channels: Literal["grey", "rgb"] = read_by("prepare", default="rgb", description="what a network sees of colours")
    size: int = read_by(
        "prepare", default=32, ge=8, le=1024, description="pictures are resized to squares with this side, in pixels"
    )


class CNNSettings(NetworkSettings):
    """A convolutional network."""

    network: ClassVar[str] = "cnn.CNN"

    architecture: Literal["cnn"]
    channels: int = Field(
        default=32, ge=1, le=4096, description="feature maps of the first block; each next one has twice as many"
    )
    blocks: int = Field(
        default=2, ge=1, le=10, description="blocks of convolution and pooling, each of which halves the side"
    )
    kernel_size: Literal[1, 3, 5, 7, 9, 11] = Field(default=3, description="side of a convolution's window, in pixels")
    hidden: int = Field(default=128, ge=1, le=65_536, description="width of the fully connected layer")
    dropout: float = Field(default=0.25, ge=0, lt=1, description="share of fully connected units dropped in training")


class MLPSettings(NetworkSettings):
    """A multilayer perceptron on the pixels."""

    network: ClassVar[str] = "mlp.MLP"

    architecture: Literal["mlp"]
    hidden: int = Field(default=128, ge=1, le=65_536, description="width of each hidden layer")
    layers: int = Field(default=2, ge=1, le=100, description="number of hidden layers")
    dropout: float = Field(default=0.0, ge=0, lt=1, description="share of hidden units dropped in training")


class LogisticRegressionSettings(BaselineSettings):
    """Logistic regression on the pixels, the baseline."""

    network: ClassVar[str] = "logistic_regression.LogisticRegression"

    architecture: Literal["logistic_regression"]
    c: float = Field(default=1.0, gt=0, description="inverse strength of the L2 penalty")


ARCHITECTURES: Mapping[str, type[ModelSettings]] = {
    "cnn": CNNSettings,
    "mlp": MLPSettings,
    "logistic_regression": LogisticRegressionSettings,
}
BASELINE = {"classification": "logistic_regression"}
