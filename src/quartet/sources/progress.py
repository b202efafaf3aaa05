"""How far a download is: a bar on a terminal, a line every some seconds in a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[int], None]
MEGABYTE = 10**6


@contextmanager
def following(name: str, total: int, every_s: float = 10.0) -> Iterator[Advance]:
    """Give a function to call with the number of bytes that came.

    Args:
        total: how many will come; 0 where nobody says.
    """
    if sys.stderr.isatty():
        yield from _bar(name, total)
    else:
        yield _lines(name, total, every_s)


def _bar(name: str, total: int) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=total or None)
        yield lambda n_bytes: progress.advance(task, n_bytes)


def _lines(name: str, total: int, every_s: float) -> Advance:
    done, last = 0, time.monotonic()

    def advance(n_bytes: int) -> None:
        nonlocal done, last
        done += n_bytes
        if time.monotonic() - last >= every_s:
            last = time.monotonic()
            of = f" of {total / MEGABYTE:.0f} MB ({done / total:.0%})" if total else " MB"
            print(f"{name}: {done / MEGABYTE:.0f}{of}", file=sys.stderr, flush=True)

    return advance
