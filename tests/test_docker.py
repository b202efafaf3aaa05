import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from quartet.quiet import telemetry

DOCKER = Path(__file__).parents[1] / "docker"
TEXT = (DOCKER / "compose.yaml").read_text(encoding="utf-8")
COMPOSE = YAML(typ="safe").load(TEXT)
SERVICES = COMPOSE["services"]
SERVERS = [name for name in SERVICES if name != "buckets"]  # that one ends
SECRET = re.compile(r"PASSWORD|SECRET|AUTH_STRING|IDENTITIES")


def test_the_image_switches_off_the_telemetry_that_the_command_switches_off():
    text = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
    assert [f"{name}={value}" for name, value in telemetry().items() if f"{name}={value}" not in text] == []


def secrets():
    return [(name, key) for name, service in SERVICES.items() for key in service["environment"] if SECRET.search(key)]


@pytest.mark.parametrize(("service", "key"), secrets())
def test_a_secret_comes_from_the_environment_and_nothing_starts_without_it(service, key):
    value = SERVICES[service]["environment"][key]
    named = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY)\w*)(:[?-])?", value)
    assert named, f"{value} names no variable"
    required = [name for name, mark in named if mark == ":?"]
    optional = [name for name, mark in named if mark != ":?"]
    assert required, f"{value} starts with an empty secret"
    assert set(optional) <= {"WORKER_MLFLOW_PASSWORD"}  # admin's in its place, which is required


def test_no_variable_with_a_secret_has_a_default():
    defaults = dict(re.findall(r"\$\{(\w+):-([^{}$]+)\}", TEXT))
    assert {name for name in defaults if SECRET.search(name) or "KEY" in name} == set()


def test_every_required_variable_is_in_the_example_and_empty_there():
    example = (DOCKER / "env.example").read_text(encoding="utf-8")
    required = set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert {name for name in required if not re.search(rf"^{name}=$", example, re.MULTILINE)} == set()


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_pinned_to_a_version(name):
    assert re.search(r":(\$\{QUARTET_VERSION:-)?\d+\.\d+", SERVICES[name]["image"])


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_says_whether_it_is_well(name):
    kind, command = SERVICES[name]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    assert "127.0.0.1" in command


def test_the_databases_are_reached_by_the_servers_that_need_them_only():
    on_it = {name for name, service in SERVICES.items() if "databases" in service["networks"]}
    assert on_it == {"postgres", "mlflow", "prefect"}
    assert "ports" not in SERVICES["postgres"]


def test_a_gpu_is_reserved_for_the_worker_of_its_profile_only():
    reserving = {name: service["profiles"] for name, service in SERVICES.items() if "deploy" in service}
    assert reserving == {"worker-gpu": ["gpu"]}
    assert SERVICES["worker"]["profiles"] == ["cpu"]
