"""Datasets published while others are trained: at a run's end that would keep one core busy and no other."""

import sys
import threading
import time
from contextlib import suppress
from importlib import import_module
from queue import SimpleQueue

from quartet.project import Project


class Publisher:
    """Publishes datasets one by one, in the background.

    The closing steps publish all datasets anew, which is quick where this one did, and tell of what it failed at.
    """

    def __init__(self, project: Project, flow_run: str | None) -> None:
        self.project, self.flow_run = project, flow_run
        self.names: SimpleQueue[str] = SimpleQueue()
        self.thread = threading.Thread(target=self.work, daemon=True)  # a run that is stopped does not wait for it

    def start(self) -> None:
        """Get ready to publish, and publish what comes."""
        self.thread.start()

    def add(self, dataset: str) -> None:
        """Publish a dataset, all of whose stages are done."""
        self.names.put(dataset)

    def end(self) -> None:
        """Wait until all is published."""
        if self.thread.is_alive():
            self.names.put("")
            self.thread.join()

    def work(self) -> None:
        """Publish what comes, until an empty name does."""
        with suppress(Exception):
            self.open()
        while name := self.names.get():
            with suppress(Exception):
                self.publish(name)

    def open(self) -> None:
        """Open MLflow's store, and import what publishing takes: seconds that nobody waits for yet."""
        from quartet.tracking import connect

        connect(self.project)
        for name in ("quartet.recovery", "scipy.stats"):  # the latter promote ranks with
            import_module(name)

    def publish(self, name: str) -> None:
        """Make again what MLflow lost of a dataset, so that its versions keep their numbers, and publish it."""
        from quartet.recovery import made_again
        from quartet.steps.publish import publish

        started = time.monotonic()
        made_again(self.project, [name], publish_follows=True)
        publish(self.project, [name], flow_run=self.flow_run)
        print(f"  published {name} ({time.monotonic() - started:.1f} s)", file=sys.stderr)
