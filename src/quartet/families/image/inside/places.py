"""Where networks look."""

import torch

from quartet.explanations import Picture, Pictures, Section
from quartet.families.image.inside import plates
from quartet.families.image.inside.maps import grad_cam, last_fine_stage
from quartet.families.image.inside.sample import Sample
from quartet.families.image.models.seeing import PictureNetwork


def places(sample: Sample) -> Section:
    """Grad-CAM on right and wrong answers."""
    assert isinstance(sample.network, PictureNetwork)
    stage = last_fine_stage(sample.network, sample.x)
    rows = {
        "Right answers, one per class": sample.one_per_class(),
        "Wrong answers, the surest": sample.surest(~sample.right),
    }
    figures = [Pictures(title, sample.note, hot(sample, of, stage), len(of)) for title, of in rows.items() if of]
    text = (
        f"Which places spoke for the answer? Grad-CAM weighs the maps of {stage} by how much each raises the logit of "
        "what is said, and lays their sum over the picture: red speaks for the answer most, what stays grey does not. "
        "Where the colour lies beside the thing, the network goes by something else. Of these pictures "
        f"{int(sample.right.sum()):,} of {len(sample.right):,} are told right."
    )
    return Section("Where it looks", text, figures)


def hot(sample: Sample, rows: list[int], stage: str) -> list[Picture]:
    """The pictures of some rows, then the same under the places that speak for what is said."""
    assert isinstance(sample.network, PictureNetwork)
    x = sample.x[rows]
    values = grad_cam(sample.network, x, torch.from_numpy(sample.said[rows]), stage)
    plain = [Picture(plates.picture(one.numpy()), sample.caption(row)) for one, row in zip(x, rows, strict=True)]
    said = [f"for {sample.classes[sample.said[row]]}" for row in rows]
    return plain + [
        Picture(plates.heat(one, heat), text) for one, heat, text in zip(x.numpy(), values, said, strict=True)
    ]
