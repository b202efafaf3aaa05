"""Lineage both ways: what a version was made of, and every version that was made of some data."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quartet import history, registry, tracking
from quartet.errors import RegistryError
from quartet.history import Registration
from quartet.nodes import parse, text_of
from quartet.params import check_datasets, load_params
from quartet.project import Project, read_json
from quartet.restoring import restored

if TYPE_CHECKING:
    from rich.table import Table

Found = tuple[str, Registration]
SHOWN = 12  # characters of a hash


def trace(project: Project, name: str) -> dict[str, Any]:
    """What a version was made of, by what, when and why it serves or not.

    Args:
        name: DATASET, whose champion is meant, or DATASET@ with an alias, a number or the start of a fingerprint.

    Raises:
        RegistryError: there is no such version, or it was registered before the history kept versions.
    """
    dataset, line = identified(project, name)
    client, fingerprint = tracking.connect(project), line.fingerprint
    return (
        {"dataset": dataset, "seed": line.seed}
        | registry.place_of(client, dataset, fingerprint)
        | {key: value for key, value in asdict(line).items() if key != "verdict"}
        | {"gate": gate_of(project, dataset, line)}
        | {"decisions": [asdict(one) for one in history.decisions(project, dataset) if fingerprint == one.fingerprint]}
        | {"same_data": [other.fingerprint for other in of_same_data(project, dataset, line)]}
    )


def identified(project: Project, name: str) -> Found:
    """The dataset and the line of the history that DATASET or DATASET@WHICH names."""
    dataset, _, which = name.partition("@")
    check_datasets(load_params(project.params), [dataset])
    serving = history.champion_of(history.decisions(project, dataset))
    if serving and which in ("", "champion"):
        return dataset, line_of(project, dataset, serving.fingerprint)
    return dataset, line_of(
        project, dataset, registry.fingerprint_of(tracking.connect(project), dataset, which or "champion")
    )


def line_of(project: Project, dataset: str, fingerprint: str) -> Registration:
    """The history's line of a version."""
    for line in history.registrations(project, dataset):
        if line.fingerprint == fingerprint:
            return line
    raise RegistryError(
        f"{project.registry(dataset)} has a line for each version",
        came=f"{fingerprint} has none",
        mend="It was registered by an earlier Quartet; `quartet publish` adds the lines of what is on disk.",
    )


def gate_of(project: Project, dataset: str, line: Registration) -> dict[str, Any]:
    """What the gate said of the data of a version, as far as DVC still has it."""
    path = Project().validation(dataset).as_posix()
    digest = line.outs().get(path)
    with restored(project, {path: digest} if digest else {}, f"gate-{dataset}") as folder:
        file = Project(folder).validation(dataset)
        said = read_json(file) if file.exists() else {"results": []}
    failed = [result["name"] for result in said["results"] if not result["success"]]
    return {"md5": digest, "success": said.get("success"), "n_checks": len(said["results"]), "warnings": failed}


def of_same_data(project: Project, dataset: str, line: Registration) -> list[Registration]:
    """The other versions that were trained on the same prepared data."""
    path = Project().prepared(dataset).as_posix()
    digest = line.outs().get(path)
    others = history.registrations(project, dataset)
    return [one for one in others if digest and one.outs().get(path) == digest and one.fingerprint != line.fingerprint]


def versions_of_data(project: Project, name: str) -> list[Found]:
    """Every version made of data whose DVC hash begins so, or of what lies now at a path under data/.

    Raises:
        RegistryError: no version was.
    """
    digests = present_hashes(project, name) if name.startswith("data/") else {name}
    found = [(dataset, line) for dataset, line in all_versions(project) if is_made_of(line, digests)]
    if not found:
        mend = "Name the start of a hash that `quartet trace DATASET` shows, or a path under data/ that DVC knows."
        raise RegistryError("a version was made of these data", came=f"none was made of {name}", mend=mend)
    return found


