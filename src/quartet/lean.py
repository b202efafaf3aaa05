"""Python with few garbage collections: imports make many objects and little garbage.

    python -m quartet.lean MODULE ARGUMENT…

runs a module as `python -m` does.
"""

import atexit
import gc
import runpy
import sys

NEW_OBJECTS = 10_000  # between two collections; at Python's 700 they take a quarter of the time of Prefect's imports


def collect_seldom() -> None:
    """Collect after more new objects than usual, and not at the end: that goes through all that was imported."""
    gc.set_threshold(NEW_OBJECTS)
    atexit.register(gc.freeze)


def main() -> None:
    """Run the module."""
    collect_seldom()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
