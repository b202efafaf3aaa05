import networkx as nx
import numpy as np
import pandas as pd

from quartet.families.graph.shapes import shapes


def tables(graphs, **features):
    nodes = [(str(name), f"{name}/{node}") for name, graph in enumerate(graphs) for node in graph]
    edges = [(f"{name}/{a}", f"{name}/{b}") for name, graph in enumerate(graphs) for a, b in graph.edges]
    known = pd.DataFrame(nodes, columns=["graph", "id"]).assign(**features)
    return known, pd.DataFrame(edges, columns=["source", "target"])


def test_a_graph_has_one_shape_whatever_its_nodes_are_called_and_however_its_edges_stand():
    graph, generator = nx.gnp_random_graph(9, 0.4, seed=0), np.random.default_rng(0)
    turned = [nx.relabel_nodes(graph, dict(enumerate(generator.permutation(9).tolist()))) for _ in range(5)]
    assert shapes(*tables([graph, *turned])).nunique() == 1


def test_most_graphs_that_are_not_isomorphic_have_other_shapes():
    graphs = [graph for graph in nx.graph_atlas_g() if 1 <= len(graph) <= 6]
    groups = shapes(*tables(graphs)).nunique()
    for graph in graphs:
        nx.set_node_attributes(graph, "", "kind")
    hashes = {nx.weisfeiler_lehman_graph_hash(graph, iterations=6, node_attr="kind") for graph in graphs}
    assert groups >= len(hashes) > 190


def test_graphs_whose_nodes_differ_in_features_have_other_shapes():
    pair = [nx.path_graph(3), nx.path_graph(3)]
    assert shapes(*tables(pair, f_x=[1, 2, 1, 1, 2, 1])).nunique() == 1
    assert shapes(*tables(pair, f_x=[1, 2, 1, 2, 1, 1])).nunique() == 2
