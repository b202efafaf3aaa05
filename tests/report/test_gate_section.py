"""What a page shows of data that the gate stopped; the data hold whatever may break a page."""

import io
import zipfile
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from quartet.errors import GateRefused
from quartet.params import load_params
from quartet.pipeline import stages_of
from quartet.project import read_json
from quartet.report import pages as report_pages
from quartet.report import write_report
from quartet.safe_text import printable
from report.pages import HOSTILE, Page, first_table

LONG, FORMULA = "endless " * 130_000, '=HYPERLINK("http://example.org")'
NAME = "cats/new\nline \u202egnp '<b>.png"


def picture(height: int, width: int) -> bytes:
    pixels = np.random.default_rng(height * width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="PNG")
    return stream.getvalue()


def rows() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"size": rng.normal(size=80), "town": "Ulm", "one": "1", "kind": ["a", "b"] * 40})
    frame["town"] = [FORMULA, HOSTILE, "Ulm", "Bonn"] * 20
    frame.loc[4, "town"] = LONG
    frame.loc[[4, 9], "size"] = None
    return frame


@pytest.fixture(scope="module")
def project(make_project):
    datasets = {
        "rows": {"family": "tabular", "source": "data/mine/rows.csv", "target": "kind"},
        "shapes": {"family": "image", "source": "data/mine/shapes.zip", "checks": {"width": {"min_value": 20}}},
    }
    models = {f"{name}-m": {"dataset": name, "architecture": "logistic_regression"} for name in datasets}
    made = make_project(datasets, models, {"rows.csv": rows()})
    with zipfile.ZipFile(made.mine / "shapes.zip", "w") as archive:
        for place in range(60):
            archive.writestr(f"{['cats', 'dogs'][place % 2]}/{place}.png", picture(20 + place, 30))
        archive.writestr(NAME, picture(25, 19))
        for place in range(50):
            archive.writestr(f"notes/{place}.txt", "text")
    return made


@pytest.fixture(scope="module")
def refusals(project):
    found = {}
    for name, stage in stages_of(load_params(project.params)).items():
        if stage.step.name in ("plan", "ingest", "validate"):
            try:
                stage.step.function(project, name.partition("@")[2] or None)
            except GateRefused as error:
                found[name.partition("@")[2]] = str(error)
    write_report(project)
    return found


@pytest.fixture(scope="module")
def html(project, refusals):
    return {name: (project.reports / f"{name}.html").read_text(encoding="utf-8") for name in refusals}


def test_failing_rows_are_shown_with_the_cell_that_fails(html):
    page = html["rows"].split("nothing_is_missing", 1)[1].split("</article>")[0]
    table = first_table(page)
    assert table["id"].tolist() == ["4", "9"]
    assert table["size"].tolist() == ["missing", "missing"]
    assert table["label"].tolist() == rows().loc[[4, 9], "kind"].tolist()
    assert page.count('class="fails"') == 3  # the head of the column and two cells


def test_a_cell_of_a_megabyte_is_cut(html):
    assert len(LONG) > 1_000_000
    assert len(html["rows"]) < 100_000
    assert "…" in html["rows"]


def test_what_cells_and_file_names_hold_is_shown_as_text(html):
    for page, text in (("rows", HOSTILE), ("rows", FORMULA), ("shapes", printable(NAME))):
        assert text in Page(html[page]).text
        assert Page(html[page]).problems == []
        assert not Page(html[page]).tags & {"script", "b"}


def test_a_failing_picture_is_shown_under_its_name_with_what_fails(html):
    page = html["shapes"].split("<code>width</code>", 1)[1].split("</article>")[0]
    assert page.count("<img") == 1
    assert "width 19" in Page(page).text


def test_pictures_of_data_that_were_read_anew_are_not_shown_under_old_names(project, html):
    file = project.raw("shapes") / "items.parquet"
    before = file.read_bytes()
    pd.read_parquet(file).iloc[::-1].to_parquet(file, index=False)
    write_report(project)
    page = (project.reports / "shapes.html").read_text(encoding="utf-8")
    file.write_bytes(before)
    assert "<img" not in page.split("<code>width</code>", 1)[1].split("</article>")[0]


def test_a_limit_that_params_yaml_changed_is_told_with_the_suites_own(html):
    cells = first_table(html["shapes"].split("Every check")[1]).set_index("check")
    assert "at least 20 params.yaml (8 by default)" in cells.loc["width", "limits in force"]
    assert "params.yaml" not in cells.loc["height", "limits in force"]


def test_every_check_is_listed_with_its_meaning(project, html):
    results = read_json(project.validation("rows"))["results"]
    cells = first_table(html["rows"].split("Every check")[1])
    assert set(cells["check"]) == {result["name"] for result in results}
    assert set(cells["what must hold"]) == {" ".join(result["meaning"].split()) for result in results}


def failed(project, name):
    """The checks that stopped a data set: those that settings may change, and those that none may."""
    results = read_json(project.validation(name))["results"]
    stopped = {r["name"]: r["firm"] for r in results if not r["success"] and r["severity"] == "error"}
    return [{check for check, firm in stopped.items() if firm == wanted} for wanted in (False, True)]


def test_each_failed_check_tells_the_line_that_lets_data_pass_or_that_none_does(project, html):
    soft, firm = failed(project, "rows")
    told = {page.split("<code>")[1].split("<")[0]: Page(page).text for page in html["rows"].split("<article")[1:]}
    assert soft
    assert firm
    assert [name for name in soft if f"checks: {{{name}: {{severity: warn}}}}" not in told[name]] == []
    assert [name for name in firm if "This check cannot be made a warning" not in told[name]] == []


def test_what_was_left_out_is_counted_by_reason_and_listed_up_to_a_number(html):
    text = Page(html["shapes"]).text
    assert "50 parts of the source are not among the items: 50 because" in text
    assert "notes/0.txt" in text
    assert "notes/49.txt" not in text
    assert "The first 40 of 50." in text


def test_what_was_measured_of_columns_is_shown(html):
    cells = first_table(html["rows"].split("measured of each column")[1]).set_index("id")
    assert cells.loc["one", "distinct"] == "1"
    assert set(cells.index) == {"size", "town", "one"}


def test_a_refusal_fits_a_terminal_and_cannot_steer_it(refusals):
    for text in refusals.values():
        assert len(text.splitlines()) <= 60
        assert all(line.isprintable() and len(line) <= 300 for line in text.split("\n"))
        assert "    width: 1 of 61 items: cats/new\\nline \\u202egnp '<b>.png (19)" in refusals["shapes"]


def test_the_lines_that_a_refusal_proposes_let_the_data_pass(refusals, project):
    proposed = refusals["rows"].split("  checks:\n")[1].splitlines()
    assert {line.partition(":")[0].strip() for line in proposed} == failed(project, "rows")[0]
    assert {line.partition(":")[2].strip() for line in proposed} == {"{severity: warn}"}


def test_a_public_set_is_shown_with_its_licence_and_citation(project, monkeypatch):
    known = {"title": "A set", "licence": "CC0 <b>", "citation": "Who & When", "home": "https://example.org"}
    monkeypatch.setattr(report_pages, "entry_of", lambda source: SimpleNamespace(**known))
    write_report(project)
    text = Page((project.reports / "rows.html").read_text(encoding="utf-8")).text
    assert [value for value in known.values() if value not in text] == []
