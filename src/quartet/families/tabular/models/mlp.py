"""The multilayer perceptron."""

from torch import Tensor, nn

from quartet.dropout import Dropout
from quartet.families.tabular.settings import MLPSettings
from quartet.family import Encoder

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "logistic": nn.Sigmoid,
}


class MLP(nn.Module):
    """Hidden layers h ← dropout(φ(W h + b)) with an activation φ, then a linear output.

    Source: Rumelhart, Hinton & Williams 1986, Learning representations by back-propagating errors.
        Differs: ReLU by default instead of the logistic function, dropout, and Adam.
    """

    def __init__(self, settings: MLPSettings, encoder: Encoder) -> None:
        super().__init__()
        width, layers, activation = encoder.facts["n_inputs"], [], ACTIVATIONS[settings.activation]
        for d_hidden in settings.hidden_widths:
            layers += [nn.Linear(width, d_hidden), activation(), Dropout(settings.dropout)]
            width = d_hidden
        self.hidden = nn.Sequential(*layers)
        self.output = nn.Linear(width, encoder.n_outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, K), or scaled values (B, 1), of rows x (B, F)."""
        output: Tensor = self.output(self.hidden(x))
        return output
