"""What happens at the end of an epoch besides learning."""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pytorch_lightning import Callback, LightningModule, Trainer
from pytorch_lightning.callbacks import Checkpoint
from torch import Tensor

from quartet.errors import TrainingError
from quartet.learning.module import Supervised

Row = dict[str, float]


class History(Callback):
    """Keeps a row per epoch and tells `listen` each one."""

    def __init__(self, listen: Callable[[Row], None]) -> None:
        self.rows: list[Row] = []
        self.listen = listen

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Add this epoch's row and log it for the callbacks that watch a metric."""
        assert isinstance(pl_module, Supervised)
        losses = pl_module.finish_epoch()
        pl_module.log_dict(losses)
        row = {"epoch": trainer.current_epoch + 1.0, **losses}
        if not all(math.isfinite(loss) for loss in losses.values()):
            raise TrainingError("losses are finite", came=f"they became {row}", mend="Lower the model's learning_rate.")
        self.rows.append(row)
        self.listen(row)

    def state_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return {"rows": self.rows}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """From the checkpoint."""
        self.rows = state_dict["rows"]


class BestWeights(Callback):
    """Keeps the weights of the epoch with the lowest validation loss and puts them back at the end."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.loss = math.inf
        self.weights: dict[str, Tensor] = {}

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Copy the weights if they are the best so far."""
        loss = self.history.rows[-1]["validation_loss"]
        if loss < self.loss:
            self.loss = loss
            self.weights = {name: tensor.detach().clone() for name, tensor in pl_module.state_dict().items()}

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Put the best weights back."""
        pl_module.load_state_dict(self.weights)

    def state_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return {"loss": self.loss, "weights": self.weights}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """From the checkpoint."""
        self.loss, self.weights = state_dict["loss"], state_dict["weights"]


class Resumable(Checkpoint):
    """Writes a checkpoint at the end of an epoch, at most every `every_s` seconds, whole or not at all.

    As a Checkpoint, Lightning calls it after all other callbacks, whose state it then holds.
    """

    def __init__(self, file: Path, every_s: float) -> None:
        self.file = file
        self.every_s = every_s
        self.last = time.monotonic()

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Save if it is time."""
        if time.monotonic() - self.last >= self.every_s:
            partial = self.file.with_suffix(".partial")
            try:
                trainer.save_checkpoint(partial)
                partial.replace(self.file)
            finally:
                partial.unlink(missing_ok=True)  # on a full disk, half a checkpoint would keep what room is left
            self.last = time.monotonic()
