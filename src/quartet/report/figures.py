"""The charts of a dataset's page, from the content of comparison.json."""

from dataclasses import dataclass
from typing import Any

from quartet.comparisons import Comparison
from quartet.report.charts import Axis, Chart, Mark, axis_over, thinned
from quartet.report.formats import counted, metric_label, metric_name, number, score, scored_on

MAX_CLASSES = 20  # of a confusion table: of more, the commonest confusions are listed
LOSSES = {  # task → short name, what it is
    "classification": ("cross-entropy, nats", "cross-entropy"),
    "node_classification": ("cross-entropy, nats", "cross-entropy"),
    "link_prediction": ("cross-entropy, nats", "cross-entropy of pairs with and without an edge"),
    "community_detection": ("minus modularity", "minus the modularity of soft communities, and what keeps them apart,"),
    "similarity": ("squared error", "squared error of the similarity, which is between 0 and 1,"),
    "regression": ("squared error", "squared error of the target scaled to 0–1"),
}
ROW = 38  # height of a model's row in the comparison


@dataclass(frozen=True)
class Figures:
    """What a page shows of a comparison."""

    comparison: Chart | None
    curves: list[Chart]
    confusions: list["Confusion"]
    reliability: list[Chart]
    scatter: list[Chart]


def figures_of(comparison: Comparison) -> Figures:
    """All the figures that a comparison has numbers for, the models best on validation first."""
    reports = {model: comparison.models[model] for model in comparison.ranking}
    task, classes = comparison.content["task"], comparison.content["classes"]
    return Figures(
        comparison=interval_chart(comparison),
        curves=[learning_curves(model, report, task) for model, report in reports.items() if report["curves"]],
        confusions=[
            confusion_of(model, report, classes) for model, report in reports.items() if report.get("confusion")
        ],
        reliability=[
            reliability_curve(model, report) for model, report in reports.items() if report.get("reliability")
        ],
        scatter=[
            predicted_against_true(model, report, task) for model, report in reports.items() if report.get("scatter")
        ],
    )


def interval_chart(comparison: Comparison) -> Chart | None:
    """A dot for each model's mean on test and a whisker for its interval; a dashed line marks the baseline."""
    reports = {model: comparison.models[model] for model in comparison.ranking}
    known = {model: report for model, report in reports.items() if None not in report["test_interval"]}
    if not known:
        return None
    values = [value for report in known.values() for value in report["test_interval"]]
    axis = axis_over([*values, *(comparison.mean(model) for model in known)], metric_label(comparison.metric))
    marks: list[Mark] = []
    if comparison.baseline in known:
        mean = comparison.mean(str(comparison.baseline))
        marks.append(Mark("line", [(mean, 0), (mean, 1)], "reference"))
    for place, (model, report) in enumerate(known.items()):
        marks += whisker(comparison, model, report, 1 - (place + 0.68) / len(known))
    ns = sorted({report["test"][comparison.metric]["n"] for report in known.values()})
    n_items = next(iter(known.values()))["n_items"]["test"]
    unit = scored_on(comparison.metric, comparison.content["task"])
    note = (
        f"Test split, {counted(n_items, unit)}. Dot: mean over seeds (n = {' or '.join(map(str, ns))}); whisker: "
        "95 % bootstrap interval over test items, which says nothing of the spread between seeds."
    )
    title = f"Test {metric_name(comparison.metric)} of each model"
    return Chart(title, note, axis, None, marks, height=60 + ROW * len(known))


def whisker(comparison: Comparison, model: str, report: dict[str, Any], y: float) -> list[Mark]:
    """One model's row: name, interval and mean."""
    is_baseline = model == comparison.baseline
    style = "baseline" if is_baseline else "model"
    low, high = report["test_interval"]
    name = f"{model} (baseline)" if is_baseline else model
    mean = comparison.mean(model)
    return [
        Mark("line", [(low, y), (high, y)], f"whisker {style}"),
        Mark("dots", [(mean, y)], style, f"{name}: {number(mean)}"),
        Mark("name", [(low, y)], style, name),
    ]


