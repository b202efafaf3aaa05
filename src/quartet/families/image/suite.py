"""What no column check can see of pictures: copies, classes, and what files tell besides what they show."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from quartet.gate.facts import SIGNIFICANT, count, describe_classes, describe_columns, mark_copies

N_BINS = 32
KINDS = dict.fromkeys(("width", "height", "aspect", "mode", "format", "brightness", "contrast"), "measure")
MADE = ("width", "height", "aspect", "mode", "format")  # how a file was made, whatever it shows


def annotate(tables: dict[str, pd.DataFrame], settings: Any) -> dict[str, pd.DataFrame]:
    """Mark pictures that have the same pixels, count classes, and see what measures tell of them."""
    items = mark_copies(tables["items"], tables["items"]["content"])
    classes = describe_classes(items)
    facts = count(items, n_classes=len(classes))
    columns = describe_columns(items, KINDS)
    columns["tells"] = [tells(items, name) if name in MADE else 0.0 for name in columns["id"]]
    return tables | {"items": items, "classes": classes, "columns": columns, "facts": facts}


def tells(items: pd.DataFrame, name: str) -> float:
    """How well one measure by itself tells a class from the others: 0 not at all, 1 for certain.

    Each test picture gets the commonest class of the training pictures with its value (of numbers, of the same of
    32 bins with equally many). The score is the largest over classes of Youden's index: the share of its pictures
    that get it, less the share of others' that do; 0 where Fisher's exact test finds that chance explains it.
    """
    known = items.dropna(subset=["label"])
    train, test = (known[known["split"] == split] for split in ("train", "test"))
    if train.empty or test.empty:
        return 0.0
    by_bin = train["label"].groupby(bins_of(train[name], train[name])).agg(commonest_of)
    guess = pd.Series(bins_of(train[name], test[name]), index=test.index).map(by_bin)
    return max(youden(guess == label, test["label"] == label) for label in test["label"].unique())


def youden(guess: pd.Series, truth: pd.Series) -> float:
    """Sensitivity + specificity - 1 of guesses (N,) against the truth (N,); 0 where it is not significant."""
    counts = [[int((guess & truth).sum()), int((guess & ~truth).sum())]]
    counts += [[int((~guess & truth).sum()), int((~guess & ~truth).sum())]]
    if guess.nunique() < 2 or truth.nunique() < 2 or stats.fisher_exact(counts).pvalue > SIGNIFICANT:
        return 0.0
    return float(guess[truth].mean() - guess[~truth].mean())


def bins_of(train: pd.Series, values: pd.Series) -> np.ndarray:
    """Categories as they are, numbers by their bin (N,) of the training split."""
    if not pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(object)
    edges = np.quantile(train, np.linspace(0, 1, N_BINS + 1)[1:-1])
    return np.searchsorted(np.unique(edges), values)


def commonest_of(labels: pd.Series) -> str:
    """The commonest label; of equally common ones, the first in the alphabet."""
    return str(labels.value_counts().sort_index().idxmax())
