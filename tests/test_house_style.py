"""The sizes the house keeps: short functions, short files, few parameters."""

import ast
from pathlib import Path
from statistics import median, quantiles

import pytest

from quartet.family import family_names

ROOT = Path(__file__).parents[1]
FILES = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "flows").rglob("*.py")])
FUNCTIONS = [
    (file, node)
    for file in FILES
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    if isinstance(node, ast.FunctionDef)
]


def body_lines(node: ast.FunctionDef) -> int:
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or 0) - first.lineno + 1


def n_parameters(node: ast.FunctionDef) -> int:
    own = [a for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs) if a.arg not in ("self", "cls")]
    return len(own)


def test_functions_are_short():
    lines = [body_lines(node) for _, node in FUNCTIONS]
    assert median(lines) <= 8
    assert quantiles(lines, n=10)[-1] <= 25
    assert [f"{file.name}:{node.name}" for file, node in FUNCTIONS if body_lines(node) > 40] == []


def test_files_are_short():
    lengths = {file.name: len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}
    assert median(lengths.values()) <= 120
    assert {name: n for name, n in lengths.items() if n > 300} == {}


def test_functions_take_few_parameters():
    assert [f"{file.name}:{node.name}" for file, node in FUNCTIONS if n_parameters(node) > 5] == []


@pytest.mark.parametrize("family", family_names())
def test_families_have_the_same_file_names(family):
    files = {path.name for path in (ROOT / "src/quartet/families" / family).iterdir()}
    assert {"settings.py", "tables.py", "suite.py", "features.py", "proposal.py", "explain.py", "models"} <= files
