"""The catalog is whole and honest, and a dataset takes from it what its user does not say."""

import re
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML
from sklearn import datasets as sklearn_datasets

from conftest import write_params
from quartet import catalog, listing
from quartet.artifacts import load_tables
from quartet.cli import quartet
from quartet.errors import ParamsError, SourceError, UsageError
from quartet.family import Family
from quartet.params import load_params
from quartet.project import Project, read_json
from quartet.schema import json_schema
from quartet.sources import packages
from quartet.steps.ingest import ingest
from quartet.steps.plan import plan

ENTRIES = catalog.load()
SCHEMA = jsonschema.Draft202012Validator(json_schema())
per_entry = pytest.mark.parametrize("name", ENTRIES)
GRU = {"dataset": "mine", "architecture": "gru"}


def params(tmp_path, dataset, model=GRU):
    project = Project(tmp_path)
    write_params(project, {"datasets": {"d": dataset}, "models": {"m": model | {"dataset": "d"}}})
    return project


@per_entry
def test_a_proposal_is_a_valid_project(tmp_path, name):
    if ENTRIES[name].status == "by hand":
        pytest.skip("no address serves it")
    dataset, models = catalog.proposal(name)
    params = {"datasets": {name: dataset}, "models": models}
    write_params(Project(tmp_path), params)
    SCHEMA.validate(params)
    loaded = load_params(Project(tmp_path).params)
    baselines = Family(loaded.datasets[name].family).settings.BASELINE
    assert loaded.models[loaded.baseline_of(name)].architecture == baselines[loaded.datasets[name].task]


def test_the_schema_asks_for_a_family_where_no_catalog_gives_it():
    with pytest.raises(jsonschema.ValidationError):
        SCHEMA.validate({"datasets": {"d": {"source": "sklearn:iris"}}, "models": {"m": {}}})


@per_entry
def test_settings_of_a_set_that_is_brought_by_hand_are_valid_too(name):
    entry = ENTRIES[name]
    given = {"family": entry.family, "source": "data/mine/x", **entry.settings}
    assert Family(entry.family).settings.Dataset.model_validate(given).about


@per_entry
def test_every_download_has_a_checksum_and_says_where_it_was_read(name):
    entry = ENTRIES[name]
    for file in entry.files:
        assert bool(file.sha256) != bool(file.md5)
        assert entry.checksum_source
        assert all(re.match("https://|pypi:", address) for address in entry.addresses(file))
    assert (len(entry.files) > 0) + (entry.source is not None) + bool(entry.bring) == 1


@per_entry
def test_only_what_a_package_index_serves_is_called_fetched(name):
    entry = ENTRIES[name]
    remote = [address for file in entry.files for address in entry.addresses(file) if address.startswith("https://")]
    assert not (entry.fetched and remote)


@per_entry
def test_expected_counts_add_up(name):
    entry = ENTRIES[name]
    in_graph_only = entry.family == "graph" and entry.expected.splits
    assert in_graph_only or sum(entry.expected.splits.values()) in (0, entry.expected.items)
    assert sum(entry.expected.classes.values()) in (0, entry.expected.items)
    assert set(entry.expected.classes) <= set(entry.settings.get("classes", []))


@per_entry
def test_a_published_split_has_published_counts(name):
    entry = ENTRIES[name]
    assert bool(entry.expected.splits) == (entry.split == "published" and not entry.source)


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits"])
def test_expected_counts_are_those_of_scikit_learn(name):
    bunch = getattr(sklearn_datasets, f"load_{name}")()
    labels = bunch.target_names[bunch.target].astype(str).tolist()
    assert ENTRIES[name].expected.classes == {label: labels.count(label) for label in set(labels)}


def test_what_the_user_says_wins(tmp_path):
    project = params(
        tmp_path,
        {"source": "catalog:imdb", "max_length": 9, "checks": {"no_echo": {"severity": "error"}, "no_straddling": {}}},
    )
    dataset = load_params(project.params).datasets["d"]
    assert (dataset.family, dataset.keep, dataset.max_length) == ("text", {"label": ["neg", "pos"]}, 9)
    assert {name: check.severity for name, check in dataset.checks.items()} == {
        "no_straddling": "warn",
        "no_echo": "error",
    }


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        ({"source": "catalog:imbd"}, r"datasets.d.source.*Did you mean catalog:imdb\?"),
        ({"source": "catalog:imdb", "family": "image"}, r"datasets.d.family: it must be one of text"),
        ({"source": "catalog:imdb", "sha256": "0" * 64}, r"datasets.d.sha256: only sources of https: and pypi:"),
        ({"source": "https://a.org/a.csv", "family": "text"}, r"datasets.d.sha256: a source of https: has.*sha256sum"),
        ({"source": "pypi:a==1#a.csv", "family": "text"}, r"datasets.d.sha256: a source of pypi: has.*pip download"),
        ({"source": "http://a.org/a.csv", "family": "text", "sha256": "0" * 64}, r"datasets.d.source"),
        ({"source": "file:///etc/passwd", "family": "text", "sha256": "0" * 64}, r"datasets.d.source"),
    ],
)
def test_a_wrong_source_is_a_problem_of_params(tmp_path, dataset, message):
    with pytest.raises(ParamsError, match=message):
        load_params(params(tmp_path, dataset).params)


