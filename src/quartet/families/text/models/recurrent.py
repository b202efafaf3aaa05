"""Recurrent networks: read a text token by token, classify it by the states.

Each embeds tokens as x_t, updates a state h_t, and gives logits W h + b of the state h after a text's last token, or of
the mean or the maximum of its states.
The equations leave out biases; σ is the logistic function, ⊙ the product of elements.
"""

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from quartet.dropout import Dropout
from quartet.families.text.models.embedding import token_vectors, with_unknowns
from quartet.families.text.models.pooling import PARTS, pooled
from quartet.families.text.settings import LSTMSettings, RecurrentSettings
from quartet.family import Encoder


class Recurrent(nn.Module):
    """Embedding, recurrent layers, pooling, linear output; dropout before each layer and the output."""

    cell: ClassVar[type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]]
    n_directions: ClassVar[int] = 1

    def __init__(self, settings: RecurrentSettings, encoder: Encoder) -> None:
        super().__init__()
        self.embedding = token_vectors(encoder, settings.embedding)
        self.layers = self.cell(
            settings.embedding,
            settings.hidden,
            settings.layers,
            batch_first=True,
            dropout=settings.dropout if settings.layers > 1 else 0.0,
            bidirectional=self.n_directions == 2,
        )
        self.dropout, self.between = Dropout(settings.dropout), Dropout(self.layers.dropout)
        self.pooling, self.word_dropout = settings.pooling, settings.word_dropout
        self.output = nn.Linear(PARTS[self.pooling] * self.n_directions * settings.hidden, encoder.n_outputs)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Logits (B, K) of tokens (B, T) and lengths (B,)."""
        seen = with_unknowns(tokens, self.word_dropout) if self.training else tokens
        embedded = self.dropout(self.embedding(seen))  # (B, T, E)
        logits: Tensor = self.output(self.dropout(self.text_vectors(embedded, lengths)))  # (B, K)
        return logits

    def text_vectors(self, embedded: Tensor, lengths: Tensor) -> Tensor:
        """A vector per text from its tokens' (B, T, E); one direction never sees the padding that follows a text."""
        states, _ = self.layers(embedded)  # (B, T, H)
        return pooled(states, lengths, self.pooling)


class RNN(Recurrent):
    """h_t = tanh(W x_t + U h_{t-1}).

    Source: Elman 1990, Finding Structure in Time, Cognitive Science 14, fig. 2. Differs: tanh instead of the logistic
        function; trained through all time steps.
    """

    cell = nn.RNN


class GRU(Recurrent):
    """r, z = σ(W x_t + U h_{t-1}); n = tanh(W x_t + r ⊙ U h_{t-1}); h_t = (1 - z) ⊙ n + z ⊙ h_{t-1}.

    Source: Cho et al. 2014, Learning Phrase Representations using RNN Encoder-Decoder, eq. 5-8,
        https://arxiv.org/abs/1406.1078. Differs: torch gates after the product with U, the paper before it.
    """

    cell = nn.GRU


class LSTM(Recurrent):
    """i, f, o = σ(W x_t + U h_{t-1}); c_t = f ⊙ c_{t-1} + i ⊙ tanh(W x_t + U h_{t-1}); h_t = o ⊙ tanh(c_t).

    Source: Hochreiter & Schmidhuber 1997, Long Short-Term Memory, Neural Computation 9, sec. 4. Differs: the forget
        gate f of Gers, Schmidhuber & Cummins 2000, its bias 1 at the start as in Jozefowicz, Zaremba & Sutskever 2015,
        sec. 4.1, https://proceedings.mlr.press/v37/jozefowicz15; gradients through all time steps.
    """

    cell = nn.LSTM

    def __init__(self, settings: LSTMSettings, encoder: Encoder) -> None:
        super().__init__(settings, encoder)
        forget = slice(settings.hidden, 2 * settings.hidden)  # torch's order of gates: i, f, g, o
        for name, bias in self.layers.named_parameters():
            if "bias" in name:
                nn.init.constant_(bias[forget], settings.forget_bias / 2)  # torch adds two biases


class BiLSTM(LSTM):
    """An LSTM that reads each layer's input from both ends; of `last` states, each direction gives its own.

    Source: Schuster & Paliwal 1997, Bidirectional Recurrent Neural Networks, IEEE Trans. Signal Processing 45, sec. II;
        Graves, Jaitly & Mohamed 2013, Hybrid Speech Recognition with Deep Bidirectional LSTM, sec. 2, for the layers.
    """

    n_directions = 2

    def text_vectors(self, embedded: Tensor, lengths: Tensor) -> Tensor:
        """A vector per text of the states in both directions, of which neither sees padding.

        On a CPU each direction of each layer is read by itself, the backward one from texts that are turned round:
        torch hands these to oneDNN, and loops over packed ones itself.
        """
        if embedded.is_cuda:
            return self.of_packed(embedded, lengths)
        turned = places_from_the_end(lengths, embedded.shape[1])  # (B, T)
        states = embedded
        for layer in range(self.layers.num_layers):
            seen = self.between(states) if layer else states  # (B, T, E or 2H)
            ahead, behind = self.read(seen, layer), self.read(taken(seen, turned), layer, "_reverse")  # (B, T, H) each
            states = torch.cat([ahead, taken(behind, turned)], dim=2)  # (B, T, 2H)
        if self.pooling == "last":
            return torch.cat([pooled(ahead, lengths, "last"), pooled(behind, lengths, "last")], dim=1)  # (B, 2H)
        return pooled(states, lengths, self.pooling)

    def read(self, x: Tensor, layer: int, direction: str = "") -> Tensor:
        """The states (B, T, H) of one layer in one direction, of its inputs x (B, T, E), read from the first on."""
        names = [f"{kind}_l{layer}{direction}" for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        weights: list[Tensor] = [self.layers.get_parameter(name) for name in names]
        start = x.new_zeros(1, len(x), self.layers.hidden_size)
        states, _, _ = torch.lstm(x, (start, start), weights, True, 1, 0.0, self.training, False, True)
        return states

    def of_packed(self, embedded: Tensor, lengths: Tensor) -> Tensor:
        """The same by way of packed texts, which cuDNN reads in both directions at once."""
        packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, enforce_sorted=False)
        states, (hidden, _) = self.layers(packed)  # packed (B, T, 2H), (2 layers, B, H)
        if self.pooling == "last":
            return torch.cat([hidden[-2], hidden[-1]], dim=1)  # (B, 2H)
        unpacked, _ = pad_packed_sequence(states, batch_first=True)  # (B, T, 2H)
        return pooled(unpacked, lengths, self.pooling)


def places_from_the_end(lengths: Tensor, n_steps: int) -> Tensor:
    """Places (B, T) of a text's tokens from its last to its first; those of padding stay."""
    steps = torch.arange(n_steps, device=lengths.device)  # (T,)
    return (lengths[:, None] - 1 - steps).where(steps < lengths[:, None], steps)


def taken(x: Tensor, places: Tensor) -> Tensor:
    """Vectors x (B, T, E) in the order of places (B, T)."""
    n, n_steps = places.shape
    rows = (torch.arange(n, device=x.device)[:, None] * n_steps + places).flatten()  # (B T,)
    return x.flatten(0, 1).index_select(0, rows).view(n, n_steps, -1)
