"""What can be set for pictures, and which models there are for them."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from quartet.settings import (
    BaselineSettings,
    Keep,
    ModelSettings,
    NetworkSettings,
    Optimizer,
    RowSettings,
    Schedule,
    read_by,
)

Width = Annotated[int, Field(ge=1, le=4096)]


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


class PictureSettings(NetworkSettings):
    """A network that is shown pictures changed at random while it learns, so that it learns what does not matter."""

    flip: bool = Field(
        default=False, description="mirror half of the training pictures; not where left and right differ in meaning"
    )
    shift: int = Field(
        default=0, ge=0, le=64, description="move training pictures by up to so many pixels; borders are mirrored in"
    )
    cutout: int = Field(default=0, ge=0, le=512, description="side of a square blanked in each training picture")
    test_flip: bool = Field(default=False, description="average the logits of a picture and its mirror image")
    hide: Literal["none", "centre"] = Field(
        default="none",
        description="centre: a control that never sees the middle of any picture, to tell what the rest gives away",
    )
    hidden_side: float = Field(default=0.75, gt=0, lt=1, description="side of what `hide` blanks, as a share")

    @property
    def control(self) -> bool:
        """A network that part of each picture is kept from is there to be compared with."""
        return self.hide != "none"


class CNNSettings(PictureSettings):
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
    batch_norm: bool = Field(default=False, description="normalise each feature map over the batch before its ReLU")
    hidden: int = Field(default=128, ge=1, le=65_536, description="width of the fully connected layer")
    dropout: float = Field(default=0.25, ge=0, lt=1, description="share of fully connected units dropped in training")


class ResNetSettings(PictureSettings):
    """A residual network that trains fast."""

    network: ClassVar[str] = "resnet.ResNet"

    architecture: Literal["resnet"]
    widths: list[Width] = Field(
        default=[64, 128, 256],
        min_length=1,
        max_length=8,
        description="feature maps of each group; a group halves the side",
    )
    depth: int = Field(default=1, ge=1, le=8, description="convolutions that each shortcut passes by")
    epochs: int = Field(default=15, ge=1, le=100_000, description="passes over the training split")
    batch_size: int = Field(default=32, ge=1, description="items per optimiser step")
    optimizer: Optimizer = Field(default="sgd", description="as of other networks")
    learning_rate: float = Field(
        default=0.025, gt=0, le=10, description="step size, at its peak; in step with batch_size"
    )
    momentum: float = Field(default=0.85, ge=0, lt=1, description="of sgd; without any there is no Nesterov step")
    schedule: Schedule = Field(default="one_cycle", description="as of other networks")
    weight_decay: float = Field(default=1.3e-3, ge=0, description="L2 penalty on the weights")
    label_smoothing: float = Field(
        default=0.2, ge=0, lt=1, description="share of each training label spread evenly over all classes"
    )
    keep: Keep = Field(default="last", description="the weights of the lowest validation loss, or the last ones")


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
    "resnet": ResNetSettings,
    "mlp": MLPSettings,
    "logistic_regression": LogisticRegressionSettings,
}
BASELINE = {"classification": "logistic_regression"}
