"""Files that an earlier state of a project held, out of DVC's cache or its remote, into a folder of their own."""

import configparser
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from quartet.nodes import text_of
from quartet.project import Project, write_text
from quartet.stages import dvc

RECORD = "wanted.dvc"
CONFIGS = ("config", "config.local")


@contextmanager
def restored(project: Project, wanted: Mapping[str, str], name: str) -> Iterator[Path]:
    """A folder with the files and folders that DVC has under these hashes, by path; what it lacks is left out.

    It is a DVC repository with the project's cache and remotes, so that `dvc` itself brings the files.
    """
    folder = project.hidden / "restored" / f"{name}-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        write_text(folder / ".dvc" / "config", config_text(project))
        outs = [{"path": path, "hash": "md5", "md5": digest} for path, digest in sorted(wanted.items())]
        write_text(folder / RECORD, text_of({"outs": outs}))
        if wanted:
            bring(Project(folder), remote=has_remote(project))
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_in_reach(project: Project, digests: Iterable[str]) -> bool:
    """Whether DVC's cache has the files and folders with these hashes, or a remote may have them.

    An empty hash is that of nothing, which no cache has.
    Where files lie in the cache: https://dvc.org/doc/user-guide/project-structure/internal-files#structure-of-the-cache-directory
    """
    cache = Path(configured(project)["cache"]["dir"]) / "files" / "md5"
    return has_remote(project) or all(digest and (cache / digest[:2] / digest[2:]).exists() for digest in digests)


def has_remote(project: Project) -> bool:
    """Whether the project names a remote of DVC."""
    return any(section.lstrip("'").startswith("remote ") for section in configured(project).sections())


def bring(folder: Project, *, remote: bool) -> None:
    """What the remote has into the cache, and what the cache has into the folder."""
    if remote:
        dvc(folder, "fetch", RECORD, strict=False)
    dvc(folder, "checkout", "--force", "--allow-missing", RECORD, strict=False)


def configured(project: Project) -> configparser.RawConfigParser:
    """The project's configuration of DVC with absolute places, without git."""
    config = configparser.RawConfigParser(strict=False)
    home = (project.root / ".dvc").resolve()
    config.read([home / name for name in CONFIGS], encoding="utf-8")
    for section in config.sections():
        for option in {"url", "dir"}.intersection(config[section]):
            config[section][option] = absolute(config[section][option], home)
    for section, option, value in (("core", "no_scm", "true"), ("cache", "dir", str(home / "cache"))):
        if not config.has_section(section):
            config.add_section(section)
        if not config.has_option(section, option):
            config[section][option] = value
    return config


def config_text(project: Project) -> str:
    """That configuration as DVC reads it."""
    config = configured(project)
    lines = [[f"[{section}]", *(f"{key} = {value}" for key, value in config[section].items())] for section in config]
    return "\n".join(line for section in lines for line in section if line != "[DEFAULT]") + "\n"


def absolute(place: str, home: Path) -> str:
    """A path of DVC's configuration, which is relative to the folder of that file; an address stays as it is."""
    return place if "://" in place or Path(place).is_absolute() else str((home / place).resolve())
