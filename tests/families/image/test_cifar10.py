"""Batches of CIFAR-10's formats, made here by their description."""

import io
import pickle
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from quartet.errors import SourceError
from quartet.families.image.tables import from_files
from quartet.reading.files import File

NAMES = ["airplane", "automobile", "bird"]
generator = np.random.default_rng(0)
BATCHES = {
    name: (generator.integers(0, 256, (6, 3072), dtype=np.uint8), generator.integers(0, 3, 6).tolist())
    for name in ("data_batch_1", "data_batch_2", "test_batch")
}


def binary():
    files = {
        f"{name}.bin": np.hstack([np.array(labels, np.uint8)[:, None], data]).tobytes()
        for name, (data, labels) in BATCHES.items()
    }
    return files | {"batches.meta.txt": "\n".join([*NAMES, ""]).encode()}


def pickled(protocol=2):
    def keyed(**values):
        return pickle.dumps({key.encode(): value for key, value in values.items()}, protocol)

    files = {name: keyed(data=data, labels=labels, batch_label=b"1") for name, (data, labels) in BATCHES.items()}
    return files | {"batches.meta": keyed(label_names=[name.encode() for name in NAMES], num_vis=3072)}


def tables_of(ingest, contents, **changes):
    settings = SimpleNamespace(**vars(ingest) | {"format": "cifar10", "classes": None, **changes})
    files = [File(f"cifar-10-batches/{name}", lambda c=c: c) for name, c in contents.items()]
    return from_files(files, settings)


@pytest.mark.parametrize("files", [binary(), pickled(), pickled(4)], ids=["binary", "Python 2", "Python 3"])
def test_pictures_labels_and_the_published_split_are_those_of_the_batches(ingest, files):
    items = tables_of(ingest, files)["items"]
    pictures = np.array([np.asarray(Image.open(io.BytesIO(data))) for data in items["picture"]])
    data, labels = (np.concatenate([batch[i] for batch in BATCHES.values()]) for i in (0, 1))
    assert np.array_equal(pictures.transpose(0, 3, 1, 2).reshape(-1, 3072), data)
    assert items["label"].tolist() == [NAMES[label] for label in labels]
    assert items["split"].tolist() == ["train"] * 12 + ["test"] * 6


def test_the_first_1024_values_are_the_red_ones_row_by_row(ingest):
    record = np.zeros((1, 3073), np.uint8)
    record[0, 1 + 32 + 5] = 200
    picture = tables_of(ingest, {"data_batch_1.bin": record.tobytes()})["items"]["picture"][0]
    assert Image.open(io.BytesIO(picture)).getpixel((5, 1)) == (200, 0, 0)


def test_classes_name_the_numbers_where_the_names_file_is_missing(ingest):
    files = {name: data for name, data in binary().items() if not name.startswith("batches")}
    assert set(tables_of(ingest, files, classes=["a", "b", "c"])["items"]["label"]) == {"a", "b", "c"}
    assert set(tables_of(ingest, files)["items"]["label"]) == {"0", "1", "2"}


def test_the_readme_of_the_published_archive_is_no_surprise_but_another_file_is(ingest):
    left_out = tables_of(ingest, binary() | {"readme.html": b"", "more.txt": b""})["left_out"]
    assert dict(zip(left_out["id"].str.split("/").str[1], left_out["asked"], strict=True)) == {
        "readme.html": True,
        "more.txt": False,
    }


class Trap:
    def __reduce__(self):
        return print, ("touched",)


def batch(**values):
    return pickle.dumps({"data": np.zeros((2, 3072), np.uint8), "labels": [0, 1], **values})


BAD = {
    "a short binary batch": ({"data_batch_1.bin": bytes(3072)}, "holds records of 3073 bytes; however, it has 3072"),
    "an empty binary batch": ({"data_batch_1.bin": b""}, "it has 0 bytes"),
    "a label out of range": ({"data_batch_1.bin": b"\x03" + bytes(3072)}, "0 to 2.*row 0 of .*data_batch_1.bin"),
    "code in a pickle": ({"data_batch_1": pickle.dumps(Trap())}, "data_batch_1 is a pickle.*nothing of it was run"),
    "a broken pickle": ({"data_batch_1": batch()[:-90]}, "data_batch_1 is a whole pickle"),
    "a list": ({"data_batch_1": pickle.dumps([1])}, "holds a dict; however, it is list"),
    "no pictures": ({"data_batch_1": batch(data=None)}, "it is NoneType"),
    "pictures of another size": ({"data_batch_1": batch(data=np.zeros((2, 9), np.uint8))}, r"uint8 \(2, 9\)"),
    "pictures of another type": ({"data_batch_1": batch(data=np.zeros((2, 3072)))}, "it is float64"),
    "labels that are no numbers": ({"data_batch_1": batch(labels=["a", "b"])}, "a list `labels` of class numbers"),
    "a negative label": ({"data_batch_1": batch(labels=[0, -1])}, "a list `labels` of class numbers"),
    "a label too few": ({"data_batch_1": batch(labels=[0])}, "it has 1 for 2"),
    "names that are no list": ({"batches.meta": pickle.dumps({})}, "a list `label_names`; however, it is NoneType"),
}


@pytest.mark.parametrize("sentence", BAD)
def test_a_malformed_batch_is_refused_with_the_file_and_what_is_wrong(ingest, sentence, capsys):
    changes, message = BAD[sentence]
    with pytest.raises(SourceError, match=message):
        tables_of(ingest, {"batches.meta.txt": binary()["batches.meta.txt"]} | changes)
    assert "touched" not in capsys.readouterr().out


def test_a_batch_in_both_layouts_is_refused(ingest):
    with pytest.raises(SourceError, match=r"data_batch_1 is a second one"):
        tables_of(ingest, binary() | pickled())


def test_a_test_batch_alone_is_refused(ingest):
    with pytest.raises(SourceError, match="has a training part"):
        tables_of(ingest, {"test_batch.bin": binary()["test_batch.bin"]})
