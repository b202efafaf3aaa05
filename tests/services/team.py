"""Who is who in a team, and commands as its members give them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from commands import command
from services import servers


@dataclass
class Team:
    """The servers' ports, and who is who."""

    folder: Path
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def mlflow(self) -> str:
        return f"http://127.0.0.1:{self.ports['mlflow']}"

    @property
    def prefect(self) -> str:
        return f"http://127.0.0.1:{self.ports['prefect']}/api"

    def account(self, name: str) -> dict[str, str]:
        """The environment of a machine of the team: all that it takes."""
        return {
            "MLFLOW_TRACKING_URI": self.mlflow,
            "MLFLOW_TRACKING_USERNAME": name,
            "MLFLOW_TRACKING_PASSWORD": PASSWORDS[name],
            "PREFECT_API_URL": self.prefect,
            "PREFECT_API_AUTH_STRING": f"admin:{servers.SECRETS['ADMIN']}",
            **servers.s3_account("dvc", self.ports["s3"]),
        }


PASSWORDS = {"admin": servers.SECRETS["ADMIN"], "trainer": "trainer-0123456789", "reader": "reader-0123456789"}


def succeed(root: Path, environment: Mapping[str, str], *arguments: str) -> str:
    """The output of a command that works."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        result = command(root, *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout
