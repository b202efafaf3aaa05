"""A small training that tests change, kill and resume."""

import cases
from quartet.family import Family
from quartet.learning.fit import Run, fit
from quartet.settings import TrainerSettings


class Killed(BaseException):
    """As if the process had been killed."""


def killed_at(epoch):
    """What a training is told of its epochs, until it dies of this one."""

    def listen(row):
        if row["epoch"] == epoch:
            raise Killed

    return listen


def train(changes, checkpoint=None, listen=lambda row: None):
    """The network, its rows and its splits; a checkpoint is written after each epoch."""
    family, name = next(case for case in cases.data_cases() if case[0] == "tabular")
    settings = cases.model(family, "mlp").model_copy(update={"epochs": 4, **changes})
    run = Run(0, TrainerSettings(accelerator="cpu"), checkpoint, every_s=0.0, listen=listen)
    splits, encoder = cases.examples(family, name), cases.encoder(family, name)
    return *fit(lambda: Family(family).build(settings, encoder), settings, splits, run), splits
