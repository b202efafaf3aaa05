"""What holds for every family and architecture; `cases` finds them."""

from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

import cases
from quartet.closure import closure
from quartet.errors import QuartetError
from quartet.examples import Examples
from quartet.family import SPLITS, Family
from quartet.gate.suites import checks_of, suite_of
from quartet.learning.fit import Run, fit
from quartet.learning.module import loss_of
from quartet.learning.output import logits_in_batches, outputs
from quartet.settings import TrainerSettings

CPU = TrainerSettings(accelerator="cpu")
per_data = pytest.mark.parametrize(("family", "name"), cases.data_cases())
per_separate_data = pytest.mark.parametrize(("family", "name"), cases.data_cases(separate_items=True))
per_model = pytest.mark.parametrize(("family", "name", "architecture"), cases.model_cases())
per_network = pytest.mark.parametrize(("family", "name", "architecture"), cases.model_cases(networks_only=True))


def train(family, name, architecture, *, seed=0, checkpoint=None, listen=None):
    settings, encoder = cases.model(family, architecture), cases.encoder(family, name)
    run = Run(seed, CPU, checkpoint, every_s=0.0, listen=listen or (lambda row: None))
    splits = cases.examples(family, name)
    return fit(lambda: Family(family).build(settings, encoder), settings, splits, run)


@cache
def trained(family, name, architecture):
    """The network that seed 0 gives, trained once for all tests: none of them may change it."""
    return train(family, name, architecture)[0]


def same_weights(a, b):
    return all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


def errors(found):
    return [result for result in found if result["severity"] == "error"]


@per_data
def test_good_data_pass_their_suite(family, name):
    assert errors(cases.failures(family, cases.dataset(family, name), cases.canonical(family, name))) == []


@pytest.mark.parametrize(("family", "name", "sentence"), cases.broken_cases())
def test_broken_data_fail_their_suite(family, name, sentence):
    assert errors(cases.broken_failures(family, name, sentence))


@per_data
def test_each_check_that_stops_data_stops_some_broken_data(family, name):
    made, suite = checks_of(cases.dataset(family, name)), suite_of(family)
    checks = {check for check in made if suite[check].get("severity", "error") == "error"}
    broken = cases.home(family, name).BROKEN
    failed = {result["name"] for sentence in broken for result in cases.broken_failures(family, name, sentence)}
    assert checks - failed == set(), f"add a case to BROKEN in tests/families/{family}/tiny.py that fails each"


@per_data
def test_broken_data_that_settings_may_let_pass_are_prepared_or_refused_in_words(family, name):
    for sentence in cases.home(family, name).BROKEN:
        failed = {result["name"] for result in cases.broken_failures(family, name, sentence)}
        if not any(suite_of(family)[check].get("firm") for check in failed):
            with suppress(QuartetError):
                prepare(family, name, cases.home(family, name).BROKEN[sentence](cases.canonical(family, name)))


def prepare(family, name, tables):
    features = Family(family).features
    encoder = features.fit(tables, cases.settings_for(family, name, "prepare"))
    for split in SPLITS:
        arrays = features.encode(Family(family).parts(tables, encoder)[split], encoder)
        Family(family).models.examples(arrays, encoder)