def test_a_set_to_bring_by_hand_says_how(tmp_path):
    project = params(tmp_path, {"source": "catalog:covid_xray"}, {"architecture": "cnn"})
    with pytest.raises(UsageError, match=r"put them in folders covid19.*quartet init DIR --from"):
        plan(project)


def test_a_changed_entry_makes_its_dataset_stale_and_no_other(tmp_path, monkeypatch):
    sets = {"a": {"source": "catalog:iris"}, "b": {"source": "catalog:wine"}}
    models = {name: {"dataset": name, "architecture": "mlp"} for name in sets}
    write_params(Project(tmp_path), {"datasets": sets, "models": models})
    before = plans(tmp_path)
    changed = ENTRIES["iris"].model_copy(update={"source": "sklearn:wine"})
    monkeypatch.setattr(catalog, "load", lambda: {**ENTRIES, "iris": changed})
    after = plans(tmp_path)
    assert {file for file in before if before[file] != after[file]} == {"ingest/a.json"}


def plans(folder):
    plan(Project(folder))
    found = Project(folder).plans
    return {file.relative_to(found).as_posix(): read_json(file) for file in found.rglob("*.json")}


@pytest.mark.parametrize(
    ("changes", "counted"),
    [({}, True), ({"max_length": 9}, True), ({"keep": {}}, False), ({"classes": ["bad", "good"]}, False)],
)
def test_counts_are_compared_unless_the_user_changes_what_they_rest_on(tmp_path, changes, counted):
    project = params(tmp_path, {"source": "catalog:imdb", **changes})
    content = catalog.plan_content(load_params(project.params).datasets["d"])
    assert bool(content["expected"]) == counted
    assert content["catalog"]["files"][0]["name"] == "aclImdb_v1.tar.gz"


def test_scikit_learns_sets_that_need_the_network_say_so():
    with pytest.raises(SourceError, match=r"needs the network.*source: catalog:covertype"):
        packages.from_sklearn("covtype")


def test_the_file_names_no_set_twice():
    keys = re.findall(r"^(\w+):", catalog.FILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(keys) == len(set(keys)) == len(YAML(typ="safe").load(catalog.FILE.read_text(encoding="utf-8")))


def test_the_page_of_public_sets_is_made_from_the_catalog():
    page = Path(__file__).parents[1] / "docs" / "catalog.md"
    mend = "run `make docs`"
    assert page.read_text(encoding="utf-8") == listing.as_markdown(), mend


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if entry.status == "installed"])
def test_a_set_that_a_package_carries_is_ingested_with_its_published_counts(tmp_path, name):
    dataset, models = catalog.proposal(name)
    write_params(Project(tmp_path), {"datasets": {name: dataset}, "models": models})
    plan(Project(tmp_path))
    ingest(Project(tmp_path), name)
    assert len(load_tables(Project(tmp_path).raw(name))["items"]) == ENTRIES[name].expected.items


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if entry.status == "verified"])
def test_a_set_that_a_package_index_serves_is_what_the_catalog_says(tmp_path, name):
    test_a_set_that_a_package_carries_is_ingested_with_its_published_counts(tmp_path, name)


@pytest.mark.parametrize("arguments", [[], ["--json"], ["imdb"], ["imdb", "--json"], ["--markdown"]])
def test_the_command_shows_all_sets_or_one(arguments):
    result = CliRunner().invoke(quartet, ["catalog", *arguments])
    assert result.exit_code == 0, result.output
    assert ("iris" in result.output) != ("imdb" in arguments)


@pytest.mark.slow
@pytest.mark.skipif(
    not all(Path(file.installed.path).exists() for file in ENTRIES["fashion_mnist"].files),
    reason="the Debian package dataset-fashion-mnist is not installed",
)
def test_fashion_mnist_is_read_where_its_debian_package_put_it(tmp_path):
    test_a_set_that_a_package_carries_is_ingested_with_its_published_counts(tmp_path, "fashion_mnist")
    assert not Project(tmp_path).downloads.exists()
