"""dvc.yaml on disk: written from the step table, and checked against it."""

from quartet.errors import UsageError
from quartet.pipeline import CODE, CODE_ELSEWHERE, render
from quartet.project import Project, write_text


def write_dvc_yaml(project: Project, *, check: bool = False) -> None:
    """Write dvc.yaml, or only look whether it is in step.

    Raises:
        UsageError: `check` was asked for and it is not.
    """
    file = project.root / "dvc.yaml"
    text = render(CODE if (project.root / CODE).is_dir() else CODE_ELSEWHERE)
    if not check:
        write_text(file, text)
    elif not file.exists() or file.read_text(encoding="utf-8") != text:
        raise UsageError("dvc.yaml is what the step table gives", came="it differs", mend="Run `quartet stage render`.")
