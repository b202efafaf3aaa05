"""What can be set for models of pairs: of two nodes, which an edge may join, or of two graphs, which may be alike."""

from typing import ClassVar, Literal

from pydantic import Field

from quartet.families.graph.network_settings import PATIENCE, GraphNetworkSettings
from quartet.settings import BaselineSettings

LINKS, GRAPHS = ("link_prediction",), ("similarity",)


class AutoEncoderSettings(GraphNetworkSettings):
    """What graph auto-encoders share; the defaults are those of Kipf & Welling 2016, sec. 3."""

    tasks: ClassVar[tuple[str, ...]] = LINKS

    d_embedding: int = Field(default=16, ge=1, le=65_536, description="width of a node's vector")
    dropout: float = Field(default=0.0, ge=0, lt=1, description="share of the inputs of each layer dropped in training")
    epochs: int = Field(default=200, ge=1, le=100_000, description="optimiser steps where a batch holds all edges")


class GAESettings(AutoEncoderSettings):
    """A graph auto-encoder, as Kipf & Welling 2016 have it."""

    network: ClassVar[str] = "gae.GAE"

    architecture: Literal["gae"]
    hidden: int = Field(default=32, ge=1, le=65_536, description="width of the first graph convolution")


class VGAESettings(AutoEncoderSettings):
    """A variational graph auto-encoder, as Kipf & Welling 2016 have it."""

    network: ClassVar[str] = "gae.VGAE"

    architecture: Literal["vgae"]
    hidden: int = Field(default=32, ge=1, le=65_536, description="width of the first graph convolution")


class GNAESettings(AutoEncoderSettings):
    """A graph auto-encoder whose nodes' vectors have one length before messages pass (Ahn & Kim 2021)."""

    network: ClassVar[str] = "gnae.GNAE"

    architecture: Literal["gnae"]
    d_embedding: int = Field(default=64, ge=1, le=65_536, description="width of a node's vector")
    scale: float = Field(default=1.8, gt=0, description="length of a node's vector before messages pass")
    steps: int = Field(default=1, ge=0, le=100, description="how many edges away messages pass")


class CommonNeighboursSettings(BaselineSettings):
    """How many neighbours two nodes share, the baseline of link prediction."""

    network: ClassVar[str] = "common_neighbours.CommonNeighbours"
    tasks: ClassVar[tuple[str, ...]] = LINKS

    architecture: Literal["common_neighbours"]
    index: Literal["common_neighbours", "adamic_adar"] = Field(
        default="common_neighbours",
        description="count shared neighbours alike, or those with few neighbours for more (Adamic & Adar 2003)",
    )


class SimGNNSettings(GraphNetworkSettings):
    """A siamese graph network that compares two graphs, in the manner of Bai et al. 2019."""

    network: ClassVar[str] = "simgnn.SimGNN"
    tasks: ClassVar[tuple[str, ...]] = GRAPHS

    architecture: Literal["simgnn"]
    hidden: int = Field(default=32, ge=1, le=65_536, description="width of the graph convolutions")
    layers: int = Field(default=3, ge=1, le=100, description="number of graph convolutions")
    slices: int = Field(default=16, ge=1, le=1024, description="scores that the neural tensor network gives a pair")
    bins: int = Field(
        default=16, ge=0, le=1024, description="bins of the similarities of nodes that are seen too; 0 leaves them out"
    )
    dropout: float = Field(default=0.0, ge=0, lt=1, description="share of a pair's scores dropped in training")
    epochs: int = Field(default=40, ge=1, le=100_000, description="passes over the training pairs, at most")
    batch_size: int = Field(default=256, ge=1, description="pairs of graphs per optimiser step")
    patience: int | None = Field(default=10, ge=1, description=PATIENCE)


class SpectralSettings(BaselineSettings):
    """Ridge regression on how far apart spectra and degrees are, the baseline of similarity."""

    network: ClassVar[str] = "spectral.Spectral"
    tasks: ClassVar[tuple[str, ...]] = GRAPHS

    architecture: Literal["spectral"]
    seen: Literal["spectrum", "degrees", "both"] = Field(
        default="both",
        description="what is compared: eigenvalues of the Laplacians, how many nodes have each degree, or both",
    )
    alpha: float = Field(default=1.0, gt=0, description="L2 penalty on the weights")
