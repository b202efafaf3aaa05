"""Prepared data of any size, made by chance and learnable, in a project that can train on them at once."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from quartet.artifacts import save_arrays, save_encoder
from quartet.family import Encoder

Arrays = dict[str, np.ndarray]
HELD_OUT = 200  # items of validation, and of test
CLASSES = ["no", "yes"]


def project(folder: Path, family: str, data: tuple[Encoder, dict[str, Arrays]], settings: dict[str, Any]) -> None:
    """A project with prepared data and a planned training: what `quartet stage train model` reads."""
    prepared = folder / "data" / "set" / "prepared"
    prepared.mkdir(parents=True)
    encoder, arrays = data
    save_encoder(encoder, prepared)
    for split, found in arrays.items():
        save_arrays(prepared / f"{split}.npz", found)
    trainer = {"accelerator": "auto", "devices": "auto", "precision": "auto", "threads": 1}
    plan = {"code": "", "dataset": "set", "family": family, "seeds": [0], "settings": settings, "trainer": trainer}
    file = folder / "plan" / "train" / "model.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(plan), encoding="utf-8")
    (folder / "params.yaml").write_text("datasets: {}\nmodels: {}\n", encoding="utf-8")


def splits(n: int) -> dict[str, int]:
    """So many items to train on, and few others."""
    return {"train": n, "validation": HELD_OUT, "test": HELD_OUT}


def ids(n: int) -> np.ndarray:
    """Names of items (n,)."""
    return np.arange(n).astype(str)


def table(n: int) -> tuple[Encoder, dict[str, Arrays]]:
    """Rows (n,) of 20 numbers from 0 to 1, whose sum says the class."""
    draw, d = np.random.default_rng(0), 20
    numbers = {"kind": "number", "missing": "refuse", "low": 0.0, "high": 1.0, "median": 0.5}
    columns = [{"name": f"x{i}", **numbers} for i in range(d)]
    facts = {"task": "classification", "classes": CLASSES, "columns": columns, "n_inputs": d, "reading": {}}
    arrays = {}
    for split, size in splits(n).items():
        x = draw.random((size, d), dtype=np.float32)
        arrays[split] = {"id": ids(size), "x": x, "target": (x.sum(axis=1) > d / 2).astype(np.int64)}
    return Encoder(facts), arrays


def texts(n: int, *, length: int = 100, n_tokens: int = 20_000) -> tuple[Encoder, dict[str, Arrays]]:
    """Texts (n,) of 1 to 2 x `length` words, frequent as words are; the first says the class."""
    draw = np.random.default_rng(0)
    facts = {"task": "classification", "classes": CLASSES, "column": "text", "max_length": 2 * length}
    facts |= {"truncate": "end", "oov": "token", "n_tokens": n_tokens, "vocabulary": []}
    arrays = {}
    for split, size in splits(n).items():
        ends = np.cumsum([0, *draw.integers(1, 2 * length + 1, size)], dtype=np.int64)
        tokens = np.exp(draw.random(int(ends[-1])) * np.log(n_tokens - 2)).astype(np.int32) + 1  # Zipf's law
        target = draw.integers(0, 2, size)
        tokens[ends[:-1]] = 2 + target
        arrays[split] = {"id": ids(size), "offsets": ends[:-1], "tokens": tokens, "target": target}
    return Encoder(facts), arrays


def pictures(n: int, *, size: int = 28) -> tuple[Encoder, dict[str, Arrays]]:
    """Grey pictures (n,) of noise, brighter where the class is 1."""
    draw = np.random.default_rng(0)
    facts = {"task": "classification", "classes": CLASSES, "channels": "grey", "size": size, "n_channels": 1}
    facts |= {"max_megapixels": 64.0, "mean": [0.5], "sd": [0.29]}
    arrays = {}
    for split, count in splits(n).items():
        target = draw.integers(0, 2, count)
        x = draw.integers(0, 200, (count, 1, size, size), dtype=np.uint8) + (50 * target)[:, None, None, None]
        arrays[split] = {"id": ids(count), "x": x.astype(np.uint8), "target": target}
    return Encoder(facts, {"patches": np.eye(9)}), arrays


def graph(n: int, n_edges: int, *, d: int = 500, words: int = 20) -> tuple[Encoder, dict[str, Arrays]]:
    """Nodes (n,) with `words` of d features each, joined at random; the first says the class, and a tenth is learnt."""
    draw = np.random.default_rng(0)
    target = draw.integers(0, 2, n)
    ends = draw.integers(0, n, (2, n_edges))
    ends = ends[:, ends[0] != ends[1]]
    columns = draw.integers(2, d, (n, words))
    columns[:, 0] = target
    graph = {
        "edge_index": np.concatenate([ends, ends[::-1]], axis=1),
        "edge_weight": np.ones(2 * ends.shape[1], np.float32),
        "x_index": np.stack([np.repeat(np.arange(n), words), columns.ravel()]),
        "x_value": np.full(n * words, 1 / words, np.float32),
    }
    facts = {"task": "node_classification", "classes": CLASSES, "ids": ids(n).tolist(), "n_features": d}
    node = draw.permutation(n)
    parts = np.split(node[: n // 10 + n // 5], [n // 10, n // 10 + n // 10])
    arrays = {
        split: {"id": part.astype(str), "node": part, "target": target[part]}
        for split, part in zip(("train", "validation", "test"), parts, strict=True)
    }
    return Encoder(facts, graph), arrays
