"""promote: which version serves. Ranked on validation; the test split only accepts or refuses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quartet import history, provenance, registry, tracking
from quartet.artifacts import load_encoder, load_tables
from quartet.closure import file_hash
from quartet.comparisons import Comparison, load_comparison
from quartet.errors import RegistryError, SourceError, UsageError
from quartet.history import Decision
from quartet.params import Params, load_params
from quartet.predictions import split_outputs
from quartet.project import Project
from quartet.statistics import bootstrap, lower_bound

if TYPE_CHECKING:
    import numpy as np
    from mlflow import MlflowClient


@dataclass(frozen=True)
class Contender:
    """A trained model that may serve: its outputs on the current test split."""

    role: str
    model: str
    fingerprint: str
    output: "np.ndarray"


def promote(project: Project, names: Sequence[str] | None = None) -> dict[str, Decision | None]:
    """Decide for each dataset; the decision, or None where its models were not compared.

    A decision that stands already is not written again.
    """
    params, client = load_params(project.params), tracking.connect(project)
    decisions: dict[str, Decision | None] = {}
    with tracking.publication_lock(project):
        for dataset in params.datasets if names is None else names:
            comparison = load_comparison(project, dataset)
            ready = comparison if comparison and comparison.accepted else None
            decisions[dataset] = Gate(client, params, ready).decide() if ready else None
    return decisions


class Gate:
    """The decision on one dataset."""

    def __init__(self, client: "MlflowClient", params: Params, comparison: Comparison) -> None:
        self.client, self.comparison = client, comparison
        self.project, self.dataset = comparison.project, comparison.dataset
        self.settings, self.confidence = params.datasets[self.dataset], params.promotion.confidence
        self.history = history.decisions(self.project, self.dataset)
        self.data = file_hash(self.project.prepared(self.dataset))
        self.target = split_outputs(comparison.folder(comparison.ranking[0]), "test", fold=0)[0]
        self.reasons: list[str] = []

    def decide(self) -> Decision:
        """Choose the candidate, let it meet the floor and the champion, write the decision and point the aliases."""
        standing = history.champion_of(self.history)
        candidate = self.candidate()
        champion = self.champion(standing) if standing and standing.fingerprint != candidate.fingerprint else None
        passed = self.reaches_minimum(candidate) and self.may_return(candidate)
        if champion:
            passed = self.not_worse(candidate, champion) and passed
        decision = self.decision(candidate, champion, standing, passed=passed)
        known = self.already_made(decision)
        if passed and candidate.fingerprint not in registry.versions(self.client, self.dataset):
            mend = "Run `quartet publish` and promote again."
            raise RegistryError("what is promoted is registered", came=f"{candidate.model} is not", mend=mend)
        if not known:
            history.append(self.project, self.dataset, decision)
        serves = (known or decision) if passed else standing
        self.point_aliases(serves.fingerprint if serves else None)
        return known or decision

    def already_made(self, decision: Decision) -> Decision | None:
        """The decision that stands already: the same promotion, or the same refusal since the last promotion."""
        standing = history.champion_of(self.history)
        if decision.verdict == "promoted":
            return standing if standing and standing.fingerprint == decision.fingerprint else None
        recent = self.history[self.history.index(standing) + 1 :] if standing else self.history
        made = (decision.fingerprint, decision.data, decision.reasons)
        return next((old for old in recent if (old.fingerprint, old.data, old.reasons) == made), None)

    def candidate(self) -> Contender:
        """The best on validation; the baseline where that network is not better with confidence."""
        best = self.settings.candidate or self.comparison.candidates[0]
        if best not in self.comparison.models:
            must = f"candidate of {self.dataset} is a model that was trained and compared"
            raise UsageError(must, came=f"{best} was not", mend="Run `quartet run` first.")
        chosen = "as `candidate:` says" if self.settings.candidate else "best on validation"
        self.reasons.append(f"{best} is the candidate, {chosen} ({self.of(best, 'validation')})")
        baseline = self.comparison.baseline
        contender = self.contender(best, "candidate")
        if baseline is None or baseline == best:
            return contender
        simple = self.contender(baseline, "baseline")
        gain, bound = self.gain(contender, simple)
        if bound > 0:
            self.reasons.append(f"it beats the baseline {baseline} by {gain:+.4f}, {self.at_least(bound)}")
            return contender
        reason = f"it is not better than the baseline {baseline} with confidence ({gain:+.4f}, {self.at_least(bound)})"
        self.reasons.append(f"{reason}: the simpler model takes its place")
        return simple

    def contender(self, model: str, role: str) -> Contender:
        """The best seed of a model on disk."""
        output = split_outputs(self.comparison.folder(model), "test", fold=0)[1]
        return Contender(role, model, self.comparison.fingerprint(model), output)

    def champion(self, standing: Decision) -> Contender | None:
        """What serves now, rescored on the current test split; None where its weights are not to be had."""
        scorer = registry.load_champion(self.client, self.dataset, standing.fingerprint)
        if scorer is None:
            self.reasons.append(f"the champion {standing.model} is in no registry at hand and could not be rescored")
            return None
        if bool(scorer.encoder.classes) != bool(self.comparison.content["classes"]):
            self.reasons.append(f"the champion {standing.model} was trained for another task")
            return None
        tables = load_tables(self.project.raw(self.dataset))
        try:
            output = scorer.outputs(scorer.family.parts(tables, scorer.encoder)["test"])
        except SourceError as error:
            self.reasons.append(f"the champion {standing.model} cannot answer today's test items: {error}")
            return None
        return Contender("champion", standing.model, standing.fingerprint, self.aligned(output, scorer.encoder.classes))

    def aligned(self, output: "np.ndarray", classes: list[str]) -> "np.ndarray":
        """Probabilities in the order of today's classes, zero for those the champion does not know."""
        import numpy as np

        today = load_encoder(self.project.prepared(self.dataset)).classes
        if classes == today:
            return output
        columns = [output[:, classes.index(name)] if name in classes else np.zeros(len(output)) for name in today]
        return np.stack(columns, axis=1)

    def reaches_minimum(self, candidate: Contender) -> bool:
        """Whether the candidate reaches the dataset's `minimum`."""
        minimum, score = self.settings.minimum, self.score(candidate)
        if minimum is None:
            self.reasons.append(f"no minimum is set; {candidate.model} scores {score:.4f} on test")
            return True
        reached = self.comparison.sign * (score - minimum) >= 0
        verb = "reaches" if reached else "falls short of"
        self.reasons.append(f"{candidate.model} {verb} the minimum {minimum}: {score:.4f} on test")
        return reached

    def may_return(self, candidate: Contender) -> bool:
        """Whether no rollback took the candidate out of service."""
        rollback = history.withdrawn(self.history).get(candidate.fingerprint)
        if rollback is None:
            return True
        way_out = f"`quartet rollback {self.dataset} --to {candidate.fingerprint}` lets it serve again"
        self.reasons.append(f"{candidate.model} was rolled back on {rollback.time[:10]} ({rollback.why}): {way_out}")
        return False

    def not_worse(self, candidate: Contender, champion: Contender) -> bool:
        """Whether the candidate is not worse than the champion with confidence."""
        loss, bound = self.gain(champion, candidate)
        verb = "is worse than" if bound > 0 else "is not worse than"
        difference = f"{0.0 - loss:+.4f} on test, at {self.confidence:.0%} confidence"
        self.reasons.append(f"{candidate.model} {verb} the champion {champion.model} ({difference})")
        return bound <= 0

    def gain(self, a: Contender, b: Contender) -> tuple[float, float]:
        """How much better `a` is than `b` on test, and the bound that the difference exceeds with confidence."""
        metric, sign = self.comparison.metric, self.comparison.sign
        samples = bootstrap(metric, self.target, [a.output]) - bootstrap(metric, self.target, [b.output])
        return sign * (self.score(a) - self.score(b)), lower_bound(sign * samples, self.confidence)

    def score(self, contender: Contender) -> float:
        """The ranking metric on the current test split."""
        from quartet.metrics import score

        return score(self.comparison.metric, self.target, contender.output)

    def of(self, model: str, split: str) -> str:
        """The metric's mean over seeds, in words."""
        metric = self.comparison.ranking_metric if split == "validation" else self.comparison.metric
        return f"{metric} {self.comparison.mean(model, split):.4f}"

    def at_least(self, bound: float) -> str:
        """A one-sided bound in words."""
        return f"with {self.confidence:.0%} confidence at least {bound:+.4f}"

    def decision(
        self, candidate: Contender, champion: Contender | None, standing: Decision | None, *, passed: bool
    ) -> Decision:
        """The line to write."""
        roles = {contender.role: self.score(contender) for contender in (candidate, champion) if contender}
        return Decision(
            verdict="promoted" if passed else "refused",
            model=candidate.model,
            fingerprint=candidate.fingerprint,
            champion=standing.fingerprint if standing else None,
            reasons=self.reasons,
            metric=self.comparison.metric,
            scores={"candidate": roles.get("candidate", roles.get("baseline")), **roles},  # type: ignore[dict-item]
            data=self.data,
            commit=provenance.commit(self.project.root),
        )

    def point_aliases(self, champion: str | None) -> None:
        """`champion` is what serves; `challenger` is the best on validation of the other models."""
        others = [model for model in self.comparison.candidates if self.comparison.fingerprint(model) != champion]
        challenger = self.comparison.fingerprint(others[0]) if others else None
        registry.set_aliases(self.client, self.dataset, {"champion": champion, "challenger": challenger})
