"""The command line: argv in, exit code out. Nothing heavy is imported before a command needs it."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import click

from quartet.errors import QuartetError, ServiceError, StageFailed, UsageError
from quartet.forking import hand_over
from quartet.lean import collect_seldom
from quartet.project import Project
from quartet.quiet import environment
from quartet.registry_commands import COMMANDS
from quartet.storage import storage_error
from quartet.terminal import as_json_option, show_table


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="quartet-ml", prog_name="quartet")
def quartet() -> None:
    """Train, compare, register and reproduce the four classic families of neural networks.

    A project is a folder with params.yaml and dvc.yaml; run the commands there.
    """


for command in COMMANDS:
    quartet.add_command(command)


@quartet.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--force", is_flag=True, help="Run every stage anew, also those that are fresh.")
@as_json_option
def run(names: tuple[str, ...], force: bool, as_json: bool) -> None:
    """Run the pipeline for all datasets, or the named ones, and show the table of results."""
    from quartet_flows.starting import start

    from quartet.params import load_params
    from quartet.results import results

    project = Project()
    params = load_params(project.params)
    try:
        done = start(project, params, list(names), force=force)
    except StageFailed:
        show_results(results(project, params, list(names)), as_json=as_json)
        raise
    if not as_json:
        click.echo(f"{len(done)} stages were run" if done else "nothing is stale, no stage was run")
    show_results(results(project, params, list(names)), as_json=as_json)


@quartet.command()
@as_json_option
def status(as_json: bool) -> None:
    """Show scores, champions and what is missing, from what is on disk."""
    from quartet.params import load_params
    from quartet.results import results

    show_results(results(Project(), load_params(Project().params)), as_json=as_json)


@quartet.command()
@click.option("--open", "open_it", is_flag=True, help="Show it in a browser.")
def report(open_it: bool) -> None:
    """Write reports/index.html and a page per dataset."""
    from quartet.report import write_report

    index = write_report(Project())
    click.echo(f"report: {index}")
    if open_it:
        click.launch(str(index.resolve()))


@quartet.command()
@click.argument("dataset")
@click.argument("input_path", metavar="INPUT", type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="A .csv or .parquet file to write."
)
@click.option("--alias", default="champion", show_default=True, help="Which registered version answers.")
@click.option(
    "--chunk",
    type=click.IntRange(min=1),
    help="How many items are in memory at a time.  [default: 10000; 256 pictures]",
)
def predict(dataset: str, input_path: Path, output: Path, alias: str, chunk: int | None) -> None:
    """Predict raw input: a CSV of rows, texts or node ids, a .txt with a text per line, or a folder of pictures."""
    from quartet.predict import load_version, predict_file
    from quartet.table_file import check_table_name

    check_table_name(output)
    version = load_version(Project(), dataset, alias)
    n = predict_file(version, input_path, output, chunk=chunk)
    click.echo(f"{n} predictions of {dataset}@{alias} (version {version.number}, {version.model}): {output}")


@quartet.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--from",
    "source",
    metavar="SOURCE",
    help="Look at this file or folder, which is copied to data/mine, or at catalog:NAME, sklearn:NAME, networkx:NAME, "
    "pypi:PACKAGE==VERSION#PATH or https://…, and propose a dataset and models.",
)
@click.option("--target", metavar="COLUMN", help="The column to predict; with --from.")
@click.option("--sha256", metavar="HEX", help="The checksum of what is fetched; with --from pypi: or https:.")
def init(directory: Path, source: str | None, target: str | None, sha256: str | None) -> None:
    """Make a new project: commented params.yaml, its JSON Schema, dvc.yaml, git and DVC."""
    from quartet.new_project import make_project, make_project_from

    if source is None:
        if target or sha256:
            raise UsageError("--target and --sha256 say more of a --from", came="there is none", mend="Add --from.")
        lines = make_project(directory)
    else:
        from quartet.proposing.proposals import Wish
        from quartet.reading.files import plain

        click.echo(f"looking at {plain(source)}", err=True)
        lines = make_project_from(directory, Wish(source, target, sha256))
    for line in lines:
        click.echo(line)


@quartet.command()
@click.argument("name", required=False)
@click.option("--markdown", is_flag=True, help="Print docs/catalog.md.")
@as_json_option
def catalog(name: str | None, markdown: bool, as_json: bool) -> None:
    """List the public sets that a dataset or `init --from` can name as catalog:NAME, or show one."""
    from quartet import listing
    from quartet.catalog import named

    entry = named(name) if name else None
    if as_json:
        click.echo(json.dumps(listing.as_json(name, entry), indent=1, ensure_ascii=False))
    elif name and entry:
        click.echo("\n".join(listing.as_lines(name, entry)))
    elif markdown:
        click.echo(listing.as_markdown(), nl=False)
    else:
        show_table(listing.as_table())


@quartet.command()
@click.argument("model")
@click.option(
    "--set", "ranges", multiple=True, metavar="FIELD=RANGE", help="LOW..HIGH or ONE,TWO,…, in place of the default."
)
@click.option("--trials", type=click.IntRange(min=1), help="How many in all, earlier ones included.  [default: 20]")
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), help="After these no trial starts.")
@click.option(
    "--seeds",
    default=1,
    show_default=True,
    type=click.IntRange(1, 100),
    help="The first chooses; the others must confirm it.",
)
@click.option("--accept", is_flag=True, help="Write better settings into params.yaml.")
@as_json_option
def tune(model: str, ranges: tuple[str, ...], accept: bool, as_json: bool, **budget: Any) -> None:
    """Search better settings of a network on the validation split; said again, go on where it ended."""
    from quartet.tuning import search, shown
    from quartet.tuning.space import read_asked

    project = Project()
    wish = search.Wish(read_asked(ranges), **budget)
    found = search.search(project, model, wish, lambda line: click.echo(line, err=True))
    accepted = accept and bool(found.values)
    if accepted:
        search.accept(project, found)
    if as_json:
        click.echo(json.dumps(shown.as_json(found, accepted=accepted), indent=1))
        return
    show_table(shown.as_table(found))
    click.echo("\n".join(shown.closing(found, accepted=accepted)))


@quartet.command()
@click.option("--schedule", metavar="CRON", help="Run the pipeline at these times, such as '0 6 * * *'.")
@click.option("--every", metavar="MINUTES", type=click.FloatRange(min=1), help="Run the pipeline so often.")
@click.option("--dataset", "names", multiple=True, metavar="NAME", help="Of this dataset only; may be said again.")
@click.option("--prefect-port", default=4200, show_default=True)
@click.option("--mlflow-port", default=5000, show_default=True)
def serve(schedule: str | None, every: float | None, names: tuple[str, ...], **ports: int) -> Any:
    """Prefect server, MLflow UI and the scheduled pipeline in one terminal; Ctrl-C ends them all.

    The deployments of a prefect.yaml in the project's folder are served too. What dies is started again.
    """
    from quartet_flows.serving import serve_all
    from quartet_flows.timetable import Timetable

    if names and schedule is None and every is None:
        must = "--dataset says what a schedule runs"
        raise UsageError(must, came="there is none", mend="Add --schedule CRON or --every MINUTES.")
    return serve_all(Project(), Timetable(schedule, every, names), **ports)


@quartet.command()
@click.argument("step")
@click.argument("name", required=False)
@click.option("--check", is_flag=True, help="With render: fail where dvc.yaml is not what the table gives.")
def stage(step: str, name: str | None, check: bool) -> None:
    """Run one step of one dataset or model: what dvc.yaml calls. `stage render` writes dvc.yaml itself."""
    from quartet.params import load_params
    from quartet.pipeline import find_step
    from quartet.rendering import write_dvc_yaml
    from quartet.turns import turn

    if step == "render":
        write_dvc_yaml(Project(), check=check)
        return
    row = find_step(step)
    if row.over and not name:
        raise UsageError(
            f"{step} runs for one of {row.over}", came="no name came", mend=f"Say `quartet stage {step} NAME`."
        )
    if row.over is None:
        load_params(Project().params)  # where they are wrong, nothing is written
    with turn(Project(), f"{step}-{name}" if name else step, f"quartet stage {step} {name or ''}".strip()):
        row.function(Project(), name)


def show_results(lines: list[Any], *, as_json: bool) -> None:
    """Print the table of results."""
    from quartet.results import as_json as jsonable
    from quartet.results import as_table

    if as_json:
        click.echo(json.dumps(jsonable(lines), indent=1))
        return
    show_table(as_table(lines))


def main() -> None:
    """The `quartet` command: 0 done, 1 a step failed or a gate refused, 2 wrong usage or params."""
    collect_seldom()
    if sys.argv[1:2] == ["stage"]:
        hand_over("quartet", " ".join(sys.argv[1:3]), [f"quartet.steps.{step}" for step in sys.argv[2:3]])
    os.environ.update(environment() | os.environ)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # what was started is ended on the way out
    try:
        sys.exit(quartet(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)
    except Exception as error:
        told = error if isinstance(error, QuartetError) else storage_error(error)
        if told is None and type(error).__module__ == "mlflow.exceptions":
            mend = "Where that is no permission, docs/team.md says how MLflow's admin grants one."
            told = ServiceError("MLflow does what it is asked", came=f"it answered: {error}", mend=mend)
        if told is None:
            raise
        click.echo(f"quartet: {told}", err=True)
        sys.exit(told.exit_code)
