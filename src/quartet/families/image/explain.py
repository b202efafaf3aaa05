"""What the trained networks see in pictures."""

from quartet.explanations import Section
from quartet.families.image.inside.layers import first_layer, layer_by_layer
from quartet.families.image.inside.mistakes import confused
from quartet.families.image.inside.pixels import as_numbers
from quartet.families.image.inside.places import places
from quartet.families.image.inside.sample import sample_of
from quartet.families.image.inside.shortcuts import shortcuts
from quartet.families.image.models.seeing import PictureNetwork
from quartet.looks import Look


def explain(look: Look) -> list[Section]:
    """From pixels to numbers, filters, maps, the places that decide, mistakes, and what a control gives away."""
    name = look.best
    if name is None:
        return []
    sample = sample_of(look, name)
    sections = [as_numbers(sample), *first_layer(look, name, sample)]
    if isinstance(sample.network, PictureNetwork):
        sections += [layer_by_layer(sample), places(sample)]
    return [*sections, confused(sample), *shortcuts(look, sample)]
