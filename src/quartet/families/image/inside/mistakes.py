"""Which classes are taken for one another."""

import numpy as np

from quartet.explanations import Figure, Picture, Pictures, Section, Table
from quartet.families.image.inside import plates
from quartet.families.image.inside.sample import Sample

PAIRS, PICTURED = 6, 3  # shown at most: in the table, and with pictures


def confused(sample: Sample) -> Section:
    """The pairs of classes most often taken for one another, with pictures."""
    pairs = most_confused(sample)
    n, n_wrong = len(sample.right), int((~sample.right).sum())
    if not pairs:
        return Section("What it confuses", f"Nothing: all {n:,} pictures are told right.", [])
    named = [(sample.classes[a], sample.classes[b]) for a, b, _, _ in pairs]
    rows: list[list[str | float | int]] = [
        [*names, count, round(share, 3)] for names, (_, _, count, share) in zip(named, pairs, strict=True)
    ]
    columns = ["what it is", "what is said", "pictures", "share of the class"]
    figures: list[Figure] = [Table("The most frequent mistakes", sample.note, columns, rows)]
    for (a, b, _, _), (is_, said) in zip(pairs[:PICTURED], named, strict=False):
        chosen = sample.surest((sample.target == a) & (sample.said == b))
        shown = [Picture(plates.picture(sample.x[row].numpy()), f"{sample.sure[row]:.2f} sure") for row in chosen]
        figures.append(Pictures(f"{is_}, taken for {said}", f"the surest, {sample.note}", shown))
    text = (
        f"Of {n:,} pictures {n_wrong:,} are told wrong, {pairs[0][2]:,} of them because {named[0][0]} is taken for "
        f"{named[0][1]}. Below are the surest of the mistakes: some, people would not tell apart either."
    )
    return Section("What it confuses", text, figures)


def most_confused(sample: Sample) -> list[tuple[int, int, int, float]]:
    """Class, the class it is taken for, how often, and the share of the class's pictures; the most frequent first."""
    k = len(sample.classes)
    counts = np.bincount(sample.target * k + sample.said, minlength=k * k).reshape(k, k)
    wrong = counts - np.diag(counts.diagonal())
    order = (-wrong.ravel()).argsort(kind="stable")[:PAIRS]
    pairs = [divmod(int(place), k) for place in order if wrong.ravel()[place]]
    return [(a, b, int(wrong[a, b]), float(wrong[a, b] / counts[a].sum())) for a, b in pairs]
