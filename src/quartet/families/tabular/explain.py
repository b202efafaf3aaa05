"""What a network sees of a table: its weights, what it goes by, and where it is wrong."""

import numpy as np

from quartet.explanations import Bar, Bars, Figure, Section
from quartet.families.tabular import drawn, mistakes, together
from quartet.families.tabular.curves import Curve, in_words
from quartet.families.tabular.inquiry import Importance, Inquiry, columns_of, importance
from quartet.families.tabular.models.mlp import MLP
from quartet.looks import Look

MOST_BARS = 20
MOST_CURVES = 4  # columns whose dependence is shown


def explain(look: Look) -> list[Section]:
    """The network best on validation: drawn if it is a perceptron, asked what it goes by, caught where it is wrong.

    What it goes by is measured on the validation split: who reads it may leave columns out, and test chooses nothing.
    """
    if look.best is None:
        return []
    seen = Seen(look, look.best)
    layers = [seen.built()] if isinstance(seen.network, MLP) else []
    return [*layers, seen.importances(), seen.dependences(), seen.errors()]


class Seen:
    """One network and the data that it is asked about."""

    def __init__(self, look: Look, model: str) -> None:
        self.look, self.model = look, model
        self.encoder = look.encoder
        self.network = look.network(model)
        self.columns = columns_of(self.encoder)
        self.x, self.target = look.arrays["validation"]["x"], look.arrays["validation"]["target"]
        alike = together.correlations(look.arrays["train"]["x"], self.columns)
        self.alike, self.clusters = alike, together.clusters(alike)
        self.found = importance(self.inquiry([[i] for i in range(len(self.columns))]), self.target)

    def note(self, split: str, n: int) -> str:
        """What the numbers of a figure are of."""
        return f"{self.model}, {self.look.seeds[self.model]}: {n:,} rows of the {split} split."

    def inquiry(self, groups: list[list[int]]) -> Inquiry:
        """The network, to be asked about groups of columns."""
        numbers = np.zeros(self.x.shape[1], np.int64)
        for number, group in enumerate(groups):
            for column in (self.columns[i] for i in group):
                numbers[column.start : column.end] = number
        return Inquiry(self.network, self.encoder, self.x, numbers)

    def built(self) -> Section:
        """The layers and their weights."""
        weights = drawn.weights_of(self.network)
        n_weights = sum(w.size for w in weights)
        names = [name for column in self.columns for name in column.names]
        note = f"{self.model}, {self.look.seeds[self.model]}: {n_weights:,} weights"
        figure: Figure
        if drawn.is_small(weights):
            shown = min(n_weights, drawn.MOST_EDGES)
            note += f", of which the {shown} strongest are drawn, each relative to the strongest of its layer."
            figure = drawn.draw(weights, names, self.encoder.classes or ["prediction"], note)
        else:
            figure = drawn.tabulate(weights, f"{note}, too many to draw.")
        loudest = names[int(abs(weights[0]).sum(0).argmax())]
        text = (
            f"A row of the table enters at the left as {len(names)} numbers, most of them between 0 and 1: a category "
            "has an input for each of its values. Each unit adds up what arrives, each number times a weight, bends "
            "the sum and passes it on to the right. A positive weight pushes the next unit up, a negative one down. "
            f"In the first layer {loudest} is listened to most. But a weight alone does not say what matters: "
            "a later layer may undo it. The next figures ask the network itself."
        )
        return Section("The network", text, [figure])

    def importances(self) -> Section:
        """What the answers lose when columns are shuffled."""
        figures: list[Figure] = [self.bars("Columns, one by one", self.found, [c.name for c in self.columns])]
        text = (
            "One column at a time is shuffled among the rows, as if its cells had been dealt out at random: what the "
            f"network then loses is what it had from that column. {self.most_important()}"
        )
        pair = together.closest_pair(self.alike, self.found.order[:MOST_CURVES])
        if pair and any(len(cluster) > 1 for cluster in self.clusters):
            of_groups = importance(self.inquiry(self.clusters), self.target)
            figures.append(self.bars("Columns that go together, shuffled together", of_groups, self.cluster_names()))
            a, b = (self.columns[i].name for i in pair)
            text += (
                f" Beware of columns that go together, as {a} and {b} do (rank correlation {self.alike[pair]:.2f}): "
                "where one is shuffled, the other still tells, and both look less important than they are. The second "
                "figure shuffles such columns as one."
            )
        return Section("What it goes by", text, figures)

    def most_important(self) -> str:
        """Which columns stand out of the noise of shuffling."""
        clear = [i for i in self.found.order if self.found.means[i] > 2 * self.found.sds[i]]
        if not clear:
            return "Here no column stands out of the noise: each can be spared alone."
        first = self.columns[clear[0]].name
        n, of = len(clear), len(self.columns)
        return f"Here {first} matters most; {n} of {of} columns cost more than twice what chance makes them vary."

    def bars(self, title: str, found: Importance, names: list[str]) -> Bars:
        """The most important groups of columns."""
        unit = "fall of the right class's mean probability" if self.encoder.classes else "fall of R²"
        note = f"{self.note('validation', found.n_rows)} Mean and standard deviation of 10 shuffles."
        shown = found.order[:MOST_BARS]
        bars = [Bar(names[i], float(found.means[i]), float(found.sds[i])) for i in shown]
        return Bars(title, note, unit, bars)

    def cluster_names(self) -> list[str]:
        """Each cluster by its most important column and how many others there are."""
        firsts = [max(cluster, key=lambda i: self.found.means[i]) for cluster in self.clusters]
        others = [f" and {len(c) - 1} more" if len(c) > 1 else "" for c in self.clusters]
        return [f"{self.columns[i].name}{more}" for i, more in zip(firsts, others, strict=True)]

    def dependences(self) -> Section:
        """How answers change with the most important columns."""
        columns = [self.columns[i] for i in self.found.order[:MOST_CURVES]]
        inquiry = self.inquiry([[i] for i in range(len(self.columns))])
        curves = [Curve(inquiry, column, self.look.arrays["train"]["x"]) for column in columns]
        figures = [curve.figure(self.note("validation", curve.n_rows)) for curve in curves]
        said = "; ".join(curve.trend() for curve in curves)
        text = (
            "Every row is given the same cell in one column, all else as it was, and the answers are averaged; then "
            f"the next cell. {self.asked()} {said}. The outer lines hold eight of ten rows between them: where they "
            "run apart, the answer depends on the other columns too. Where columns go together, some of these rows "
            "are ones that nobody ever saw."
        )
        return Section("How one column changes the answer", text, figures)

    def asked(self) -> str:
        """Which answer is followed."""
        if not self.encoder.classes:
            return "The answer is a number in the target's own unit:"
        two = len(self.encoder.classes) == 2
        return f"The answer is {f'the probability of {self.encoder.classes[1]}' if two else 'a probability per class'}:"

    def errors(self) -> Section:
        """Where the answers on the test split are wrong."""
        target, output = self.look.outputs(self.model, "test")
        x, ids = self.look.arrays["test"]["x"], self.look.arrays["test"]["id"]
        columns = [self.columns[i] for i in self.found.order[:MOST_CURVES]]
        note, answers = self.note("test", len(target)), (ids, target, output)
        if not self.encoder.classes:
            within = [in_words(q) for q in np.quantile(abs(output - target), [0.5, 0.9])]
            text = (
                f"Half of the predictions miss by at most {within[0]}, nine of ten by at most {within[1]}. "
                "Where the outer lines run apart, the network is less to be trusted; where the middle line leaves "
                "zero, it is wrong in one direction. The table names the rows it missed farthest."
            )
            worst = mistakes.table("The farthest misses", note, mistakes.farthest(answers, x, columns))
            return Section("Where it is wrong", text, [mistakes.residuals(target, output, note), worst])
        wrong = output.argmax(1) != target
        text = (
            f"{wrong.sum():,} of {len(target):,} answers are wrong{doubt(output, wrong)}. A network that knows what it "
            "does not know is unsure where it is wrong. The table names the wrong answers it was surest of: a cell "
            "that is itself wrong, a row that is unlike its class, or something that the columns do not say."
        )
        surest = mistakes.surest(answers, x, self.encoder.classes, columns)
        return Section(
            "Where it is wrong",
            text,
            [mistakes.confidence(target, output, note), mistakes.table("Wrong, and sure of it", note, surest)],
        )


def doubt(output: np.ndarray, wrong: np.ndarray) -> str:
    """How sure the network was of wrong and of right answers, where there are both."""
    if not wrong.any() or wrong.all():
        return ""
    surely, rightly = output.max(1)[wrong].mean(), output.max(1)[~wrong].mean()
    return f", given with a probability of {surely:.2f} on average, the right ones with {rightly:.2f}"
