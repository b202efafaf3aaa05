"""What can be set of the models that tell the classes of nodes."""

from typing import ClassVar, Literal

from pydantic import Field

from quartet.families.graph.network_settings import PATIENCE, GraphNetworkSettings
from quartet.settings import BaselineSettings

TASKS = ("node_classification",)


class NodeNetworkSettings(GraphNetworkSettings):
    """What networks on nodes share; the defaults are those of Kipf & Welling 2017, sec. 5.2."""

    tasks: ClassVar[tuple[str, ...]] = TASKS

    hidden: int = Field(default=16, ge=1, le=65_536, description="width of each hidden layer")
    layers: int = Field(
        default=2, ge=1, le=100, description="number of graph convolutions: how many edges away a node sees"
    )
    dropout: float = Field(default=0.5, ge=0, lt=1, description="share of the inputs of each layer dropped in training")
    epochs: int = Field(
        default=200, ge=1, le=100_000, description="optimiser steps, at most, where a batch holds all nodes"
    )
    weight_decay: float = Field(default=5e-4, ge=0, description="L2 penalty on the first layer")
    patience: int | None = Field(default=10, ge=1, description=PATIENCE)


class GCNSettings(NodeNetworkSettings):
    """A graph convolutional network, as Kipf & Welling 2017 have it."""

    network: ClassVar[str] = "gcn.GCN"

    architecture: Literal["gcn"]


class GCNIISettings(NodeNetworkSettings):
    """A deep graph convolutional network with initial residual and identity mapping."""

    network: ClassVar[str] = "gcnii.GCNII"

    architecture: Literal["gcnii"]
    hidden: int = Field(default=64, ge=1, le=65_536, description="width of each hidden layer")
    layers: int = Field(
        default=8, ge=1, le=1_000, description="number of graph convolutions: how many edges away a node sees"
    )
    dropout: float = Field(default=0.6, ge=0, lt=1, description="share of the inputs of each layer dropped in training")
    alpha: float = Field(default=0.1, ge=0, lt=1, description="share of its first representation that a node keeps")
    theta: float = Field(default=0.5, gt=0, description="how much a layer's weights may change; the paper's lambda")
    weight_decay: float = Field(default=0.01, ge=0, description="L2 penalty on the convolutions")
    dense_weight_decay: float = Field(default=5e-4, ge=0, description="L2 penalty on the layers before and after them")
    epochs: int = Field(
        default=1500, ge=1, le=100_000, description="optimiser steps, at most, where a batch holds all nodes"
    )
    patience: int | None = Field(default=100, ge=1, description=PATIENCE)


class MLPSettings(NodeNetworkSettings):
    """The same network without the graph: what edges add is what it lacks."""

    network: ClassVar[str] = "mlp.MLP"

    architecture: Literal["mlp"]
    layers: int = Field(default=2, ge=1, le=100, description="number of layers, the output included")


class LabelPropagationSettings(BaselineSettings):
    """Label propagation, the baseline of a node classification."""

    network: ClassVar[str] = "label_propagation.LabelPropagation"
    tasks: ClassVar[tuple[str, ...]] = TASKS

    architecture: Literal["label_propagation"]
    alpha: float = Field(default=0.9, gt=0, lt=1, description="how much of a node's score comes from its neighbours")
    steps: int = Field(
        default=100, ge=1, le=100_000, description="how often scores are passed on; they converge as alpha^steps"
    )
