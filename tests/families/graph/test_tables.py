import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from families.graph import tiny
from quartet.errors import SourceError
from quartet.families.graph.settings import Dataset
from quartet.families.graph.tables import canonical, from_files
from quartet.family import SPLITS
from quartet.reading.files import File


def edges_of(rows, settings):
    items = pd.DataFrame({"id": ["a", "b", "c"], "label": ["x", "y", "x"]})
    edges = pd.DataFrame(rows, columns=["source", "target", "weight"])
    return canonical({"items": items, "edges": edges}, settings, 0)["edges"].to_numpy().tolist()


def test_an_edge_given_in_both_directions_is_one_edge(settings):
    assert edges_of([("a", "b", 2.0), ("b", "a", 2.0), ("c", "a", 1.0)], settings) == [["a", "b", 2.0], ["a", "c", 1.0]]


def test_an_edge_with_two_weights_stays_two_edges_for_the_gate_to_refuse(settings):
    assert edges_of([("a", "b", 2.0), ("b", "a", 3.0)], settings) == [["a", "b", 2.0], ["a", "b", 3.0]]


def test_edges_without_weights_all_weigh_one(settings):
    source = tiny.source()
    source["edges"] = source["edges"].drop(columns="weight")
    assert (canonical(source, settings, 0)["edges"]["weight"] == 1.0).all()


def test_the_order_of_rows_and_of_ends_changes_nothing(settings):
    source = tiny.source()
    shuffled = {name: table.sample(frac=1, random_state=1) for name, table in source.items()}
    shuffled["edges"] = shuffled["edges"].rename(columns={"source": "target", "target": "source"})
    expected = canonical(source, settings, 0)
    for name, table in canonical(shuffled, settings, 0).items():
        pd.testing.assert_frame_equal(table, expected[name])


def test_no_node_changes_split_when_nodes_are_added(settings):
    source = tiny.source()
    all_nodes = canonical(source, settings, 0)["items"].set_index("id")["split"]
    fewer = canonical(source | {"items": source["items"].head(30)}, settings, 0)["items"].set_index("id")["split"]
    assert (all_nodes[fewer.index] == fewer).all()


def test_nodes_without_label_and_split_stand_in_the_graph_only(settings):
    items = canonical(tiny.source(), settings, 0)["items"]
    assert ((items["split"] == "") == items["label"].isna()).all()
    assert (items["split"] == "").sum() == tiny.N_ASIDE


