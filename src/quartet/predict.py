"""Predictions of raw input by a registered version."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from quartet import registry, tracking
from quartet.errors import UsageError
from quartet.params import check_datasets, load_params
from quartet.project import Project
from quartet.reading.tables import csv_options
from quartet.sources.input import read_input

if TYPE_CHECKING:
    import pandas as pd

NAMES = ("id", "name")  # columns of the input that say which item it is


def predict_file(project: Project, dataset: str, source: Path, output: Path, *, alias: str = "champion") -> int:
    """Write a prediction per item of `source`, and the version that made it; how many there are.

    Raises:
        UsageError: the output is neither .csv nor .parquet, or there is no such dataset.
        RegistryError: there is no such version.
        SourceError: the input cannot be read, or lacks what the model takes.
    """
    if output.suffix not in (".csv", ".parquet"):
        raise UsageError("predictions go to a .csv or .parquet file", came=f"{output} came", mend="Name one with -o.")
    params = load_params(project.params)
    check_datasets(params, [dataset])
    options = replace(csv_options(params.datasets[dataset]), header=())
    raw = read_input(source, options).reset_index(drop=True)
    uri = registry.alias_uri(tracking.connect(project), dataset, alias)
    predictions = registry.load_scorer(uri).predict(raw)
    named = raw[[column for column in NAMES if column in raw]]
    write_table(named.join(predictions), output)
    return len(predictions)


def write_table(table: "pd.DataFrame", file: Path) -> None:
    """Write a table that takes its final name only when it is whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.partial")
    if file.suffix == ".csv":
        table.to_csv(partial, index=False)
    else:
        table.to_parquet(partial, index=False)
    partial.replace(file)
