"""Where downloads are kept: in a folder named by their checksum, one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from quartet.project import Project


@contextmanager
def kept_under(checksum: str, project: Project) -> Iterator[Path]:
    """The folder of a checksum; two datasets may want the same file at once, and the second finds it there."""
    folder = project.downloads / checksum
    locks = project.hidden / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    locks.mkdir(parents=True, exist_ok=True)
    with FileLock(locks / f"{checksum}.lock"):
        yield folder
