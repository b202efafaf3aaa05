"""Where one dataset stands: gate, comparison, decisions and champion."""

from dataclasses import dataclass
from functools import cached_property

import pyarrow.parquet as pq

from quartet.comparisons import Comparison, load_comparison
from quartet.history import Decision, decisions
from quartet.params import Params
from quartet.project import Project
from quartet.report.gate import Gate, gate_of
from quartet.report.verdicts import Standing, standing_of
from quartet.settings import DatasetSettings


@dataclass(frozen=True)
class Overview:
    """One dataset, as the index and the head of its page show it.

    Args:
        n_items: how many items were ingested; None before that.
        decisions: the history of decisions, the oldest first.
        pending: models of params.yaml that were not compared yet.
    """

    name: str
    settings: DatasetSettings
    n_items: int | None
    gate: Gate
    comparison: Comparison | None
    decisions: list[Decision]
    pending: list[str]

    @property
    def task(self) -> str:
        """What is learnt."""
        return str(getattr(self.settings, "task", "classification"))

    @cached_property
    def champion(self) -> Standing | None:
        """What serves, and why."""
        return standing_of(self.decisions, self.comparison)

    @property
    def refused(self) -> Decision | None:
        """The last decision, where it was a refusal."""
        return self.decisions[-1] if self.decisions and self.decisions[-1].verdict == "refused" else None

    @property
    def summary(self) -> str:
        """Where the dataset stands, in one sentence."""
        if self.champion:
            earlier = "The gate stopped the present data; what serves was trained on earlier data. "
            return f"{earlier if self.gate.state == 'failed' else ''}{self.champion.sentence}"
        if self.gate.state == "failed":
            failed = self.gate.count("failed")
            return f"Stopped by the gate: {failed} of {len(self.gate.checks)} checks failed, nothing was trained."
        if self.refused:
            return f"{self.refused.model} was refused and nothing serves yet: {self.refused.reasons[-1]}."
        if self.comparison:
            return "Its models are compared; “quartet promote” decides which one serves."
        if self.gate.state == "passed":
            return "The data passed the gate; “quartet run” trains and compares the models."
        return "Not run yet: “quartet run” makes what is missing."


def overview_of(project: Project, params: Params, dataset: str) -> Overview:
    """Where a dataset of params.yaml stands."""
    comparison = load_comparison(project, dataset)
    compared = comparison.models if comparison else {}
    file = project.raw(dataset) / "items.parquet"
    return Overview(
        name=dataset,
        settings=params.datasets[dataset],
        n_items=pq.read_metadata(file).num_rows if file.exists() else None,
        gate=gate_of(project, dataset),
        comparison=comparison,
        decisions=decisions(project, dataset),
        pending=[name for name in params.models_of(dataset) if name not in compared],
    )
