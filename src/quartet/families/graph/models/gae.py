"""The graph auto-encoder and the variational one, which tell edges by the product of two nodes' vectors."""

import torch
from torch import Tensor, nn

from quartet.dropout import Dropout
from quartet.families.graph.models.convolution import Convolution
from quartet.families.graph.models.graph import Graph
from quartet.families.graph.pair_settings import GAESettings, VGAESettings
from quartet.family import Encoder


class GAE(nn.Module):
    """p(edge a, b) = σ(z_a · z_b) with Z = Â ReLU(Â X W_0) W_1, Â = D^-1/2 (A + I) D^-1/2 of the training edges.

    Its loss is half the mean cross-entropy of edges and half that of as many drawn non-edges: in expectation the
    published sum over all pairs, weighted so that edges and non-edges count alike.

    Source: Kipf & Welling 2016, Variational Graph Auto-Encoders, sec. 2, https://arxiv.org/abs/1611.07308. Differs:
        non-edges drawn anew in each epoch, as many as edges, in place of all there are; no node is its own neighbour
        in the loss; the weights with the lowest validation loss, not the last.
    """

    def __init__(self, settings: GAESettings | VGAESettings, encoder: Encoder) -> None:
        super().__init__()
        self.graph = Graph(encoder, self_loops=True)
        self.hidden = Convolution(self.graph.x_pattern.shape[1], settings.hidden, bias=False)
        self.mean = Convolution(settings.hidden, settings.d_embedding, bias=False)
        self.dropout = Dropout(settings.dropout)

    def pass_on(self, h: Tensor, layer: Convolution) -> Tensor:
        """What a layer makes of nodes (N, d_in): (N, d_out)."""
        return self.graph.pass_on(layer.lin(h))

    def first(self) -> Tensor:
        """Hidden vectors (N, hidden) of all nodes."""
        h: Tensor = self.dropout(self.graph.pass_on(self.graph.project(self.hidden.weight, self.dropout)).relu())
        return h

    def embed(self) -> Tensor:
        """Vectors Z (N, d_embedding) of all nodes."""
        return self.pass_on(self.first(), self.mean)

    def forward(self, pair: Tensor) -> Tensor:
        """Logits (B, 2) of no edge, which is 0, and an edge between the nodes at these places (B, 2)."""
        return edge_logits(self.embed(), pair)


class VGAE(GAE):
    """A GAE whose z_i are drawn from N(μ_i, σ_i²) in training, and are μ_i in use.

    μ = Â H W_1 and log σ = Â H W_2 with H = ReLU(Â X W_0).

    Source: Kipf & Welling 2016, sec. 2, eq. 1-3, https://arxiv.org/abs/1611.07308. Differs: as of GAE.
    """

    divergence: Tensor

    def __init__(self, settings: VGAESettings, encoder: Encoder) -> None:
        super().__init__(settings, encoder)
        self.log_sd = Convolution(settings.hidden, settings.d_embedding, bias=False)

    def embed(self) -> Tensor:
        """Drawn vectors (N, d_embedding) in training, their means otherwise."""
        h = self.first()
        mean = self.pass_on(h, self.mean)
        if not self.training:
            return mean
        log_sd = self.pass_on(h, self.log_sd)
        self.divergence = divergence(mean, log_sd)
        return mean + torch.randn_like(mean) * log_sd.exp()

    def penalty(self) -> Tensor:
        """The divergence of the last forward, its mean over nodes divided by N as in the paper's code."""
        return self.divergence / self.graph.x_pattern.shape[0]


def divergence(mean: Tensor, log_sd: Tensor) -> Tensor:
    """The mean over nodes of KL(N(μ, σ²) || N(0, 1)) = -½ Σ_d (1 + 2 log σ - μ² - σ²)."""
    return -0.5 * (1 + 2 * log_sd - mean**2 - (2 * log_sd).exp()).sum(dim=1).mean()


def edge_logits(z: Tensor, pair: Tensor) -> Tensor:
    """Logits (B, 2) of no edge, which is 0, and an edge, z_a · z_b, between the nodes at these places (B, 2)."""
    product = (z.index_select(0, pair[:, 0]) * z.index_select(0, pair[:, 1])).sum(dim=1)  # (B,)
    return torch.stack([torch.zeros_like(product), product], dim=1)  # (B, 2)
