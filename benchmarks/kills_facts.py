"""All that counts of a run, as lines that can be counted and compared: what benchmarks/kills.py compares."""

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

CHANGING = ("time", "commit", "flow_run")  # keys of a line of the registry that no two runs share


def facts(project: Path) -> dict[str, Counter[str]]:
    """All that counts of a finished run, as lines that can be counted."""
    lock = YAML(typ="safe").load((project / "dvc.lock").read_text(encoding="utf-8"))["stages"]
    files = [*project.glob("models/*/*/*/*"), *project.glob("metrics/*/*"), *project.glob("evaluation/*/*.json")]
    registry = [(file.name, line) for file in project.glob("registry/*") for line in file.read_text().splitlines()]
    return {
        "dvc.lock": lines((name, stage) for name, stage in lock.items()),
        "files": lines((str(file.relative_to(project)), sha256(file)) for file in files),
        "registry": lines(value for name, line in registry for value in values_of(name, json.loads(line))),
        **{f"MLflow {what}": found for what, found in mlflow_facts(project / "mlflow.db").items()},
    }


def lines(values: Iterable[Any]) -> Counter[str]:
    """How often each value occurs."""
    return Counter(json.dumps(value, sort_keys=True, default=str) for value in values)


def sha256(file: Path) -> str:
    """The checksum of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def values_of(name: str, line: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    """The values of a line of the registry but those that no two runs share, each with what the line is of."""
    what = (name, line["verdict"], line["model"], line["fingerprint"])
    return [(*what, key, value) for key, value in line.items() if key not in CHANGING]


def mlflow_facts(database: Path) -> dict[str, Counter[str]]:
    """Runs, curves, versions and aliases, read from the database itself, each with the fingerprint of its training."""
    named = "(select value from tags where tags.run_uuid = r.run_uuid and key = 'quartet.fingerprint')"
    tag = "(select value from model_version_tags t where t.name = v.name and t.version = v.version and key = '{}')"
    queries = {
        "runs": f"select {named}, r.name, r.status, r.lifecycle_stage from runs r",
        "params": f"select {named}, p.key, p.value from params p join runs r using (run_uuid)",
        "scores": f"select {named}, m.key, m.value from latest_metrics m join runs r using (run_uuid) "
        "where m.key != 'fit_s'",
        "curves": f"select distinct {named}, m.key, m.step, m.value from metrics m join runs r using (run_uuid) "
        "where m.key != 'fit_s'",
        "versions": f"select v.name, v.version, v.status, {tag.format('quartet.fingerprint')}, "
        f"{tag.format('quartet.model')} from model_versions v",
        "aliases": f"select a.alias, v.name, {tag.format('quartet.fingerprint')} from registered_model_aliases a "
        "join model_versions v on v.name = a.name and v.version = a.version",
    }
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return {what: lines(connection.execute(query)) for what, query in queries.items()}


def differences(expected: dict[str, Counter[str]], found: dict[str, Counter[str]], problems: list[str]) -> Counter[str]:
    """What is missing and what is there too often, also told among the problems."""
    tally = Counter[str]()
    for what in expected:
        for word, more, less in (("lost", expected, found), ("duplicated", found, expected)):
            different = more[what] - less[what]
            tally[word] += different.total()
            problems += [f"{what} {word}: {line[:300]}" for line in list(different)[:3]]
    return tally