def present_hashes(project: Project, path: str) -> set[str]:
    """DVC's hash of a path: of the user's own file, or of what a stage wrote."""
    record = project.root / f"{path.rstrip('/')}.dvc"
    if record.exists():
        return {str(parse(record).tree["outs"][0]["md5"])}
    stages = (parse(project.lock).tree if project.lock.exists() else {}).get("stages", {})
    outs = (out for stage in stages.values() for out in stage.get("outs", []))
    return {str(out["md5"]) for out in outs if out["path"] == path.rstrip("/")}


def is_made_of(line: Registration, digests: set[str]) -> bool:
    """Whether one of these hashes, or of their beginnings, is of data that a version was made of."""
    data = {path: digest for path, digest in line.outs().items() if path.startswith("data/")} | line.mine
    return any(known.startswith(digest) for known in data.values() for digest in digests)


def all_versions(project: Project) -> list[Found]:
    """Every version of every dataset of params.yaml or of the registry's folder, in order."""
    files = sorted(project.registry("x").parent.glob("*.jsonl"))
    return [(file.stem, line) for file in files for line in history.registrations(project, file.stem)]


def as_table(found: list[Found], project: Project) -> "Table":
    """Versions as lines, with what serves."""
    from rich.table import Table

    table = Table("dataset", "model", "fingerprint", "registered", "data", "code", "")
    for column in table.columns[:3]:  # what the next command is told
        column.overflow, column.no_wrap = "fold", False
    champions = {name: history.champion_of(history.decisions(project, name)) for name, _ in found}
    for dataset, line in found:
        raw = line.outs().get(Project().raw(dataset).as_posix(), "unknown")
        champion = champions[dataset]
        serves = "champion" if champion and champion.fingerprint == line.fingerprint else ""
        shown = (line.model, line.fingerprint, line.time[:16].replace("T", " "), raw[:SHOWN], line.commit[:SHOWN])
        table.add_row(dataset, *shown, serves, style="bold" if serves else "")
    return table


def as_lines(traced: dict[str, Any]) -> list[str]:
    """For the terminal."""
    name = f"{traced['dataset']}@{traced['version'] or traced['fingerprint']}"
    aliases = f" ({', '.join(traced['aliases'])})" if traced["aliases"] else ""
    gate, stages = traced["gate"], traced["stages"]
    outs = {path: digest for stage in stages.values() for path, digest in stage["outs"].items()}
    facts = {
        "model": f"{traced['model']}, seed {traced['seed']}",
        "fingerprint": traced["fingerprint"],
        "registered": f"{traced['time']}, {in_words(traced['flow_run'], 'flow run ', 'outside of a flow')}",
        "MLflow run": traced["run"] or "none: `quartet publish` makes it again",
        "code": f"git {traced['commit']}; "
        + ", ".join(f"{key} {value}" for key, value in traced["environment"].items()),
        "gate": said(gate),
        **{f"data, {Path(path).name}": digest for path, digest in (outs | traced["mine"]).items() if is_data(path)},
        "same data": ", ".join(traced["same_data"]) or "no other version",
    }
    width = max(map(len, facts)) + 2
    lines = [f"{name}{aliases}", *(f"  {key:<{width}}{value}" for key, value in facts.items())]
    lines += ["  params", *(f"    {line}" for line in text_of(traced["params"]).splitlines())]
    lines += [f"  {one['time']} {one['verdict']}: {'; '.join(one['reasons'])}" for one in traced["decisions"]]
    return [*lines, f"  `quartet reproduce {name}` makes it again."]


def is_data(path: str) -> bool:
    """Whether an output is data: the user's, the canonical tables or what training reads."""
    return path.startswith("data/") and not path.endswith(".json")


def said(gate: dict[str, Any]) -> str:
    """What the gate said, in words."""
    if gate["success"] is None:
        return f"{gate['md5'] or 'unknown'} (DVC has it no more)"
    warned = f"; warned of {', '.join(gate['warnings'])}" if gate["warnings"] else ""
    return f"{'passed' if gate['success'] else 'refused'}, {gate['n_checks']} checks{warned} ({gate['md5'][:SHOWN]})"


def in_words(value: str | None, before: str, absent: str) -> str:
    """A value that may be absent."""
    return f"{before}{value}" if value else absent
