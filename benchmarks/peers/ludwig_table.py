"""Ludwig on a table: a type per column, numbers and the target standardised, everything else by default."""

import logging
import tempfile
from pathlib import Path

import pandas as pd
from measuring import Clock, Training, parser, say, training
from sklearn.metrics import r2_score
from sklearn_mlp import NO_FEATURES, TARGET

SPLITS = {"train": 0, "validation": 1, "test": 2}


def table(folder: Path) -> pd.DataFrame:
    """All rows, with the split as Ludwig numbers it."""
    rows = pd.read_parquet(folder / "raw" / "items.parquet")
    rows["split"] = rows["split"].map(SPLITS)
    return rows.drop(columns=[name for name in NO_FEATURES if name != "split"], errors="ignore")


def config(rows: pd.DataFrame, seed: int, epochs: int | None) -> dict:
    """A type per column, and the split that the table has."""
    features = [name for name in rows if name not in (TARGET, "split")]
    kinds = {name: "number" if pd.api.types.is_numeric_dtype(rows[name]) else "category" for name in features}
    scaled = {"preprocessing": {"normalization": "zscore"}}
    return {
        "input_features": [
            {"name": name, "type": kind, **(scaled if kind == "number" else {})} for name, kind in kinds.items()
        ],
        "output_features": [{"name": TARGET, "type": "number", **scaled}],
        "preprocessing": {"split": {"type": "fixed", "column": "split"}},
        "trainer": {"epochs": epochs or 10},
    }


def train(seed: int, rows: pd.DataFrame, epochs: int | None) -> Training:
    """One training; Ludwig keeps the weights that are best on validation, which it scores after each epoch."""
    from ludwig.api import LudwigModel

    clock = Clock()
    model = LudwigModel(config(rows, seed, epochs), logging_level=logging.ERROR, backend="local")
    with tempfile.TemporaryDirectory() as folder:
        done = model.preprocess(rows, random_seed=seed, output_directory=folder)
        with clock.running():
            model.train(
                training_set=done.training_set,
                validation_set=done.validation_set,
                test_set=done.test_set,
                training_set_metadata=done.training_set_metadata,
                random_seed=seed,
                output_directory=folder,
                skip_save_training_description=True,
                skip_save_progress=True,
                skip_save_log=True,
            )
        test = rows[rows["split"] == SPLITS["test"]]
        predicted, _ = model.predict(test, output_directory=folder, skip_save_predictions=True)
    score = r2_score(test[TARGET].astype(float), predicted[f"{TARGET}_predictions"])
    return training(seed, clock, score, n_epochs=epochs or 10)


if __name__ == "__main__":
    given = parser(__doc__).parse_args()
    items = table(given.data)
    say(given, lambda seed: train(seed, items, given.epochs), ("ludwig", "torch"))
