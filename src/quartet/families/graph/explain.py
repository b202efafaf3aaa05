"""What the trained networks see, task by task."""

from types import ModuleType

from quartet.explanations import Section
from quartet.families.graph.explaining import communities, links, nodes, similarity
from quartet.looks import Look

TASKS: dict[str, ModuleType] = {
    "node_classification": nodes,
    "link_prediction": links,
    "community_detection": communities,
    "similarity": similarity,
}


def explain(look: Look) -> list[Section]:
    """The sections on the network best on validation; none where all models are baselines."""
    if look.best is None:
        return []
    sections: list[Section] = TASKS[look.task].explain(look, look.best)
    return sections
