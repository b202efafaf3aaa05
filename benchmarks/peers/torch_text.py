"""The two networks of keras_text.py in plain torch, with batches of texts of like length, padded to their longest."""

import numpy as np
import torch
from keras_text import EPOCHS, LENGTH, VOCABULARY
from measuring import Clock, Training, parser, say, split, training
from torch import Tensor, nn
from torch.nn import functional

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
SHORTEST = 25  # tokens that two convolutions over 7 by steps of 3 need


class BiLSTM(nn.Module):
    """Two bidirectional LSTMs, padded before, so that the forward one ends with the last word."""

    left = True

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, 128)
        nn.init.uniform_(self.embedding.weight, -0.05, 0.05)
        self.lstm = nn.LSTM(128, 64, num_layers=2, bidirectional=True, batch_first=True)
        self.out = nn.Linear(128, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B,) of tokens (B, T)."""
        _, (state, _) = self.lstm(self.embedding(x))
        return self.out(torch.cat([state[-2], state[-1]], dim=1))[:, 0]


class Conv1D(nn.Module):
    """Two convolutions by steps of 3, the maximum over time and a dense layer."""

    left = False

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, 128)
        nn.init.uniform_(self.embedding.weight, -0.05, 0.05)
        self.conv1, self.conv2 = nn.Conv1d(128, 128, 7, stride=3), nn.Conv1d(128, 128, 7, stride=3)
        self.dense, self.out = nn.Linear(128, 128), nn.Linear(128, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B,) of tokens (B, T)."""
        found = functional.dropout(self.embedding(x), 0.5, self.training).transpose(1, 2)
        found = self.conv2(self.conv1(found).relu()).relu().amax(dim=2)
        return self.out(functional.dropout(self.dense(found).relu(), 0.5, self.training))[:, 0]


class Texts:
    """Texts of one split, at most `length` tokens each."""

    def __init__(self, arrays: dict[str, np.ndarray], length: int, *, left: bool) -> None:
        ends = np.append(arrays["offsets"][1:], len(arrays["tokens"]))
        tokens = torch.tensor(arrays["tokens"], dtype=torch.int64)
        self.texts = [tokens[a:b][:length] for a, b in zip(arrays["offsets"], ends, strict=True)]
        self.lengths = torch.tensor([len(text) for text in self.texts])
        self.target, self.left = torch.tensor(arrays["target"], dtype=torch.float32), left

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens (B, T) padded to the longest text, and targets (B,)."""
        width = max(SHORTEST, int(self.lengths[rows].max()))
        x = torch.zeros(len(rows), width, dtype=torch.int64)
        for place, row in enumerate(rows.tolist()):
            n = len(self.texts[row])
            x[place, slice(width - n, width) if self.left else slice(n)] = self.texts[row]
        return x.to(DEVICE), self.target[rows].to(DEVICE)

    def epoch(self, size: int) -> list[Tensor]:
        """Shuffled batches: 50 batches' worth at a time is sorted by length, then cut."""
        pools = torch.randperm(len(self.texts)).split(50 * size)
        found = [rows for pool in pools for rows in pool[self.lengths[pool].argsort()].split(size)]
        return [found[place] for place in torch.randperm(len(found)).tolist()]


def train(seed: int, data: dict[str, Texts], options) -> Training:
    """One training; with --keep best the weights of the epoch that scored best on validation."""
    torch.manual_seed(seed)
    network = (BiLSTM if options.model == "bilstm" else Conv1D)().to(DEVICE)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    clock, best, kept = Clock(), -1.0, network.state_dict()
    for _ in range(options.epochs or EPOCHS[options.model]):
        with clock.running():
            run_epoch(network, data["train"], optimizer, bf16=options.bf16)
        validation = accuracy(network, data["validation"])
        clock.lap(validation)
        if options.keep == "last" or validation > best:
            best, kept = validation, {key: value.clone() for key, value in network.state_dict().items()}
    network.load_state_dict(kept)
    scores = [score for _, _, score in clock.laps]
    place = scores.index(max(scores)) if options.keep == "best" else None
    return training(seed, clock, accuracy(network, data["test"]), kept=place)


def run_epoch(network: nn.Module, texts: Texts, optimizer: torch.optim.Optimizer, *, bf16: bool) -> None:
    """One pass over the training split."""
    network.train()
    for rows in texts.epoch(32):
        x, target = texts.batch(rows)
        with torch.autocast(DEVICE, torch.bfloat16, enabled=bf16):
            logits = network(x)
        optimizer.zero_grad()
        functional.binary_cross_entropy_with_logits(logits.float(), target).backward()
        optimizer.step()


@torch.no_grad()
def accuracy(network: nn.Module, texts: Texts) -> float:
    """Share of texts classified right."""
    network.eval()
    right = 0
    for rows in texts.lengths.argsort().split(256):
        x, target = texts.batch(rows)
        right += int(((network(x) > 0) == (target > 0.5)).sum())
    return right / len(texts.texts)


if __name__ == "__main__":
    options = parser(__doc__)
    options.add_argument("--model", choices=list(LENGTH), required=True)
    options.add_argument("--keep", choices=("best", "last"), default="last")
    options.add_argument("--bf16", action="store_true")
    given = options.parse_args()
    side = (BiLSTM if given.model == "bilstm" else Conv1D).left
    items = {
        name: Texts(split(given.data, name), LENGTH[given.model], left=side) for name in ("train", "validation", "test")
    }
    say(given, lambda seed: train(seed, items, given), ("torch",))
