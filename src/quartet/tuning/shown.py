"""A search for people and for programs."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from quartet.params_file import flow

if TYPE_CHECKING:
    from rich.table import Table

    from quartet.tuning.search import Outcome
    from quartet.tuning.study import Trial

SHOWN = 5  # trials in the ending table
FOLDS = "fold 0 was searched: its validation items are tested in other folds, whose scores may gain a little by it"


def trial_line(trial: "Trial", metric: str, best: "Trial | None") -> str:
    """How one trial ended, in a line."""
    settings = said(trial)
    ended = f"{metric} {trial.score:.4f}" if trial.score is not None else f"{trial.state} {trial.why}".strip()
    so_far = f"; best {best.score:.4f}, trial {best.number}" if best and best.score is not None else ""
    return f"trial {trial.number}: {settings} → {ended} ({trial.seconds:.1f} s{so_far})"


def said(trial: "Trial") -> str:
    """The settings of a trial."""
    return ", ".join(f"{name} {flow(value)}" for name, value in trial.values.items()) or "the present settings"


def as_table(found: "Outcome") -> "Table":
    """The present settings and the best trials."""
    from rich.table import Table

    scored = [trial for trial in found.trials if trial.score is not None]
    ranked = sorted(scored, key=lambda trial: (trial.score or 0.0) * (1 if found.lower else -1))[:SHOWN]
    ranked += [trial for trial in scored[:1] if trial.number == 0 and trial not in ranked]
    table = Table(title=f"{found.model}: {counts_line(found)}", title_justify="left")
    for heading in ("trial", f"validation {found.metric}", "settings"):
        table.add_column(heading, overflow="fold")
    for trial in ranked:
        table.add_row(str(trial.number), f"{trial.score:.4f}", said(trial))
    return table


def counts(found: "Outcome") -> dict[str, int]:
    """How many trials ended how."""
    return {state: sum(trial.state == state for trial in found.trials) for state in ("done", "pruned", "failed")}


def counts_line(found: "Outcome") -> str:
    """The same, in a line."""
    return f"{len(found.trials)} trials, " + ", ".join(f"{n} {state}" for state, n in counts(found).items() if n)


def closing(found: "Outcome", *, accepted: bool) -> list[str]:
    """What the search ends in, and how far it may be trusted."""
    lines = [confidence(found), *([FOLDS] if found.folds else [])]
    if not found.values:
        return [*lines, "the present settings are not beaten: params.yaml stays as it is"]
    lines += ["", found.patch]
    if accepted:
        return [*lines, "params.yaml is changed: `quartet run` trains with it"]
    return [*lines, f"to accept: `git apply {found.patch_file}`, or the same command with --accept"]


def confidence(found: "Outcome") -> str:
    """By how many seeds the best settings were chosen."""
    if not found.confirmed:
        return f"chosen on validation with one seed, {found.seed}: part of a lead may be luck, which --seeds 3 tells"
    present, best = found.confirmed
    return f"on other seeds, which chose nothing: {best:.4f}, with the present settings {present:.4f}"


def as_json(found: "Outcome", *, accepted: bool) -> dict[str, Any]:
    """All of it for programs, the curves aside."""
    trials = [{name: value for name, value in asdict(trial).items() if name != "rows"} for trial in found.trials]
    return {
        "model": found.model,
        "dataset": found.dataset,
        "metric": found.metric,
        "lower_is_better": found.lower,
        "seed": found.seed,
        "space": {name: str(ranged) for name, ranged in found.space.items()},
        "trials": trials,
        "counts": counts(found),
        "best": found.best.number,
        "confirmed": dict(zip(("present", "best"), found.confirmed, strict=True)) if found.confirmed else None,
        "values": found.values,
        "patch": str(found.patch_file) if found.patch else None,
        "accepted": accepted,
    }
