"""A clock for Keras' fit that stands still while validation is scored, and the epoch that scores best on it.

Imported once the backend is chosen.
"""

import keras
from measuring import Clock


class Watch(keras.callbacks.Callback):
    """Seconds of training alone, compilation of the graph included; a lap per epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.going = False

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Start."""
        self.turn(on=True)

    def on_test_begin(self, logs: dict | None = None) -> None:
        """Validation is not counted."""
        self.turn(on=False)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """An epoch and its validation ended."""
        self.turn(on=False)
        self.clock.lap((logs or {}).get("val_accuracy", 0.0))
        self.turn(on=True)

    def on_train_end(self, logs: dict | None = None) -> None:
        """Stop."""
        self.turn(on=False)

    def turn(self, *, on: bool) -> None:
        """Start or stop the clock where it does not already do so."""
        if on != self.going:
            self.clock.start() if on else self.clock.stop()
            self.going = on


def callbacks(*, keep_best: bool) -> tuple[Watch, list[keras.callbacks.Callback]]:
    """The clock, and where asked for what restores the weights of the epoch best on validation."""
    watch = Watch()
    best = keras.callbacks.EarlyStopping("val_accuracy", mode="max", patience=1000, restore_best_weights=True)
    return watch, [watch, *[best] * keep_best]


def best_epoch(clock: Clock) -> int:
    """The first lap with the highest validation score."""
    scores = [score for _, _, score in clock.laps]
    return scores.index(max(scores))
