"""Libraries without torch's compiler: nothing here compiles, and to import it takes longer than to import torch itself.

Lightning and torch_geometric import the compiler to ask whether it made a module, optimisers to tell it what to leave
out. Where another version of theirs does so elsewhere, it is imported, and all works alike.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TypeVar

from torch.optim import Optimizer

T = TypeVar("T")
COMPILER = "torch._dynamo"


class NoCompiler(ModuleType):
    """What libraries take from the compiler when they are imported."""

    class OptimizedModule:
        """What it made: nothing."""

    @staticmethod
    def disable(function: T, *args: object, **settings: object) -> T:
        """A function that is not to be compiled, as it is."""
        return function


@contextmanager
def uncompiled() -> Iterator[None]:
    """Import libraries without the compiler; afterwards whoever asks for it gets it."""
    stand_in = NoCompiler(COMPILER)
    there = sys.modules.setdefault(COMPILER, stand_in)
    try:
        yield
    finally:
        if there is stand_in:
            del sys.modules[COMPILER]


def uncompiled_optimizers() -> None:
    """Let the methods of optimisers that would hide from the compiler at their first call (torch/_compile.py) not."""
    for method in vars(Optimizer).values():
        if hidden := getattr(method, "__wrapped__", None):
            hidden.__dynamo_disable = hidden
