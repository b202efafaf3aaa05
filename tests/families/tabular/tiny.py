"""A small table for the contract suite: numbers and a category that decide the target, and cells of every type."""

import numpy as np
import pandas as pd

from breaking import broken, with_column

Tables = dict[str, pd.DataFrame]
OTHERS = ["bought", "gift", "ounces", "customer"]

DATASETS = {
    "classification": {
        "family": "tabular",
        "source": "data/mine/tiny.csv",
        "target": "kind",
        "drop": OTHERS,
        "classes": ["large", "small"],
    },
    "regression": {
        "family": "tabular",
        "source": "data/mine/tiny.csv",
        "target": "weight",
        "task": "regression",
        "drop": ["kind", *OTHERS],
    },
    "mixed": {
        "family": "tabular",
        "source": "data/mine/tiny.csv",
        "target": "kind",
        "drop": ["weight"],
        "missing": "impute",
        "rare_below": 30,
    },
}
MODELS = {
    "mlp": {"hidden": 8, "epochs": 4, "batch_size": 16, "learning_rate": 0.02, "dropout": 0.2},
    "logistic_regression": {},
    "linear_regression": {},
    "gradient_boosting": {"trees": 10, "max_leaf_nodes": 7, "min_samples_leaf": 5},
}


def source(seed: int = 0) -> Tables:
    frame = plain(seed)
    return {"items": frame.assign(**cells(np.random.default_rng(seed + 1), frame["weight"].to_numpy()))}


def plain(seed: int = 0) -> pd.DataFrame:
    """Without the columns that need a treatment."""
    generator = np.random.default_rng(seed)
    length, width = generator.uniform(0, 10, (2, 120))
    colour = generator.choice(["red", "green"], 120)
    weight = length * 2 + width + 3 * (colour == "red")
    kind = np.where(weight > 16, "large", "small")
    return pd.DataFrame({"length": length, "width": width, "colour": colour, "weight": weight, "kind": kind})


def cells(generator: np.random.Generator, weight: np.ndarray) -> dict[str, np.ndarray]:
    """Columns as a CSV has them: dates, yes and no, numbers with gaps, and names of which no two are equal."""
    days = np.datetime64("2024-01-01") + generator.integers(0, 300, 120)
    gaps = generator.choice([True, False], 120, p=[0.2, 0.8])
    return {
        "bought": days.astype(str),
        "gift": generator.choice(["yes", "no"], 120),
        "ounces": np.where(gaps, " NA", np.char.mod("%.1f", generator.normal(weight, 5))),
        "customer": np.array([f"customer {i}" for i in range(120)]),
    }


def overlap(items: pd.DataFrame) -> pd.DataFrame:
    copies = items[items["split"] == "train"].head(3).assign(split="test", id=[900, 901, 902])
    return pd.concat([items, copies], ignore_index=True)


def untrained(items: pd.DataFrame) -> pd.DataFrame:
    """A class that was never trained on; where labels are numbers, none of them."""
    return items[(items["split"] != "train") | (items["label"] == "small")]


def unknown(items: pd.DataFrame) -> pd.DataFrame:
    """A test label that is no class of training's, or no number where all labels are numbers."""
    numbers = pd.api.types.is_numeric_dtype(items["label"])
    items.loc[items.index[items["split"] == "test"][0], "label"] = None if numbers else "huge"
    return items


BROKEN = {
    "a column that is nearly empty": broken(with_column("length", None, slice(110))),
    "an unknown label": broken(unknown),
    "the same label everywhere": broken(lambda items: items.assign(label=items["label"].iloc[0])),
    "a label that was never trained on": broken(untrained),
    "an infinite number": broken(with_column("length", float("inf"), slice(1))),
    "a constant column": broken(with_column("width", 1.0)),
    "a column that tells the target": broken(lambda items: items.assign(width=items["label"].rank(method="dense"))),
    "a missing label": broken(with_column("label", None, slice(2))),
    "test rows that were trained on": broken(overlap),
    "too few rows": broken(lambda items: items.head(12)),
    "an unknown split": broken(with_column("split", "tset", slice(1))),
    "no validation rows": broken(lambda items: items[items["split"] != "validation"]),
    "an id that is missing": broken(with_column("id", None, slice(1))),
    "ids that are not unique": broken(with_column("id", 7)),
}
