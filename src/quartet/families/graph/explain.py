"""What the trained networks see, task by task."""

from types import ModuleType

from quartet.explanations import Section
from quartet.families.graph.explaining import links, similarity
from quartet.looks import Look

TASKS: dict[str, ModuleType] = {"link_prediction": links, "similarity": similarity}


def explain(look: Look) -> list[Section]:
    """The sections on the network best on validation; none where all models are baselines."""
    if look.best is None or look.task not in TASKS:
        return []
    sections: list[Section] = TASKS[look.task].explain(look, look.best)
    return sections
