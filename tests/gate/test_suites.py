from pathlib import Path

import pytest

import cases
from quartet.family import Family, family_names
from quartet.gate.check_list import page
from quartet.gate.expectation import Expectation
from quartet.gate.suites import HERE, Form, checks_of, expectation, expectations, quoted, read_suite, suite_of
from quartet.gate.validation import _gx_expectation as great_expectation

per_family = pytest.mark.parametrize("family", family_names())
ENTRY = (
    "rare:\n  meaning: at least {min_value}\n  column: x\n  expectation: column_values_to_be_between\n  min_value: 1\n"
)


def expected(family, name) -> Expectation:
    check = {"table": "items", "severity": "error"} | suite_of(family)[name]
    if check.get("value_set") == "$classes":
        check["value_set"] = ["a", "b"]
    return expectation(name, check, "x")


@per_family
def test_each_check_is_one_that_great_expectations_has(family):
    made = [expected(family, name) for name in suite_of(family)]
    assert [great_expectation(one).expectation_type for one in made] == [one.type for one in made]


@per_family
def test_a_meaning_is_a_sentence_without_braces(family):
    assert [name for name in suite_of(family) if set("{}$") & set(expected(family, name).meaning)] == []


@per_family
def test_each_check_is_made_of_some_data_set_of_the_tests(family):
    made = {name for dataset in cases.tiny(family).DATASETS for name in checks_of(cases.dataset(family, dataset))}
    assert set(suite_of(family)) - made == set()


@per_family
def test_a_condition_names_settings_there_are(family):
    named = {setting for check in suite_of(family).values() for setting in check.get("when", {})}
    assert named - set(Family(family).settings.Dataset.model_fields) == set()


@pytest.mark.parametrize(("family", "name"), cases.data_cases())
def test_the_suite_annotates_each_column_that_a_check_looks_at(family, name):
    settings = cases.dataset(family, name)
    annotated = Family(family).suite.annotate(cases.canonical(family, name), settings)
    wanted = {(e.table, e.kwargs["column"]) for e in expectations(checks_of(settings), annotated)}
    assert wanted <= {(table, column) for table, frame in annotated.items() for column in frame}


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("column:", "colunm:", "colunm"),
        ("expectation: column", "expectation: expect_column", "expectation"),
        ("{min_value}", "{max_value}", "max_value"),
        ("  column: x\n", "", "either `column` or `each`"),
        ("min_value: 1\n", "min_value: one\n", "min_value"),
        ("rare:\n", ENTRY + "rare:\n", "duplicate key"),
        ("rare:\n", "rare: {\n", "no suite"),
    ],
)
def test_a_slip_in_a_suite_is_an_error_that_names_it(tmp_path, wrong, right, told):
    (tmp_path / "suite.yaml").write_text(ENTRY.replace(wrong, right, 1))
    with pytest.raises(RuntimeError, match=told):
        read_suite(tmp_path / "suite.yaml")


def test_every_key_of_the_form_is_described():
    assert [name for name, field in Form.model_fields.items() if not field.description] == []


def test_what_a_data_set_changes_of_a_check_is_told_beside_what_it_was():
    settings = cases.dataset("image", "tiny_pictures")
    width = checks_of(settings)["width"]
    assert width["max_value"] == settings.checks["width"].max_value
    assert width["changed"] == {
        "max_value": read_suite(HERE.parent / "families/image/suite.yaml")["width"]["max_value"]
    }


def test_a_meaning_quotes_no_more_than_a_dozen_values():
    assert quoted([*range(1000)]).endswith("10, 11 or 988 more")


def test_the_page_of_checks_is_in_step_with_the_suites():
    text = (Path(__file__).parents[2] / "docs/checks.md").read_text(encoding="utf-8")
    assert text == page(), "run `make docs`"


@per_family
def test_the_page_of_checks_has_a_row_for_each_check(family):
    lines = page().splitlines()
    assert [name for name in suite_of(family) if not any(line.startswith(f"| `{name}` |") for line in lines)] == []
