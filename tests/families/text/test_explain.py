"""The look inside, on networks taught tiny texts; what figures show is checked against the models' own answers."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import torch

import cases
from families.text.tiny import BAD, GOOD
from quartet.families.text.explain import by_length, explain, far_enough
from quartet.family import Family
from quartet.learning.fit import Run, fit
from quartet.learning.output import outputs
from quartet.settings import TrainerSettings

MODELS = ("conv1d", "gru", "rnn", "bag_of_words")


class Look:
    """What evaluate would hand over, without a project."""

    ranking = MODELS
    networks = MODELS[:3]
    best = MODELS[0]
    encoder = cases.encoder("text", "reviews")
    splits = cases.examples("text", "reviews")

    def examples(self, split):
        return self.splits[split]

    def untrained(self, model):
        torch.manual_seed(0)
        return Family("text").build(cases.model("text", model), self.encoder).eval()

    @cache  # noqa: B019
    def network(self, model):
        run = Run(0, TrainerSettings(accelerator="cpu"))
        return fit(lambda: self.untrained(model), cases.model("text", model), self.splits, run)[0]

    def outputs(self, model, split):
        return self.splits[split].target.numpy(), outputs(self.network(model), self.splits[split], self.encoder)


@pytest.fixture(scope="module")
def look():
    return Look()


@pytest.fixture(scope="module")
def sections(look):
    return {section.title: section for section in explain(look)}


def test_the_fall_of_the_gradient_is_shown_before_and_after_training_side_by_side(sections):
    before, after, table = sections["How far back a network remembers"].figures
    for plot in (before, after):
        assert [series.name for series in plot.series] == ["gru", "rnn"]
        assert all(series.points[0] == (0.0, 1.0) for series in plot.series)
    assert before.series[0].points != after.series[0].points
    assert [row[0] for row in table.rows] == ["gru", "rnn"]


def test_the_words_that_decide_the_mood_weigh_most(sections):
    right = sections["Which words decide"].figures[0]
    strongest = [max(text.tokens, key=lambda token: abs(token[1])) for text in right.texts]
    telling = [*GOOD, *BAD, "‹unknown›"]  # the vocabulary is too small for two of them
    assert all(word in telling for word, _ in strongest)
    assert all(weight == 1.0 for _, weight in strongest)


def test_each_group_of_texts_has_the_accuracy_of_its_own_texts(look, sections):
    plot, table = sections["Short and long texts"].figures
    lengths, (target, output) = look.examples("test").lengths.numpy(), look.outputs("conv1d", "test")
    right = output.argmax(axis=1) == target
    assert sum(row[1] for row in table.rows) == len(target)
    hits = [row[1] * y for row, (_, y) in zip(table.rows, plot.series[0].points, strict=True)]
    assert sum(hits) == pytest.approx(right.sum())
    low, high = map(int, table.rows[0][0].split(" to "))
    assert plot.series[0].points[0][1] == pytest.approx(right[(lengths >= low) & (lengths <= high)].mean())


def test_groups_by_length_hold_each_text_once_and_never_part_equal_lengths():
    lengths = np.array([3, 9, 1, 1, 1, 1, 5, 7, 2, 30])
    bins = by_length(lengths)
    assert sorted(np.concatenate(bins)) == list(range(10))
    assert all(lengths[a].max() < lengths[b].min() for a, b in pairwise(bins))


def test_texts_whose_gradients_are_measured_reach_far_enough_back():
    rows, n = far_enough(torch.tensor([10, 2, 12, 11] * 16 + [1] * 9))
    assert n == 1
    rows, n = far_enough(torch.tensor([10, 2, 12, 11] * 40))
    assert n == 10
    assert len(rows) == 64
    assert set((rows % 4).tolist()) == {2, 3}


def test_without_networks_only_lengths_are_told(look):
    class Baselines(Look):
        ranking, networks, best = MODELS[3:], (), None

    assert [section.title for section in explain(Baselines())] == ["Short and long texts"]
