"""Picture sets as they are published, by path and through the steps; their files are not in the repository."""

import shutil
import tarfile
from collections import Counter
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pytest

from quartet.artifacts import load_arrays, load_tables
from quartet.family import SPLITS
from quartet.project import read_json
from quartet.steps.ingest import ingest
from quartet.steps.plan import plan
from quartet.steps.prepare import prepare
from quartet.steps.validate import validate

SHARED = next((up / "shared/data" for up in Path(__file__).parents if (up / "shared/data").is_dir()), None)
PATIENT = r"/([^/]*?)(?:_\d{3})?\.jpg$"  # ChestX-ray8 calls its files PATIENT_VISIT; of the others each stands alone
MODELS = {"base": {"dataset": "real", "architecture": "logistic_regression"}}
CIFAR10 = {"source": "data/mine/cifar10_images.tar.xz"}
COVID = {"source": "data/mine/covid_xray.tar.gz", "channels": "grey", "size": 64, "group": PATIENT}

pytestmark = [pytest.mark.slow, pytest.mark.skipif(SHARED is None, reason="no ../shared/data beside the repository")]


@pytest.fixture(scope="module", params=[CIFAR10, COVID], ids=["cifar10", "covid_xray"])
def done(request, make_project):
    """The source's file, and the project after prepare."""
    archive = SHARED / Path(request.param["source"]).name
    project = make_project({"real": {"family": "image", **request.param}}, MODELS)
    shutil.copy(archive, project.mine)
    for step in (plan, ingest, validate, prepare):
        step(project, "real")
    return archive, project


def folders(archive):
    """Files per (split, class) of an archive, by their names alone; split "" where no folder says."""
    with tarfile.open(archive) as files:
        parts = [PurePosixPath(member.name).parts for member in files if member.isfile()]
    return Counter((part[1] if len(part) == 4 else "", part[-2]) for part in parts)


def test_every_picture_of_the_archive_is_an_item_of_its_class_and_split(done):
    archive, project = done
    items, expected = load_tables(project.raw("real"))["items"], folders(archive)
    published = any(split for split, _ in expected)
    split = items["split"].replace("validation", "train") if published else pd.Series("", index=items.index)
    assert Counter(zip(split, items["label"], strict=True)) == expected
    assert load_tables(project.raw("real"))["left_out"].empty


def test_the_set_passes_its_gate(done):
    assert read_json(done[1].validation("real"))["success"]


def test_every_picture_is_prepared(done):
    archive, project = done
    arrays = [load_arrays(project.prepared("real") / f"{split}.npz")["x"] for split in SPLITS]
    assert sum(map(len, arrays)) == sum(folders(archive).values())
    assert all(np.ptp(x.reshape(len(x), -1), axis=1).min() > 0 for x in arrays)


def test_no_patient_of_the_x_rays_straddles_splits_though_some_stand_in_two_classes(done):
    archive, project = done
    if "covid" not in archive.name:
        pytest.skip("only the X-rays have patients")
    items = load_tables(project.raw("real"))["items"]
    patients = items.groupby(items["id"].str.extract(PATIENT, expand=False))
    assert patients["split"].nunique().max() == 1
    assert patients["label"].nunique().max() == 2


def test_the_gate_shows_that_the_x_rays_shape_tells_their_source(done):
    archive, project = done
    found = {check["name"]: check for check in read_json(project.validation("real"))["results"]}
    assert ("aspect" in found["nothing_tells_the_class"]["rows"]) == ("covid" in archive.name)
