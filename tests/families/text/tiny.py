"""A few short texts for the contract suite: some words decide the mood, the others say nothing."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from breaking import broken, with_column

Tables = dict[str, pd.DataFrame]

GOOD, BAD = ["bright", "lovely", "superb", "tender"], ["dull", "lazy", "stale", "tired"]
NEUTRAL = ["a", "the", "film", "plot", "and", "its", "cast", "it's", "this", "score", "scene", "story"]

DATASETS: dict[str, dict[str, Any]] = {
    "reviews": {
        "family": "text",
        "source": "data/mine/tiny.csv",
        "text": "body",
        "target": "mood",
        "group": "film",
        "deduplicate": True,
        "classes": ["bad", "good"],
        "vocab_size": 20,
        "max_length": 10,
        "checks": {"length": {"max_value": 200}},
    }
}
QUICK = {"epochs": 4, "patience": None, "batch_size": 16, "learning_rate": 0.02, "dropout": 0.2, "embedding": 6}
MODELS: dict[str, dict[str, Any]] = {
    "rnn": {**QUICK, "hidden": 5},
    "gru": {**QUICK, "hidden": 5},
    "lstm": {**QUICK, "hidden": 5},
    "bilstm": {**QUICK, "hidden": 4},
    "conv1d": {**QUICK, "n_filters": 8},
    "region_cnn": {"epochs": 4, "patience": None, "batch_size": 16, "n_filters": 4},
    "bag_of_words": {},
    "nb_svm": {},
}


def source(seed: int = 0) -> Tables:
    generator = np.random.default_rng(seed)
    good = generator.random(120) < 0.5
    bodies = [body(generator, GOOD if is_good else BAD) for is_good in good]
    films = [f"film {number}" for number in generator.integers(0, 40, 120)]
    return {"items": pd.DataFrame({"mood": np.where(good, "good", "bad"), "body": bodies, "film": films})}


def body(generator: np.random.Generator, telling: list[str]) -> str:
    words = [*generator.choice(telling, 2), *generator.choice(NEUTRAL, generator.integers(2, 10))]
    return " ".join(generator.permutation(words)).capitalize() + "."


def overlap(items: pd.DataFrame) -> pd.DataFrame:
    copies = items[items["split"] == "train"].head(3).assign(split="test", group="new", id=[900, 901, 902])
    return pd.concat([items, copies.assign(text=copies["text"].str.upper())], ignore_index=True)


def one_group_in_two_splits(items: pd.DataFrame) -> pd.DataFrame:
    trained = items.loc[items["split"] == "train", "group"].iloc[0]
    return items.assign(group=items["group"].where(items.index != items.index[items["split"] == "test"][0], trained))


BROKEN: dict[str, Callable[[Tables], Tables]] = {
    "an unknown class": broken(with_column("label", "ugly", slice(1))),
    "a missing label": broken(with_column("label", None, slice(2))),
    "a missing text": broken(with_column("text", None, slice(2))),
    "an empty text": broken(with_column("text", " \n", slice(1))),
    "a text of characters that show nothing": broken(with_column("text", "\u200b\u00ad\ufeff", slice(1))),
    "a text of HTML breaks": broken(with_column("text", "<br /> &nbsp;<br>", slice(1))),
    "an endless text": broken(with_column("text", "on and on " * 100, slice(1))),
    "the same text everywhere": broken(with_column("text", "the film")),
    "test texts that were trained on, in capitals": broken(overlap),
    "a missing group": broken(with_column("group", None, slice(1))),
    "a group in two splits": broken(one_group_in_two_splits),
    "too few texts": broken(lambda items: items.head(12)),
    "no validation texts": broken(lambda items: items[items["split"] != "validation"]),
    "one class only": broken(lambda items: items[items["label"] == "good"]),
    "an unknown split": broken(with_column("split", "tset", slice(1))),
    "an id that is missing": broken(with_column("id", None, slice(1))),
    "ids that are not unique": broken(with_column("id", 7)),
}
