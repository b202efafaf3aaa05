"""Recurrent networks: read a text token by token, classify it by the last state.

Each embeds tokens as x_t, updates a state h_t, and gives logits W h + b of the state after a text's last token.
The equations leave out biases; σ is the logistic function, ⊙ the product of elements.
"""

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from quartet.families.text.models.embedding import token_vectors
from quartet.families.text.settings import RecurrentSettings
from quartet.family import Encoder


class Recurrent(nn.Module):
    """Embedding, recurrent layers, linear output; dropout before each layer and the output."""

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
        self.dropout = nn.Dropout(settings.dropout)
        self.output = nn.Linear(self.n_directions * settings.hidden, encoder.n_outputs)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Logits (B, K) of tokens (B, T) and lengths (B,)."""
        embedded = self.dropout(self.embedding(tokens))  # (B, T, E)
        logits: Tensor = self.output(self.dropout(self.last_state(embedded, lengths)))  # (B, K)
        return logits

    def last_state(self, embedded: Tensor, lengths: Tensor) -> Tensor:
        """The state (B, H) after each text's last token; what follows it is padding and not looked at."""
        states, _ = self.layers(embedded)  # (B, T, H)
        last: Tensor = states[torch.arange(len(states), device=states.device), lengths - 1]  # (B, H)
        return last


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
        gate f of Gers, Schmidhuber & Cummins 2000, and gradients through all time steps.
    """

    cell = nn.LSTM


class BiLSTM(LSTM):
    """An LSTM that reads each layer's input from both ends; classified by both last states.

    Source: Schuster & Paliwal 1997, Bidirectional Recurrent Neural Networks, IEEE Trans. Signal Processing 45, sec. II;
        Graves, Jaitly & Mohamed 2013, Hybrid Speech Recognition with Deep Bidirectional LSTM, sec. 2, for the layers.
    """

    n_directions = 2

    def last_state(self, embedded: Tensor, lengths: Tensor) -> Tensor:
        """The states (B, 2H) after the last token and, backwards, after the first; packed, so as to skip padding."""
        packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, enforce_sorted=False)
        _, (hidden, _) = self.layers(packed)  # (2 layers, B, H)
        both: Tensor = torch.cat([hidden[-2], hidden[-1]], dim=1)  # (B, 2H)
        return both
