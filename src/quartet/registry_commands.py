"""The commands of the registry's life. Nothing heavy is imported before a command needs it."""

import json
from pathlib import Path

import click

from quartet.errors import UsageError
from quartet.project import Project
from quartet.terminal import as_json_option, show_table


@click.command()
@as_json_option
def publish(as_json: bool) -> None:
    """Bring what DVC's files hold into MLflow; a second time changes nothing."""
    from quartet.recovery import rebuild
    from quartet.steps.publish import publish as publish_step
    from quartet.turns import run_turn

    with run_turn(Project(), "quartet publish"):
        rebuilt = rebuild(Project())
        new = publish_step(Project()) | {"rebuilt": rebuilt}
    said = f"MLflow: {new['runs']} runs completed, {new['versions']} versions registered"
    click.echo(json.dumps(new) if as_json else said + (f", {rebuilt} earlier versions made again" if rebuilt else ""))


@click.command()
@click.argument("names", nargs=-1, metavar="[DATASET]...")
@as_json_option
def promote(names: tuple[str, ...], as_json: bool) -> int:
    """Decide which version serves, and write the decision and its reasons to registry/."""
    from quartet.params import check_datasets, load_params

    check_datasets(load_params(Project().params), names)
    from quartet.recovery import rebuild
    from quartet.steps.promote import promote as promote_step
    from quartet.steps.publish import publish as publish_step
    from quartet.turns import run_turn

    chosen = list(names) or None
    with run_turn(Project(), "quartet promote"):
        rebuild(Project(), chosen)
        publish_step(Project(), chosen)
        decisions = promote_step(Project(), chosen)
    if as_json:
        click.echo(json.dumps({name: vars(decision) if decision else None for name, decision in decisions.items()}))
    else:
        for name, decision in decisions.items():
            outcome = (
                f"{decision.verdict} {decision.model}"
                if decision
                else "not evaluated yet or stopped by the gate, nothing to decide"
            )
            click.echo(f"{name}: {outcome}")
            for reason in decision.reasons if decision else ():
                click.echo(f"  {reason}")
    return int(any(decision is None or decision.verdict == "refused" for decision in decisions.values()))


@click.command()
@click.argument("dataset")
@click.option("--to", metavar="VERSION", help="A version's number or how its fingerprint begins.")
@click.option("--reason", default="no reason was given", help="Why; it stands in the history and on the report.")
@as_json_option
def rollback(dataset: str, to: str | None, reason: str, as_json: bool) -> None:
    """Let the champion before the present one serve again, or a version you name; written to registry/.

    The version that is left does not come back by itself: `quartet promote` refuses it until you roll back to it.
    """
    from quartet.params import check_datasets, load_params
    from quartet.report import write_report
    from quartet.rolling_back import roll_back

    check_datasets(load_params(Project().params), [dataset])
    decision = roll_back(Project(), dataset, to=to, reason=reason)  # at once: it does not wait for a run that goes on
    write_report(Project())
    said = f"{dataset}: {decision.model} ({decision.fingerprint}) serves again, in place of {decision.champion}"
    click.echo(json.dumps(vars(decision)) if as_json else said)


@click.command()
@click.argument("name", required=False, metavar="[DATASET[@WHICH]]")
@click.option("--data", metavar="HASH|PATH", help="Every version made of the data with this DVC hash, or of this path.")
@as_json_option
def trace(name: str | None, data: str | None, as_json: bool) -> None:
    """Show what a version was made of: data, code, params, gate, runs, decisions.

    WHICH is an alias (champion by default), a version's number, or how its fingerprint begins. Without a name, list
    all versions; with --data, those made of some data.
    """
    from quartet import tracing

    if name and data:
        raise UsageError("a name or --data is given", came="both are", mend="Leave one out.")
    if name:
        traced = tracing.trace(Project(), name)
        click.echo(json.dumps(traced, indent=1) if as_json else "\n".join(tracing.as_lines(traced)))
        return
    found = tracing.versions_of_data(Project(), data) if data else tracing.all_versions(Project())
    if as_json:
        click.echo(json.dumps([{"dataset": dataset, **vars(line)} for dataset, line in found], indent=1))
    else:
        show_table(tracing.as_table(found, Project()))


@click.command()
@click.argument("name", metavar="DATASET[@WHICH]")
@click.option(
    "--tolerance",
    default=0.0,
    show_default=True,
    type=click.FloatRange(min=0),
    help="How far numbers may lie apart and still pass: 0 is right on one kind of CPU, 1e-3 on GPUs.",
)
@click.option(
    "--keep", type=click.Path(path_type=Path, file_okay=False), help="A new folder where the clone stays afterwards."
)
@as_json_option
def reproduce(name: str, tolerance: float, keep: Path | None, as_json: bool) -> int:
    """Make a version again in a clean clone, from its data on, and compare: equal, or where it first differs.

    DATASET means its champion; WHICH is an alias, a version's number, or how a fingerprint begins.
    """
    from quartet import reproduction

    made = reproduction.reproduce(Project(), name, lambda line: click.echo(line, err=True), keep=keep)
    if as_json:
        click.echo(json.dumps(reproduction.as_json(made, tolerance), indent=1))
    else:
        click.echo("\n".join(reproduction.as_lines(made, tolerance)))
    return int(not made.is_equal(tolerance))


COMMANDS = (publish, promote, rollback, trace, reproduce)
