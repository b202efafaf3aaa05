"""plan: from params.yaml, one small file per stage with exactly what that stage depends on besides data."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from quartet.catalog import plan_content
from quartet.closure import code_hash, file_hash
from quartet.gate.suites import checks_of
from quartet.params import Params, load_params
from quartet.project import Project, whole_folder, write_json
from quartet.settings import TRAINER_FIELDS, ModelSettings
from quartet.sources import check, local_file

# the module of a family that each step runs, beside the step's own
FAMILY_MODULES = {"ingest": "tables", "validate": "suite", "prepare": "features", "train": "models"}


def plan(project: Project, name: str | None = None) -> None:
    """Check params.yaml, write plan/ with a copy of it, and remove the outputs of models and datasets that are gone."""
    params = load_params(project.params)
    for dataset, settings in params.datasets.items():
        check(dataset, settings.source, project)
    with whole_folder(project.plans) as folder:
        for step, stage, content in (*dataset_plans(params, project), *model_plans(params)):
            write_json(folder / step / f"{stage}.json", content)
        shutil.copyfile(project.params, folder / project.planned_params.name)
    remove_what_is_gone(params, project)


def dataset_plans(params: Params, project: Project) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(step, dataset, content) of every stage that is repeated over datasets."""
    for name, dataset in params.datasets.items():
        file = local_file(dataset.source)
        for step in ("ingest", "validate", "prepare", "evaluate"):
            content: dict[str, Any] = {
                "family": dataset.family,
                "settings": dataset.for_step(step),
                "code": step_code(step, dataset.family),
            }
            if step == "ingest":
                content |= {"seed": params.seed, "file": file_hash(project.root / file) if file else None}
                content |= plan_content(dataset)
            if step == "validate":
                content |= {"checks": checks_of(dataset)}
            if step == "evaluate":
                content |= {"models": params.models_of(name), "baseline": params.baseline_of(name)}
                content |= {"explain": explain_code(params, name)}
            yield step, name, content


def model_plans(params: Params) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(step, model, content) of every stage that is repeated over models."""
    for name, model in params.models.items():
        family = params.datasets[model.dataset].family
        content = {
            "family": family,
            "dataset": model.dataset,
            "settings": model.model_dump(exclude={"dataset", *TRAINER_FIELDS}),
            "trainer": params.trainer_of(name).model_dump(),
            "seeds": params.seeds_of(name),
            "code": step_code("train", family, model),
        }
        yield "train", name, content


def step_code(step: str, family: str, model: ModelSettings | None = None) -> str:
    """A hash of the code that `step` runs for a family, and for one architecture where a model is given."""
    inner = [FAMILY_MODULES[step]] if step in FAMILY_MODULES else []
    if model:
        inner += [f"models.{model.network.partition('.')[0]}"]
    return code_hash([f"quartet.steps.{step}", *(f"quartet.families.{family}.{module}" for module in inner)])


def explain_code(params: Params, dataset: str) -> str:
    """A hash of the code that looks into the networks of a dataset, theirs included."""
    folder, own = f"quartet.families.{params.datasets[dataset].family}", params.models_of(dataset)
    networks = {params.models[name].network.partition(".")[0] for name in own}
    return code_hash([f"{folder}.explain", *(f"{folder}.models.{network}" for network in networks)])


def remove_what_is_gone(params: Params, project: Project) -> None:
    """Remove the outputs of models and datasets that params.yaml no longer names; nothing else."""
    gone = [path.name for path in inside(project.mine.parent) if path.name not in {*params.datasets, project.mine.name}]
    for dataset in gone:
        for path in (project.raw, project.prepared, project.validation, project.passed):
            remove(path(dataset))
        if not any(project.data(dataset).iterdir()):
            project.data(dataset).rmdir()
    for top in (project.models, project.evaluation, metrics_folder(project)):
        keep_only(params.datasets, top("x").parent)
    for dataset in params.datasets:
        keep_only(params.models_of(dataset), project.models(dataset))
        keep_only(params.models_of(dataset), metrics_folder(project)(dataset))


def metrics_folder(project: Project) -> Callable[[str], Path]:
    """The folder of a dataset's metrics."""
    return lambda dataset: project.metrics(dataset, "x").parent


def keep_only(names: Iterable[str], folder: Path) -> None:
    """Remove what a folder holds under other names."""
    for path in inside(folder):
        if path.stem not in set(names):
            remove(path)


def inside(folder: Path) -> list[Path]:
    """What a folder holds, hidden files aside."""
    return [path for path in sorted(folder.iterdir()) if path.name[0] != "."] if folder.is_dir() else []


def remove(path: Path) -> None:
    """Remove a file or folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