def published(*splits):
    """The tiny source with these splits for its first nodes, the others left open."""
    source = tiny.source()
    n_open = len(source["items"]) - len(splits)
    return source | {"items": source["items"].assign(split=[*splits, *["", None] * (n_open // 2)])}


def test_open_nodes_go_to_validation_and_test_where_the_source_names_training_nodes_only(settings):
    items = canonical(published("train", "train", "train", "train"), settings, 0)["items"]
    labelled = items[items["label"].notna()]
    assert set(labelled.loc[labelled["split"] == "train", "id"]) == {"0", "1", "2", "3"}
    assert set(labelled["split"]) == {"train", "validation", "test"}


def test_open_nodes_stand_in_the_graph_only_where_the_source_names_test_nodes(settings):
    items = canonical(published("train", "validation", "test", "test"), settings, 0)["items"].set_index("id")
    assert items.loc[["0", "1", "2", "3"], "split"].tolist() == ["train", "validation", "test", "test"]
    assert (items.drop(["0", "1", "2", "3"])["split"] == "").all()


def read(settings, nodes, edges="source,target\na,b\n", **changes):
    """The canonical tables of nodes.csv and edges.csv with these contents."""
    given = settings.model_copy(update=changes)
    texts = {"nodes.csv": nodes, "edges.csv": edges}
    files = [File(f"graph/{name}", lambda text=text: text.encode()) for name, text in texts.items()]
    return canonical(from_files(files, given), given, 0)


def test_spaces_around_ids_labels_splits_and_names_of_columns_say_nothing(settings):
    nodes = "id, x, label, split\n a, 1, ant , train\nb , 2, bee, test\n"
    items = read(settings, nodes, "source, target\na, b\nb , a\n")
    assert items["items"].to_numpy().tolist() == [["a", "train", "ant", 1.0], ["b", "test", "bee", 2.0]]
    assert items["edges"].to_numpy().tolist() == [["a", "b", 1.0]]


NODES = "id,x,label\na,1,ant\nb,2,bee\nc,3,\n"


def test_an_isolated_node_a_self_loop_and_an_edge_to_nobody_stay_for_the_gate(settings):
    tables = read(settings, NODES, "source,target,weight\na,a,1\nb,nobody,2\n,b,3\na,b,heavy\n")
    assert tables["items"]["id"].tolist() == ["a", "b", "c"]
    edges = [[a, b, None if weight != weight else weight] for a, b, weight in tables["edges"].to_numpy().tolist()]
    assert edges == [["", "b", 3.0], ["a", "a", 1.0], ["a", "b", None], ["b", "nobody", 2.0]]


def test_a_node_without_id_or_with_the_id_of_another_stays_for_the_gate(settings):
    items = read(settings, "id,label\na,ant\na,bee\n,cat\n")["items"]
    assert items["id"].isna().tolist() == [False, False, True]
    assert items["label"].tolist() == ["ant", "bee", "cat"]


HEADERS = {
    "from,to\na,b\n": r"its columns are 'from', 'to'\. Rename 'from' to 'source' and 'to' to 'target'",
    "Source,Target\na,b\n": "Rename 'Source' to 'source' and 'Target' to 'target'",
    "source,end\na,b\n": "Rename 'end' to 'target'",
    "p,q\na,b\n": "the table of edges has the columns source and target, .*Correct its header",
    "source, source,target\na,a,b\n": "each name once",
}


@pytest.mark.parametrize("edges", HEADERS)
def test_other_names_of_columns_are_told_with_how_to_rename_them(edges, settings):
    with pytest.raises(SourceError, match=HEADERS[edges]):
        read(settings, NODES, edges)


def test_nodes_without_a_column_of_labels_are_told_which_one_it_may_be(settings):
    with pytest.raises(SourceError, match=r"nodes has the columns id and label.*Rename 'Class' to 'label'"):
        read(settings, "id,Class\na,x\n")


@pytest.mark.parametrize("name", ["pairs.csv", "pairs.parquet"])
def test_pairs_of_graphs_are_refused(name, settings):
    with pytest.raises(SourceError, match=f"one graph; however, {name} came.*Set `task: similarity`"):
        from_files([File(name, lambda: b"a,b\n1,2\n")], settings)


def test_a_column_that_tells_graphs_apart_is_refused_unless_it_is_dropped(settings):
    nodes = "id,graph,label\na,1,x\n"
    with pytest.raises(SourceError, match="one graph; however, a column `graph` came"):
        read(settings, nodes)
    dropped = read(settings, nodes, drop=["graph"])
    assert list(dropped["items"]) == ["id", "split", "label"]
    assert dropped["left_out"].to_numpy().tolist() == [
        ["column graph of nodes", "`drop` of params.yaml leaves it out", True]
    ]


def test_two_tables_of_nodes_are_refused_by_their_names(settings):
    files = [File(f"{folder}/nodes.csv", lambda: NODES.encode()) for folder in ("old", "new")]
    with pytest.raises(SourceError, match=r"one table of nodes; however, old/nodes\.csv and new/nodes\.csv came"):
        from_files(files, settings)


def test_what_is_missing_is_named_and_published_files_are_recognised(settings):
    files = [File("nodes.csv", lambda: NODES.encode())]
    with pytest.raises(SourceError, match=r"there is no edges\.csv"):
        from_files(files, settings)
    with pytest.raises(SourceError, match="Set `format: planetoid`"):
        from_files([File("ind.cora.graph", lambda: b"")], settings)


def test_other_files_and_columns_of_edges_are_noted_as_left_out(settings):
    tables = read(settings, NODES, "source,target,since\na,b,1999\nb,a,2000\n")
    noted = tables["left_out"].set_index("id")["asked"].to_dict()
    assert noted == {"column since of edges": False, "1 rows of edges": True}


@pytest.mark.parametrize("suffix", [".tsv", ".parquet"])
def test_tables_of_other_kinds_hold_the_same_graph(suffix, settings, tmp_path):
    source = tiny.source()
    for stem, table in {"nodes": source["items"], "edges": source["edges"]}.items():
        file = tmp_path / f"{stem}{suffix}"
        table.to_parquet(file) if suffix == ".parquet" else table.to_csv(file, sep="\t", index=False)
    files = [File(path.name, path.read_bytes, path) for path in sorted(tmp_path.iterdir())]
    expected = canonical(source, settings, 0)
    for name, table in canonical(from_files(files, settings), settings, 0).items():
        pd.testing.assert_frame_equal(table, expected[name])


def test_a_feature_that_is_no_number_is_named_by_column_and_row(settings):
    with pytest.raises(SourceError, match=r"'x' holds 'n/a' in row 1.*and 1 more.*`categorical:`.*`drop:`"):
        read(settings, "id,x,label\na,1,ant\nb,n/a,bee\nc,,ant\nd,?,ant\n")


@pytest.mark.parametrize("cells", [pd.to_datetime(["2020-01-01"] * 2), [[1], [2]]])
def test_cells_of_a_parquet_that_are_neither_numbers_nor_texts_are_refused(cells, settings):
    items = pd.DataFrame({"id": ["a", "b"], "label": ["x", "y"], "seen": cells})
    edges = pd.DataFrame({"source": ["a"], "target": ["b"]})
    with pytest.raises(SourceError, match=r"numbers; however, 'seen' holds .* in row 0"):
        canonical({"items": items, "edges": edges}, settings, 0)


def test_a_missing_feature_stays_missing_and_one_too_large_becomes_infinite(settings):
    x = read(settings, "id,x,label\na,,ant\nb,1e300,bee\nc,2,ant\n")["items"]["f_x"]
    assert np.isnan(x[0])
    assert x[1:].tolist() == [np.inf, 2.0]


def test_a_categorical_column_becomes_a_feature_of_0_and_1_per_value(settings):
    nodes = "id,colour,label\na,red,ant\nb,blue,bee\nc,,ant\nd,red,bee\n"
    items = read(settings, nodes, categorical=["colour"])["items"].set_index("id")
    assert list(items.filter(like="f_")) == ["f_colour=blue", "f_colour=red"]
    assert items.filter(like="f_").to_numpy().tolist() == [[0, 1], [1, 0], [0, 0], [0, 1]]


def test_a_categorical_column_of_too_many_values_is_refused(settings):
    nodes = "id,name,label\n" + "".join(f"{n},{n},x\n" for n in range(1001))
    with pytest.raises(SourceError, match=r"at most 1,000 different values; however, 'name' holds 1,001"):
        read(settings, nodes, categorical=["name"])


@pytest.mark.parametrize(("setting", "column"), [("drop", "id"), ("drop", "label"), ("categorical", "label")])
def test_ids_and_labels_are_no_features(setting, column, settings):
    with pytest.raises(SourceError, match=f"`{setting}` names columns of features; however, {column} came"):
        read(settings, NODES, **{setting: [column]})


def test_the_published_split_is_not_used_where_it_is_dropped(settings):
    nodes = "id,label,split\na,ant,held-out\nb,bee,held-out\n"
    assert set(read(settings, nodes)["items"]["split"]) == {"held-out"}
    assert set(read(settings, nodes, drop=["split"])["items"]["split"]) <= set(SPLITS)


# ids without what CSV or trimming would change, and without what no UTF-8 holds
ids = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=4)


@settings_of_hypothesis(max_examples=40, deadline=None)
@given(st.lists(ids, min_size=1, max_size=8, unique=True), st.data())
def test_every_edge_of_any_graph_is_there_once_whatever_the_order_of_rows_and_ends(names, data):
    known = [*names, "nobody"]
    drawn = data.draw(st.lists(st.tuples(st.sampled_from(known), st.sampled_from(known)), min_size=1, max_size=20))
    turned = [edge[:: data.draw(st.sampled_from([1, -1]))] for edge in data.draw(st.permutations(drawn))]
    first = read_graph(names, drawn)
    second = read_graph(data.draw(st.permutations(names)), turned)
    assert first["edges"].to_numpy().tolist() == second["edges"].to_numpy().tolist()
    assert first["items"]["id"].tolist() == second["items"]["id"].tolist() == sorted(names)
    ends = list(zip(first["edges"]["source"], first["edges"]["target"], strict=True))
    assert sorted(ends) == sorted({tuple(sorted(edge)) for edge in drawn})


def read_graph(names, edges):
    nodes = written(["id", "label"], [(name, "") for name in names])
    return read(Dataset(**tiny.DATASETS["tiny_nodes"]), nodes, written(["source", "target"], edges))


def written(header, rows):
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    return text.getvalue()
