"""What to propose for pictures: files in folders named as their classes, or a table with a column of them."""

from typing import Any

import numpy as np
from PIL import Image

from quartet.families.image.pictures import decode_each, flat
from quartet.families.image.tables import PICTURES
from quartet.files import class_folders
from quartet.sight import Proposal, Sight
from quartet.suites import suite_of
from quartet.targets import propose_labels, propose_size, propose_split, target_of

SAMPLE = 300  # pictures looked at
MAX_SIZE = 64  # pixels a side that a network learns from in reasonable time without a GPU
STEP = 8
STEPS = 4_000  # optimiser steps that a network is given, about


def propose(sight: Sight) -> Proposal | None:
    """Settings and models for pictures; None for what holds none.

    Raises:
        UsageError, SourceError: there are no two classes, too few pictures, or some that cannot be decoded.
    """
    if sight.is_mostly(PICTURES):
        return from_folders(sight)
    return from_table(sight) if sight.table else None


def from_folders(sight: Sight) -> Proposal:
    """For a file per picture."""
    frame = class_folders(sight.listed(), PICTURES, "picture")["items"]
    saw = f"{sight.name}: {len(frame):,} pictures in folders named as their classes"
    proposal = Proposal({"family": "image"}, models_for(len(frame)), saw)
    propose_labels(proposal, sight, frame, "label")
    names, sample = zip(*sight.sample(PICTURES, SAMPLE), strict=True)
    propose_shape(proposal, decode_each(sample, names, shape))
    propose_size(proposal, len(frame), "pictures")
    if "split" in frame:
        proposal.hints.append("folders name the splits: they are used as they are")
    return proposal


def from_table(sight: Sight) -> Proposal | None:
    """For a table with a column of bytes; None where there is none."""
    assert sight.table
    frame = sight.table.frame.rename(columns=str)
    columns = [column for column in frame if isinstance(frame[column].iloc[0], bytes)]
    if not columns:
        return None
    target, why = target_of(sight, frame)
    proposal = Proposal(
        {"family": "image"}, models_for(len(frame)), f"{sight.name}: a table of {len(frame):,} pictures"
    )
    proposal.set("picture", columns[0], "it holds bytes")
    proposal.set("target", target, why)
    propose_labels(proposal, sight, frame, target)
    propose_split(proposal, frame.drop(columns=columns))
    sample = frame[columns[0]].iloc[:: max(1, len(frame) // SAMPLE)]
    propose_shape(proposal, decode_each(sample, sample.index, shape))
    propose_size(proposal, len(frame), "pictures")
    return proposal


def shape(picture: Image.Image) -> tuple[int, int, bool]:
    """Width, height and whether it has colour."""
    plain = np.asarray(flat(picture, "rgb"))  # (H, W, 3)
    return picture.width, picture.height, bool((plain != plain[..., :1]).any())


def propose_shape(proposal: Proposal, shapes: list[tuple[int, int, bool]]) -> None:
    """Channels and size from (width, height, colour) of each picture."""
    coloured = any(colour for *_, colour in shapes)
    proposal.set("channels", "rgb" if coloured else "grey", "some have colours" if coloured else "none has colours")
    sides = np.array([side for width, height, _ in shapes for side in (width, height)])
    low, middle, high = int(sides.min()), float(np.median(sides)), int(sides.max())
    size = int(min(MAX_SIZE, max(STEP, round(middle / STEP) * STEP)))
    spread = f"they have {low} to {high} pixels a side" if low < high else f"they have {low} pixels a side"
    proposal.set("size", size, spread + ("; larger ones take long without a GPU" if middle > MAX_SIZE else ""))
    for side, values in zip(("width", "height"), zip(*shapes, strict=True), strict=False):
        if min(values) < suite_of("image")[side]["min_value"]:
            proposal.check(side, f"one has a {side} of {min(values)}", min_value=min(values))


def models_for(n_pictures: int) -> dict[str, dict[str, Any]]:
    """A baseline and a network, its passes fewer the more pictures there are."""
    epochs = max(4, min(60, STEPS * 64 // n_pictures))
    return {"logistic_regression": {}, "cnn": {"epochs": epochs}}
