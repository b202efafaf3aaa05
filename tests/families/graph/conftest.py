import pytest

from families.graph import tiny
from quartet.families.graph import features, tables
from quartet.families.graph.settings import Dataset


@pytest.fixture
def settings():
    return Dataset(**tiny.DATASETS["tiny_nodes"])


@pytest.fixture
def canonical(settings):
    return tables.canonical(tiny.source(), settings, seed=0)


@pytest.fixture
def encoder(canonical, settings):
    return features.fit(canonical, settings)
