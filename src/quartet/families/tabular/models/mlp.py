"""The multilayer perceptron."""

from torch import Tensor, nn

from quartet.families.tabular.settings import MLPSettings
from quartet.family import Encoder


class MLP(nn.Module):
    """Hidden layers h ← dropout(ReLU(W h + b)), then a linear output.

    Source: Rumelhart, Hinton & Williams 1986, Learning representations by back-propagating errors.
        Differs: ReLU instead of the logistic function, dropout, and Adam.
    """

    def __init__(self, settings: MLPSettings, encoder: Encoder) -> None:
        super().__init__()
        width, layers = encoder.facts["n_inputs"], []
        for _ in range(settings.layers):
            layers += [nn.Linear(width, settings.hidden), nn.ReLU(), nn.Dropout(settings.dropout)]
            width = settings.hidden
        self.hidden = nn.Sequential(*layers)
        self.output = nn.Linear(width, encoder.n_outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, K), or scaled values (B, 1), of rows x (B, F)."""
        output: Tensor = self.output(self.hidden(x))
        return output
