import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

import cases
from families.graph import published
from families.graph.published import as_then
from quartet.errors import SourceError
from quartet.families.graph import nodes
from quartet.families.graph.settings import Dataset
from quartet.families.graph.tables import canonical, from_files
from quartet.reading.files import File

CORA = Path(__file__).resolve().parents[4] / "shared" / "data" / "planetoid"


def settings(**changes):
    return Dataset(family="graph", source="data/mine/p", format="planetoid", **changes)


def read(files, **changes):
    given = settings(**changes)
    return canonical(from_files([File(name, lambda d=data: d) for name, data in files.items()], given), given, 0)


def as_torch_geometric_reads(folder, name):
    from torch_geometric.io import read_planetoid_data

    return read_planetoid_data(str(folder), name)


def compare(tables, theirs):
    """Every node, feature, edge and split is that of torch_geometric's own reader."""
    items = tables["items"].set_index("id")
    items = items.loc[[str(n) for n in range(len(items))]]
    np.testing.assert_array_equal(items.filter(regex="^f_").to_numpy(), theirs.x.numpy())
    encoder = nodes.fit(tables, settings())
    ours = {(int(encoder.facts["ids"][a]), int(encoder.facts["ids"][b])) for a, b in encoder.arrays["edge_index"].T}
    assert ours == {(int(a), int(b)) for a, b in theirs.edge_index.T if a != b}
    for split, mask in {"train": theirs.train_mask, "validation": theirs.val_mask, "test": theirs.test_mask}.items():
        np.testing.assert_array_equal(items["split"] == split, mask.numpy())
    labelled = items["label"].notna().to_numpy()
    np.testing.assert_array_equal(items["label"][labelled].astype(int), theirs.y.numpy()[labelled])


@pytest.fixture
def files():
    return published.files()


# torch_geometric unpickles them, under names that scipy calls old
@pytest.mark.filterwarnings("ignore:Please import `csr_matrix`:DeprecationWarning")
def test_a_set_is_read_as_torch_geometric_reads_it(files, tmp_path):
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    compare(read(files), as_torch_geometric_reads(tmp_path, "citeseer"))


def test_a_node_in_a_gap_between_the_test_nodes_stands_in_the_graph_without_label_and_features(files):
    items = read(files)["items"].set_index("id").loc[[str(n) for n in published.GAP]]
    assert items["label"].isna().all()
    assert (items["split"] == "").all()
    assert (items.filter(regex="^f_") == 0).all(axis=None)


@pytest.mark.slow
@pytest.mark.skipif(not CORA.exists(), reason="the published files of Cora are not beside the repository")
@pytest.mark.filterwarnings("ignore:Please import `csr_matrix`:DeprecationWarning")
def test_cora_is_read_as_torch_geometric_reads_it():
    tables = read({path.name: path.read_bytes() for path in sorted(CORA.iterdir())}, name="cora")
    compare(tables, as_torch_geometric_reads(CORA, "cora"))
    counts = tables["items"]["split"].value_counts()
    assert [counts[split] for split in ("train", "validation", "test")] == [140, 500, 1000]
    assert (len(tables["items"]), len(tables["edges"]), tables["items"]["label"].nunique()) == (2708, 5278, 7)


@pytest.mark.slow
@pytest.mark.skipif(not CORA.exists(), reason="the published files of Cora are not beside the repository")
def test_cora_passes_its_gate_warned_of_a_word_no_paper_has_and_of_papers_with_the_same_words_and_links():
    tables = read({path.name: path.read_bytes() for path in sorted(CORA.iterdir())}, name="cora")
    x = tables["items"].filter(regex="^f_")
    unused = x.columns[x.nunique() == 1].str.removeprefix("f_").tolist()
    assert unused
    found = cases.failures("graph", settings(), tables)
    assert {result["name"]: result["severity"] for result in found} == {
        "no_constant_feature": "warn",
        "no_twins": "warn",
    }
    assert cases.rows(found, "no_constant_feature") == unused


def test_the_one_set_of_a_source_needs_no_name_and_others_are_left_out(files):
    others = published.files("pubmed", seed=1)
    with pytest.raises(SourceError, match=r"the sets citeseer, pubmed came.*`name:`"):
        read(files | others)
    assert set(read(files | others, name="pubmed")["left_out"]["id"]) >= set(files)


def test_classes_are_numbers_or_the_names_that_are_given(files):
    assert set(read(files)["items"]["label"].dropna()) == {"0", "1", "2"}
    named = read(files, class_names=["ant", "bee", "cat"])["items"]["label"]
    np.testing.assert_array_equal(
        named.dropna(), read(files)["items"]["label"].dropna().map({"0": "ant", "1": "bee", "2": "cat"})
    )
    with pytest.raises(SourceError, match="2 names came for 3 classes"):
        read(files, class_names=["ant", "bee"])


def csr(*shape):
    return sparse.csr_matrix(shape, dtype=np.float32)


class Runs:
    def __reduce__(self):
        return os.system, ("touch HERE",)


Y = np.eye(3, dtype=int)[[0] * published.N_TRAIN]
BROKEN = {
    "code": ("graph", pickle.dumps(Runs()), r"ind\.citeseer\.graph is a pickle that holds data.*posix\.system"),
    "a part cut off": ("allx", published.files()["ind.citeseer.allx"][:900], r"ind\.citeseer\.allx is a whole pickle"),
    "a part that is no matrix": ("tx", as_then([1, 2]), r"ind\.citeseer\.tx holds a sparse matrix"),
    "other features": ("tx", as_then(csr(27, 13)), "allx and tx have the same features; however, 12 and 13"),
    "too few rows": ("ty", as_then(np.eye(3)), "ty and test.index have a row per test node; however, 3 and 27"),
    "two classes of a node": ("ally", as_then(np.ones((540, 3))), "one class; however, row 0"),
    "labels that are no 0 and 1": ("ty", as_then(np.full((27, 3), 2)), r"ind\.citeseer\.ty holds a row of 0 and 1"),
    "training labels of others": ("y", as_then(Y), r"citeseer\.y is the first rows of ind\.citeseer\.ally"),
    "a test node that is no number": ("test.index", b"540\nx\n", r"test\.index .* line 2 holds b'x'"),
    "a test node twice": ("test.index", b"540\n540\n", "names a node twice"),
    "a test node of allx": ("test.index", "\n".join(map(str, range(27))).encode(), "after those of allx; however, 0"),
    "a test node beyond memory": (
        "test.index",
        "\n".join(map(str, range(999_999_973, 1_000_000_000))).encode(),
        r"1,000,000,000 nodes with 12 features take.*max_gigabytes",
    ),
    "a graph of texts": ("graph", as_then({0: ["a"]}), r"ind\.citeseer\.graph .* that of node 0"),
    "a graph that is a list": ("graph", as_then([[1], [0]]), "a list came"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_part_is_named(what, files):
    part, data, message = BROKEN[what]
    with pytest.raises(SourceError, match=message):
        read(files | {f"ind.citeseer.{part}": data})


def test_a_missing_part_is_named(files):
    del files["ind.citeseer.ally"]
    with pytest.raises(SourceError, match=r"ind\.citeseer\.ally is not there"):
        read(files)


def test_an_edge_to_a_node_that_no_part_describes_is_kept_for_the_gate(files):
    graph = pickle.loads(files["ind.citeseer.graph"])
    graph[0].append(9999)
    edges = read(files | {"ind.citeseer.graph": as_then(graph)})["edges"]
    assert (edges == "9999").any(axis=None)
