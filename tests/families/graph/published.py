"""A small set in the files that Planetoid publishes, with a gap between its test nodes as Citeseer has."""

import pickle

import numpy as np
from scipy import sparse

N_KNOWN, N_TRAIN, GAP = 540, 20, [541, 543, 550]
TEST = [n for n in range(N_KNOWN, 570) if n not in GAP]


def files(name="citeseer", seed=0):
    """File name → bytes, pickled in protocol 2 under the names that numpy and scipy had then."""
    generator = np.random.default_rng(seed)
    order = generator.permutation(TEST)
    x = sparse.csr_matrix(generator.random((570, 12)) < 0.2, dtype=np.float32)
    y = np.eye(3, dtype=np.int32)[generator.integers(0, 3, 570)]
    graph = {n: [] for n in range(570)}
    for a, b in generator.integers(0, 570, (900, 2)):
        if a not in GAP and b not in GAP:
            graph[int(a)].append(int(b))
            graph[int(b)].append(int(a))
    parts = {
        "x": x[:N_TRAIN],
        "y": y[:N_TRAIN],
        "allx": x[:N_KNOWN],
        "ally": y[:N_KNOWN],
        "tx": x[order],
        "ty": y[order],
    }
    pickled = {f"ind.{name}.{part}": as_then(value) for part, value in (parts | {"graph": graph}).items()}
    return pickled | {f"ind.{name}.test.index": "".join(f"{n}\n" for n in order).encode()}


def as_then(value):
    old = pickle.dumps(value, 2).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    return old.replace(b"scipy.sparse._csr", b"scipy.sparse.csr")
