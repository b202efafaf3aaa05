"""Services that end by themselves are started again: after a pause, and only so often."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from quartet_flows.services import HEALTHY_WITHIN_S, LOOK_EVERY_S, Service, kill_processes

from quartet.errors import ServiceError

STARTS, WITHIN_S = 5, 600.0
FIRST_PAUSE_S = 1.0  # doubled with each death inside the window


@dataclass
class Recovery:
    """One service that must run, and what became of it.

    Args:
        deaths: when it died, within the last WITHIN_S.
        due: when it is started again; None while it runs.
    """

    service: Service
    say: Callable[[str], None]
    deaths: list[float] = field(default_factory=list)
    due: float | None = None
    healthy: bool = True

    def tend(self) -> None:
        """Look at it once and do what is to be done.

        Raises:
            ServiceError: it died too often.
        """
        if self.due is not None:
            if time.monotonic() >= self.due:
                self.due, self.healthy = None, False
                self.service.start()
        elif trouble := self.service.trouble() or self.silence():
            self.plan_start(trouble)
        elif not self.healthy and self.service.is_healthy():
            self.healthy = True
            self.say(f"{self.service.name}: {self.service.address} (again, after {self.age():.0f} s)")

    def silence(self) -> str | None:
        """That it has not answered since it was started again, if it should have by now."""
        late = not self.healthy and self.age() > HEALTHY_WITHIN_S
        return f"it did not answer within {HEALTHY_WITHIN_S:.0f} s" if late else None

    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.service.started

    def plan_start(self, trouble: str) -> None:
        """Say what happened, end what is left of it, and set the time to start it again."""
        now = time.monotonic()
        self.deaths = [*(death for death in self.deaths if now - death < WITHIN_S), now]
        if len(self.deaths) > STARTS:
            must = f"the {self.service.name} must not end more than {STARTS} times in {WITHIN_S / 60:.0f} minutes"
            raise ServiceError(must, came=f"{trouble} once more", mend=self.service.last_lines())
        pause = FIRST_PAUSE_S * 2 ** (len(self.deaths) - 1)
        tally = f"{len(self.deaths)} of at most {STARTS} times in {WITHIN_S / 60:.0f} minutes"
        self.say(f"{self.service.name}: {trouble}; starting it again in {pause:.0f} s ({tally})")
        kill_processes(
            self.service.family()
        )  # what it had started goes on without it, and would tell no one how it ends
        self.due = time.monotonic() + pause


def watch(services: Sequence[Service], say: Callable[[str], None]) -> None:
    """Keep the services running until a signal comes.

    Raises:
        ServiceError: one died too often.
    """
    recoveries = [Recovery(service, say) for service in services]
    while True:
        for recovery in recoveries:
            recovery.tend()
        time.sleep(LOOK_EVERY_S)
