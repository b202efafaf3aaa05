"""The multilayer perceptron on pixels: the regular network that knows nothing of neighbourhood."""

from torch import Tensor, nn

from quartet.dropout import Dropout
from quartet.families.image.models.seeing import unit
from quartet.families.image.settings import MLPSettings
from quartet.family import Encoder


class MLP(nn.Module):
    """Hidden layers h ← dropout(ReLU(W h + b)) from the pixels in a row, then a linear output.

    Source: Rumelhart, Hinton & Williams 1986, Learning representations by back-propagating errors,
        https://doi.org/10.1038/323533a0. Differs: ReLU instead of the logistic function, dropout, and Adam.
    """

    def __init__(self, settings: MLPSettings, encoder: Encoder) -> None:
        super().__init__()
        width, layers = encoder.facts["n_channels"] * encoder.facts["size"] ** 2, []
        for _ in range(settings.layers):
            layers += [nn.Linear(width, settings.hidden), nn.ReLU(), Dropout(settings.dropout)]
            width = settings.hidden
        self.hidden = nn.Sequential(*layers)
        self.output = nn.Linear(width, encoder.n_outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, K) of pictures x (B, C, H, W)."""
        logits: Tensor = self.output(self.hidden(unit(x).flatten(1)))  # (B, K)
        return logits
