"""What to propose for pictures: files in folders named as their classes, published batches, or a table of bytes."""

from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from quartet.families.image.formats import cifar10, idx
from quartet.families.image.pictures import Unreadable, decode_each, flat, refuse
from quartet.families.image.settings import Dataset
from quartet.families.image.tables import MEND, PICTURES, from_files
from quartet.gate.suites import suite_of
from quartet.proposing.sight import Proposal, Sight
from quartet.proposing.targets import propose_labels, propose_size, propose_split, target_of, tell_split
from quartet.reading.files import class_folders

PUBLISHED = {"idx": idx.NAME, "cifar10": cifar10.NAME}
SAMPLE = 300  # pictures looked at
FEW = 0.05  # the share of them that may be broken
MAX_SIZE = 64  # pixels a side that a network learns from in reasonable time without a GPU
STEP = 8
STEPS = 4_000  # optimiser steps that a network is given, about


def propose(sight: Sight) -> Proposal | None:
    """Settings and models for pictures; None for what holds none.

    Raises:
        UsageError, SourceError: there are no two classes, too few pictures, or many that cannot be decoded.
    """
    if sight.is_mostly(PICTURES):
        return from_folders(sight)
    names = [PurePosixPath(name).name for name in sight.names]
    for published, pattern in PUBLISHED.items():
        if any(pattern.fullmatch(name) for name in names):
            return from_batches(sight, published)
    return from_table(sight) if sight.table else None


def from_folders(sight: Sight) -> Proposal:
    """For a file per picture."""
    frame = class_folders(sight.listed(), PICTURES, "picture")["items"]
    saw = f"{sight.name}: {len(frame):,} pictures in folders named as their classes"
    proposal = Proposal({"family": "image"}, models_for(len(frame)), saw)
    propose_labels(proposal, sight, frame, "label")
    tell_split(proposal, frame)
    return looked_at(proposal, dict(sight.sample(PICTURES, SAMPLE)), len(frame))


def from_batches(sight: Sight, published: str) -> Proposal:
    """For the files of MNIST, Fashion-MNIST or CIFAR-10."""
    settings = Dataset.model_validate({"family": "image", "source": "data/mine/batches", "format": published})
    frame = from_files(sight.walk(), settings)["items"]
    saw = f"{sight.name}: {len(frame):,} pictures in {published} files"
    proposal = Proposal({"family": "image"}, models_for(len(frame)), saw)
    proposal.set("format", published, "its files are named so")
    propose_labels(proposal, sight, frame, "label")
    return looked_at(proposal, sampled(frame["picture"]), len(frame))


def from_table(sight: Sight) -> Proposal | None:
    """For a table with a column of bytes; None where there is none."""
    assert sight.table
    frame = sight.table.frame.rename(columns=str)
    columns = [column for column in frame if isinstance(frame[column].iloc[0], bytes)]
    if not columns:
        return None
    target, why = target_of(sight, frame)
    saw = f"{sight.name}: a table of {len(frame):,} pictures"
    proposal = Proposal({"family": "image"}, models_for(len(frame)), saw)
    proposal.set("picture", columns[0], "it holds bytes")
    proposal.set("target", target, why)
    propose_labels(proposal, sight, frame, target)
    propose_split(proposal, frame.drop(columns=columns))
    return looked_at(proposal, sampled(frame[columns[0]]), len(frame))


def sampled(pictures: pd.Series) -> dict[str, bytes]:
    """Some of a column of pictures, evenly spread: row and bytes."""
    chosen = pictures.iloc[:: max(1, len(pictures) // SAMPLE)]
    return dict(zip(map(str, chosen.index), chosen, strict=True))


def looked_at(proposal: Proposal, sample: dict[str, bytes], n_pictures: int) -> Proposal:
    """The proposal with what a sample of the pictures tells.

    Raises:
        SourceError: many of them cannot be decoded, or there are too few in all.
    """
    seen = dict(zip(sample, decode_each(sample.values(), shape), strict=True))
    broken: list[tuple[object, str]] = [(name, o.reason) for name, o in seen.items() if isinstance(o, Unreadable)]
    if len(broken) > FEW * len(seen):
        refuse(broken, MEND)
    if broken:
        why = f"{len(broken)} of {len(seen)} looked at cannot be read, such as {broken[0][0]}: {broken[0][1]}"
        proposal.set("unreadable", "leave_out", why)
    propose_shape(proposal, [one for one in seen.values() if not isinstance(one, Unreadable)])
    propose_size(proposal, n_pictures, "pictures")
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
