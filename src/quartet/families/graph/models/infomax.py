"""Communities by what a node and its graph have in common."""

from typing import ClassVar

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor, nn
from torch.nn.functional import normalize, one_hot, softplus

from quartet.families.graph.community_settings import InfomaxSettings
from quartet.families.graph.models.graph import Graph
from quartet.families.graph.models.modularity import modularity_loss
from quartet.family import Encoder

STARTS = 10  # of k-means, the best of which is taken


class Infomax(nn.Module):
    """Vectors H = PReLU(Â X W + b) that tell the graph from one whose nodes' features were shuffled, and k-means.

    The loss is -mean log σ(h_i · M s) - mean log σ(-h̃_i · M s), with the summary s = σ(mean h_i) and H̃ as H but with
    the rows of X shuffled. No label enters it. The communities are those of k-means on the directions of H: its centres
    follow each step, and start afresh now and then.

    Source: Veličković et al. 2019, Deep Graph Infomax, eq. 1-4, https://arxiv.org/abs/1809.10341; k-means by
        scikit-learn. Differs: k-means on rows of length 1; the epoch of the highest modularity is kept.
    """

    uses_numpy: ClassVar[bool] = True  # k-means does
    centres: Tensor
    age: Tensor

    def __init__(self, settings: InfomaxSettings, encoder: Encoder) -> None:
        super().__init__()
        self.graph = Graph(encoder, self_loops=True)
        self.refit = settings.refit
        self.weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(self.graph.x_pattern.shape[1], settings.hidden)))
        self.bias = nn.Parameter(torch.zeros(settings.hidden))
        self.activation = nn.PReLU()
        self.agreement = nn.Linear(settings.hidden, settings.hidden, bias=False)
        self.register_buffer("centres", torch.zeros(encoder.n_outputs, settings.hidden))
        self.register_buffer("age", torch.zeros((), dtype=torch.int64))
        self.contrast = torch.zeros(())

    def embed(self) -> Tensor:
        """Vectors (N, hidden) of all nodes."""
        return self.passed_on(self.graph.project(self.weight))

    def passed_on(self, h: Tensor) -> Tensor:
        """What a convolution makes of X W (N, hidden): (N, hidden)."""
        passed: Tensor = self.activation(self.graph.pass_on(h) + self.bias)
        return passed

    def forward(self, node: Tensor) -> Tensor:
        """The cosines (B, k) of nodes (B,) and the centres, or (E, 2, k) of the ends of edges (E, 2)."""
        own = self.graph.project(self.weight)  # (N, hidden)
        h = self.passed_on(own)
        if self.training:
            shuffled = self.passed_on(own[torch.randperm(len(own), device=own.device)])
            self.contrast = self.contrast_of(h, shuffled)
            self.follow(normalize(h.detach()))
        return (normalize(h) @ self.centres.T)[node]

    def contrast_of(self, true: Tensor, shuffled: Tensor) -> Tensor:
        """The loss of vectors (N, hidden) of the graph and of the shuffled one."""
        summary = self.agreement(true.mean(dim=0).sigmoid())  # (hidden,)
        return softplus(-(true @ summary)).mean() + softplus(shuffled @ summary).mean()

    def follow(self, directions: Tensor) -> None:
        """Move the centres to the directions (N, hidden) nearest to them, or find them afresh."""
        if int(self.age) % self.refit == 0:
            self.centres.copy_(self.found(directions))
        nearest = (directions @ self.centres.T).argmax(dim=1)
        sums = one_hot(nearest, len(self.centres)).to(directions.dtype).T @ directions  # (k, hidden)
        self.centres.copy_(torch.where(sums.norm(dim=1, keepdim=True) > 0, normalize(sums), self.centres))
        self.age += 1

    def found(self, directions: Tensor) -> Tensor:
        """Centres (k, hidden) by k-means of directions (N, hidden), of length 1."""
        from sklearn.cluster import KMeans

        state = int(torch.randint(2**31, ()))
        with threadpool_limits(torch.get_num_threads()):
            means = KMeans(len(self.centres), n_init=STARTS, random_state=state).fit(directions.cpu().numpy())
        return normalize(torch.from_numpy(means.cluster_centers_)).to(directions)

    def loss(self, output: Tensor, target: Tensor) -> Tensor:
        """The contrast of the last forward where nodes (N, k) are trained on, minus the modularity of edges' ends."""
        return self.contrast if output.dim() == 2 else modularity_loss(output, target)
