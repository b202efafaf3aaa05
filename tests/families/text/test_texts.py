"""How texts are batched."""

import numpy as np
import pytest
import torch

from quartet.families.text.models import examples
from quartet.family import Encoder

LENGTHS = np.random.default_rng(0).integers(1, 30, 200)


@pytest.fixture
def texts():
    """200 texts; the tokens of text n are all n + 1."""
    offsets = np.cumsum([0, *LENGTHS])[:-1]
    tokens = np.repeat(np.arange(1, 201, dtype=np.int32), LENGTHS)
    return examples({"offsets": offsets, "tokens": tokens}, Encoder({"classes": ["a", "b"]}))


def shuffled(seed):
    return torch.randperm(200, generator=torch.Generator().manual_seed(seed))


def padding_of(texts, batches):
    return sum(int((texts.batch(rows)[0][0] == 0).sum()) for rows in batches)


def test_a_batch_is_padded_to_its_longest_text(texts):
    rows = torch.tensor([199, 3, 50])
    (tokens, lengths), _ = texts.batch(rows)
    expected = torch.nn.utils.rnn.pad_sequence(
        [torch.full((int(LENGTHS[row]),), int(row) + 1) for row in rows], batch_first=True
    )
    assert torch.equal(tokens, expected)
    assert lengths.tolist() == LENGTHS[rows].tolist()


def test_an_epoch_holds_each_text_once(texts):
    batches = texts.order(shuffled(0), 16)
    assert torch.cat(batches).sort().values.tolist() == list(range(200))
    assert [len(rows) for rows in batches].count(16) == 12


def test_texts_of_similar_length_share_a_batch(texts):
    rows = shuffled(0)
    assert padding_of(texts, texts.order(rows, 16)) < 0.1 * padding_of(texts, rows.split(16))


def test_the_same_shuffle_gives_the_same_batches(texts):
    one, two = texts.order(shuffled(0), 16), texts.order(shuffled(0), 16)
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))


def test_another_shuffle_gives_other_batches_in_another_order(texts):
    one, two = texts.order(shuffled(0), 16), texts.order(shuffled(1), 16)
    lengths = [[int(LENGTHS[rows].max()) for rows in batches] for batches in (one, two)]
    assert lengths[0] != lengths[1]
    assert {frozenset(rows.tolist()) for rows in one}.isdisjoint({frozenset(rows.tolist()) for rows in two})
