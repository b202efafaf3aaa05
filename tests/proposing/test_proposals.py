"""What `quartet init --from` proposes, and that it writes nothing where there is nothing to propose."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import own_data
from quartet.errors import QuartetError
from quartet.new_project import make_project_from
from quartet.project import Project
from quartet.proposing.proposals import Wish, dataset_name, propose, specific_first
from quartet.proposing.sight import Proposal


def proposed(source: Path | str, target: str | None = None) -> Proposal:
    return propose(Wish(str(source), target), Project(Path("nowhere")))


def table(folder: Path, **columns: object) -> Path:
    return own_data.written(pd.DataFrame(columns), folder / "table.csv")


def varied(n: int = 60) -> dict[str, object]:
    """Columns that a model could learn from."""
    generator = np.random.default_rng(0)
    return {"size": generator.normal(0, 1, n), "kind": np.resize(["a", "b", "c"], n)}


FAMILIES = {"orders": "tabular", "reviews": "text", "letters": "text", "stripes": "image", "papers": "graph"}


@pytest.mark.parametrize("name", FAMILIES)
def test_each_kind_of_source_is_of_its_family(name, tmp_path):
    assert proposed(own_data.ALL[name](tmp_path)).settings["family"] == FAMILIES[name]


@pytest.mark.parametrize(
    ("source", "family", "target"),
    [
        ("sklearn:iris", "tabular", "species"),
        ("sklearn:diabetes", "tabular", "progression"),
        ("sklearn:digits", "image", "digit"),
        ("networkx:karate_club", "graph", None),
        ("networkx:les_miserables", "graph", None),
        ("networkx:atlas", "graph", None),
    ],
)
def test_what_a_package_carries_is_proposed_too(source, family, target):
    settings = proposed(source).settings
    assert (settings["family"], settings.get("target")) == (family, target)


@pytest.mark.parametrize(
    ("source", "task", "models"),
    [
        ("networkx:karate_club", "node_classification", ["label_propagation", "gcn"]),
        ("networkx:les_miserables", "link_prediction", ["common_neighbours", "gae", "gnae"]),
        ("networkx:atlas", "similarity", ["spectral", "simgnn"]),
    ],
)
def test_what_is_learnt_of_a_graph_is_told_by_labels_and_pairs(source, task, models):
    proposal = proposed(source)
    assert (proposal.settings["task"], list(proposal.models)) == (task, models)


def test_a_public_set_leaves_its_settings_to_the_catalog():
    proposal = proposed("catalog:cora")
    assert proposal.settings == {"family": "graph"}
    assert "format: planetoid" in proposal.why["source"]


def test_the_baseline_is_the_first_model(tmp_path):
    from quartet.family import Family

    for source in (own_data.ALL[name](tmp_path) for name in own_data.ALL):
        proposal = proposed(source)
        architectures = Family(proposal.settings["family"]).settings.ARCHITECTURES
        assert [architectures[name].baseline for name in proposal.models][:2] == [True, False]


def test_a_new_family_is_asked_before_those_that_take_any_table():
    order = specific_first(["tabular", "signal", "text", "image", "graph"])
    assert order == ["graph", "image", "signal", "text", "tabular"]


def test_numbers_with_many_values_are_a_regression_and_few_are_classes(tmp_path):
    many = proposed(table(tmp_path, **varied(), y=np.arange(60) / 7))
    few = proposed(table(tmp_path, **varied(), y=np.arange(60) % 3))
    assert (many.settings["task"], few.settings["task"]) == ("regression", "classification")
    assert few.settings["classes"] == ["0", "1", "2"]


def test_a_column_called_target_is_the_target_wherever_it_stands(tmp_path):
    assert proposed(table(tmp_path, Target=["x", "y"] * 30, **varied())).settings["target"] == "Target"


def test_missing_values_are_imputed(tmp_path):
    size = np.where(np.arange(60) % 7, np.arange(60) / 7, np.nan)
    assert proposed(table(tmp_path, size=size, y=["x", "y"] * 30)).settings["missing"] == "impute"
    assert "missing" not in proposed(table(tmp_path, **varied(), y=["x", "y"] * 30)).settings


def test_columns_that_teach_nothing_are_dropped(tmp_path):
    settings = proposed(table(tmp_path, row=range(900, 960), **varied(), one=1, y=["x", "y"] * 30)).settings
    assert settings["drop"] == ["row", "one"]


def test_rows_without_a_class_are_left_out_as_asked(tmp_path):
    settings = proposed(table(tmp_path, **varied(), y=[*["x", "y"] * 29, None, None])).settings
    assert settings["keep"] == {"y": ["x", "y"]}


def test_a_column_of_train_and_test_is_the_split(tmp_path):
    part = ["train", "train", "test"] * 20
    settings = proposed(table(tmp_path, **varied(), part=part, y=["x", "y"] * 30)).settings
    assert settings["split"] == "part"
    assert "part" not in settings["columns"]


def test_a_word_among_numbers_stands_for_a_missing_one(tmp_path):
    size = ["-" if i % 30 == 0 else f"{i / 7:.2f}" for i in range(60)]
    settings = proposed(table(tmp_path, size=size, y=["x", "y"] * 30)).settings
    assert settings["missing_values"][-1] == "-"
    assert settings["columns"] == {"size": "number"}


def test_a_spreadsheets_semicolons_commas_and_umlauts_are_read(tmp_path):
    rows = "".join(f"{i},5;{'Köln' if i % 2 else 'Bonn'};{'ja' if i % 3 else 'nein'}\n" for i in range(60))
    (tmp_path / "a.csv").write_bytes(f"Größe;Ort;Rückgabe\n{rows}".encode("cp1252"))
    settings = proposed(tmp_path / "a.csv").settings
    assert (settings["encoding"], settings["decimal"]) == ("cp1252", ",")
    assert settings["columns"] == {"Größe": "number", "Ort": "category"}


def test_columns_without_names_are_given_some(tmp_path):
    rows = "".join(f"{i / 7:.1f},{i / 3:.1f},{'x' if i % 2 else 'y'}\n" for i in range(60))
    (tmp_path / "a.csv").write_text(rows)
    settings = proposed(tmp_path / "a.csv").settings
    assert settings["header"] == ["column_0", "column_1", "column_2"]
    assert settings["target"] == "column_2"


@pytest.mark.parametrize(("form", "day_first"), [("%d/%m/%Y", True), ("%m/%d/%Y", False)])
def test_the_days_beyond_twelve_tell_which_comes_first(form, day_first, tmp_path):
    days = pd.date_range("2020-01-01", periods=60).strftime(form)
    settings = proposed(table(tmp_path, **varied(), day=days, y=["x", "y"] * 30)).settings
    assert (settings["day_first"], settings["columns"]["day"]) == (day_first, "date")


def test_days_and_months_that_no_date_tells_apart_are_called_a_guess(tmp_path):
    days = [f"{1 + i % 12:02d}/{1 + i % 7:02d}/2020" for i in range(60)]
    proposal = proposed(table(tmp_path, **varied(), day=days, y=["x", "y"] * 30))
    assert proposal.why["day_first"].startswith("a guess")
    told = proposed(table(tmp_path, **varied(), day=[*days[:59], "13/01/2020"], y=["x", "y"] * 30))
    assert told.why["day_first"].startswith("dates are written so")


def test_columns_beside_a_text_are_named(tmp_path):
    texts = [f"a long sentence of words number {i}" for i in range(60)]
    proposal = proposed(table(tmp_path, stars=range(60), body=texts, mood=["good", "bad"] * 30))
    assert "the text alone is learned from, not stars" in proposal.hints


def test_a_single_folder_of_texts_is_told_to_get_another_class(tmp_path):
    (tmp_path / "good").mkdir()
    for i in range(20):
        (tmp_path / "good" / f"{i}.txt").write_text(f"a text of several words, {i}")
    with pytest.raises(QuartetError, match="at least two classes"):
        proposed(tmp_path)


def test_ids_that_repeat_are_refused_before_the_gate_stops_them(tmp_path):
    with pytest.raises(QuartetError, match=r"a column `id` names each row.*row 1, counted from 0"):
        proposed(table(tmp_path, id=[i // 2 for i in range(60)], **varied(), y=["x", "y"] * 30))
    assert proposed(table(tmp_path, id=range(60), **varied(), y=["x", "y"] * 30)).settings["target"] == "y"


def test_edges_of_other_columns_are_refused_before_anything_is_written(tmp_path):
    folder = own_data.papers(tmp_path)
    edges = folder / "edges.csv"
    edges.write_text(edges.read_text().replace("source", "from", 1))
    with pytest.raises(QuartetError, match="Rename 'from' to 'source'"):
        proposed(folder)


def test_few_items_lower_the_gates_limit_and_say_why(tmp_path):
    proposal = proposed(table(tmp_path, **varied(24), y=["x", "y"] * 12))
    assert proposal.settings["checks"] == {"enough_items": {"min_value": 24}}
    assert "24 rows" in proposal.why["checks"]


def test_size_and_channels_of_pictures_come_from_the_pictures(tmp_path):
    settings = proposed(own_data.stripes(tmp_path)).settings
    assert settings["channels"] == "rgb"
    assert 16 <= settings["size"] <= 40


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def mixed(folder: Path) -> Path:
    for i in range(20):
        write(folder / "mixed" / "cat" / f"{i}.png", "x")
        write(folder / "mixed" / "cat" / f"{i}.txt", "x")
    return folder / "mixed"


def loose(folder: Path) -> Path:
    for i in range(20):
        write(folder / "loose" / f"{i}.txt", f"text {i}")
    return folder / "loose"


def one_class(folder: Path) -> Path:
    for i in range(20):
        write(folder / "texts" / "good" / f"{i}.txt", f"text {i}")
    return folder / "texts"


# what is wrong → (the source, --target, what the message must hold)
WRONG = {
    "a path that is not there": (lambda folder: folder / "x.csv", None, "there is no"),
    "an empty file": (lambda folder: write(folder / "a.csv", ""), None, "it is empty"),
    "an empty folder": (lambda folder: folder, None, "holds nothing"),
    "a header alone": (lambda folder: write(folder / "a.csv", "a,b\n"), None, "no row below its header"),
    "one column": (lambda folder: write(folder / "a.csv", "a\n" + "1\n2\n" * 30), None, "['a'] is all"),
    "a target that is not there": (own_data.orders, "retruned", "Did you mean returned?"),
    "a target that is different in each row": (own_data.reviews, "review", "Say --target with one of mood"),
    "a target of one value": (
        lambda folder: write(folder / "a.csv", "a,y\n" + "1,2\n3,2\n" * 30),
        None,
        "'y' of a.csv holds 1 in 60 rows",
    ),
    "no column to learn from": (
        lambda folder: write(folder / "a.csv", "who,y\n" + "".join(f"c{i},{i % 2}\n" for i in range(60))),
        None,
        "who: 60 of its 60 cells differ",
    ),
    "an address without https": (lambda folder: "http://example.com/a.csv", None, "comes over https"),
    "an address without a checksum": (lambda folder: "https://example.com/a.csv", None, "there is no --sha256"),
    "an unknown public set": (lambda folder: "catalog:imbd", None, "Did you mean imdb?"),
    "a row without a text": (
        lambda folder: write(
            folder / "a.csv", "t,y\n,x\n" + "".join(f"the text with number {i} is this,{i % 2}\n" for i in range(60))
        ),
        None,
        "each row has a text",
    ),
    "too few rows": (lambda folder: write(folder / "a.csv", "a,y\n" + "1,x\n2,y\n" * 3), None, "there are 6"),
    "a file of an unknown kind": (lambda folder: write(folder / "a.pdf", "x"), None, "a.pdf holds 1 .pdf"),
    "a folder of mixed things": (mixed, None, "20 .png, 20 .txt"),
    "texts in no class folder": (loose, None, "each in a folder named as its class"),
    "texts of a single class": (one_class, None, "holds 1 in 20 rows"),
    "a target of a folder": (own_data.letters, "mood", "Leave --target out"),
    "an unknown set of a package": (lambda folder: "sklearn:irsi", None, "Did you mean sklearn:iris?"),
    "a cell too many": (lambda folder: write(folder / "a.csv", "a,b\n1,x\n2,y,3\n"), None, "row 1, counted from 0"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_source_is_refused_and_leaves_nothing_behind(name, tmp_path):
    make, target, message = WRONG[name]
    (tmp_path / "given").mkdir()
    source = make(tmp_path / "given")
    with pytest.raises(QuartetError) as refused:
        make_project_from(tmp_path / "project", Wish(str(source), target))
    assert message in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["given"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("orders.csv", "orders"),
        ("My Orders (2).CSV.gz", "my_orders_2"),
        ("mine", "mine_data"),
        ("漢字.csv", "my_data"),
        ('a\n"b":c', "a_b_c"),
    ],
)
def test_a_dataset_is_named_as_its_source(name, expected):
    assert dataset_name(name) == expected


@pytest.mark.parametrize("ids", [[1, *range(1, 60)], [0, None, *range(2, 60)]], ids=["twice", "missing"])
def test_a_column_of_ids_that_does_not_name_each_row_is_refused_with_the_row(ids, tmp_path):
    with pytest.raises(QuartetError, match=r"row 1, counted from 0, of table\.csv has .*another name"):
        proposed(table(tmp_path, id=ids, **varied()))


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_the_first_line_tells_names_from_values_however_lines_end(end, tmp_path):
    file = tmp_path / "t.csv"
    file.write_bytes(end.join(f"{i * 7 % 37}.5,{i % 2}" for i in range(60)).encode())
    assert proposed(file).settings["header"] == ["column_0", "column_1"]


def test_bytes_that_are_no_text_are_refused_by_their_name(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"\0\r1\xff" * 99)
    with pytest.raises(QuartetError, match=r"t\.csv is text"):
        proposed(tmp_path / "t.csv")
