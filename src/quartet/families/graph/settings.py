"""What can be set for graphs, and which models there are for them."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from quartet.families.graph.community_settings import DMoNSettings, InfomaxSettings, LouvainSettings
from quartet.families.graph.pair_settings import (
    CommonNeighboursSettings,
    GAESettings,
    GNAESettings,
    SimGNNSettings,
    SpectralSettings,
    VGAESettings,
)
from quartet.settings import (
    BaselineSettings,
    DatasetSettings,
    ModelSettings,
    NetworkSettings,
    Precision,
    read_by,
)

LINK_FRACTIONS = {"validation_fraction": 0.05, "test_fraction": 0.1}  # of the edges: Kipf & Welling 2016
Task = Literal["node_classification", "link_prediction", "community_detection", "similarity"]


class Dataset(DatasetSettings):
    """A graph whose nodes have classes; some nodes may stand in the graph only, with neither split nor label."""

    tasks: ClassVar[tuple[str, ...]] = get_args(Task)

    family: Literal["graph"]
    task: Task = read_by(
        *("ingest", "validate", "prepare"),
        default="node_classification",
        description="what is predicted: a node's class, an edge that is held out, the community of a node, or how far "
        "one graph is from another",
    )
    communities: int | None = read_by(
        "prepare",
        default=None,
        ge=2,
        le=10_000,
        description="how many communities are sought; as many as there are classes if absent",
    )
    format: Literal["tables", "planetoid"] = read_by(
        "ingest", default="tables", description="nodes.csv and edges.csv, or the published files ind.NAME.*"
    )
    name: str | None = read_by(
        "ingest",
        default=None,
        pattern=r"^[\w-]+$",
        description="which set of a planetoid source: NAME of ind.NAME.*; needed where there are several",
    )
    class_names: list[str] | None = read_by(
        "ingest", default=None, min_length=2, description="names of the classes that a planetoid set numbers"
    )
    drop: list[str] = read_by("ingest", default=[], description="columns of the nodes that are no features")
    categorical: list[str] = read_by(
        "ingest", default=[], description="columns of the nodes that become a 0/1 feature per value"
    )
    features: Literal["auto", "given", "degree", "identity"] = read_by(
        "prepare",
        default="auto",
        description="what a network sees of a node: the given columns; its degree, in steps that double; or identity, "
        "so that it learns a vector per node; auto is given where there are any columns, else identity, or degree "
        "where graphs are compared",
    )
    normalise_rows: bool = read_by(
        "prepare",
        default=False,
        description="divide the features of each node by their sum, which word counts want (Kipf & Welling 2017)",
    )

    @model_validator(mode="before")
    @classmethod
    def holds_few_edges_out(cls, values: Any) -> Any:
        """Of edges, fewer are held out than of other items, since messages pass along the rest."""
        links = isinstance(values, dict) and values.get("task") == "link_prediction"
        return LINK_FRACTIONS | values if links else values


class GCNSettings(NetworkSettings):
    """A graph convolutional network; the defaults are those of Kipf & Welling 2017, sec. 5.2."""

    network: ClassVar[str] = "gcn.GCN"
    tasks: ClassVar[tuple[str, ...]] = ("node_classification",)

    architecture: Literal["gcn"]
    hidden: int = Field(default=16, ge=1, le=65_536, description="width of each hidden layer")
    layers: int = Field(
        default=2, ge=1, le=100, description="number of graph convolutions: how many edges away a node sees"
    )
    dropout: float = Field(default=0.5, ge=0, lt=1, description="share of the inputs of each layer dropped in training")
    epochs: int = Field(
        default=200, ge=1, le=100_000, description="optimiser steps, at most, where a batch holds all nodes"
    )
    batch_size: int = Field(
        default=1_000_000,
        ge=1,
        description="training nodes per optimiser step; each step computes the whole graph anyway",
    )
    learning_rate: float = Field(default=0.01, gt=0, le=10, description="step size of Adam")
    weight_decay: float = Field(default=5e-4, ge=0, description="L2 penalty on the first layer")
    patience: int | None = Field(
        default=10,
        ge=1,
        description="stop after so many epochs without a lower validation loss; null never stops early",
    )
    precision: Precision | None = Field(
        default="32", description="overrides trainer.precision; bf16 gains nothing on sparse products"
    )


class GCNIISettings(GCNSettings):
    """A deep graph convolutional network with initial residual and identity mapping."""

    network: ClassVar[str] = "gcnii.GCNII"

    architecture: Literal["gcnii"]  # type: ignore[assignment]
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
    patience: int | None = Field(
        default=100,
        ge=1,
        description="stop after so many epochs without a lower validation loss; null never stops early",
    )


class MLPSettings(GCNSettings):
    """The same network without the graph: what edges add is what it lacks."""

    network: ClassVar[str] = "mlp.MLP"

    architecture: Literal["mlp"]  # type: ignore[assignment]
    layers: int = Field(default=2, ge=1, le=100, description="number of layers, the output included")


class LabelPropagationSettings(BaselineSettings):
    """Label propagation, the baseline of a node classification."""

    network: ClassVar[str] = "label_propagation.LabelPropagation"
    tasks: ClassVar[tuple[str, ...]] = ("node_classification",)

    architecture: Literal["label_propagation"]
    alpha: float = Field(default=0.9, gt=0, lt=1, description="how much of a node's score comes from its neighbours")
    steps: int = Field(
        default=100, ge=1, le=100_000, description="how often scores are passed on; they converge as alpha^steps"
    )


ARCHITECTURES: Mapping[str, type[ModelSettings]] = {
    "gcn": GCNSettings,
    "gcnii": GCNIISettings,
    "mlp": MLPSettings,
    "label_propagation": LabelPropagationSettings,
    "infomax": InfomaxSettings,
    "dmon": DMoNSettings,
    "louvain": LouvainSettings,
    "gae": GAESettings,
    "vgae": VGAESettings,
    "gnae": GNAESettings,
    "common_neighbours": CommonNeighboursSettings,
    "simgnn": SimGNNSettings,
    "spectral": SpectralSettings,
}
BASELINE = {
    "node_classification": "label_propagation",
    "link_prediction": "common_neighbours",
    "community_detection": "louvain",
    "similarity": "spectral",
}
