"""Gradient-boosted decision trees."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from quartet.examples import Examples
from quartet.families.tabular.settings import GradientBoostingSettings
from quartet.family import Encoder
from quartet.solved import NEVER

SEED = 0  # of what rows are held out to stop early; nothing else is random


class GradientBoosting(nn.Module):
    """Logits, or a scaled value, b + Σ_m tree_m(x), where each tree fits the gradient that those before it leave.

    scikit-learn grows the trees. Here they are tensors, all walked at once: R trees, one per step for a value or two
    classes and one per step and class for more, with at most M = 2 leaves - 1 nodes.

    Args of a tree, as buffers: `feature`, `threshold`, `left` and `right` (R, M): a row goes left where
    x[feature] ≤ threshold, and a leaf leads to itself; `value` (R, M), 0 but in leaves; `output` (R,), the logit that
    the tree adds to. Of two classes, the first has logit 0.

    Source: Friedman 2001, Greedy Function Approximation: A Gradient Boosting Machine, alg. 1,
        https://doi.org/10.1214/aos/1013203451. Differs: features in 255 bins and trees grown leaf by leaf, as in
        Ke et al. 2017, LightGBM: A Highly Efficient Gradient Boosting Decision Tree, alg. 1.
    """

    feature: Tensor
    threshold: Tensor
    left: Tensor
    right: Tensor
    value: Tensor
    output: Tensor
    bias: Tensor
    depth: Tensor
    n_grown: Tensor

    def __init__(self, settings: GradientBoostingSettings, encoder: Encoder) -> None:
        super().__init__()
        self.settings = settings
        per_step = 1 if encoder.n_outputs <= 2 else encoder.n_outputs
        n_trees, n_nodes = settings.trees * per_step, 2 * settings.max_leaf_nodes - 1
        itself = torch.arange(n_nodes).repeat(n_trees, 1)
        self.register_buffer("feature", torch.zeros_like(itself))
        self.register_buffer("threshold", torch.zeros(n_trees, n_nodes, dtype=torch.float64))
        self.register_buffer("left", itself)
        self.register_buffer("right", itself.clone())
        self.register_buffer("value", torch.zeros(n_trees, n_nodes, dtype=torch.float64))
        self.register_buffer("output", torch.zeros(n_trees, dtype=torch.int64))
        self.register_buffer("bias", torch.zeros(encoder.n_outputs, dtype=torch.float64))
        self.register_buffer("depth", torch.zeros((), dtype=torch.int64))
        self.register_buffer("n_grown", torch.zeros((), dtype=torch.int64))

    @property
    def n_parameters(self) -> int:
        """How many numbers were learnt: thresholds, and values of leaves."""
        n_splits = (self.left != torch.arange(self.left.shape[1])).sum()
        return int(2 * n_splits + self.n_grown)  # a tree has one leaf more than splits

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, K), or scaled values (B, 1), of rows x (B, F)."""
        x = x.double()  # thresholds lie between neighbouring float32 numbers
        n_grown = int(self.n_grown)  # fewer than R where it stopped early
        root = torch.arange(n_grown, device=x.device) * self.left.shape[1]
        node = root.expand(len(x), -1)  # (B, n_grown), places in the flattened trees
        for _ in range(int(self.depth)):
            goes_left = x.gather(1, self.feature.take(node)) <= self.threshold.take(node)
            node = root + torch.where(goes_left, self.left.take(node), self.right.take(node))
        logits = self.bias.repeat(len(x), 1)
        return logits.index_add(1, self.output[:n_grown], self.value.take(node))  # (B, n_grown) → (B, K)

    def fit(self, train: Examples) -> None:
        """Grow the trees on the training split, and see no other."""
        regression = train.target.is_floating_point()
        solver = self.solver(regression=regression)
        solver.fit(
            train.inputs[0].double().numpy(), train.target.double().numpy() if regression else train.target.numpy()
        )
        present = [0] if regression else list(solver.classes_)
        outputs = present if len(present) > 2 else present[-1:]
        if not regression:
            self.bias.fill_(NEVER)
            self.bias[present] = 0.0
        self.bias[outputs] = torch.from_numpy(solver._baseline_prediction[0])  # neither this nor trees are public there
        trees = [
            (tree.nodes, output) for step in solver._predictors for tree, output in zip(step, outputs, strict=True)
        ]
        self.n_grown.fill_(len(trees))
        for place, (nodes, output) in enumerate(trees):
            self.plant(place, nodes, output)

    def plant(self, place: int, nodes: np.ndarray, output: int) -> None:
        """Copy one tree of scikit-learn's, a record per node."""
        n, inner = len(nodes), nodes["is_leaf"] == 0
        itself = np.arange(n)
        for name, values in {
            "feature": np.where(inner, nodes["feature_idx"], 0),
            "threshold": nodes["num_threshold"],
            "left": np.where(inner, nodes["left"], itself),
            "right": np.where(inner, nodes["right"], itself),
            "value": np.where(inner, 0.0, nodes["value"]),
        }.items():
            self.get_buffer(name)[place, :n] = torch.from_numpy(values)
        self.output[place] = int(output)
        self.depth.clamp_(min=int(nodes["depth"].max()))

    def solver(self, *, regression: bool) -> Any:
        """scikit-learn's model with these settings."""
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        settings = self.settings
        options = {
            "max_iter": settings.trees,
            "learning_rate": settings.learning_rate,
            "max_leaf_nodes": settings.max_leaf_nodes,
            "min_samples_leaf": settings.min_samples_leaf,
            "l2_regularization": settings.l2,
            "early_stopping": settings.patience is not None,
            "n_iter_no_change": settings.patience or 1,
            "random_state": SEED,
        }
        if regression:
            return HistGradientBoostingRegressor(**options)
        weight = None if settings.class_weights == "none" else settings.class_weights
        return HistGradientBoostingClassifier(**options, class_weight=weight)
