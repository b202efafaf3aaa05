"""What the layers of a network answer to."""

import numpy as np
from torch import nn

from quartet.explanations import Figure, Picture, Pictures, Section
from quartet.families.image.inside import plates
from quartet.families.image.inside.maps import feature_maps
from quartet.families.image.inside.sample import Sample
from quartet.families.image.models.seeing import PictureNetwork
from quartet.looks import Look

FILTERS, MAPS = 32, 12  # shown at most
FIXED = (
    "They are not learnt: they were computed from the training pictures so that what they say is uncorrelated and of "
    "the same strength, from broad brightness to fine edges. Learning starts above them."
)


def first_layer(look: Look, name: str, sample: Sample) -> list[Section]:
    """The weights of the first layer before and after training, as pictures; nothing where they weigh no pixels."""
    shape = sample.x.shape[1:]
    if not weighs_pixels(look.network(name), shape):
        return []
    before, after = (first_weights(network, shape) for network in (look.untrained(name), look.network(name)))
    moved = float(np.linalg.norm(after - before) / np.linalg.norm(before))
    strongest = (-np.abs(after).sum(axis=(1, 2, 3))).argsort(kind="stable")
    # the second half of whitening filters are the first with the opposite sign
    chosen = (strongest if moved else np.arange(len(after) // 2))[:FILTERS]
    note = f"{name}, {look.seeds[name]}, {len(chosen)} of {len(after)} units" + (
        ", the strongest" if moved else "; the others are these negated"
    )
    stages = {"Before training": before, "After training": after}
    figures = [
        Pictures(title, note, [Picture(plates.weights(values[i]), f"unit {i + 1}") for i in chosen], 8)
        for title, values in (stages if moved else {"Its filters": after}).items()
    ]
    side = after.shape[-1]
    learnt = (
        "A unit answers most where the picture looks like its weights: to an edge, a spot, a colour. At first they are "
        f"random; training moved them by {moved:.0%} of their length."
    )
    text = f"Each of the {len(after)} first units looks at {side} x {side} pixels and weighs them; grey is weight 0. "
    return [Section("The first layer", text + (learnt if moved else FIXED), figures)]


def weighs_pixels(network: nn.Module, shape: tuple[int, ...]) -> bool:
    """Whether the first weights are filters of pictures of that shape (C, H, W), or weights of all their pixels."""
    values = next((tensor for name, tensor in network.state_dict().items() if name.endswith("weight")), None)
    return values is not None and (
        values.shape[1:] == (int(np.prod(shape)),) or (values.ndim == 4 and values.shape[1] == shape[0])
    )


def first_weights(network: nn.Module, shape: tuple[int, ...]) -> np.ndarray:
    """Weights (D, C, k, k) of the first layer; a perceptron's reach over pictures of that shape (C, H, W)."""
    values = next(tensor for name, tensor in network.state_dict().items() if name.endswith("weight"))
    return np.asarray((values.view(-1, *shape) if values.ndim == 2 else values).float())


def layer_by_layer(sample: Sample) -> Section:
    """The strongest maps of each stage for one picture."""
    assert isinstance(sample.network, PictureNetwork)
    row = (sample.surest(sample.right) or [0])[0]
    x = sample.x[row : row + 1]
    maps = {name: values[0] for name, values in feature_maps(sample.network, x).items()}  # (D, S, S)
    shown = Picture(plates.picture(x[0].numpy()), sample.caption(row))
    figures: list[Figure] = [Pictures("The picture", f"the surest right answer of {sample.note}", [shown])]
    for name, values in maps.items():
        chosen = values.mean(dim=(1, 2)).argsort(descending=True, stable=True)[:MAPS].tolist()
        pictures = [Picture(plates.scaled(values[i].numpy()), f"map {i + 1}") for i in chosen]
        note = f"the {len(chosen)} strongest of {len(values)} maps, {values.shape[1]} x {values.shape[2]}"
        figures.append(Pictures(f"After {name}", note, pictures))
    sizes = ", ".join(f"{len(one)} of {one.shape[1]} x {one.shape[2]} after {name}" for name, one in maps.items())
    text = (
        "A map shows where in the picture one unit answers, white where it does most. Each layer looks at the maps of "
        f"the one before it: {sizes}. First come edges and surfaces where they lie in the picture; the deeper, the "
        "fewer the places and the more the kinds of things."
    )
    return Section("Feature maps, layer by layer", text, figures)
