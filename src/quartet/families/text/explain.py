"""What the trained networks see: how far back they remember, which words decide, how text length tells."""

import numpy as np
import torch
from torch import Tensor, nn

from quartet.explanations import Plot, Section, Series, Table, Text, Tokens
from quartet.families.text.attribution import contributions, spelt
from quartet.families.text.memory import gradient_norms
from quartet.families.text.models.recurrent import Recurrent
from quartet.looks import Look

FARTHEST = 50  # tokens back, at most
N_TEXTS = 64  # whose gradients are measured
N_SHOWN = 4  # texts shown of each kind
LONGEST_SHOWN = 60  # words, so that a text stays on a page
N_BINS = 5
FORGETTING = (
    "What the last state of a recurrent network owes to its state k words earlier is a product of k matrices, one per "
    "word. Where these shrink a vector on average, the product falls exponentially with k: the gradient vanishes, and "
    "the network cannot learn from what was said long before the end (Bengio, Simard & Frasconi 1994; Pascanu, Mikolov "
    "& Bengio 2013). The gates of an LSTM or a GRU can pass a state on almost unchanged, so that theirs should fall "
    "more slowly. Measured here: the norm of the gradient of the last state with respect to the state k words before, "
    "1 at the end of a text. On this logarithmic scale an exponential fall is a straight line."
)
DECIDING = (
    "Each word was hidden in turn (its vector set to zero, its place kept), and the network asked again. A word weighs "
    "for the answer when the network is less sure without it, and against it when it is surer. Words that say the same "
    "hide one another: without one of them, the others still decide."
)


def explain(look: Look) -> list[Section]:
    """Memory of the recurrent networks, words that decide, accuracy by length."""
    found = [remembering(look), deciding(look), telling_length(look)]
    return [section for section in found if section]


def remembering(look: Look) -> Section | None:
    """How the gradient falls with distance, before and after training; None without a network in one direction."""
    names = [name for name in look.networks if is_one_way(look.network(name))]
    texts = look.examples("validation")
    rows, n = far_enough(texts.lengths)  # type: ignore[attr-defined]
    if not names or n < 2:
        return None
    (tokens, lengths), _ = texts.batch(rows)
    fall: dict[str, dict[str, Tensor]] = {
        when: {name: gradient_norms(network(name), tokens, lengths, n) for name in names}  # type: ignore[arg-type]
        for when, network in (("before", look.untrained), ("after", look.network))
    }
    about = f"validation split, {len(rows)} texts of more than {n} words, geometric mean, seed best on validation"
    plots = [falling(f"The gradient {when} training", about, norms) for when, norms in fall.items()]
    table = left_over(fall, n, about)
    return Section("How far back a network remembers", f"{FORGETTING} {slowest(fall, n)}", [*plots, table])


def is_one_way(network: nn.Module) -> bool:
    """Whether its last state has read the whole text from its start."""
    return isinstance(network, Recurrent) and network.n_directions == 1


def far_enough(lengths: Tensor) -> tuple[Tensor, int]:
    """The rows of at most 64 texts of these lengths (N,), and how far back from their ends all of them reach."""
    n_texts = min(N_TEXTS, len(lengths))
    n = min(FARTHEST, int(lengths.sort(descending=True).values[n_texts - 1]) - 1)
    return (lengths > n).nonzero()[:n_texts, 0], n


def falling(title: str, about: str, norms: dict[str, Tensor]) -> Plot:
    """One line per network over the distance."""
    series = [Series(name, [(float(k), float(y)) for k, y in enumerate(values)]) for name, values in norms.items()]
    return Plot(title, about, "words before the end", "gradient norm, 1 at the end", series, log_y=True)


def left_over(fall: dict[str, dict[str, Tensor]], n: int, about: str) -> Table:
    """What is left of the gradient at some distances."""
    distances = sorted({min(k, n) for k in (5, 10, 20, n)})
    columns = ["network", *(f"{k} words, {when}" for when in fall for k in distances)]
    rows = [
        [name, *(f"{float(norms[name][k]):.1e}" for norms in fall.values() for k in distances)]
        for name in fall["after"]
    ]
    return Table("What is left of the gradient", about, columns, rows)


def slowest(fall: dict[str, dict[str, Tensor]], n: int) -> str:
    """What the measured numbers say, in words."""
    said = []
    for when, norms in fall.items():
        ends = sorted(norms, key=lambda name: -float(norms[name][n]))
        parts = ", ".join(f"{name} {float(norms[name][n]):.0e}" for name in ends)
        said.append(f"{when.capitalize()} training, {n} words back, there is left: {parts}.")
    return " ".join(said)


