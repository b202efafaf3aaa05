"""The files ind.NAME.* in which Planetoid published Cora, Citeseer and Pubmed.

`allx` and `ally` are features and one-hot labels of the first nodes, those of the training nodes `y` before the others;
row i of `tx` and `ty` is the node that line i of `test.index` names; `graph` is a dict, node → neighbours.

Source: Yang, Cohen & Salakhutdinov 2016, Revisiting Semi-Supervised Learning with Graph Embeddings,
    https://arxiv.org/abs/1603.08861; the format in https://github.com/kimiyoung/planetoid; the 500 validation nodes
    after the training ones as in Kipf & Welling 2017. Differs: a node that no file describes (Citeseer has 15) has
    features of 0 and no label, not the label 0.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from quartet.errors import SourceError
from quartet.reading.files import File, LeftOut
from quartet.reading.unpickling import loads

FILE = re.compile(r"ind\.(?P<set>.+?)\.(?P<part>x|y|tx|ty|allx|ally|graph|test\.index)")
PARTS = ("y", "tx", "ty", "allx", "ally", "graph", "test.index")  # x is the first rows of allx
N_VALIDATION = 500
INT32 = 2**31
FLOAT = 4  # bytes of a feature
NODE = 200  # bytes of all else that is known of a node
MEND = "Take all files of the set from the same place, as they were published."


@dataclass(frozen=True)
class Planetoid:
    """The parts of a set: matrices (rows, F), one-hot labels (rows, K), places of test nodes, neighbours."""

    y: np.ndarray
    tx: sparse.csr_matrix
    ty: np.ndarray
    allx: sparse.csr_matrix
    ally: np.ndarray
    graph: dict[int, list[int]]
    test: np.ndarray

    @property
    def n_nodes(self) -> int:
        """N: nodes that a file describes, and those in gaps between the test nodes."""
        return int(max(self.allx.shape[0], self.test.max(initial=-1) + 1))


def from_files(files: Iterable[File], settings: Any) -> dict[str, pd.DataFrame]:
    """`items` (id, split, label, a column per feature) and `edges` of one set.

    Raises:
        SourceError: a part is missing or broken, or the parts do not fit each other.
    """
    left_out = LeftOut()
    name, parts = parts_of(files, settings.name, left_out)
    data = Planetoid(*(read(part, f"ind.{name}.{part}", parts[part]) for part in PARTS))
    refuse_misfits(data, name)
    refuse_size(data, name, settings.max_gigabytes)
    return {"items": nodes(data, class_names(data, settings)), "edges": edges(data), "left_out": left_out.table()}


def parts_of(files: Iterable[File], name: str | None, left_out: LeftOut) -> tuple[str, dict[str, bytes]]:
    """The set's name, and the bytes of its parts."""
    sets: dict[str, dict[str, bytes]] = {}
    for file in files:
        found = FILE.fullmatch(PurePosixPath(file.name).name)
        if found and name in (None, found["set"]):
            sets.setdefault(found["set"], {})[found["part"]] = file.read()
        else:
            left_out.add(file.name, f"it is no part of ind.{name or 'NAME'}.*")
    if len(sets) != 1:
        came = f"the sets {', '.join(sorted(sets))} came" if sets else f"none of its {len(left_out.rows)} files is one"
        mend = "Set `name:` of the dataset to one of them." if sets else "Correct `source:` or `name:` of the dataset."
        raise SourceError(f"a planetoid source holds the files ind.{name or 'NAME'}.*", came=came, mend=mend)
    chosen, parts = next(iter(sets.items()))
    missing = [f"ind.{chosen}.{part}" for part in PARTS if part not in parts]
    if missing:
        must = f"a planetoid set has the parts {', '.join(PARTS)}"
        raise SourceError(must, came=f"{', '.join(missing)} is not there", mend=MEND)
    return chosen, parts


def read(part: str, name: str, data: bytes) -> Any:
    """One part as what it must be."""
    if part == "test.index":
        return test_index(name, data)
    value = loads(data, name=name)
    if part == "graph":
        return neighbours(name, value)
    if part in ("tx", "allx"):
        if not sparse.issparse(value) or not np.isfinite(value.data).all():
            raise misfit(name, "holds a sparse matrix of finite numbers", "it does not")
        return value
    if not isinstance(value, np.ndarray) or value.ndim != 2 or not np.isin(value, (0, 1)).all():
        raise misfit(name, "holds a row of 0 and 1 per node", "it does not")
    odd = np.flatnonzero(value.sum(axis=1) > 1)
    if len(odd):
        raise misfit(name, "gives each node one class", f"row {odd[0]}, counted from 0, has several")
    return value


