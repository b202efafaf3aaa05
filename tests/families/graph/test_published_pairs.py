"""Published protocols of pairs, on real data: slow."""

from pathlib import Path

import pytest

from quartet.families.graph import features, models, tables
from quartet.families.graph.settings import Dataset
from quartet.family import Family
from quartet.learning.fit import Run, fit
from quartet.learning.output import outputs
from quartet.metrics import score
from quartet.reading.files import File
from quartet.settings import TrainerSettings
from quartet.sources.packages import from_networkx

CORA = Path(__file__).parents[3].parent / "shared/data/planetoid"


def scored(source, settings, model, metrics):
    """Each metric on the test split, of seed 0."""
    canonical = tables.canonical(source, settings, 0)
    encoder = features.fit(canonical, settings)
    parts = features.parts(canonical, encoder)
    splits = {split: models.examples(features.encode(items, encoder), encoder) for split, items in parts.items()}
    chosen, family = Family("graph").model_settings(model), Family("graph")
    network, _ = fit(lambda: family.build(chosen, encoder), chosen, splits, Run(0, TrainerSettings(accelerator="cpu")))
    output, target = outputs(network, splits["test"], encoder), splits["test"].target.numpy()
    return [score(metric, target, output) for metric in metrics]


@pytest.mark.slow
@pytest.mark.skipif(not CORA.exists(), reason="Cora's files are not in ../shared/data")
def test_edges_of_cora_are_told_better_than_published():
    settings = Dataset(family="graph", source="data/mine/cora", task="link_prediction", format="planetoid", name="cora")
    files = [File(path.name, path.read_bytes, path) for path in sorted(CORA.glob("ind.cora.*"))]
    model = {"architecture": "gnae", "d_embedding": 128, "scale": 3.0, "dropout": 0.5}
    auc, precision = scored(tables.from_files(files, settings), settings, model, ["auc", "average_precision"])
    assert (auc >= 0.914, precision >= 0.926) == (True, True)


@pytest.mark.slow
def test_graphs_of_the_atlas_are_ordered_by_distance_and_half_the_baseline_s_error_is_left():
    settings = Dataset(family="graph", source="networkx:atlas", task="similarity")
    source, metrics = from_networkx("atlas"), ["spearman", "mse"]
    rho, error = scored(source, settings, {"architecture": "simgnn"}, metrics)
    _, baseline = scored(source, settings, {"architecture": "spectral"}, metrics)
    assert rho >= 0.9
    assert error < baseline / 2
