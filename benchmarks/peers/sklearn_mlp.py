"""scikit-learn's MLPRegressor as a user would take it: numbers and the target standardised, categories one-hot.

Its own defaults otherwise: 100 units, Adam 0.001, batches of 200, until ten epochs bring no more, 200 at most.
"""

from pathlib import Path

import pandas as pd
from measuring import Clock, Training, parser, say, training
from sklearn.compose import TransformedTargetRegressor, make_column_selector, make_column_transformer
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

TARGET, NO_FEATURES = "label", ["id", "split", "group", "fold"]


def table(folder: Path, *splits: str) -> tuple[pd.DataFrame, pd.Series]:
    """Features and target of some splits, as Quartet ingested them."""
    rows = pd.read_parquet(folder / "raw" / "items.parquet")
    rows = rows[rows["split"].isin(splits)].drop(columns=NO_FEATURES, errors="ignore")
    return rows.drop(columns=TARGET), rows[TARGET].astype(float)


def train(seed: int, data: dict, *, early_stopping: bool) -> Training:
    """One training; with early stopping on it holds a tenth out itself."""
    columns = make_column_transformer(
        (StandardScaler(), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
    )
    network = MLPRegressor(random_state=seed, early_stopping=early_stopping)
    model = TransformedTargetRegressor(make_pipeline(columns, network), transformer=StandardScaler())
    clock = Clock()
    with clock.running():
        model.fit(*data["train"])
    return training(seed, clock, model.score(*data["test"]), n_epochs=model.regressor_[-1].n_iter_)


if __name__ == "__main__":
    options = parser(__doc__)
    options.add_argument("--early-stopping", action="store_true")
    given = options.parse_args()
    items = {"train": table(given.data, "train"), "test": table(given.data, "test")}
    say(given, lambda seed: train(seed, items, early_stopping=given.early_stopping), ("scikit-learn",))
