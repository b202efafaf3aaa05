"""The templates, ready to be rendered."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from quartet.report.formats import FILTERS
from quartet.report.shapes import shape

TEMPLATES = Path(__file__).parent / "templates"


@cache
def page_environment() -> Environment:
    """Templates that escape whatever data hold and fail on a name that is not there; each is compiled once."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS | {"page": page_name}
    environment.globals["shape"] = shape
    return environment


def page_name(dataset: str) -> str:
    """The file of a dataset's page; a dataset may be called `index`, and no dataset's name holds a dot."""
    return "index.dataset.html" if dataset == "index" else f"{dataset}.html"
