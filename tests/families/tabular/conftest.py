import pandas as pd
import pytest

from families.tabular import tiny
from quartet.families.tabular.settings import Dataset
from quartet.families.tabular.tables import canonical


@pytest.fixture
def settings():
    """The settings of a table whose target is `kind`."""

    def settings(**changes):
        return Dataset(**{**tiny.DATASETS["classification"], "drop": [], "classes": None, **changes})

    return settings


@pytest.fixture
def ingest(settings):
    """Canonical tables of columns of cells; `kind` is the target, unless given in turn a and b."""

    def ingest(columns, /, **changes):
        n = len(next(iter(columns.values())))
        frame = pd.DataFrame({"kind": (["a", "b"] * n)[:n], **columns})
        return canonical({"items": frame}, settings(**changes), seed=0)

    return ingest