def deciding(look: Look) -> Section | None:
    """The words of texts that the best network called rightly and wrongly; None without a network."""
    if look.best is None:
        return None
    target, output = look.outputs(look.best, "validation")
    called, sure = output.argmax(axis=1), output.max(axis=1)
    short = is_short(look.examples("validation").lengths.numpy())  # type: ignore[attr-defined]
    about = f"validation split, {look.best}, seed best on validation; weights relative to the text's strongest word"
    figures = []
    for title, chosen in (("Right", called == target), ("Wrong", called != target)):
        rows = np.flatnonzero(chosen & short)
        rows = rows[np.argsort(-sure[rows], kind="stable")][:N_SHOWN]
        texts = [weighed(look, int(row), int(target[row]), output[row]) for row in rows]
        note = f"the {len(rows)} surest of {int(chosen.sum()):,} such answers on texts short enough to show; {about}"
        figures += [Tokens(f"{title} answers", note, texts)] if texts else []
    return Section("Which words decide", DECIDING, figures)


def is_short(lengths: np.ndarray) -> np.ndarray:
    """Whether a text fits on a page, or is among the shortest where few do."""
    found: np.ndarray = lengths <= max(LONGEST_SHOWN, np.quantile(lengths, 0.1))
    return found


def weighed(look: Look, row: int, target: int, output: np.ndarray) -> Text:
    """One validation text with the weight of each word."""
    assert look.best
    (tokens, _), _ = look.examples("validation").batch(torch.tensor([row]))
    answer = int(output.argmax())
    weights = contributions(look.network(look.best), tokens[0], answer)
    weights = weights / weights.abs().max().clamp(min=1e-12)
    classes = look.encoder.classes
    caption = f"called {classes[answer]} ({output[answer]:.2f}), is {classes[target]}"
    return Text(caption, list(zip(spelt(tokens[0], look.encoder), weights.tolist(), strict=True)))


def telling_length(look: Look) -> Section:
    """Accuracy of every model on short and long test texts."""
    lengths = look.examples("test").lengths.numpy()  # type: ignore[attr-defined]
    bins = by_length(lengths)
    right = {name: is_right(look, name) for name in look.ranking}
    note = f"test split, {len(lengths):,} texts in {len(bins)} groups by length, seed best on validation"
    means = [float(lengths[rows].mean()) for rows in bins]
    series = [
        Series(name, list(zip(means, [float(hits[rows].mean()) for rows in bins], strict=True)), "both")
        for name, hits in right.items()
    ]
    plot = Plot("Accuracy by length", note, "words of a text as read", "accuracy", series)
    spans = [f"{lengths[rows].min()} to {lengths[rows].max()}" for rows in bins]
    cells: list[list[str | float | int]] = [
        [span, len(rows), *(f"{hits[rows].mean():.3f}" for hits in right.values())]
        for span, rows in zip(spans, bins, strict=True)
    ]
    table = Table("Accuracy by length, in numbers", note, ["words", "texts", *right], cells)
    return Section("Short and long texts", in_words(look.ranking[0], right[look.ranking[0]], bins), [plot, table])


def by_length(lengths: np.ndarray) -> list[np.ndarray]:
    """The rows of at most five groups of about the same size, the shortest texts first; equal lengths stay together."""
    edges = np.unique(np.quantile(lengths, np.linspace(0, 1, N_BINS + 1)[1:-1]))
    group = np.searchsorted(edges, lengths, side="left")
    return [np.flatnonzero(group == number) for number in np.unique(group)]


def is_right(look: Look, model: str) -> np.ndarray:
    """Whether a model calls each test text what it is."""
    target, output = look.outputs(model, "test")
    found: np.ndarray = output.argmax(axis=1) == target
    return found


def in_words(name: str, right: np.ndarray, bins: list[np.ndarray]) -> str:
    """What the groups say of one model, with the standard error of the difference."""
    said = (
        "A long text says more, but holds more words that say nothing or the contrary, and of one longer than "
        "`max_length` an end is not read."
    )
    first, last = right[bins[0]], right[bins[-1]]
    difference = float(last.mean() - first.mean())
    error = float(np.sqrt(first.var() / len(first) + last.var() / len(last)))
    verdict = "more than chance makes" if abs(difference) > 2 * error else "no more than chance makes"
    return (
        f"{said} {name} is right on {first.mean():.3f} of the shortest texts and {last.mean():.3f} of the longest: a "
        f"difference of {difference:+.3f} with a standard error of {error:.3f}, {verdict}."
    )
