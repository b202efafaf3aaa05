"""`quartet serve`: Prefect server, MLflow UI and the scheduled pipeline in one terminal."""

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from filelock import FileLock, Timeout
from quartet_flows.notifying import webhook
from quartet_flows.recovery import watch
from quartet_flows.services import Service, answers, end_all, end_processes, marked, signals, wait_healthy
from quartet_flows.timetable import Timetable, as_words, deployments

from quartet.errors import UsageError
from quartet.params import check_datasets, load_params
from quartet.project import Project
from quartet.quiet import environment
from quartet.tracking import connect, store_lock, sweep_live_runs, tracking_uri

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")  # the servers answer under no other, and to no other site's pages
SERVED = "polling for scheduled runs"  # what Prefect prints once the deployments are there


def serve_all(project: Project, timetable: Timetable, *, prefect_port: int, mlflow_port: int) -> int:
    """Start the services, show where they are, start again what dies, and end all on Ctrl-C, SIGTERM or SIGHUP.

    Where MLFLOW_TRACKING_URI names a store or a server, no MLflow UI is started.

    Raises:
        UsageError: params.yaml, a port, a schedule or prefect.yaml is not what it must be; nothing was started.
        ServiceError: a service did not come up, or ended too often; the others are ended too.
    """
    check_datasets(load_params(project.params), timetable.names)
    webhook(project)
    words = [as_words(deployment) for deployment in deployments(project, timetable)]
    ports = {"--prefect-port": prefect_port} | ({"--mlflow-port": mlflow_port} if has_own_store() else {})
    with only_one(project):
        clear(project)
        check_ports(ports)
        if has_own_store():
            connect(project)  # it makes the database whole, where MLflow's server could be cut off half way
        variables = surroundings(project, prefect_port)
        servers = [prefect_server(project, prefect_port, variables)]
        servers += [mlflow_ui(project, mlflow_port, variables)] if has_own_store() else []
        run_all(project, [*servers, scheduled_pipeline(project, timetable, "; ".join(words), variables)])
    return 0


def has_own_store() -> bool:
    """Whether the runs go to the project's own MLflow store."""
    return not os.environ.get("MLFLOW_TRACKING_URI")


@contextmanager
def only_one(project: Project) -> Iterator[None]:
    """Held while a `quartet serve` runs here.

    Raises:
        UsageError: another one does.
    """
    project.hidden.mkdir(parents=True, exist_ok=True)
    try:
        lock = FileLock(project.hidden / "serve.lock", timeout=0).acquire()
    except Timeout as error:
        came = f"another one runs in {project.root.resolve()}"
        raise UsageError("one `quartet serve` runs in a project", came=came, mend="End that one first.") from error
    with lock:
        yield


def clear(project: Project) -> None:
    """Clear what a `quartet serve` left that was killed: its processes, and live runs of trainings that are gone."""
    if left := marked(f"{logs(project)}{os.sep}"):
        click.echo(f"ending {len(left)} processes that an earlier `quartet serve` left")
        end_processes(left)
    try:
        swept = sweep_live_runs(project)
    except Exception as error:  # whatever the store's client raises; the MLflow UI may say more
        click.echo(f"MLflow could not be asked for runs that were killed: {error}")
        return
    if swept:
        click.echo(f"MLflow: {swept} runs whose training was killed are marked so")


def run_all(project: Project, services: list[Service]) -> None:
    """Start the services and keep them running until a signal comes."""
    with signals(signal.default_int_handler):
        try:
            start_all(project, services)
            show_way_in(project, services[0].environment["PREFECT_API_URL"])
            watch(services, click.echo)
        except KeyboardInterrupt:
            click.echo("ending")
        finally:
            end_all([service for service in services if service.process], click.echo)


