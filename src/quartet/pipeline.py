"""THE step table: which steps exist, what each reads and writes. dvc.yaml is rendered from it.

    plan → ingest@dataset → validate@dataset → prepare@dataset → train@model → evaluate@dataset

Each step is the function of the same name in the module of the same name in `quartet.steps`;
`quartet stage STEP NAME` runs it. publish, promote and report follow; they depend on the
registry, which no file hash covers, and are no stages.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from quartet.errors import UsageError
from quartet.params import Params
from quartet.project import Project

HERE = Project(Path())
CODE = Path("src/quartet")
CODE_ELSEWHERE = Path("quartet.lock")  # in a user's project, the installed version stands for the code
DATASET = "${key}"  # DVC's names inside `foreach`
MODEL = "${key}"
DATASET_OF_MODEL = "${item.dataset}"


@dataclass(frozen=True)
class Step:
    """One row of the table.

    Args:
        over: the section of params.yaml that it is repeated for.
        persists: its outputs stay until it replaces them whole, so that a failure loses nothing (DVC removes others
            before a stage runs). DVC keeps such a stage out of its run cache: when stale, it is always run.
    """

    name: str
    over: Literal["datasets", "models"] | None
    reads: tuple[Path, ...]
    writes: tuple[Path, ...]
    metrics: tuple[Path, ...] = ()
    persists: bool = False

    @property
    def function(self) -> Callable[..., None]:
        """What runs: `quartet.steps.<name>.<name>`."""
        function: Callable[..., None] = getattr(import_module(f"quartet.steps.{self.name}"), self.name)
        return function


STEPS = (
    Step("plan", None, reads=(HERE.params, HERE.mine, CODE), writes=(HERE.plans,), persists=True),
    Step("ingest", "datasets", reads=(), writes=(HERE.raw(DATASET),), persists=True),
    Step(
        "validate",
        "datasets",
        reads=(HERE.raw(DATASET),),
        writes=(HERE.validation(DATASET), HERE.passed(DATASET)),
    ),
    Step(
        "prepare",
        "datasets",
        reads=(HERE.raw(DATASET), HERE.passed(DATASET)),
        writes=(HERE.prepared(DATASET),),
    ),
    Step(
        "train",
        "models",
        reads=(HERE.prepared(DATASET_OF_MODEL),),
        writes=(HERE.model(DATASET_OF_MODEL, MODEL),),
        metrics=(HERE.metrics(DATASET_OF_MODEL, MODEL),),
    ),
    Step(
        "evaluate",
        "datasets",
        reads=(HERE.raw(DATASET), HERE.prepared(DATASET), HERE.models(DATASET)),
        writes=(HERE.evaluation(DATASET),),
    ),
)


@dataclass(frozen=True)
class Stage:
    """A step for one dataset or model, and the stages whose outputs it reads."""

    step: Step
    after: tuple[str, ...]


def stages_of(params: Params, names: Iterable[str] = ()) -> dict[str, Stage]:
    """The stages of all datasets, or the named ones, by DVC's name, upstream first."""
    wanted = set(names) or set(params.datasets)
    stages: dict[str, Stage] = {}
    writes: dict[str, tuple[Path, ...]] = {}
    for step in STEPS:
        for name, key, dataset in _instances(step, params):
            if dataset is None or dataset in wanted:
                reads = [filled(path, key, dataset) for path in (*step.reads, *_plans(step))]
                after = [other for other, outs in writes.items() if any(touch(a, b) for a in reads for b in outs)]
                stages[name] = Stage(step, tuple(after))
                writes[name] = tuple(filled(path, key, dataset) for path in step.writes)
    return stages


def untouched(params: Params, failed: Collection[str]) -> list[str]:
    """The datasets none of whose stages are among these."""
    return [name for name in params.datasets if not stages_of(params, [name]).keys() & set(failed)]


def _instances(step: Step, params: Params) -> Iterator[tuple[str, str, str | None]]:
    if step.over is None:
        yield step.name, "", None
    elif step.over == "datasets":
        yield from ((f"{step.name}@{name}", name, name) for name in params.datasets)
    else:
        yield from ((f"{step.name}@{name}", name, model.dataset) for name, model in params.models.items())


def _plans(step: Step) -> tuple[Path, ...]:
    return (HERE.plan(step.name, MODEL),) if step.over else ()


def filled(path: Path, key: str, dataset: str | None) -> Path:
    """A path of the table with DVC's names filled in."""
    return Path(str(path).replace(DATASET_OF_MODEL, dataset or "").replace(DATASET, key))


def touch(a: Path, b: Path) -> bool:
    """Whether one path is the other, or lies inside it."""
    return all(one == other for one, other in zip(a.parts, b.parts, strict=False))


def find_step(name: str) -> Step:
    """The row of that name.

    Raises:
        UsageError: there is none.
    """
    for step in STEPS:
        if step.name == name:
            return step
    raise UsageError(
        f"a step is one of {', '.join(step.name for step in STEPS)}",
        came=f"{name!r} came",
        mend="See `quartet stage --help`.",
    )


def render(code: Path = CODE) -> str:
    """The text of dvc.yaml; `code` is what stands for Quartet's own code as plan's dependency."""
    from io import StringIO

    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 120
    stream = StringIO(
        "# Rendered by `quartet stage render` from the table in quartet/pipeline.py: edit that, not this.\n"
    )
    stream.seek(0, 2)
    yaml.dump({"stages": {step.name: _stage(step) for step in STEPS}}, stream)
    return stream.getvalue().replace(str(CODE), str(code))


def _stage(step: Step) -> dict[str, Any]:
    if step.over is None:
        return _body(step, f"quartet stage {step.name}", ())
    return {"foreach": f"${{{step.over}}}", "do": _body(step, f"quartet stage {step.name} {MODEL}", _plans(step))}


def _body(step: Step, command: str, plans: tuple[Path, ...]) -> dict[str, Any]:
    body: dict[str, Any] = {"cmd": command, "deps": [str(path) for path in (*plans, *step.reads)]}
    body["outs"] = [{str(path): {"persist": True}} if step.persists else str(path) for path in step.writes]
    if step.metrics:
        body["metrics"] = [{str(path): {"cache": False}} for path in step.metrics]
    return body
