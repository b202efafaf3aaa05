"""What is taken from Lightning, imported without its metrics' helpers.

Lightning imports its metrics, and they import matplotlib to draw and SciPy to filter sound, which takes as long as to
import torch. Here they go the way they go where the two are not installed; Quartet's metrics are its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError

from lightning_utilities.core import imports

from quartet.uncompiled import uncompiled, uncompiled_optimizers

OF_METRICS = ("matplotlib", "scipy")


@contextmanager
def without_helpers() -> Iterator[None]:
    """Let the helpers of metrics seem not to be installed."""
    package_available, version = imports.package_available, imports._version  # type: ignore[attr-defined]

    def seems_available(package: str) -> bool:
        return package not in OF_METRICS and package_available(package)

    def seeming_version(package: str) -> str:
        if package in OF_METRICS:
            raise PackageNotFoundError(package)
        return str(version(package))

    imports.package_available, imports._version = seems_available, seeming_version  # type: ignore[assignment, attr-defined]
    try:
        yield
    finally:
        imports.package_available, imports._version = package_available, version  # type: ignore[attr-defined]


with uncompiled(), without_helpers():
    from pytorch_lightning import Callback, LightningModule, Trainer
    from pytorch_lightning.callbacks import Checkpoint
uncompiled_optimizers()

__all__ = ["Callback", "Checkpoint", "LightningModule", "Trainer"]
