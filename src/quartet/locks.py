"""Waiting for a lock that another process holds, and saying for whom."""

import sys
from collections.abc import Callable

from filelock import BaseFileLock, Timeout


def wait_for(lock: BaseFileLock, whom: Callable[[], str]) -> None:
    """Take a lock; where that takes waiting, say for whom."""
    try:
        lock.acquire(blocking=False)
    except Timeout:
        print(f"waiting for {whom()}; Ctrl-C ends only the waiting", file=sys.stderr, flush=True)
        lock.acquire()
