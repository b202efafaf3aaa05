"""The pages that show what is there."""

from pathlib import Path

from quartet.project import Project, write_text


def write_report(project: Project) -> Path:
    """Write reports/index.html; its path."""
    index = project.reports / "index.html"
    write_text(index, "")
    return index
