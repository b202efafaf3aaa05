"""A network as scikit-learn's inspections ask it: whole columns of the table, where the network has inputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.inspection import partial_dependence, permutation_importance
from torch import nn

from quartet.examples import as_output
from quartet.families.tabular.features import width
from quartet.family import Encoder
from quartet.metrics import r2

CELLS = 10**8  # inputs that may be looked up for all importances together
MOST_ROWS, LEAST_ROWS = 2_000, 100
YEAR = 365.2425  # days


@dataclass(frozen=True)
class Column:
    """A column of the table: what the encoder knows of it, and its inputs start:end."""

    facts: dict[str, Any]
    start: int
    end: int

    @property
    def name(self) -> str:
        """What the table calls it."""
        return str(self.facts["name"])

    @property
    def names(self) -> list[str]:
        """The names of its inputs."""
        own = [f"{self.name} is missing"] if self.facts["missing"] == "own" else []
        if self.facts["kind"] != "category":
            return [self.name, *own]
        others = ["other"] if self.facts["other"] else []
        return [*(f"{self.name} = {value}" for value in [*self.facts["categories"], *others]), *own]

    def in_own_unit(self, scaled: Any) -> Any:
        """Scaled numbers as the table has them; a date as a year with its fraction."""
        low, high = self.facts["low"], self.facts["high"]
        numbers = low + scaled * ((high - low) or 1.0)
        return 1970 + numbers / YEAR if self.facts["kind"] == "date" else numbers

    def cell(self, x: np.ndarray) -> str | float:
        """What the cell of a row with these inputs (F,) was."""
        own = x[self.start : self.end]
        if self.facts["missing"] == "own" and own[-1]:
            return "missing"
        if self.facts["kind"] == "category":
            places = np.flatnonzero(own)
            return self.names[places[0]].removeprefix(f"{self.name} = ") if len(places) else "unknown"
        if self.facts["kind"] == "boolean":
            return "true" if own[0] else "false"
        return float(self.in_own_unit(own[0]))


def columns_of(encoder: Encoder) -> list[Column]:
    """The columns in the order of their inputs, without those that have none."""
    columns, start = [], 0
    for facts in encoder.facts["columns"]:
        end = start + width(facts)
        columns.append(Column(facts, start, end))
        start = end
    return [column for column in columns if column.end > column.start]


class Inquiry(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # a regressor may have several outputs
    """A trained network that answers tables of row numbers.

    scikit-learn permutes and replaces single inputs; a category is several, which only make sense together. So it is
    given numbers instead: X[i, g] = j says that row i has in the inputs of group g what row j of `x` has there.

    Args:
        x: rows (N, F) that answers may be put together from.
        groups: the number (F,) of the group that each input belongs to.
    """

    def __init__(self, network: nn.Module, encoder: Encoder, x: np.ndarray, groups: np.ndarray) -> None:
        self.network, self.encoder, self.x, self.groups = network, encoder, x, groups

    def fit(self, rows: np.ndarray, target: np.ndarray) -> "Inquiry":
        """It was trained before."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def rows(self, places: Any) -> np.ndarray:
        """The table (n, G) of row numbers that stands for these rows (n,) of `x` as they are."""
        numbers = np.asarray(places, float)[:, None]  # scikit-learn refuses to replace integers
        return np.repeat(numbers, self.groups.max() + 1, axis=1)

    @torch.inference_mode()
    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Probabilities (n, K), or values (n, 1) in the target's own unit."""
        x = self.x[rows.astype(np.int64)[:, self.groups], np.arange(self.x.shape[1])]  # (n, F)
        return as_output(self.network(torch.from_numpy(x)), self.encoder).reshape(len(rows), -1)


@dataclass(frozen=True)
class Importance:
    """How much worse answers are, on average and its sd over shuffles, when each of G groups is shuffled."""

    means: np.ndarray
    sds: np.ndarray
    n_rows: int

    @property
    def order(self) -> list[int]:
        """The numbers of the groups, the most important first."""
        return [int(i) for i in np.argsort(-self.means, kind="stable")]


def importance(inquiry: Inquiry, target: np.ndarray, n_repeats: int = 10) -> Importance:
    """Permutation importance of each group of inputs, on as many rows as time allows.

    Source: Breiman 2001, Random Forests, sec. 10, https://doi.org/10.1023/A:1010933404324; computed by scikit-learn.
        Differs: what falls is R², or the probability of the right class, which sees more than whether it is the
        highest one.
    """
    n_rows = CELLS // (n_repeats * (inquiry.groups.max() + 1) * len(inquiry.groups))
    places = sample(len(target), int(np.clip(n_rows, LEAST_ROWS, MOST_ROWS)))
    found = permutation_importance(
        inquiry,
        inquiry.rows(places),
        target[places],
        scoring=rightness,
        n_repeats=n_repeats,
        random_state=0,
    )
    return Importance(found.importances_mean, found.importances_std, len(places))


def rightness(inquiry: Inquiry, rows: np.ndarray, target: np.ndarray) -> float:
    """The mean probability of the right class, or R²."""
    output = inquiry.predict(rows)
    if inquiry.encoder.classes:
        return float(output[np.arange(len(target)), target].mean())
    return r2(target, output[:, 0])


def dependence(inquiry: Inquiry, places: np.ndarray, group: int, grid: Sequence[int]) -> np.ndarray:
    """Outputs (K, n, G): each of n rows as if one group of its inputs were those of the G rows of `grid`.

    Their mean over the rows is the partial dependence.

    Source: Friedman 2001, Greedy Function Approximation, sec. 8.2, https://doi.org/10.1214/aos/1013203451, and row by
        row Goldstein et al. 2015, Peeking Inside the Black Box, https://arxiv.org/abs/1309.6392; by scikit-learn.
    """
    values = {group: np.asarray(grid, float)}
    found = partial_dependence(inquiry, inquiry.rows(places), [group], custom_values=values, kind="individual")
    return np.asarray(found["individual"])


def sample(n: int, most: int) -> np.ndarray:
    """Numbers below n in order: all, or `most` of them at random, the same each time."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, most, replace=False))
