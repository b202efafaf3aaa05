"""What came of the epochs of a training, and when it is over."""

import math
from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from quartet.errors import TrainingError
from quartet.settings import NetworkSettings

Row = dict[str, float]


class Course:
    """A row per epoch, each of which `listen` is told, and the weights of the epoch with the lowest validation loss."""

    def __init__(self, settings: NetworkSettings, listen: Callable[[Row], None]) -> None:
        self.settings = settings
        self.listen = listen
        self.rows = list[Row]()
        self.best_epoch, self.best_loss = 0, math.inf
        self.best_weights = dict[str, Tensor]()

    @property
    def n_epochs(self) -> int:
        """How many epochs are done."""
        return len(self.rows)

    @property
    def is_over(self) -> bool:
        """Whether all epochs are done, or so many without a lower validation loss that training stops early."""
        patience = self.settings.patience if self.settings.schedule == "constant" else None
        stale = patience is not None and self.n_epochs - self.best_epoch >= patience
        return self.n_epochs >= self.settings.epochs or stale

    def add(self, losses: dict[str, float], network: nn.Module) -> None:
        """Note an epoch's train_loss and validation_loss, and keep the network's weights if they are the best so far.

        Raises:
            TrainingError: a loss is no finite number.
        """
        row = {"epoch": self.n_epochs + 1.0, **losses}
        if not all(math.isfinite(loss) for loss in losses.values()):
            raise TrainingError("losses are finite", came=f"they became {row}", mend="Lower the model's learning_rate.")
        self.rows.append(row)
        if row["validation_loss"] < self.best_loss:
            self.best_epoch, self.best_loss = self.n_epochs, row["validation_loss"]
            if self.settings.keep == "best":
                self.best_weights = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
        self.listen(row)

    def finish(self, network: nn.Module) -> None:
        """Put the best weights back where they are to be kept."""
        if self.best_weights:
            network.load_state_dict(self.best_weights)

    def state_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return {name: getattr(self, name) for name in ("rows", "best_epoch", "best_loss", "best_weights")}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """From the checkpoint."""
        for name, value in state.items():
            setattr(self, name, value)
