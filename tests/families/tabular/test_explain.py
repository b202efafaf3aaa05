"""What is planted in a table is found in the network that learnt it."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

import cases
from quartet.explanations import Bars, Drawing, Plot, Table
from quartet.families.tabular.explain import explain
from quartet.families.tabular.features import encode, fit
from quartet.families.tabular.models import examples
from quartet.family import Family
from quartet.learning.fit import Run
from quartet.learning.fit import fit as learn
from quartet.learning.output import outputs
from quartet.settings import TrainerSettings

N = 300
CPU = TrainerSettings(accelerator="cpu")


def frame(seed=0):
    """A number, a category and a boolean, any of which may decide the label, beside a date that never does."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "id": range(N),
            "split": np.resize(["train", "train", "validation", "test"], N),
            "size": random.uniform(100, 300, N),
            "colour": pd.Series(random.choice(["red", "green", "blue"], N), dtype="str"),
            "gift": pd.array(random.choice([True, False], N), "boolean"),
            "day": pd.Series(np.datetime64("2024-01-01") + random.integers(0, 365, N)).astype("datetime64[us]"),
        }
    )


def look_at(items, settings, **changes):
    """What `explain` looks at, for a small network trained on these items."""
    encoder = fit({"items": items}, settings)
    arrays = {name: encode(part, encoder) | {"id": part["id"].to_numpy()} for name, part in items.groupby("split")}
    splits = {name: examples(values, encoder) for name, values in arrays.items()}
    values = {"hidden": 16, "epochs": 20, "learning_rate": 0.03, "dropout": 0.0, **changes}
    model = cases.model("tabular", "mlp", **values)
    network, _ = learn(lambda: Family("tabular").build(model, encoder), model, splits, Run(0, CPU))
    return SimpleNamespace(
        best="net",
        seeds={"net": "seed-0"},
        encoder=encoder,
        arrays=arrays,
        network=lambda _: network,
        outputs=lambda _, split: (arrays[split]["target"], outputs(network, splits[split], encoder)),
    )


def figures(look, kind):
    return [figure for section in explain(look) for figure in section.figures if isinstance(figure, kind)]


PLANTED = {
    "size": lambda items: items["size"] > 200,
    "colour": lambda items: items["colour"] == "red",
    "gift": lambda items: items["gift"].astype(bool),
    "day": lambda items: items["day"] > pd.Timestamp("2024-07-01"),
}


@pytest.mark.parametrize("decides", PLANTED)
def test_the_column_that_alone_decides_the_label_matters_most(decides, settings):
    items = frame()
    items["label"] = np.where(PLANTED[decides](items), "b", "a")
    bars = figures(look_at(items, settings(classes=["a", "b"])), Bars)[0].bars
    assert bars[0].name == decides
    assert bars[0].value > 0.2 > 5 * abs(bars[1].value)


@pytest.mark.parametrize(("sign", "scaling"), [(1, "minmax"), (-1, "standard")])
def test_the_dependence_on_a_planted_line_is_that_line_in_its_own_units(sign, scaling, settings):
    items = frame()
    items["label"] = 5_000 + sign * 10 * items["size"]
    look = look_at(items, settings(task="regression", classes=None, target_scaling=scaling))
    curve = next(figure for figure in figures(look, Plot) if figure.title == "size").series[0]
    x, y = np.array(curve.points).T
    assert (np.diff(y) * sign > 0).all()
    assert 100 <= x.min() < 115
    assert 285 < x.max() <= 300
    assert np.allclose(y, 5_000 + sign * 10 * x, atol=100)


def test_the_dependence_on_a_planted_category_tells_it_from_the_others(settings):
    items = frame()
    items["label"] = np.where(items["colour"] == "red", "b", "a")
    found = figures(look_at(items, settings(classes=["a", "b"])), Bars)
    bars = {bar.name: bar.value for bar in next(f for f in found if f.title == "colour").bars}
    assert bars["red"] > 0.9
    assert max(bars["green"], bars["blue"]) < 0.1


def test_of_many_classes_the_curve_of_each_rises_where_it_lies(settings):
    items = frame()
    items["label"] = np.select([items["size"] < 167, items["size"] < 233], ["a", "b"], "c")
    plot = next(f for f in figures(look_at(items, settings(classes=["a", "b", "c"])), Plot) if f.title == "size")
    peaks = [max(series.points, key=lambda point: point[1])[0] for series in plot.series]
    assert [series.name for series in plot.series] == ["a", "b", "c"]
    assert peaks[0] < 167 < peaks[1] < 233 < peaks[2]


def test_copies_of_the_deciding_column_matter_only_together(settings):
    items = frame()
    items["width"] = 3 * items["size"] + np.random.default_rng(1).normal(0, 1, N)
    items["label"] = np.where(items["size"] > 200, "b", "a")
    alone, together = (figure.bars for figure in figures(look_at(items, settings(classes=["a", "b"])), Bars)[:2])
    assert together[0].name in ("size and 1 more", "width and 1 more")
    assert together[0].value > 1.2 * alone[0].value


def test_a_wrong_cell_is_among_the_answers_that_are_wrong_and_sure(settings):
    items = frame()
    items["label"] = np.where(items["size"] > 200, "b", "a")
    wrong = items.index[(items["split"] == "test") & (items["size"] > 280)][0]
    items.loc[wrong, "label"] = "a"
    rows = figures(look_at(items, settings(classes=["a", "b"])), Table)[0].rows
    assert rows[0][:3] == [str(wrong), "a", "b"]


def test_the_farthest_misses_are_the_planted_ones(settings):
    items = frame()
    items["label"] = items["size"]
    planted = items.index[items["split"] == "test"][3]
    items.loc[planted, "label"] += 900
    rows = figures(look_at(items, settings(task="regression", classes=None)), Table)[0].rows
    assert rows[0][0] == str(planted)


def test_a_small_network_is_drawn_with_its_strongest_weights(settings):
    items = frame()
    items["label"] = np.where(items["size"] > 200, "b", "a")
    look = look_at(items, settings(classes=["a", "b"]), hidden=16, layers=2, epochs=1)
    drawing = figures(look, Drawing)[0]
    weights = [module.weight for module in look.network("net").modules() if isinstance(module, torch.nn.Linear)]
    names = [node.name for node in drawing.nodes if node.name]
    assert names == ["size", "colour = blue", "colour = green", "colour = red", "gift", "day", "a", "b"]
    assert len(drawing.edges) == 200
    place = int(weights[1].abs().argmax())
    unit, source = divmod(place, 16)
    strongest = next(edge for edge in drawing.edges if (edge.a, edge.b) == (6 + source, 22 + unit))
    assert strongest.weight == torch.sign(weights[1].flatten()[place])


def test_a_wide_network_is_told_layer_by_layer(settings):
    items = frame()
    items["label"] = np.where(items["size"] > 200, "b", "a")
    table = figures(look_at(items, settings(classes=["a", "b"]), widths=[100, 5], epochs=1), Table)[0]
    assert [row[1:4] for row in table.rows] == [[6, 100, 600], [100, 5, 500], [5, 2, 10]]


def test_explaining_twice_says_the_same(settings):
    items = frame()
    items["label"] = items["size"]
    look = look_at(items, settings(task="regression", classes=None), epochs=2)
    assert explain(look) == explain(look)


def test_baselines_alone_are_not_looked_into():
    assert explain(SimpleNamespace(best=None)) == []
