"""The graph convolutional network that stays sharp however deep it is."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from quartet.dropout import Dropout
from quartet.families.graph.models.graph import Graph
from quartet.families.graph.node_settings import GCNIISettings
from quartet.family import Encoder


class GCNII(nn.Module):
    """Layers H ← ReLU(((1 - α) Â H + α H₀)((1 - β_l) I + β_l W_l)), with H₀ = ReLU(X W + b) and β_l = log(θ / l + 1).

    The initial residual α H₀ keeps what a node says of itself, and the identity mapping keeps W_l from blurring it, so
    that depth does no harm. Dropout before each layer; a linear output.

    Source: Chen, Wei, Huang, Ding & Li 2020, Simple and Deep Graph Convolutional Networks, eq. 5,
        https://arxiv.org/abs/2007.02133, whose λ is θ here. Differs: the weights with the lowest validation loss.
    """

    def __init__(self, settings: GCNIISettings, encoder: Encoder) -> None:
        super().__init__()
        self.graph = Graph(encoder, self_loops=True)
        self.alpha, self.decays = settings.alpha, (settings.weight_decay, settings.dense_weight_decay)
        self.dropout = Dropout(settings.dropout)
        self.input = nn.Linear(self.graph.x_pattern.shape[1], settings.hidden)
        self.betas = [math.log(settings.theta / layer + 1) for layer in range(1, settings.layers + 1)]
        self.layers = nn.ModuleList(nn.Linear(settings.hidden, settings.hidden, bias=False) for _ in self.betas)
        self.output = nn.Linear(settings.hidden, encoder.n_outputs)

    def forward(self, node: Tensor) -> Tensor:
        """Logits (B, K) of the nodes at these places (B,)."""
        h = self.dropout(self.embed().index_select(0, node))  # (B, hidden)
        logits: Tensor = self.output(h)  # (B, K)
        return logits

    def embed(self) -> Tensor:
        """What the last layer makes of all nodes (N, hidden)."""
        return self.states()[-1]

    def states(self) -> list[Tensor]:
        """H₀ and what each layer makes of all nodes, (N, hidden) each."""
        states = [(self.graph.project(self.input.weight.T, self.dropout) + self.input.bias).relu()]
        for layer, beta in zip(self.layers, self.betas, strict=True):
            seen = self.graph.pass_on(self.dropout(states[-1]))  # (N, hidden)
            mixed = torch.lerp(seen, states[0], self.alpha)
            states.append(torch.lerp(mixed, layer(mixed), beta).relu())
        return states

    def weight_decays(self) -> list[tuple[Iterable[nn.Parameter], float]]:
        """The L2 penalty of the convolutions, and that of the layers before and after them."""
        convolution, dense = self.decays
        ends = [*self.input.parameters(), *self.output.parameters()]
        return [(self.layers.parameters(), convolution), (ends, dense)]
