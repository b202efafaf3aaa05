import pytest
import torch
from torch.nn.functional import cross_entropy

from quartet.errors import ParamsError
from quartet.learning.module import loss_of, one_cycle
from quartet.learning.output import logits_in_batches
from quartet.params import load_params
from training import Killed, killed_at, train

DATA = "{family: tabular, source: 'sklearn:diabetes', target: progression, task: regression}"
FAST = {"optimizer": "sgd", "learning_rate": 0.5, "schedule": "one_cycle", "keep": "last", "label_smoothing": 0.1}


def test_one_cycle_climbs_to_its_peak_and_falls_to_almost_nothing():
    shares = [one_cycle(step, n_steps=100, warm_up=0.25) for step in range(100)]
    assert shares[24] == max(shares) == 1
    assert shares == sorted(shares[:25]) + sorted(shares[25:], reverse=True)
    assert 0 < shares[-1] < 0.02


def test_a_smoothed_loss_mixes_the_labels_with_all_classes():
    logits = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    target = torch.tensor([0, 1, 2, 0, 0])
    of_all = torch.stack([cross_entropy(logits, torch.full((5,), k)) for k in range(3)]).mean()
    assert torch.allclose(loss_of(logits, target, smoothing=0.3), 0.7 * cross_entropy(logits, target) + 0.3 * of_all)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_a_resumed_one_cycle_equals_an_uninterrupted_one(optimizer, tmp_path):
    changes = {**FAST, "optimizer": optimizer, "learning_rate": 0.02}
    with pytest.raises(Killed):
        train(changes, tmp_path / "last.ckpt", killed_at(2))
    resumed, rows, _ = train(changes, tmp_path / "last.ckpt")
    whole, expected, _ = train(changes)
    assert rows == expected
    assert all(torch.equal(a, b) for a, b in zip(resumed.parameters(), whole.parameters(), strict=True))


@pytest.mark.parametrize(("keep", "of_rows"), [("best", min), ("last", lambda losses: losses[-1])])
def test_the_weights_kept_are_the_best_or_the_last(keep, of_rows):
    network, rows, splits = train({"keep": keep, "learning_rate": 1.0, "epochs": 5})
    with torch.no_grad():
        loss = loss_of(logits_in_batches(network, splits["validation"]), splits["validation"].target)
    losses = [row["validation_loss"] for row in rows]
    assert losses[-1] != min(losses)
    assert float(loss) == pytest.approx(of_rows(losses))


def test_label_smoothing_of_a_regression_is_refused(tmp_path):
    model = "{dataset: d, architecture: mlp, label_smoothing: 0.1}"
    (tmp_path / "params.yaml").write_text(f"datasets: {{d: {DATA}}}\nmodels: {{m: {model}}}\n")
    with pytest.raises(ParamsError, match=r"models\.m\.label_smoothing: it is for classes"):
        load_params(tmp_path / "params.yaml")
