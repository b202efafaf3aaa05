from pathlib import Path

from quartet.quiet import environment

CHATTER = ("PREFECT_LOGGING", "MLFLOW_LOGGING", "MLFLOW_ENABLE")


def test_the_image_switches_off_the_telemetry_that_the_command_switches_off():
    text = (Path(__file__).parents[1] / "docker" / "Dockerfile").read_text(encoding="utf-8")
    silenced = {name: value for name, value in environment().items() if not name.startswith(CHATTER)}
    assert [f"{name}={value}" for name, value in silenced.items() if f"{name}={value}" not in text] == []
