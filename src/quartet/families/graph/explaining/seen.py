"""What the looks inside of all tasks share."""

from dataclasses import dataclass

from quartet.looks import Look


@dataclass(frozen=True)
class Seen:
    """One network, and what it says."""

    look: Look
    model: str

    def note(self, what: str) -> str:
        """What the numbers of a figure are of."""
        return f"{self.model}, {self.look.seeds[self.model]}: {what}."

    @property
    def names(self) -> list[str]:
        """The ids of the N nodes."""
        return list(self.look.encoder.facts["ids"])
