"""The table of datasets × models, from what is on disk."""

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from quartet.comparisons import Comparison, gate_passed, load_comparison
from quartet.history import champion_of, decisions, withdrawn
from quartet.params import Params
from quartet.project import Project, read_json

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True)
class Result:
    """One model's line.

    Args:
        mean, sd, n: of the metric on the test split, over seeds; sd is None for one seed.
        verdict: what the registry says of it: champion, refused, rolled back, or nothing.
        note: why there is no score, or why it is not of the present data.
    """

    dataset: str
    model: str
    metric: str = ""
    mean: float | None = None
    sd: float | None = None
    n: int = 0
    baseline: bool = False
    verdict: str = ""
    note: str = ""

    @property
    def score(self) -> str:
        """Mean ± sd (n), or the note."""
        if self.mean is None:
            return self.note
        spread = f" ± {self.sd:.4f}" if self.sd is not None else ""
        return f"{self.mean:.4f}{spread} ({self.n})"


def results(project: Project, params: Params, names: list[str] | None = None) -> list[Result]:
    """A line per model of the datasets."""
    return [line for dataset in names or params.datasets for line in of_dataset(project, params, dataset)]


def of_dataset(project: Project, params: Params, dataset: str) -> list[Result]:
    """The lines of one dataset, the best on validation first."""
    comparison = load_comparison(project, dataset)
    if comparison is None:
        note = refused(project, params, dataset) or missing(project, dataset)
        return [Result(dataset, model, note=note) for model in params.models_of(dataset)]
    made = decisions(project, dataset)
    champion = champion_of(made)
    verdicts = {decision.fingerprint: "refused" for decision in made if decision.verdict == "refused"}
    verdicts |= dict.fromkeys(withdrawn(made), "rolled back")
    verdicts |= {champion.fingerprint: "champion"} if champion else {}
    note = refused(project, params, dataset) or ("" if comparison.accepted else "new data stopped by the gate")
    return [replace(line(comparison, model, verdicts), note=note) for model in comparison.ranking]


def line(comparison: Comparison, model: str, verdicts: dict[str, str]) -> Result:
    """One model's line."""
    score = comparison.models[model]["test"][comparison.metric]
    verdict = verdicts.get(comparison.fingerprint(model), "")
    known = {"dataset": comparison.dataset, "model": model, "metric": comparison.metric}
    return Result(
        **known,
        mean=score["mean"],
        sd=score["sd"],
        n=score["n"],
        baseline=model == comparison.baseline,
        verdict=verdict,
    )


def missing(project: Project, dataset: str) -> str:
    """Why a dataset has no scores."""
    if project.validation(dataset).exists() and not gate_passed(project, dataset):
        return f"stopped by the gate: {', '.join(failed_checks(project, dataset))}"
    return "not run yet"


def refused(project: Project, params: Params, dataset: str) -> str:
    """That the last ingestion of a dataset was refused, unless something changed since; older tables may be there."""
    log = project.log(f"ingest@{dataset}")
    if not log.exists() or "quartet: " not in log.read_text(encoding="utf-8"):
        return ""
    since = (project.raw(dataset), project.params, project.root / params.datasets[dataset].source)
    if any(path.exists() and path.stat().st_mtime > log.stat().st_mtime for path in since):
        return ""
    return f"its source was refused: {log.relative_to(project.root)} says why"


def failed_checks(project: Project, dataset: str) -> list[str]:
    """The names of the checks that stopped a dataset."""
    results = read_json(project.validation(dataset))["results"]
    failed = (result for result in results if not result["success"] and result["severity"] == "error")
    return list(dict.fromkeys(result["name"] for result in failed))


def as_table(lines: list[Result]) -> "Table":
    """For the terminal."""
    from rich.table import Table

    table = Table("dataset", "model", "metric", "test: mean ± sd (seeds)", "", title=None)
    last = ""
    for item in lines:
        style = "bold" if item.verdict == "champion" else "red" if item.mean is None else ""
        words = ("baseline" if item.baseline else "", item.verdict, item.note if item.mean is not None else "")
        remark = " ".join(word for word in words if word)
        table.add_row(
            item.dataset if item.dataset != last else "", item.model, item.metric, item.score, remark, style=style
        )
        last = item.dataset
    return table


def as_json(lines: list[Result]) -> list[dict[str, Any]]:
    """For programs."""
    return [asdict(item) for item in lines]
