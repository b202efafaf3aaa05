"""How much of a recurrent network's last state still hangs on its state k tokens before: the vanishing gradient."""

import torch
from torch import Tensor
from torch.nn.utils.rnn import pack_padded_sequence

from quartet.families.text.models.recurrent import Recurrent

LEAST = 1e-30  # below it a gradient is as good as none, and float32 loses it

State = tuple[Tensor, ...]  # h, or h and c, each (layers, B, H)


def gradient_norms(network: Recurrent, tokens: Tensor, lengths: Tensor, n: int) -> Tensor:
    """|v ∂h_T/∂s_{T-k}| (n + 1,) for k = 0 … n, the geometric mean over texts, v a random unit vector per text.

    h_T is the top layer's last state and s what the network hands on from token to token: h, and c of an LSTM. At k = 0
    it is 1. Its square is on average the squared Frobenius norm of the Jacobian matrix ∂h_T/∂s_{T-k}, divided by the
    width of h.
    Source: Pascanu, Mikolov & Bengio 2013, On the difficulty of training recurrent neural networks, eq. 3-5,
        https://arxiv.org/abs/1211.5063. Differs: of the last state instead of the loss, so that networks that pool
        all states are measured alike.

    Args:
        tokens: (B, T), every text longer than n; lengths (B,).
    """
    generator = torch.Generator().manual_seed(0)
    states = last_states(network, tokens, lengths, n)
    last = states[-1][0][-1]  # (B, H)
    direction = torch.nn.functional.normalize(torch.randn(last.shape, generator=generator), dim=1)
    flat = [part for state in states[:-1] for part in state]
    grads = torch.autograd.grad((last * direction).sum(), flat)
    squares = torch.stack([grad.square().sum(dim=(0, 2)) for grad in grads])  # (n · parts, B)
    norms = squares.view(n, -1, len(lengths)).sum(dim=1).sqrt()  # (n, B), the farthest first
    means = norms.clamp(min=LEAST).log().mean(dim=1).exp().flip(0)
    return torch.cat([torch.ones(1), means])


def last_states(network: Recurrent, tokens: Tensor, lengths: Tensor, n: int) -> list[State]:
    """The states s_{T-n} … s_T of each text, each made of the one before."""
    embedded = network.embedding(tokens).detach()  # (B, T, E)
    start = pack_padded_sequence(embedded, (lengths - n).cpu(), batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        _, before = network.layers(start)
    states = [tuple(part.requires_grad_() for part in as_parts(before))]
    for step in range(n):
        x = embedded[torch.arange(len(lengths)), lengths - n + step]  # (B, E)
        state = states[-1] if len(states[-1]) > 1 else states[-1][0]
        states.append(as_parts(network.layers(x[:, None], state)[1]))
    return states


def as_parts(state: Tensor | State) -> State:
    """h, or h and c, as a tuple."""
    return state if isinstance(state, tuple) else (state,)
