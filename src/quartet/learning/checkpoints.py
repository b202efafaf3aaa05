"""Where a training can go on from."""

import time
from pathlib import Path

from quartet.learning.lightning import Checkpoint, LightningModule, Trainer


class Resumable(Checkpoint):
    """Writes a checkpoint after a block of epochs, at most every `every_s` seconds, whole or not at all."""

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
