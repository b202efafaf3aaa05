"""What the trained networks see."""

from quartet.explanations import Section
from quartet.looks import Look


def explain(look: Look) -> list[Section]:
    """Nothing yet."""
    return []
