"""Nodes of one graph: the graph convolutional network against label propagation."""
