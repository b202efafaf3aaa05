"""registry/<dataset>.jsonl, the append-only history in git: every version, and every decision with its reasons."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from quartet.errors import RegistryError
from quartet.project import Project, write_text

REGISTERED: Literal["registered"] = "registered"
Verdict = Literal["promoted", "refused", "rolled back"]
Stages = dict[str, dict[str, dict[str, str]]]


def now() -> str:
    """The time, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Decision:
    """A line that says what serves, or what may not.

    Args:
        verdict: what became of the candidate; rolled back: it is an earlier champion that serves again.
        model: the candidate's name.
        fingerprint: of its training: settings, code, prepared data and seed.
        champion: the fingerprint that served before; null the first time.
        reasons: one sentence per check, in the order they were made.
        scores: metric on the current test split, by role: candidate, baseline, champion; of a rollback, what the
            version scored when it was last a candidate.
        data: hash of the prepared data they met on; empty where none ever met.
        commit: git's HEAD, with -dirty where tracked code or settings were changed.
        time: when, UTC.
    """

    verdict: Verdict
    model: str
    fingerprint: str
    champion: str | None
    reasons: list[str]
    metric: str
    scores: dict[str, float]
    data: str
    commit: str
    time: str = field(default_factory=now)

    @property
    def why(self) -> str:
        """Its reasons in one line."""
        return "; ".join(self.reasons)


@dataclass(frozen=True)
class Registration:
    """A line that says a version was made, and all that makes it again; the lines stand in the versions' order.

    Args:
        model, fingerprint: as of a decision; the fingerprint ends with the seed.
        params: params.yaml, as far as the training reads it: this dataset and this model.
        stages: DVC's hash of every file and folder that a stage on the way read (`deps`) and wrote (`outs`), by path.
        mine: DVC's hash of the user's own files that the dataset was made of, by path.
        commit: as of a decision.
        flow_run: the Prefect flow run that registered it; null outside of one.
        environment: what its weights depend on besides: versions, and the CPU it was trained on as far as known.
    """

    model: str
    fingerprint: str
    params: dict[str, Any]
    stages: Stages
    mine: dict[str, str]
    commit: str
    flow_run: str | None
    environment: dict[str, str]
    time: str = field(default_factory=now)
    verdict: Literal["registered"] = REGISTERED

    @property
    def seed(self) -> int:
        """What the random numbers started from."""
        return int(self.fingerprint.rpartition("-")[2])

    def outs(self) -> dict[str, str]:
        """DVC's hash of all that the stages wrote, by path."""
        return {path: digest for stage in self.stages.values() for path, digest in stage["outs"].items()}


Line = Decision | Registration


def lines(project: Project, dataset: str) -> list[Line]:
    """The whole history, the oldest line first.

    Raises:
        RegistryError: a line is none.
    """
    file = project.registry(dataset)
    texts = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    try:
        return [parsed(json.loads(text)) for text in texts if text]
    except (ValueError, TypeError, AttributeError) as error:
        mend = f"It is append-only and in git: `git checkout {file}` brings the committed history back."
        raise RegistryError(f"{file} holds one JSON object per line", came=str(error), mend=mend) from error


def parsed(content: dict[str, Any]) -> Line:
    """A line of the file."""
    return Registration(**content) if content.get("verdict") == REGISTERED else Decision(**content)


def decisions(project: Project, dataset: str) -> list[Decision]:
    """All decisions, the oldest first."""
    return [line for line in lines(project, dataset) if isinstance(line, Decision)]


def registrations(project: Project, dataset: str) -> list[Registration]:
    """Every version that was ever made, in order."""
    return [line for line in lines(project, dataset) if isinstance(line, Registration)]


def append(project: Project, dataset: str, line: Line) -> None:
    """Write one more line; a process that is killed meanwhile leaves the file as it was."""
    file = project.registry(dataset)
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    gap = "\n" if before and not before.endswith("\n") else ""
    write_text(file, f"{before}{gap}{json.dumps(asdict(line), ensure_ascii=False)}\n")


def champion_of(decisions: Iterable[Decision]) -> Decision | None:
    """The decision that says what serves: the last promotion or rollback."""
    serving = [decision for decision in decisions if decision.verdict != "refused"]
    return serving[-1] if serving else None


def withdrawn(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """The rollback that took a version out of service, by its fingerprint; until it serves again."""
    found: dict[str, Decision] = {}
    for decision in decisions:
        if decision.verdict != "refused":
            found.pop(decision.fingerprint, None)
        if decision.verdict == "rolled back" and decision.champion:
            found[decision.champion] = decision
    return found
