"""What a network that never sees the middle of a picture still knows."""

from typing import cast

import numpy as np

from quartet.explanations import Picture, Pictures, Section, Table
from quartet.families.image.inside import plates
from quartet.families.image.inside.sample import Sample
from quartet.families.image.models.augmentation import without_centre
from quartet.families.image.settings import PictureSettings
from quartet.looks import Look
from quartet.metrics import confusion, score

CLASSES = 12  # with a recall of their own, at most
WARNING = (
    "Most of what it knows does not need the middle: borders, tone and marks give the class away. Where classes come "
    "from different sources, a network can learn the source instead of the thing (DeGrave, Janizek & Lee 2021, Nature "
    "Machine Intelligence 3, on X-rays of COVID-19; Maguolo & Nanni 2021, Information Fusion 76, blanked the lungs as "
    "here). The score of the whole picture is then no evidence that the thing itself is seen, such as a disease."
)
CLEAR = "Most of what it knows lies in the middle. What the border still gives away, the score holds too."


def shortcuts(look: Look, sample: Sample) -> list[Section]:
    """A section for each control and the network it is the control of."""
    pairs = {name: partner(look, name) for name in look.ranking if look.settings(name).control}
    return [shortcut(look, sample, control, whole) for control, whole in pairs.items() if whole]


def partner(look: Look, control: str) -> str | None:
    """The network that differs from a control in what is hidden alone; else the best one."""
    hidden = cast(PictureSettings, look.settings(control))
    alike = {"hide": hidden.hide, "hidden_side": hidden.hidden_side}
    same = [name for name in look.networks if look.settings(name).model_copy(update=alike) == hidden]
    return next(iter(same), look.best)


def shortcut(look: Look, sample: Sample, control: str, whole: str) -> Section:
    """Scores of a network and of its control side by side, and what the control sees."""
    side = cast(PictureSettings, look.settings(control)).hidden_side
    target, output = look.outputs(control, "test")
    known, left = score("accuracy", *look.outputs(whole, "test")), score("accuracy", target, output)
    chance = float(np.bincount(target).max() / len(target))
    names = {whole: "the whole picture", control: "without its middle"}
    rows = [[model, seen, *figures_of(look, model)] for model, seen in names.items()]
    recalls = [f"recall of {name}" for name in look.encoder.classes[:CLASSES]]
    note = f"{look.seeds[whole]} and {look.seeds[control]}, {len(target):,} test pictures"
    hidden = without_centre(sample.x[sample.one_per_class() or [0]].float() - 128, side) + 128
    shown = [Picture(plates.picture(x), "") for x in hidden.byte().numpy()]
    text = (
        f"{control} was trained and asked without the middle of pictures, {side**2:.0%} of their area. It tells "
        f"{left:.1%} right, against {known:.1%} of {whole} with the whole picture and {chance:.1%} for always saying "
        f"the most frequent class. {WARNING if left - chance > (known - chance) / 2 else CLEAR}"
    )
    table = Table("Beside each other", note, ["model", "sees", "accuracy", "macro-F1", *recalls], rows)
    return Section("What is left without the middle", text, [table, Pictures("What the control sees", control, shown)])


def figures_of(look: Look, model: str) -> list[str | float | int]:
    """Accuracy, macro-F1 and the recall of each class on the test split."""
    target, output = look.outputs(model, "test")
    counts = confusion(target, output)
    recalls = counts.diagonal() / np.maximum(counts.sum(axis=1), 1)
    values = [score("accuracy", target, output), score("f1_macro", target, output), *recalls[:CLASSES]]
    return [round(float(value), 3) for value in values]