def test_index(name: str, data: bytes) -> np.ndarray:
    """The places (n,) of test nodes, one per line."""
    lines = data.split()
    odd = next((i for i, line in enumerate(lines) if not (line.isdigit() and len(line) < 10)), None)
    if odd is not None or not lines or len(set(lines)) < len(lines):
        came = "it is empty or names a node twice" if odd is None else f"line {odd + 1} holds {lines[odd][:20]!r}"
        raise misfit(name, "names a different node in each line, by a whole number", came)
    return np.array(lines, dtype=np.int64)


def neighbours(name: str, value: Any) -> dict[int, list[int]]:
    """The graph as node → neighbours, all whole numbers."""
    if not isinstance(value, dict):
        raise misfit(name, "holds a dict of lists", f"a {type(value).__name__} came")
    for node, others in value.items():
        if not isinstance(others, list) or not all(type(n) is int and 0 <= n < INT32 for n in (node, *others)):
            raise misfit(name, "holds a list of node numbers for each", f"that of node {node!r:.40} is none")
    return value


def misfit(name: str, must: str, came: str) -> SourceError:
    """The error that a file does not hold what it must."""
    return SourceError(f"{name} {must}", came=came, mend=MEND)


def refuse_misfits(data: Planetoid, name: str) -> None:
    """Raise SourceError where the parts do not belong together."""
    pairs = {
        "allx and ally have a row per node": (data.allx.shape[0], len(data.ally)),
        "tx and test.index have a row per test node": (data.tx.shape[0], len(data.test)),
        "ty and test.index have a row per test node": (len(data.ty), len(data.test)),
        "allx and tx have the same features": (data.allx.shape[1], data.tx.shape[1]),
        "ally and ty have the same classes": (data.ally.shape[1], data.ty.shape[1]),
    }
    for must, (a, b) in pairs.items():
        if a != b:
            raise misfit(f"ind.{name}.*:", must, f"{a} and {b} came")
    if not np.array_equal(data.ally[: len(data.y)], data.y):
        raise misfit(f"ind.{name}.y", f"is the first rows of ind.{name}.ally", "they differ")
    inside = data.test[data.test < data.allx.shape[0]]
    if len(inside):
        raise misfit(f"ind.{name}.test.index", "names nodes after those of allx", f"{inside[0]} came")


def refuse_size(data: Planetoid, name: str, max_gigabytes: float) -> None:
    """Raise SourceError where all nodes together are larger than the limit."""
    gigabytes = data.n_nodes * (data.allx.shape[1] * FLOAT + NODE) / 10**9
    if gigabytes > max_gigabytes:
        must = f"the nodes of ind.{name}.* take at most {max_gigabytes:g} GB (max_gigabytes)"
        came = f"{data.n_nodes:,} nodes with {data.allx.shape[1]:,} features take {gigabytes:,.1f}"
        raise SourceError(must, came=came, mend="If you trust it, raise max_gigabytes of the dataset in params.yaml.")


def class_names(data: Planetoid, settings: Any) -> list[str]:
    """The K names of the classes: their numbers, where the settings give none."""
    names = settings.class_names or [str(k) for k in range(data.ally.shape[1])]
    if len(names) != data.ally.shape[1]:
        must = "`class_names` of the dataset names each class"
        came = f"{len(names)} names came for {data.ally.shape[1]} classes"
        raise SourceError(must, came=came, mend="Correct it, or leave it out.")
    return list(names)


def nodes(data: Planetoid, classes: list[str]) -> pd.DataFrame:
    """All N nodes, with the published split: training and validation nodes first, test nodes as named."""
    n, n_known = data.n_nodes, data.allx.shape[0]
    x = np.zeros((n, data.allx.shape[1]), np.float32)
    one_hot = np.zeros((n, len(classes)), bool)
    split = np.full(n, "", dtype=object)
    x[:n_known], x[data.test] = data.allx.toarray(), data.tx.toarray()
    one_hot[:n_known], one_hot[data.test] = data.ally, data.ty
    split[: len(data.y)] = "train"
    split[len(data.y) : min(len(data.y) + N_VALIDATION, n_known)] = "validation"
    split[data.test] = "test"
    label = np.where(one_hot.any(axis=1), np.array(classes, object)[one_hot.argmax(axis=1)], None)
    known = pd.DataFrame({"id": np.arange(n), "split": split, "label": label})
    return pd.concat([known, pd.DataFrame(x).add_prefix("x")], axis=1)


def edges(data: Planetoid) -> pd.DataFrame:
    """An edge per neighbour, as the graph lists them: there and back, some of them twice."""
    n_neighbours = [len(others) for others in data.graph.values()]
    target = np.fromiter(chain.from_iterable(data.graph.values()), np.int64, sum(n_neighbours))
    return pd.DataFrame({"source": np.repeat(list(data.graph), n_neighbours), "target": target})