def start_all(project: Project, services: list[Service]) -> None:
    """Start the services in their order, each when the one before answers.

    The MLflow store stays locked meanwhile: processes that open a fresh SQLite file at once break
    each other's migrations.
    """
    for i, service in enumerate(services[:-1]):
        with store_lock(project):
            service.start()
            wait_healthy(service, services[:i], click.echo)
    services[-1].start()  # it looks into the store itself
    wait_healthy(services[-1], services[:-1], click.echo)


def show_way_in(project: Project, api: str) -> None:
    """Say what a user can do now."""
    if not has_own_store():
        click.echo(f"MLflow: {tracking_uri(project)} (from MLFLOW_TRACKING_URI)")
    click.echo(f"To see another terminal's runs here too: export PREFECT_API_URL={api}")
    click.echo("Ctrl-C ends all.")


def check_ports(ports: dict[str, int]) -> None:
    """See that each option's port is free and named once.

    Raises:
        UsageError: it is not.
    """
    for option, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except (OSError, OverflowError) as error:
                raise UsageError(
                    f"port {port} of {HOST} must be free",
                    came=f"it cannot be taken ({error})",
                    mend=f"Name another one with {option}, or end what listens there.",
                ) from error
    if len(set(ports.values())) < len(ports):
        raise UsageError(
            f"{' and '.join(ports)} must differ", came=f"both are {min(ports.values())}", mend="Name another one."
        )


def logs(project: Project) -> Path:
    """Where the services' output goes; their marks start so."""
    return (project.hidden / "logs").resolve()


def prefect_server(project: Project, port: int, variables: dict[str, str]) -> Service:
    """API and UI of Prefect."""
    app = ["quartet_flows.guarded:app", "--factory", "--timeout-keep-alive", "5"]
    return Service(
        "Prefect server",
        [sys.executable, "-m", "quartet.lean", "uvicorn", *app, "--host", HOST, "--port", str(port)],
        log=logs(project) / "prefect.log",
        is_healthy=lambda: answers(f"http://{HOST}:{port}/api/health"),
        address=f"http://{HOST}:{port}",
        cwd=project.root,
        environment=variables,
    )


def mlflow_ui(project: Project, port: int, variables: dict[str, str]) -> Service:
    """API and UI of MLflow, on the project's own store."""
    store = ["--backend-store-uri", tracking_uri(project), "--artifacts-destination", "mlartifacts"]
    hosts = ["--allowed-hosts", ",".join(f"{name}{any_port}" for name in NAMES for any_port in ("", ":*"))]
    options = [*store, *hosts, "--host", HOST, "--port", str(port), "--workers", "1"]
    return Service(
        "MLflow UI",
        [sys.executable, "-m", "mlflow", "server", *options],
        log=logs(project) / "mlflow.log",
        is_healthy=lambda: answers(f"http://{HOST}:{port}/health"),
        address=f"http://{HOST}:{port}",
        cwd=project.root,
        environment=variables,
    )


def scheduled_pipeline(project: Project, timetable: Timetable, words: str, variables: dict[str, str]) -> Service:
    """The process that starts the pipeline when it is time."""
    log = logs(project) / "schedule.log"
    return Service(
        "scheduled pipeline",
        [sys.executable, "-m", "quartet_flows.schedule", json.dumps(asdict(timetable))],
        log=log,
        is_healthy=lambda: SERVED in log.read_text(encoding="utf-8"),
        address=words,
        cwd=project.root,
        environment=variables,
    )


def surroundings(project: Project, port: int) -> dict[str, str]:
    """The environment of the services: ours, no telemetry, and a Prefect home that no other project shares."""
    home = (project.hidden / "prefect").resolve()
    return {
        **environment(),
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "PREFECT_LOGGING_LEVEL": "INFO",  # it goes to .quartet/logs/, not to the terminal
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO",
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://{HOST}:{port}/api",
        "PREFECT_SERVER_UI_API_URL": "/api",
        "QUARTET_ALLOWED_HOSTS": ",".join(NAMES),
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
