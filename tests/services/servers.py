"""A team's servers as real processes, started as docker/compose.yaml starts them."""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
COMPOSE = YAML(typ="safe").load((ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8"))
HEALTHY_WITHIN_S = 240
SECRETS = {name: f"{name.lower()}-0123456789" for name in ("postgres", "MLFLOW", "PREFECT", "ADMIN", "DVC")}


def free_port() -> int:
    """A port of 127.0.0.1 whose neighbour 10,000 higher, where weed speaks gRPC, is free too."""
    while True:
        with socket.socket() as probe, socket.socket() as grpc:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
            if port < 55000 and grpc.connect_ex(("127.0.0.1", port + 10000)):
                return port


@contextmanager
def running(
    command: list[str], is_healthy: Callable[[], bool], log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[None]:
    """A server, from the moment that it answers."""
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, env=environment, cwd=log.parent, stdout=stream, stderr=stream, start_new_session=True
        )
    try:
        deadline = time.monotonic() + HEALTHY_WITHIN_S
        while not is_healthy():
            assert process.poll() is None, log.read_text(errors="replace")[-3000:]
            assert time.monotonic() < deadline, log.read_text(errors="replace")[-3000:]
            time.sleep(0.25)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        finally:
            with_rest_of_group(process.pid)


def with_rest_of_group(group: int) -> None:
    """End what a server left behind."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def status(url: str, method: str = "GET", **headers: str) -> int:
    """The status of an answer; 0 where there is none."""
    body = b'{"max_results": 1}' if method == "POST" else None
    given = {"Content-Type": "application/json", **headers}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, given, method=method), timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def postgres_binaries() -> Path | None:
    """Where initdb and postgres are: on PATH or where Debian puts them."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "postgres").exists()), None)


@contextmanager
def postgres(port: int) -> Iterator[None]:
    """A private cluster with passwords, its databases made by docker/databases.sh."""
    binaries, folder = postgres_binaries(), Path(tempfile.mkdtemp(prefix="quartet-postgres-"))
    assert binaries
    prefix: list[str] = []
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        shutil.chown(folder, pwd.getpwnam("postgres").pw_name)
        prefix = ["runuser", "-u", "postgres", "--"]
    password = folder / "password"
    password.write_text(SECRETS["postgres"])
    password.chmod(0o644)
    data = str(folder / "data")
    try:
        options = ["-U", "postgres", "--auth", "scram-sha-256", "--pwfile", str(password)]
        subprocess.run([*prefix, str(binaries / "initdb"), "-D", data, *options], check=True, capture_output=True)
        command = [
            *prefix,
            str(binaries / "postgres"),
            "-D",
            data,
            "-h",
            "127.0.0.1",
            "-p",
            str(port),
            "-k",
            str(folder),
        ]
        ready = [str(binaries / "pg_isready"), "-h", "127.0.0.1", "-p", str(port)]
        with running(command, lambda: subprocess.run(ready, capture_output=True).returncode == 0, folder / "log"):
            make_databases(port, binaries)
            yield
    finally:
        shutil.rmtree(folder)


def make_databases(port: int, binaries: Path) -> None:
    environment = os.environ | {
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(port),
        "PGPASSWORD": SECRETS["postgres"],
        "MLFLOW_DB_PASSWORD": SECRETS["MLFLOW"],
        "PREFECT_DB_PASSWORD": SECRETS["PREFECT"],
    }
    subprocess.run(["sh", str(ROOT / "docker/databases.sh")], env=environment, check=True, capture_output=True)


def weed() -> str | None:
    """The SeaweedFS program."""
    return os.environ.get("QUARTET_WEED") or shutil.which("weed")


@contextmanager
def s3_store(folder: Path, port: int) -> Iterator[None]:
    """SeaweedFS with the accounts and switches of compose.yaml, on ports of its own, and the two buckets."""
    service = COMPOSE["services"]["s3"]
    text = service["environment"]["S3_IDENTITIES"]
    for name in ("ADMIN", "MLFLOW", "DVC"):
        text = text.replace(f"${{S3_{name}_SECRET:?put it into docker/.env}}", SECRETS[name])
    (folder / "s3.json").write_text(json.dumps(json.loads(text)))
    line = service["command"][0].replace("\\\n", " ").splitlines()[-1]
    own = {
        "-dir": str(folder),
        "-s3.port": str(port),
        "-s3.ip.bind": "127.0.0.1",
        "-s3.config": str(folder / "s3.json"),
    }
    own |= {"-volume.max": "60", "-master.volumeSizeLimitMB": "64"}
    own |= {f"-{name}.port": str(free_port()) for name in ("master", "volume", "filer")}
    switches = [word for word in line.split()[3:] if word.partition("=")[0] not in own]
    command = [str(weed()), "server", *switches, *(f"{name}={value}" for name, value in own.items())]
    with running(command, lambda: status(f"http://127.0.0.1:{port}/healthz") == 200, folder / "weed.log"):
        make_buckets(port)
        yield


def make_buckets(port: int) -> None:
    environment = os.environ | s3_account("admin", port)
    script = COMPOSE["services"]["buckets"]["command"][0]
    for _ in range(2):  # the second time they are there
        subprocess.run([sys.executable, "-c", script], env=environment, check=True)


def s3_account(name: str, port: int) -> dict[str, str]:
    """The environment of a client of the S3 store."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": name,
        "AWS_SECRET_ACCESS_KEY": SECRETS[name.upper()],
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def own_line(name: str, port: int) -> list[str]:
    """The command of a service of compose.yaml, on a port of this machine; of an option given twice the last counts."""
    service = COMPOSE["services"][name]
    line = [*service["entrypoint"], *service["command"], "--host", "127.0.0.1", "--port", str(port)]
    program = [] if line[0] == "python" else ["-m"]
    return [sys.executable, *program, *line[1 if line[0] == "python" else 0 :]]


@contextmanager
def mlflow(folder: Path, port: int, *, database: int, s3: int) -> Iterator[None]:
    """MLflow with users, on PostgreSQL and S3."""
    users = (ROOT / "docker/mlflow-users.ini").read_text().replace("@postgres/", f"@127.0.0.1:{database}/")
    (folder / "users.ini").write_text(users)
    given = COMPOSE["services"]["mlflow"]["environment"]
    environment = os.environ | s3_account("mlflow", s3)
    environment |= {
        "MLFLOW_BACKEND_STORE_URI": given["MLFLOW_BACKEND_STORE_URI"].replace("@postgres/", f"@127.0.0.1:{database}/"),
        "PGPASSWORD": SECRETS["MLFLOW"],
        "MLFLOW_AUTH_CONFIG_PATH": str(folder / "users.ini"),
        "MLFLOW_AUTH_ADMIN_USERNAME": "admin",
        "MLFLOW_AUTH_ADMIN_PASSWORD": SECRETS["ADMIN"],
        "MLFLOW_FLASK_SERVER_SECRET_KEY": "a key for a test",
        "MLFLOW_SERVER_ALLOWED_HOSTS": "127.0.0.1,127.0.0.1:*,team.example,team.example:*",
        "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS": "https://team.example,http://team.example:*",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": given["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"],
        "MLFLOW_S3_ENDPOINT_URL": f"http://127.0.0.1:{s3}",
    }
    command = own_line("mlflow", port)
    with running(command, lambda: status(f"http://127.0.0.1:{port}/health") == 200, folder / "mlflow.log", environment):
        yield


@contextmanager
def prefect(folder: Path, port: int, *, database: int) -> Iterator[None]:
    """Prefect's server behind the guard, on PostgreSQL."""
    names = ("DRIVER", "NAME", "USER")
    given = COMPOSE["services"]["prefect"]["environment"]
    environment = os.environ | {
        f"PREFECT_SERVER_DATABASE_{name}": given[f"PREFECT_SERVER_DATABASE_{name}"] for name in names
    }
    environment |= {
        "PREFECT_SERVER_DATABASE_HOST": "127.0.0.1",
        "PREFECT_SERVER_DATABASE_PORT": str(database),
        "PREFECT_SERVER_DATABASE_PASSWORD": SECRETS["PREFECT"],
        "QUARTET_ALLOWED_HOSTS": "127.0.0.1,team.example",
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_SERVER_API_AUTH_STRING": f"admin:{SECRETS['ADMIN']}",
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": given["PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED"],
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(folder / "prefect-ui"),
    }
    command = own_line("prefect", port)
    healthy = f"http://127.0.0.1:{port}/api/health"
    with running(command, lambda: status(healthy) == 200, folder / "prefect.log", environment):
        yield
