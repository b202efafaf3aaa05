"""What is taken from torch_geometric."""

from quartet.uncompiled import uncompiled

with uncompiled():
    from torch_geometric.nn.conv.gcn_conv import gcn_norm
    from torch_geometric.nn.inits import glorot

__all__ = ["gcn_norm", "glorot"]
