import networkx as nx
import pytest

from quartet.errors import SourceError
from quartet.sources.packages import from_networkx


def test_the_characters_of_les_miserables_are_joined_as_often_as_networkx_says():
    tables = from_networkx("les_miserables")
    graph = nx.from_pandas_edgelist(tables["edges"], edge_attr="weight")
    assert (len(tables["items"]), len(tables["edges"])) == (77, 254)
    assert graph["Valjean"]["Cosette"]["weight"] == nx.les_miserables_graph()["Valjean"]["Cosette"]["weight"]


def test_an_unknown_graph_is_told_with_the_one_that_was_meant():
    with pytest.raises(SourceError, match="Did you mean networkx:les_miserables"):
        from_networkx("les_miserable")
