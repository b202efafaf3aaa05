"""What can be set of the models that find communities."""

from typing import ClassVar, Literal

from pydantic import Field

from quartet.families.graph.network_settings import GraphNetworkSettings
from quartet.settings import BaselineSettings

TASKS = ("community_detection",)
ALL_NODES = "all nodes in one step: the loss is of the whole graph"


class CommunitySettings(GraphNetworkSettings):
    """What both networks share; no label enters them, and the epoch of the highest modularity is kept."""

    tasks: ClassVar[tuple[str, ...]] = TASKS

    epochs: int = Field(default=300, ge=1, le=100_000, description="optimiser steps, each of the whole graph")
    batch_size: int = Field(default=1_000_000, ge=1_000_000, description=ALL_NODES)
    patience: int | None = Field(
        default=None,
        ge=1,
        description="stop after so many epochs without a higher modularity; null never stops early",
    )


class InfomaxSettings(CommunitySettings):
    """Deep graph infomax and k-means; width and learning rate are those of Veličković et al. 2019, sec. 4.2."""

    network: ClassVar[str] = "infomax.Infomax"

    architecture: Literal["infomax"]
    hidden: int = Field(default=512, ge=1, le=65_536, description="width of what is known of a node")
    learning_rate: float = Field(default=1e-3, gt=0, le=10, description="step size of Adam")
    refit: int = Field(default=50, ge=1, le=100_000, description="after how many steps k-means starts afresh")


class DMoNSettings(CommunitySettings):
    """Deep modularity networks."""

    network: ClassVar[str] = "dmon.DMoN"

    architecture: Literal["dmon"]
    hidden: int = Field(default=64, ge=1, le=65_536, description="width of what is known of a node")
    steps: int = Field(default=1, ge=0, le=1_000, description="graph convolutions: how many edges away a node sees")
    dropout: float = Field(default=0.5, ge=0, lt=1, description="share of the hidden units dropped in training")
    collapse: float = Field(
        default=1.0, ge=0, description="weight of the term that keeps all communities in use; 0 leaves it out"
    )


class LouvainSettings(BaselineSettings):
    """Louvain's communities, the baseline of a community detection; it finds their number itself."""

    network: ClassVar[str] = "louvain.Louvain"
    tasks: ClassVar[tuple[str, ...]] = TASKS

    architecture: Literal["louvain"]
    resolution: float = Field(default=1.0, gt=0, description="above 1 it favours smaller communities")
