import re

import pytest
from ruamel.yaml import YAML

from quartet.project import Project, read_json
from quartet.report import write_report
from report.pages import BROKEN_ROWS, HOSTILE, Page, read_pages


def test_there_is_an_index_and_a_page_per_dataset(project, pages):
    datasets = YAML(typ="safe").load(project.params)["datasets"]
    assert len(pages) == len(datasets) + 1
    assert set(re.findall(r'<h2><a href="([^"]+)"', pages["index.html"])) == set(pages) - {"index.html"}


def test_every_page_closes_its_tags_in_order(pages):
    assert {name: Page(html).problems for name, html in pages.items()} == {name: [] for name in pages}


def test_no_page_asks_for_anything_outside_its_folder(pages):
    for html in pages.values():
        page = Page(html)
        links = [value for name, value in page.attributes if name in ("src", "href", "xlink:href", "srcset", "action")]
        assert all(re.fullmatch(r"[\w.-]+\.html|#\w+|data:image/png;base64,.*", link) for link in links)
        assert not page.tags & {"script", "iframe", "object", "embed", "link", "base"}
        assert not re.search(r"@import|url\(", html)


def test_what_data_hold_is_shown_as_text(pages):
    for name in ("kinds.html", "broken.html"):
        assert HOSTILE not in pages[name]
        assert HOSTILE in Page(pages[name]).text


def test_no_attribute_handles_events(pages):
    assert not [name for html in pages.values() for name, _ in Page(html).attributes if name.startswith("on")]


@pytest.mark.parametrize("dataset", ["kinds", "prices"])
def test_the_table_shows_the_numbers_of_the_comparison(project: Project, pages, dataset):
    shown = {value for value, _ in Page(pages[f"{dataset}.html"]).data}
    comparison = read_json(project.evaluation(dataset) / "comparison.json")
    for report in comparison["models"].values():
        summaries = [*report["test"].values(), report["validation"][comparison["metric"]]]
        numbers = [summary[key] for summary in summaries for key in ("mean", "sd") if summary[key] is not None]
        assert {str(number) for number in [*numbers, *report["test_interval"], report["n_parameters"]]} <= shown


def test_every_number_is_its_value_rounded(pages):
    pairs = [pair for html in pages.values() for pair in Page(html).data if pair[0]]
    for value, text in pairs:
        shown = float(text.replace(",", ""))
        assert shown == pytest.approx(float(value), abs=0.05 if abs(shown) >= 100 else 5.001e-5, rel=0)


def test_a_stopped_dataset_names_its_rows(pages):
    text = Page(pages["broken.html"]).text
    assert "Stopped by the gate: 1 of" in text
    assert f"in a , 3 of 120 items: {' , '.join(map(str, BROKEN_ROWS))}" in text


def test_a_dataset_that_was_not_run_says_so(pages):
    text = Page(pages["index.dataset.html"]).text
    assert "Not run yet" in text
    assert "Not ingested yet" in text


def test_a_champion_is_named_with_all_its_reasons(pages):
    text = Page(pages["kinds.html"]).text
    assert "The baseline kinds-logistic is champion" in text
    assert "the first reason" in text
    assert f"a reason with {HOSTILE}" in text


def test_two_renders_are_equal_byte_for_byte(project, pages):
    write_report(project)
    assert read_pages(project.reports) == pages


def test_a_page_of_a_dataset_that_is_gone_is_removed(project):
    gone = project.reports / "gone.html"
    gone.touch()
    write_report(project)
    assert not gone.exists()
