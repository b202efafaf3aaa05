"""What is on disk → reports/."""

from pathlib import Path

from quartet.catalog import entry_of
from quartet.params import load_params
from quartet.project import Project, whole_folder
from quartet.report.gate import left_out_of
from quartet.report.overview import Overview, overview_of
from quartet.report.samples import data_of
from quartet.report.templating import page_environment, page_name


def write_report(project: Project) -> Path:
    """Write reports/ anew from what is on disk; the path of its index.

    The same files give the same bytes: no page says when it was made.
    """
    params = load_params(project.params)
    overviews = [overview_of(project, params, name) for name in params.datasets]
    environment = page_environment()
    with whole_folder(project.reports) as folder:
        for overview in overviews:
            page = environment.get_template("dataset.html").render(page_context(project, overview))
            (folder / page_name(overview.name)).write_text(page, encoding="utf-8")
        index = environment.get_template("index.html").render(overviews=overviews)
        (folder / "index.html").write_text(index, encoding="utf-8")
    return project.reports / "index.html"


def page_context(project: Project, overview: Overview) -> dict[str, object]:
    """What the page of one dataset shows."""
    from quartet.report.figures import figures_of
    from quartet.report.inside import inside_of
    from quartet.report.verdicts import differences_in_words, split_in_words

    comparison = overview.comparison
    return {
        "overview": overview,
        "data": data_of(project.raw(overview.name), overview.settings),
        "entry": entry_of(overview.settings.source),
        "left_out": left_out_of(project.raw(overview.name)),
        "figures": figures_of(comparison) if comparison else None,
        "inside": inside_of(comparison) if comparison else None,
        "split": split_in_words(comparison) if comparison else "",
        "differences": differences_in_words(comparison) if comparison else [],
    }
