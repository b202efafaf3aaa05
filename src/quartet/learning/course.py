"""What came of the epochs of a training, and when it is over."""

import math
from collections.abc import Callable
from statistics import fmean
from typing import Any

from torch import Tensor, nn

from quartet.errors import TrainingError
from quartet.settings import NetworkSettings

Row = dict[str, float]
STATE = ("rows", "n_epochs", "train_losses", "best_epoch", "best_loss", "best_weights")


class Course:
    """A row per validation, each of which `listen` is told, and the weights with the lowest validation loss.

    Validation follows each epoch, or every `validate_every` of them and the last.
    """

    def __init__(self, settings: NetworkSettings, listen: Callable[[Row], None]) -> None:
        self.settings = settings
        self.listen = listen
        self.rows = list[Row]()
        self.n_epochs = 0  # that are done
        self.train_losses = list[float]()  # of the epochs since the last row
        self.best_epoch, self.best_loss = 0, math.inf
        self.best_weights = dict[str, Tensor]()

    @property
    def is_over(self) -> bool:
        """Whether all epochs are done, or so many without a lower validation loss that training stops early."""
        patience = self.settings.patience if self.settings.schedule == "constant" else None
        stale = patience is not None and self.n_epochs - self.best_epoch >= patience
        return self.n_epochs >= self.settings.epochs or (stale and not self.train_losses)

    @property
    def is_due(self) -> bool:
        """Whether validation follows the epoch that was done last."""
        return self.n_epochs % self.settings.validate_every == 0 or self.n_epochs >= self.settings.epochs

    def add_epoch(self, train_loss: float) -> None:
        """Note an epoch's mean training loss."""
        self.n_epochs += 1
        self.train_losses.append(train_loss)

    def add_validation(self, validation_loss: float, network: nn.Module) -> None:
        """Add a row, with the mean training loss of the epochs since the last, and keep weights that are best so far.

        Raises:
            TrainingError: a loss is no finite number.
        """
        losses = {"train_loss": fmean(self.train_losses), "validation_loss": validation_loss}
        row, self.train_losses = {"epoch": float(self.n_epochs), **losses}, []
        if not all(math.isfinite(loss) for loss in losses.values()):
            raise TrainingError("losses are finite", came=f"they became {row}", mend="Lower the model's learning_rate.")
        self.rows.append(row)
        if validation_loss < self.best_loss:
            self.best_epoch, self.best_loss = self.n_epochs, validation_loss
            if self.settings.keep == "best":
                self.best_weights = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
        self.listen(row)

    def finish(self, network: nn.Module) -> None:
        """Put the best weights back where they are to be kept."""
        if self.best_weights:
            network.load_state_dict(self.best_weights)

    def state_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return {name: getattr(self, name) for name in STATE}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """From the checkpoint."""
        for name, value in state.items():
            setattr(self, name, value)