def learning_curves(model: str, report: dict[str, Any], task: str) -> Chart:
    """Training and validation loss of each seed by epoch; a dot marks the epoch whose weights were kept."""
    last = report.get("keep") == "last"
    curves = report["curves"]
    losses = [value for curve in curves for name in ("train_loss", "validation_loss") for value in curve[name]]
    epochs = [epoch for curve in curves for epoch in curve["epoch"]]
    marks = [
        Mark("line", thinned(list(zip(curve["epoch"], curve[f"{split}_loss"], strict=True))), f"curve {split}")
        for split in ("train", "validation")
        for curve in curves
    ]
    points = [list(zip(curve["validation_loss"], curve["epoch"], strict=True)) for curve in curves]
    kept = [seed[-1] if last else min(seed) for seed in points]
    marks.append(Mark("dots", [(epoch, loss) for loss, epoch in kept], "validation", "weights kept"))
    short, meaning = LOSSES.get(task, (task.replace("_", " "), "loss"))
    note = (
        f"{meaning[0].upper()}{meaning[1:]} on the training and validation split, {counted(len(curves), 'seed')}, "
        "a line each. "
        f"Dot: {'the last epoch' if last else 'lowest validation loss, the epoch'}, whose weights were kept."
    )
    y = axis_over(losses, f"loss ({short})", allow_log=True)
    x = Axis("epoch", min(0.0, *epochs), max(epochs) * 1.02)
    return Chart(model, note, x, y, marks, (("train", "training"), ("validation", "validation")))


def reliability_curve(model: str, report: dict[str, Any]) -> Chart:
    """Accuracy against confidence, a dot per bin; on the diagonal, confidence is what it says."""
    bins = [(row["confidence"], row["accuracy"]) for row in report["reliability"]]
    note = (
        f"Test split, {counted(report['n_items']['test'], 'item')} in ten bins, {first_seed(report)}. "
        f"Expected calibration error over seeds: {score(report['calibration_error'])}."
    )
    low = min(min(point) for point in bins)
    x, y = (Axis(label, low - 0.03, 1.03) for label in ("confidence (probability)", "accuracy (fraction)"))
    marks = [
        Mark("line", [(low, low), (1, 1)], "reference"),
        Mark("line", bins, "model"),
        Mark("dots", bins, "model"),
    ]
    return Chart(model, note, x, y, marks)


def predicted_against_true(model: str, report: dict[str, Any], task: str) -> Chart:
    """Predicted against true values; on the diagonal, they are the same."""
    target, predicted = report["scatter"]["target"], report["scatter"]["predicted"]
    axis = axis_over([*target, *predicted], "")
    unit = "similarity, 1 for alike" if task == "similarity" else "unit of the target"
    x, y = (Axis(f"{word} ({unit})", axis.low, axis.high) for word in ("true", "predicted"))
    ends = [(axis.low, axis.low), (axis.high, axis.high)]
    points = list(zip(target, predicted, strict=True))
    n_items = counted(report["n_items"]["test"], scored_on("", task))
    note = f"Test split, {len(points)} of {n_items}, {first_seed(report)}. Dashed: no error."
    return Chart(model, note, x, y, [Mark("line", ends, "reference"), Mark("cloud", points, "model")])


def first_seed(report: dict[str, Any]) -> str:
    """The seed that evaluate took for what it shows of one seed only."""
    return str(next(iter(report["fingerprints"]))).replace("-", " ")


@dataclass(frozen=True)
class Confusion:
    """Which class was taken for which.

    Args:
        rows: a right class with (count, fraction of the row) for each predicted class.
        commonest: (right, predicted, count), where there are too many classes for a table.
    """

    title: str
    note: str
    classes: list[str]
    rows: list[tuple[str, list[tuple[int, float]]]]
    commonest: list[tuple[str, str, int]]


def confusion_of(model: str, report: dict[str, Any], classes: list[str]) -> Confusion:
    """Counts over seeds, rows the right class."""
    counts, n_seeds = report["confusion"], len(report["fingerprints"])
    note = f"Test split, counts summed over {counted(n_seeds, 'seed')}: each item counts {n_seeds} times."
    if n_seeds == 1:
        note = "Test split, counts of items, 1 seed."
    if len(classes) > MAX_CLASSES:
        pairs = [(a, b, counts[i][j]) for i, a in enumerate(classes) for j, b in enumerate(classes) if i != j]
        return Confusion(model, note, classes, [], sorted(pairs, key=lambda pair: -pair[2])[:MAX_CLASSES])
    shares = [[(count, count / (sum(row) or 1)) for count in row] for row in counts]
    return Confusion(model, note, classes, list(zip(classes, shares, strict=True)), [])
