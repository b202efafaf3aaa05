"""torch-geometric's examples/gcn.py: two GCNConv of 16 units on Cora's dense, row-normalised features, 200 epochs.

As published it scores training, validation and test nodes after each epoch; --evaluate end scores once.
"""

from pathlib import Path

import numpy as np
import torch
from measuring import Clock, Training, parser, say, split, training
from torch import Tensor, nn
from torch.nn import functional
from torch_geometric.data import Data
from torch_geometric.nn import GCNConv

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


class GCN(nn.Module):
    """The example's network."""

    def __init__(self, n_features: int, n_classes: int) -> None:
        super().__init__()
        self.conv1 = GCNConv(n_features, 16, cached=True)
        self.conv2 = GCNConv(16, n_classes, cached=True)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """Logits (N, K) of all nodes."""
        x = functional.dropout(x, p=0.5, training=self.training)
        x = self.conv1(x, edge_index).relu()
        x = functional.dropout(x, p=0.5, training=self.training)
        return self.conv2(x, edge_index)


def load(folder: Path) -> Data:
    """The graph as the example has it: features (N, F) dense, rows summing to 1, a mask per split."""
    with np.load(folder / "prepared" / "encoder.npz") as graph:
        edge_index, places, values = (torch.tensor(graph[key]) for key in ("edge_index", "x_index", "x_value"))
    n = 1 + max(int(places[0].max()), int(edge_index.max()))
    x = torch.zeros(n, int(places[1].max()) + 1)
    x[places[0], places[1]] = values
    data = Data(x=x / x.sum(dim=1, keepdim=True).clamp(min=1e-12), edge_index=edge_index)
    data.y = torch.zeros(n, dtype=torch.int64)
    for name in ("train", "validation", "test"):
        arrays = split(folder, name)
        data[name] = torch.zeros(n, dtype=torch.bool)
        data[name][arrays["node"]] = True
        data.y[arrays["node"]] = torch.tensor(arrays["target"])
    return data.to(DEVICE)


def train(seed: int, data: Data, *, epochs: int, each_epoch: bool) -> Training:
    """One training; the reported score is of the last epoch, or of the best on validation where each was scored."""
    torch.manual_seed(seed)
    model = GCN(data.x.shape[1], int(data.y.max()) + 1).to(DEVICE)
    groups = [
        {"params": model.conv1.parameters(), "weight_decay": 5e-4},
        {"params": model.conv2.parameters(), "weight_decay": 0},
    ]
    optimizer = torch.optim.Adam(groups, lr=0.01)
    clock, best = Clock(), (0.0, 0.0)
    with clock.running():
        for _ in range(epochs):
            model.train()
            optimizer.zero_grad()
            out = model(data.x, data.edge_index)
            functional.cross_entropy(out[data.train], data.y[data.train]).backward()
            optimizer.step()
            if each_epoch:
                _, validation, test = accuracies(model, data)
                best = max(best, (validation, test), key=lambda pair: pair[0])
        if not each_epoch:
            best = accuracies(model, data)[1:]
    return training(seed, clock, best[1], n_epochs=epochs)


@torch.no_grad()
def accuracies(model: GCN, data: Data) -> tuple[float, float, float]:
    """On training, validation and test nodes."""
    model.eval()
    right = model(data.x, data.edge_index).argmax(dim=-1) == data.y
    found = [int(right[data[name]].sum()) / int(data[name].sum()) for name in ("train", "validation", "test")]
    return found[0], found[1], found[2]


if __name__ == "__main__":
    options = parser(__doc__)
    options.add_argument("--evaluate", choices=("each", "end"), default="each")
    given = options.parse_args()
    graph = load(given.data)
    say(
        given,
        lambda seed: train(seed, graph, epochs=given.epochs or 200, each_epoch=given.evaluate == "each"),
        ("torch", "torch-geometric"),
    )
