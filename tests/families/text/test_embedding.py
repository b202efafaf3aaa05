import torch
from torch import nn

from quartet.families.text.models.embedding import Embedding


def test_vectors_and_their_gradients_are_torchs_own_and_padding_is_not_learned():
    torch.manual_seed(0)
    ours, theirs = Embedding(6, 3, padding_idx=0), nn.Embedding(6, 3, padding_idx=0)
    theirs.load_state_dict(ours.state_dict())
    tokens, weigh = torch.tensor([[1, 5, 1, 0], [3, 1, 0, 0]]), torch.randn(2, 4, 3)
    for one in (ours, theirs):
        (one(tokens) * weigh).sum().backward()
    assert torch.equal(ours(tokens), theirs(tokens))
    assert torch.allclose(ours.weight.grad, theirs.weight.grad)
    assert not ours.weight.grad[0].any()
