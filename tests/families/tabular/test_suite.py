import numpy as np
import pandas as pd
import pytest

import cases
from cases import rows
from quartet.families.tabular.suite import annotate, leaks


def failures(settings, tables):
    return {result["name"]: result for result in cases.failures("tabular", settings, tables)}


@pytest.fixture
def tables(ingest):
    random = np.random.default_rng(0)
    return ingest({"size": random.normal(size=200).round(3), "colour": random.choice(["red", "blue"], 200)})


def with_missing(tables, n):
    items = tables["items"].copy()
    items.loc[items.index[:n], "size"] = None
    return tables | {"items": items}


def test_a_missing_value_is_refused_with_its_row_unless_it_is_imputed(tables, settings):
    found = failures(settings(), with_missing(tables, 1))
    assert found["nothing_is_missing"]["rows"] == [0]
    imputed = failures(settings(missing="impute"), with_missing(tables, 1)).values()
    assert [result for result in imputed if result["severity"] == "error"] == []


def test_too_many_missing_values_are_not_imputed(tables, settings):
    found = failures(settings(missing="impute"), with_missing(tables, 190))
    assert found["enough_is_there"]["column"] == "size"


def with_leak(tables, task):
    items = tables["items"].copy()
    if task == "regression":
        items["label"] = np.random.default_rng(1).lognormal(sigma=3, size=len(items))
        items["given"] = np.log(items["label"])
    else:
        items["given"] = items["label"].map({"a": "M", "b": "B"})
    return tables | {"items": items}


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_column_that_alone_tells_the_target_is_named(tables, settings, task):
    found = failures(settings(task=task), with_leak(tables, task))
    assert rows([found["no_leaking_column"]], "no_leaking_column") == ["given"]
    assert found["no_leaking_column"]["severity"] == "error"


def test_a_column_that_tells_much_is_no_leak(tables):
    items = tables["items"].copy()
    random = np.random.default_rng(2)
    items["size"] = (items["label"] == "a") + random.normal(scale=0.25, size=len(items))
    items["infinite"] = False
    assert 0.9 < leaks(items, ["size"], "classification")[0] < 0.999


def test_an_infinite_number_is_named_by_its_row(tables, settings):
    items = tables["items"].copy()
    items.loc[items.index[3], "size"] = -np.inf
    assert failures(settings(), {"items": items})["no_infinite_number"]["rows"] == [3]


def test_a_constant_column_is_named(tables, settings):
    items = tables["items"].assign(colour="red")
    assert failures(settings(), {"items": items})["no_constant_column"]["rows"] == ["colour"]


def test_many_categories_are_shown_and_stop_nothing(tables, settings):
    items = tables["items"].assign(colour=[f"c{n}" for n in range(200)])
    checks = {"few_categories": {"max_value": 100.0}}
    found = failures(settings(checks=checks), {"items": items})
    assert found["few_categories"]["severity"] == "warn"


def test_columns_are_described_by_what_they_hold(ingest, settings):
    columns = {
        "size": [f"{n / 2}" for n in range(60)],
        "gift": ["yes", "no"] * 30,
        "day": ["2024-01-02", "3.4.2024"] * 30,
    }
    tables = ingest({**columns, "kind": ["a", "b", "c"] * 20})
    found = annotate(tables, settings())["columns"]
    assert dict(zip(found["id"], found["kind"], strict=True)) == {"size": "number", "gift": "boolean", "day": "date"}


def test_copies_in_two_splits_are_named(tables, settings):
    items = tables["items"].copy()
    place = {split: items.index[items["split"] == split][0] for split in ("train", "test")}
    items.loc[place["test"], ["size", "colour"]] = items.loc[place["train"], ["size", "colour"]].to_numpy()
    assert sorted(failures(settings(), {"items": pd.DataFrame(items)})["no_straddling"]["rows"]) == sorted(
        place.values()
    )
