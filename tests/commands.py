"""Commands as a user gives them."""

import os
import subprocess
import sys
from pathlib import Path


def command(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command of this Python's environment, in a project with a Prefect home of its own."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PREFECT_HOME": str(root.parent / "prefect")}
    return subprocess.run(arguments, cwd=root, env=environment, capture_output=True, text=True, check=False)


def succeed(root: Path, *arguments: str) -> str:
    """What a command prints, which must succeed."""
    result = command(root, *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout
