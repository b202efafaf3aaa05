"""The way back: an earlier champion serves again, and the reason stands in the history."""

from quartet import history, provenance, registry, tracking
from quartet.errors import RegistryError
from quartet.history import Decision
from quartet.project import Project
from quartet.recovery import rebuild


def roll_back(project: Project, dataset: str, *, to: str | None, reason: str) -> Decision:
    """Let the champion before the present one serve again, or the version that `to` names.

    Args:
        to: a version's number in MLflow, or how its fingerprint begins.

    Raises:
        RegistryError: there is no such version; nothing was changed.
    """
    rebuild(project, [dataset])
    client = tracking.connect(project)
    with tracking.publication_lock(project):
        decisions = history.decisions(project, dataset)
        standing = history.champion_of(decisions)
        fingerprint = registry.fingerprint_of(client, dataset, to) if to else before(decisions, dataset)
        version = registry.versions(client, dataset).get(fingerprint)
        if version is None:
            mend = "`quartet trace` lists the versions there are; `dvc pull` may bring the files of one that is gone."
            raise RegistryError("what serves is registered", came=f"MLflow has no version {fingerprint}", mend=mend)
        if standing and standing.fingerprint == fingerprint:
            mend = "Name another version with --to."
            raise RegistryError("a rollback changes what serves", came=f"{fingerprint} serves already", mend=mend)
        earlier = [one for one in decisions if one.fingerprint == fingerprint and "candidate" in one.scores]
        decision = Decision(
            verdict="rolled back",
            model=version.tags["quartet.model"],
            fingerprint=fingerprint,
            champion=standing.fingerprint if standing else None,
            reasons=[reason],
            metric=earlier[-1].metric if earlier else "",
            scores={"candidate": earlier[-1].scores["candidate"]} if earlier else {},
            data=earlier[-1].data if earlier else "",
            commit=provenance.commit(project.root),
        )
        history.append(project, dataset, decision)
        registry.set_aliases(client, dataset, {"champion": fingerprint})
    return decision


def before(decisions: list[Decision], dataset: str) -> str:
    """The fingerprint that served last before the present champion and was not rolled back itself."""
    standing, gone = history.champion_of(decisions), history.withdrawn(decisions)
    served = [decision.fingerprint for decision in decisions if decision.verdict != "refused"]
    earlier = [one for one in served if standing and one != standing.fingerprint and one not in gone]
    if not earlier:
        came = "no other one served that was not rolled back" if standing else "nothing was promoted yet"
        mend = "Name a version with --to; `quartet trace` lists them."
        raise RegistryError(f"{dataset} has an earlier champion to go back to", came=came, mend=mend)
    return earlier[-1]
