"""What networks on graphs share."""

from pydantic import Field

from quartet.settings import NetworkSettings, Precision

PATIENCE = "stop after so many epochs without a lower validation loss; null never stops early"


class GraphNetworkSettings(NetworkSettings):
    """A network whose every step computes the whole graph, unless it says otherwise."""

    batch_size: int = Field(
        default=1_000_000,
        ge=1,
        description="training items per optimiser step; each step computes the whole graph anyway",
    )
    learning_rate: float = Field(default=0.01, gt=0, le=10, description="step size of Adam")
    patience: int | None = Field(default=None, ge=1, description=PATIENCE)
    precision: Precision | None = Field(
        default="32", description="overrides trainer.precision; bf16 gains nothing on sparse products"
    )
