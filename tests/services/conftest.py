"""A team: its servers, a project that was trained against them, and a second machine."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest

import own_data
from services import servers
from services.team import PASSWORDS, Team, succeed

CLIENTS = ("psycopg2", "boto3", "dvc_s3", "flask_wtf")


def missing() -> str:
    """Why the servers cannot be started here."""
    clients = [name for name in CLIENTS if find_spec(name) is None]
    if clients:
        return f"{', '.join(clients)} cannot be imported: install '.[services]'"
    if not servers.postgres_binaries():
        return "PostgreSQL is not installed (initdb)"
    return "" if servers.weed() else "SeaweedFS is not installed: no `weed` on PATH or in QUARTET_WEED"


@pytest.fixture(scope="session")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """PostgreSQL, SeaweedFS, MLflow and Prefect, as compose.yaml sets them up, with two more users in MLflow."""
    if why := missing():
        pytest.skip(why)
    found = Team(tmp_path_factory.mktemp("team"))
    with ExitStack() as stack:
        for name in ("postgres", "s3", "mlflow", "prefect"):
            found.ports[name] = servers.free_port()
        ports, stores = found.ports, {"database": found.ports["postgres"], "s3": found.ports["s3"]}
        stack.enter_context(servers.postgres(ports["postgres"]))
        stack.enter_context(servers.s3_store(found.folder, ports["s3"]))
        stack.enter_context(servers.mlflow(found.folder, ports["mlflow"], **stores))
        stack.enter_context(servers.prefect(found.folder, ports["prefect"], database=stores["database"]))
        add_users(found)
        yield found


def add_users(team: Team) -> None:
    code = (
        "import sys, mlflow.server; mlflow.server.get_app_client('basic-auth', sys.argv[1]).create_user(*sys.argv[2:])"
    )
    for name in ("trainer", "reader"):
        arguments = [code, team.mlflow, name, PASSWORDS[name]]
        succeed(team.folder, team.account("admin"), sys.executable, "-c", *arguments)


@pytest.fixture(scope="session")
def origin(team: Team) -> Path:
    """A project that was trained with these servers, pushed to the S3 store and to a bare repository."""
    me, root = team.account("trainer"), team.folder / "first" / "project"
    root.parent.mkdir()
    succeed(root.parent, me, "quartet", "init", "project", "--from", str(own_data.orders(team.folder)))
    shrink(root)
    succeed(root, me, "dvc", "remote", "add", "--default", "team", "s3://dvc/project")
    succeed(root, me, "quartet", "run")
    succeed(root, me, "dvc", "push")
    succeed(root, me, "git", "add", "--all")
    succeed(root, me, "git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "-m", "trained")
    succeed(team.folder, me, "git", "clone", "--quiet", "--bare", str(root), "origin.git")
    return root


def shrink(root: Path) -> None:
    """One seed and few epochs: what is shown is where things go."""
    params = root / "params.yaml"
    text = params.read_text()
    params.write_text(text.replace("n_seeds: 3", "n_seeds: 1"))


@pytest.fixture(scope="session")
def second(team: Team, origin: Path) -> Path:
    """Another machine's clone, with an empty cache, after `dvc pull`."""
    folder = team.folder / "second"
    folder.mkdir()
    me = team.account("reader")
    succeed(folder, me, "git", "clone", "--quiet", str(team.folder / "origin.git"), "project")
    assert not (folder / "project/.dvc/cache").exists()
    succeed(folder / "project", me, "dvc", "pull")
    return folder / "project"
