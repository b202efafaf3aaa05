import pytest
import torch

from quartet.examples import Examples
from quartet.learning.output import logits_in_batches
from training import Killed, killed_at, train

LONG = {"epochs": 7, "patience": None, "keep": "last"}


def alike(a, b):
    return all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))


def test_validation_follows_every_third_epoch_and_the_last():
    _, rows, _ = train({**LONG, "validate_every": 3})
    assert [row["epoch"] for row in rows] == [3, 6, 7]


def test_how_often_validation_is_looked_at_leaves_the_training_as_it_is():
    often, each, _ = train(LONG)
    seldom, rows, _ = train({**LONG, "validate_every": 3})
    assert alike(often, seldom)
    assert [row["validation_loss"] for row in rows] == [each[n - 1]["validation_loss"] for n in (3, 6, 7)]


def test_the_training_loss_of_a_row_is_the_mean_of_its_epochs():
    _, each, _ = train(LONG)
    _, rows, _ = train({**LONG, "validate_every": 3})
    losses = [row["train_loss"] for row in each]
    assert [row["train_loss"] for row in rows] == pytest.approx([sum(losses[:3]) / 3, sum(losses[3:6]) / 3, losses[6]])


def test_patience_runs_out_at_a_validation():
    diverging = {"epochs": 40, "learning_rate": 3.0, "patience": 2}
    _, rows, _ = train({**diverging, "validate_every": 5})
    assert rows[-1]["epoch"] < 40
    assert rows[-1]["epoch"] % 5 == 0


def test_a_training_killed_between_validations_goes_on_as_if_it_had_not_been(tmp_path):
    changes = {**LONG, "validate_every": 3}
    with pytest.raises(Killed):
        train(changes, tmp_path / "last.ckpt", killed_at(6))
    resumed, rows, _ = train(changes, tmp_path / "last.ckpt")
    whole, expected, _ = train(changes)
    assert rows == expected
    assert alike(resumed, whole)


def test_asking_a_network_leaves_each_part_of_it_in_its_mode():
    frozen, learning = torch.nn.Dropout(0.9).eval(), torch.nn.Dropout(0.9)
    x = torch.ones(3, 2)
    assert logits_in_batches(torch.nn.Sequential(frozen, learning), Examples((x,), torch.zeros(3))).equal(x)
    assert (frozen.training, learning.training) == (False, True)
