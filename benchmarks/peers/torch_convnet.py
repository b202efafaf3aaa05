"""The network of keras_convnet.py in plain torch, pictures in memory; channels last and bf16 if asked for."""

import torch
from measuring import Clock, Training, parser, say, split, training
from torch import Tensor, nn
from torch.nn import functional

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def build() -> nn.Sequential:
    """The example's network; its pictures are 28 x 28."""
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Dropout(0.5), nn.Linear(64 * 5 * 5, 10)),
    )


def train(seed: int, data: dict[str, tuple[Tensor, Tensor]], options) -> Training:
    """One training, which ends with its last weights."""
    torch.manual_seed(seed)
    network, clock = build().to(DEVICE), Clock()
    if options.channels_last:
        network = network.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    x, target = data["train"]
    for _ in range(options.epochs or 15):
        with clock.running():
            network.train()
            for rows in torch.randperm(len(x)).to(DEVICE).split(128):
                with torch.autocast(DEVICE, torch.bfloat16, enabled=options.bf16):
                    logits = network(x[rows])
                optimizer.zero_grad()
                functional.cross_entropy(logits.float(), target[rows]).backward()
                optimizer.step()
        clock.lap(accuracy(network, data["validation"]))
    return training(seed, clock, accuracy(network, data["test"]))


@torch.no_grad()
def accuracy(network: nn.Module, data: tuple[Tensor, Tensor]) -> float:
    """Share of pictures classified right."""
    network.eval()
    right = [
        int((network(x).argmax(dim=1) == y).sum()) for x, y in zip(data[0].split(500), data[1].split(500), strict=True)
    ]
    return sum(right) / len(data[0])


def pictures(arrays: dict, *, channels_last: bool) -> tuple[Tensor, Tensor]:
    """Pixels (N, 1, H, W) from 0 to 1, and targets (N,)."""
    x = torch.tensor(arrays["x"]).float() / 255
    layout = torch.channels_last if channels_last else torch.contiguous_format
    return x.to(DEVICE, memory_format=layout), torch.tensor(arrays["target"]).to(DEVICE)


if __name__ == "__main__":
    options = parser(__doc__)
    options.add_argument("--channels-last", action="store_true")
    options.add_argument("--bf16", action="store_true")
    given = options.parse_args()
    items = {
        name: pictures(split(given.data, name), channels_last=given.channels_last)
        for name in ("train", "validation", "test")
    }
    say(given, lambda seed: train(seed, items, given), ("torch",))
