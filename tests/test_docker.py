from pathlib import Path

from quartet.quiet import telemetry


def test_the_image_switches_off_the_telemetry_that_the_command_switches_off():
    text = (Path(__file__).parents[1] / "docker" / "Dockerfile").read_text(encoding="utf-8")
    assert [f"{name}={value}" for name, value in telemetry().items() if f"{name}={value}" not in text] == []
