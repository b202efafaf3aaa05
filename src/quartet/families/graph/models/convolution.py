"""The weights of a graph convolution."""

from torch import Tensor, nn

from quartet.families.graph.models.geometric import glorot


class Convolution(nn.Module):
    """W and b of Â H W + b: what of it is no graph's.

    Named and started as torch_geometric's GCNConv has them (Glorot & Bengio 2010, eq. 16,
    https://proceedings.mlr.press/v9/glorot10a.html; b = 0), so that one's weights are the other's.
    """

    def __init__(self, d_in: int, d_out: int, *, bias: bool = True) -> None:
        super().__init__()
        self.lin = nn.Linear(d_in, d_out, bias=False)
        glorot(self.lin.weight)
        self.bias = nn.Parameter(self.lin.weight.new_zeros(d_out)) if bias else None

    @property
    def weight(self) -> Tensor:
        """W (d_in, d_out)."""
        return self.lin.weight.T

    def shifted(self, h: Tensor) -> Tensor:
        """H (B, d_out) + b."""
        return h if self.bias is None else h + self.bias
