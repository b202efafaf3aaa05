"""Which words of a text a network's answer hangs on."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from quartet.families.text.tokens import N_RESERVED, PADDING

if TYPE_CHECKING:
    from quartet.family import Encoder

AT_ONCE = 64  # texts with one word hidden that are asked about together


@torch.no_grad()
def contributions(network: nn.Module, tokens: Tensor, answer: int) -> Tensor:
    """By how much the log-odds of `answer` fall when each word (T,) is hidden; above 0 it speaks for the answer.

    A hidden word keeps its place, its vector is zero, as that of padding is: the token of unknown words would not do,
    since being unknown may itself tell a class.

    Source: Zeiler & Fergus 2014, Visualizing and Understanding Convolutional Networks, sec. 4.2, occlusion,
        https://arxiv.org/abs/1311.2901, as captum's FeatureAblation does it. Differs: words instead of patches.
    """
    from captum.attr import FeatureAblation

    def log_odds(texts: Tensor, lengths: Tensor) -> Tensor:
        logits: Tensor = network(texts, lengths)  # (B, K)
        others = logits.clone()
        others[:, answer] = -torch.inf
        return logits[:, answer] - others.logsumexp(dim=1)

    found: Tensor = FeatureAblation(log_odds).attribute(
        tokens[None],
        baselines=PADDING,
        additional_forward_args=(torch.tensor([len(tokens)]),),
        perturbations_per_eval=AT_ONCE,
    )
    return found[0].float()


def spelt(tokens: Tensor, encoder: "Encoder") -> list[str]:
    """The words of tokens (T,); what is beyond the vocabulary is ‹unknown›."""
    vocabulary = encoder.facts["vocabulary"]
    return [vocabulary[token - N_RESERVED] if token >= N_RESERVED else "‹unknown›" for token in tokens.tolist()]