@per_separate_data
def test_no_item_changes_split_when_items_are_added(family, name):
    tables, settings = cases.tiny(family).source(0), cases.settings_for(family, name, "ingest")
    fewer = {key: table.head(len(table) // 2) for key, table in tables.items()}
    part, whole = (Family(family).tables.canonical(given, settings, 0)["items"] for given in (fewer, tables))
    assert part["split"].tolist() == whole["split"].tolist()[: len(part)]


@per_separate_data
def test_nothing_is_fitted_outside_the_training_split(family, name):
    tables, settings = cases.canonical(family, name), cases.settings_for(family, name, "prepare")
    training = {"items": tables["items"][tables["items"]["split"] == "train"]}
    assert Family(family).features.fit(training, settings).facts == cases.encoder(family, name).facts


@per_data
def test_raw_input_is_encoded_as_canonical_items_are(family, name):
    features, encoder = Family(family).features, cases.encoder(family, name)
    items = cases.canonical(family, name)["items"]
    expected = features.encode(items, encoder)
    raw = features.encode(features.raw_input(items, encoder), encoder)
    assert all(np.array_equal(expected[key], value) for key, value in raw.items())
    assert "target" not in raw


@per_model
def test_logits_have_one_column_per_class(family, name, architecture):
    encoder, splits = cases.encoder(family, name), cases.examples(family, name)
    network = Family(family).build(cases.model(family, architecture), encoder)
    logits = logits_in_batches(network, splits["test"])
    assert len(logits) == len(splits["test"])
    assert logits.shape[1:] == (encoder.n_outputs,) or architecture == "louvain"  # which sets their number itself


@per_model
def test_probabilities_sum_to_one(family, name, architecture):
    encoder, splits = cases.encoder(family, name), cases.examples(family, name)
    network = trained(family, name, architecture)
    output = outputs(network, splits["test"], encoder)
    assert np.isfinite(output).all()
    assert not encoder.classes or np.allclose(output.sum(axis=1), 1)


@per_model
def test_the_same_seed_gives_the_same_weights(family, name, architecture):
    assert same_weights(train(family, name, architecture)[0], trained(family, name, architecture))


@per_network
def test_another_seed_gives_other_weights(family, name, architecture):
    assert not same_weights(trained(family, name, architecture), train(family, name, architecture, seed=1)[0])


@per_network
def test_the_loss_falls_on_32_items(family, name, architecture):
    whole = cases.examples(family, name)["train"]
    few = whole.batch(torch.arange(min(32, len(whole))))
    encoder = cases.encoder(family, name)
    torch.manual_seed(0)
    network = Family(family).build(cases.model(family, architecture), encoder)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    losses = []
    for _ in range(60):
        losses.append(own_loss(network)(network(*few[0]), few[1]))
        optimizer.zero_grad()
        losses[-1].backward()
        optimizer.step()
    assert losses[-1] < 0.8 * losses[0]


def own_loss(network: torch.nn.Module):
    return getattr(network, "loss", loss_of)


@per_model
def test_saved_and_loaded_weights_predict_the_same(family, name, architecture):
    encoder, splits = cases.encoder(family, name), cases.examples(family, name)
    network = trained(family, name, architecture)
    again = Family(family).build(cases.model(family, architecture), encoder)
    again.load_state_dict(network.state_dict())
    assert np.array_equal(outputs(network, splits["test"], encoder), outputs(again, splits["test"], encoder))


@per_network
def test_a_resumed_training_equals_an_uninterrupted_one(family, name, architecture, tmp_path: Path):
    class Killed(BaseException):
        pass

    def die(row):
        if row["epoch"] == 3:
            raise Killed

    file = tmp_path / "last.ckpt"
    with pytest.raises(Killed):
        train(family, name, architecture, checkpoint=file, listen=die)
    resumed, rows = train(family, name, architecture, checkpoint=file)
    whole, expected = train(family, name, architecture)
    assert same_weights(resumed, whole)
    assert rows == expected


@per_model
def test_the_order_of_items_changes_no_prediction(family, name, architecture):
    test = cases.examples(family, name)["test"]
    network = trained(family, name, architecture)
    order = torch.randperm(len(test), generator=torch.Generator().manual_seed(3))
    logits = logits_in_batches(network, test)
    shuffled = network(*test.batch(order)[0])
    assert torch.allclose(shuffled, logits[order], atol=1e-5)


@per_model
def test_an_edit_of_another_family_makes_no_training_stale(family, name, architecture):
    module = cases.model(family, architecture).network.partition(".")[0]
    folder = f"quartet.families.{family}"
    found = closure(["quartet.steps.train", f"{folder}.models", f"{folder}.models.{module}"])
    families = {".".join(reached.split(".")[:3]) for reached in found if reached.startswith("quartet.families.")}
    assert families == {folder}


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
@per_network
def test_one_step_on_a_gpu_equals_the_cpus(family, name, architecture):
    encoder, train_split = cases.encoder(family, name), cases.examples(family, name)["train"]
    torch.manual_seed(0)
    settings = cases.model(family, architecture)
    without_dropout = settings.model_copy(update={"dropout": 0.0} if hasattr(settings, "dropout") else {})
    network = Family(family).build(without_dropout, encoder)
    rows = torch.arange(min(32, len(train_split)))
    on_cpu = gradients(network, train_split, rows)
    on_gpu = gradients(network.cuda(), train_split.to(torch.device("cuda")), rows.cuda())
    assert all(torch.allclose(a, b.cpu(), atol=1e-4, rtol=1e-3) for a, b in zip(on_cpu, on_gpu, strict=True))


def gradients(network: torch.nn.Module, examples: Examples, rows: torch.Tensor) -> list[torch.Tensor]:
    inputs, target = examples.batch(rows)
    network.zero_grad()
    own_loss(network)(network(*inputs), target).backward()
    return [parameter.grad.clone() for parameter in network.parameters()]
