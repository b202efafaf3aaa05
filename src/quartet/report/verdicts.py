"""What the numbers say, in plain words."""

from dataclasses import dataclass
from typing import Any

from quartet.comparisons import Comparison
from quartet.history import Decision, champion_of
from quartet.report.formats import bounds, metric_name, number, p_value, score

SIGNIFICANT = 0.05  # goes with the 95 % intervals of evaluate


@dataclass(frozen=True)
class Standing:
    """The champion of a dataset.

    Args:
        decision: that promoted it.
        score: its test score as text: mean ± sd over seeds where it is one of the models compared now.
        sentence: why it is champion.
        is_baseline: whether it is the baseline; None where the models compared now cannot tell.
    """

    decision: Decision
    score: str
    sentence: str
    is_baseline: bool | None


def standing_of(decisions: list[Decision], comparison: Comparison | None) -> Standing | None:
    """Why a promoted version is champion, as far as the models compared now can tell; None where nothing serves."""
    decision = champion_of(decisions)
    if decision is None:
        return None
    model = decision.model
    if decision.verdict == "rolled back":
        then, why = number(decision.scores.get("candidate")), f"{model} serves again: {decision.why}."
        known = comparison is not None and is_compared(decision, comparison)
        is_baseline = model == comparison.baseline if comparison and known else None
        return Standing(decision, f"{then} when it was last compared", why, is_baseline)
    if comparison is None or not is_compared(decision, comparison):
        then = number(decision.scores.get("candidate"))
        earlier = f"{model} was promoted on {decision.time[:10]}; it is not among the models that are compared now."
        return Standing(decision, f"{then} when it was promoted", earlier, None)
    is_baseline = model == comparison.baseline
    sentence = of_baseline(decisions[-1], comparison) if is_baseline else of_network(model, comparison)
    return Standing(decision, score(comparison.models[model]["test"][comparison.metric]), sentence, is_baseline)


def is_compared(decision: Decision, comparison: Comparison) -> bool:
    """Whether the promoted version is one of those compared now."""
    fingerprints = comparison.models.get(decision.model, {}).get("fingerprints", {})
    return decision.fingerprint in fingerprints.values()


def of_baseline(last: Decision, comparison: Comparison) -> str:
    """Why a baseline is champion: it is the best, or no network beat it, or the one that did was refused."""
    baseline, best = str(comparison.baseline), comparison.ranking[0]
    if last.verdict == "refused":
        return f"The baseline {baseline} stays champion: the last candidate, {last.model}, was refused."
    if best == baseline:
        metric = metric_name(comparison.metric)
        return f"The baseline {baseline} is champion: no network surpasses its {metric} on validation."
    gain = comparison.sign * (comparison.mean(best) - comparison.mean(baseline))
    but = "but on test only" if gain > 0 else "yet on test"
    return (
        f"The baseline {baseline} is champion: no network beat it with confidence. "
        f"{best} is best on validation, {but} {in_words(gain)}."
    )


def of_network(model: str, comparison: Comparison) -> str:
    """Why a network is champion."""
    if comparison.baseline is None:
        return f"{model} is champion; it was compared with no baseline."
    gain = comparison.sign * (comparison.mean(model) - comparison.mean(comparison.baseline))
    metric = metric_name(comparison.metric)
    return (
        f"{model} is champion: its mean {metric} on test is {in_words(gain)} than that of the baseline "
        f"{comparison.baseline}."
    )


def in_words(gain: float) -> str:
    """How much better or worse."""
    if abs(gain) < 1e-9:
        return "no better or worse"
    return f"{number(abs(gain))} {'better' if gain > 0 else 'worse'}"


def split_in_words(comparison: Comparison) -> str:
    """Which test items the figures are of."""
    split = comparison.content.get("split") or {"kind": ""}
    match split["kind"]:
        case "published":
            return "Test figures are on the published split."
        case "folds":
            return (
                f"Test figures are on {split['folds']} folds, hashed (seed {split['seed']}): each item is predicted by "
                "a network that saw neither it nor its group."
            )
        case "hashed":
            return f"Test figures are on a hashed split (seed {split['seed']}), not on a published one."
    return ""


def differences_in_words(comparison: Comparison) -> list[dict[str, Any]]:
    """The paired differences, each with a sentence; those with the baseline first."""
    found = comparison.content["differences"]
    ordered = sorted(found, key=lambda item: comparison.baseline not in (item["a"], item["b"]))
    return [item | {"sentence": difference_in_words(item, comparison, len(found))} for item in ordered]


def difference_in_words(item: dict[str, Any], comparison: Comparison, n_comparisons: int) -> str:
    """One paired difference on test, told from the better model, with what may be concluded from it."""
    gain, ends = comparison.sign * item["difference"], [comparison.sign * end for end in item["interval"]]
    better, worse = item["a"], item["b"]
    if gain < 0:
        better, worse, gain, ends = worse, better, -gain, [-end for end in ends]
    certain = item["p_value"] < SIGNIFICANT
    claim = f"{better} is better than {worse}" if certain else f"{better} and {worse} cannot be told apart"
    adjusted = f"adjusted for {n_comparisons} comparisons" if n_comparisons > 1 else "the only comparison"
    return (
        f"{claim}: {metric_name(comparison.metric)} of {better} is {in_words(gain)} (95 % interval of the gain "
        f"{bounds((min(ends), max(ends)))}), p = {p_value(item['p_value'])}, {adjusted}.{second_opinion(item)}"
    )


def second_opinion(item: dict[str, Any]) -> str:
    """What McNemar's test says, where items are right or wrong."""
    p = item.get("mcnemar")
    return "" if p is None else f" McNemar's exact test of the best seeds: p = {p_value(p)}."
