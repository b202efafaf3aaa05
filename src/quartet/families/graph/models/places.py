"""Places in a graph as examples."""

from quartet.examples import Examples


class Places(Examples):
    """B nodes, or the two ends of B edges: many at once, since each look at some of them passes most of the graph."""

    asked_at_once: int = 131_072
