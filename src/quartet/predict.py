"""Predictions of raw input by a registered version, some items at a time."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quartet import registry, tracking
from quartet.params import check_datasets, load_params
from quartet.project import Project
from quartet.reading.tables import CSV, csv_options
from quartet.sources.input import input_chunks
from quartet.table_file import growing_table

if TYPE_CHECKING:
    import pandas as pd

NAMES = ("id", "name")  # columns of the input that say which item it is
SAY_EVERY_S = 10.0


@dataclass(frozen=True)
class Version:
    """A registered version, ready to answer.

    Args:
        model: its name in params.yaml.
        number: its number in the registry.
        scorer: what answers.
        options: how a CSV or a text is read: as the dataset's source was.
    """

    project: Project
    dataset: str
    model: str
    number: int
    scorer: Any
    options: CSV


def load_version(project: Project, dataset: str, alias: str = "champion") -> Version:
    """The version of a dataset's model that an alias names.

    Raises:
        UsageError: there is no such dataset.
        RegistryError: there is no such version.
    """
    params = load_params(project.params)
    check_datasets(params, [dataset])
    options = replace(csv_options(params.datasets[dataset]), header=())
    client = tracking.connect(project)
    registry.alias_uri(client, dataset, alias)
    found = client.get_model_version_by_alias(dataset, alias)
    scorer = registry.load_scorer(f"models:/{dataset}/{found.version}")  # the alias may have moved by now
    return Version(project, dataset, found.tags["quartet.model"], int(found.version), scorer, options)


def predict_file(version: Version, source: Path, output: Path, *, chunk: int | None = None) -> int:
    """Write a prediction per item of `source`, and the version that made it; how many there are.

    Args:
        chunk: how many items are in memory at a time; None is what the family says.

    Raises:
        UsageError: the output is neither .csv nor .parquet, or is being written.
        SourceError: the input cannot be read, or lacks what the model takes; nothing is written then.
    """
    n_items = chunk or version.scorer.family.chunk
    started = said = time.monotonic()
    with growing_table(output, version.project) as table:
        for predictions in predicted(version, input_chunks(source, n_items, version.options)):
            table.append(predictions)
            if time.monotonic() - said >= SAY_EVERY_S:
                said = time.monotonic()
                rate = table.n_rows / (said - started)
                print(f"{source.name}: {table.n_rows:,} predictions, {rate:,.0f} per second", file=sys.stderr)
    return table.n_rows


def predicted(version: Version, chunks: "Iterator[pd.DataFrame]") -> "Iterator[pd.DataFrame]":
    """What the items are called, what the version says of them, and which it is."""
    for raw in chunks:
        named = raw[[column for column in NAMES if column in raw]].reset_index(drop=True)
        said = named.join(version.scorer.predict(raw))
        yield said.assign(model=version.model, version=version.number)
