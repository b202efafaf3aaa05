"""What can be set for graphs, and which models there are for them."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, get_args

from pydantic import model_validator

from quartet.families.graph.community_settings import DMoNSettings, InfomaxSettings, LouvainSettings
from quartet.families.graph.node_settings import GCNIISettings, GCNSettings, LabelPropagationSettings, MLPSettings
from quartet.families.graph.pair_settings import (
    CommonNeighboursSettings,
    GAESettings,
    GNAESettings,
    SimGNNSettings,
    SpectralSettings,
    VGAESettings,
)
from quartet.settings import DatasetSettings, ModelSettings, read_by

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
