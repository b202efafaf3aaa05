from collections import Counter

import numpy as np
import torch

from quartet.families.image.inside.mistakes import most_confused
from quartet.families.image.inside.sample import Sample


def sample(target, said, *, n_classes):
    x = torch.zeros(len(target), 1, 8, 8, dtype=torch.uint8)
    sure = np.linspace(0.5, 1, len(target))
    return Sample(torch.nn.Identity(), [*"abcdefgh"[:n_classes]], x, np.array(target), np.array(said), sure, "")


def test_the_most_confused_pairs_are_the_most_frequent_mistakes(generator):
    target, said = generator.integers(0, 4, (2, 300))
    counted = Counter((a, b) for a, b in zip(target.tolist(), said.tolist(), strict=True) if a != b)
    found = most_confused(sample(target, said, n_classes=4))
    assert [count for _, _, count, _ in found] == [count for _, count in counted.most_common(6)]
    assert all(counted[a, b] == count for a, b, count, _ in found)
    assert all(share == count / (target == a).sum() for a, _, count, share in found)


def test_pictures_of_a_confused_pair_are_of_that_pair_the_surest_first():
    one = sample([0, 1, 1, 1, 0], [0, 0, 0, 1, 1], n_classes=2)
    assert one.surest((one.target == 1) & (one.said == 0)) == [2, 1]
