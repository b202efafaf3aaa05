"""`quartet serve`: Prefect server, MLflow UI and the scheduled pipeline in one terminal."""

import os
import signal
import socket
import sys

import click
from quartet_flows.services import Service, answers, end_all, signals, wait_healthy, watch

from quartet.errors import UsageError
from quartet.params import load_params
from quartet.project import Project
from quartet.quiet import environment
from quartet.tracking import store_lock, tracking_uri

HOST = "127.0.0.1"
SERVED = "polling for scheduled runs"  # what Prefect prints once the deployment is there


def serve_all(project: Project, schedule: str | None, *, prefect_port: int, mlflow_port: int) -> int:
    """Start the services, show where they are, and end them all on Ctrl-C, SIGTERM or SIGHUP.

    Where MLFLOW_TRACKING_URI names a store or a server, no MLflow UI is started.

    Raises:
        UsageError: params.yaml, a port or the cron expression is not what it must be; nothing was started.
        ServiceError: a service ended by itself; the others are ended too.
    """
    load_params(project.params)
    local = not os.environ.get("MLFLOW_TRACKING_URI")
    ports = {"--prefect-port": prefect_port} | ({"--mlflow-port": mlflow_port} if local else {})
    check_ports(ports)
    services = [prefect_server(project, prefect_port)]
    if local:
        services.append(mlflow_ui(project, mlflow_port))
    if schedule is not None:
        services.append(scheduled_pipeline(project, schedule))
    variables = surroundings(project, prefect_port)
    with signals(signal.default_int_handler):
        try:
            start_all(project, services, variables)
            show_way_in(project, variables, local=local)
            watch(services)
        except KeyboardInterrupt:
            click.echo("ending")
        finally:
            end_all([service for service in services if service.process], click.echo)
    return 0


def start_all(project: Project, services: list[Service], variables: dict[str, str]) -> None:
    """Start the services in their order, each when the one before answers.

    The MLflow store stays locked meanwhile: processes that open a fresh SQLite file at once break
    each other's migrations.
    """
    with store_lock(project):
        for i, service in enumerate(services):
            service.start(cwd=project.root, environment=variables)
            wait_healthy(service, services[:i], click.echo)


def show_way_in(project: Project, variables: dict[str, str], *, local: bool) -> None:
    """Say what a user can do now."""
    if not local:
        click.echo(f"MLflow: {tracking_uri(project)} (from MLFLOW_TRACKING_URI)")
    click.echo(f"To see another terminal's runs here too: export PREFECT_API_URL={variables['PREFECT_API_URL']}")
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


def prefect_server(project: Project, port: int) -> Service:
    """API and UI of Prefect."""
    return Service(
        "Prefect server",
        [sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", str(port)],
        log=project.hidden / "logs" / "prefect.log",
        is_healthy=lambda: answers(f"http://{HOST}:{port}/api/health"),
        address=f"http://{HOST}:{port}",
    )


def mlflow_ui(project: Project, port: int) -> Service:
    """API and UI of MLflow, on the project's own store."""
    store = ["--backend-store-uri", tracking_uri(project), "--artifacts-destination", "mlartifacts"]
    return Service(
        "MLflow UI",
        [sys.executable, "-m", "mlflow", "server", *store, "--host", HOST, "--port", str(port), "--workers", "1"],
        log=project.hidden / "logs" / "mlflow.log",
        is_healthy=lambda: answers(f"http://{HOST}:{port}/health"),
        address=f"http://{HOST}:{port}",
    )


def scheduled_pipeline(project: Project, cron: str) -> Service:
    """The process that starts the pipeline when it is time.

    Raises:
        UsageError: `cron` is no cron expression.
    """
    from quartet_flows.schedule import parse_cron

    schedule = parse_cron(cron)
    log = project.hidden / "logs" / "schedule.log"
    return Service(
        "scheduled pipeline",
        [sys.executable, "-m", "quartet_flows.schedule", cron],
        log=log,
        is_healthy=lambda: SERVED in log.read_text(encoding="utf-8"),
        address=f"{schedule.cron}, {schedule.timezone}",
    )


def surroundings(project: Project, port: int) -> dict[str, str]:
    """The environment of the services: ours, no telemetry, and a Prefect home that no other project shares."""
    home = (project.hidden / "prefect").resolve()
    return {
        **environment(),
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "PREFECT_LOGGING_LEVEL": "INFO",  # it goes to .quartet/logs/, not to the terminal
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://{HOST}:{port}/api",
        "PREFECT_SERVER_UI_API_URL": "/api",
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
