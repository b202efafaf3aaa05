"""The look inside a dataset's networks: a section of its page, and a page of its own for MLflow."""

from dataclasses import dataclass

from quartet.comparisons import Comparison
from quartet.explanations import load
from quartet.report.templating import page_environment
from quartet.report.views import View, view_of


@dataclass(frozen=True)
class Part:
    """What is shown under one heading."""

    title: str
    paragraphs: list[str]
    views: list[View]


@dataclass(frozen=True)
class Inside:
    """What a page shows of one dataset's networks, and which of them was looked into, with the folder of its seed."""

    model: str
    seed: str
    parts: list[Part]


def inside_of(comparison: Comparison) -> Inside | None:
    """What evaluate wrote beside the comparison; None where it found nothing to show."""
    folder = comparison.project.evaluation(comparison.dataset)
    found = load(folder)
    if found is None or not found.sections:
        return None
    parts = [
        Part(section.title, paragraphs(section.text), [view_of(figure, folder) for figure in section.figures])
        for section in found.sections
    ]
    return Inside(found.model, found.seed, parts)


def paragraphs(text: str) -> list[str]:
    """A text by its empty lines."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]


@dataclass(frozen=True)
class InsidePage:
    """A page that holds the section alone, and the folder of the seed that it is about."""

    model: str
    seed: str
    html: str


def inside_page(comparison: Comparison) -> InsidePage | None:
    """The page for MLflow; None where there is nothing to show."""
    inside = inside_of(comparison)
    if inside is None:
        return None
    template = page_environment().get_template("inside_page.html")
    html = template.render(inside=inside, name=comparison.dataset)
    return InsidePage(inside.model, inside.seed, html)
