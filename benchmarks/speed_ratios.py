"""Which time of each side is compared, how often ours goes into a peer's, and whether that reaches the bar."""

from dataclasses import dataclass
from statistics import mean, median, stdev
from typing import Any

Sample = dict[str, Any]


@dataclass(frozen=True)
class Ratio:
    """Peer / ours: the median over repeats of what ran in turn, with the least and the greatest."""

    median: float
    low: float
    high: float


def seconds(sample: Sample, what: str, clock: str, *, peer: bool) -> float:
    """The time of one process that is compared.

    Args:
        what: `training`, `epoch`, `process`, or `kept`: of ours the whole training, of a peer that up to the
            epoch whose weights it kept, as if it had known to stop there.
        clock: `cpu_s` or `wall_s`.
    """
    match what:
        case "process":
            found: float = sample[f"process_{clock}"]
        case "epoch":
            found = sample[clock] / sample["n_epochs"]
        case "kept" if peer:
            found = sample.get(f"kept_{clock}", sample[clock])
        case _:
            found = sample[clock]
    return found


def ratio(ours: list[float], peer: list[float]) -> Ratio:
    """Of times taken in turn: a slow spell of the machine hits both sides of a pair. A slow peer may have run less."""
    paired = [theirs / own for own, theirs in zip(ours, peer, strict=False)]
    return Ratio(median(paired), min(paired), max(paired))


def scores_of(samples: list[Sample]) -> list[float]:
    """Of all trainings."""
    return [score for sample in samples for score in sample["scores"]]


def reaches(ours: list[float], rule: str | float, peer: list[float]) -> bool:
    """Whether our score makes the ratio count.

    Args:
        rule: a figure that the mean must reach; `not_below` the peer's mean; or `within_noise`: not below it by more
            than two standard errors of the difference.
    """
    if not isinstance(rule, str):
        return mean(ours) >= rule
    slack = 2 * (variance_of_mean(ours) + variance_of_mean(peer)) ** 0.5 if rule == "within_noise" else 0.0
    return mean(ours) >= mean(peer) - slack


def variance_of_mean(values: list[float]) -> float:
    """Of seeds; 0 where there is only one, which leaves no room for noise."""
    return stdev(values) ** 2 / len(values) if len(values) > 1 else 0.0


def verdicts(part: dict[str, Any], run: dict[str, Any]) -> list[dict[str, Any]]:
    """For each model of ours, the ratio to each peer, and what becomes of its bar against the fastest that scores."""
    return [verdict(own, part, run) for own in part["ours"] if own["model"] in run["ours"]]


def verdict(own: dict[str, Any], part: dict[str, Any], run: dict[str, Any]) -> dict[str, Any]:
    """One model of ours beside all peers."""
    what, clock, rule = part["what"], run["clock"], part["score"]
    samples = run["ours"][own["model"]]
    ours = [seconds(sample, what, clock, peer=False) for sample in samples]
    peers = {name: [seconds(s, what, clock, peer=True) for s in found] for name, found in run["peers"].items()}
    ratios = {name: ratio(ours, found) for name, found in peers.items()}
    against = [name for name in peers if name.startswith(own.get("against", ""))]
    there = {name for name in against if isinstance(rule, str) or mean(scores_of(run["peers"][name])) >= rule}
    fastest = min(there, key=lambda name: median(peers[name])) if there else None
    said = "no peer gets there"
    if fastest is not None:
        good = reaches(scores_of(samples), rule, scores_of(run["peers"][fastest]))
        said = "" if "bar" not in own else "reached" if ratios[fastest].median >= own["bar"] else "missed"
        said = said if good else f"score below what counts ({rule})"
    return {"model": own["model"], "bar": own.get("bar"), "fastest": fastest, "ratios": ratios, "said": said}
