"""More of what a user may bring: published formats, odd pictures, other encodings. The form is that of `malformed`."""

import gzip
import os
import pickle
import struct
import zlib
from typing import Any

import numpy as np
from scipy import sparse

from hostile import Content, with_byte
from malformed import Case, picture, pictures, rows_with, texts


class Call:
    """What a pickle asks to be called."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.call


def planetoid(words: tuple[str, ...], **changed: bytes | None) -> Case:
    """A planetoid set of six nodes, some parts of which are others or none."""
    x, y = sparse.csr_matrix(np.eye(3, 2, dtype="f4")), np.eye(3, 2, dtype=int)
    data = {"y": y[:1], "tx": x, "ty": y, "allx": x, "ally": y, "graph": {i: [(i + 1) % 6] for i in range(6)}}
    parts = {name: pickle.dumps(value, 2) for name, value in data.items()} | {"test.index": b"3\n4\n5\n"}
    parts |= {name.replace("_", "."): content for name, content in changed.items()}
    files: dict[str, Content] = {f"g/ind.tiny.{name}": part for name, part in parts.items() if part is not None}
    return {"family": "graph", "source": "data/mine/g", "format": "planetoid"}, files, words


def idx(shape: tuple[int, ...], data: bytes, kind: int = 8) -> bytes:
    """An IDX file."""
    return bytes([0, 0, kind, len(shape)]) + struct.pack(f">{len(shape)}L", *shape) + data


LABELS = idx((2,), b"\0\1")
IMAGES = idx((2, 9, 9), bytes(162))


def mnist(
    *words: str, images: bytes | None = IMAGES, labels: bytes | None = LABELS, gz: bool = False, **settings: Any
) -> Case:
    """A folder of IDX files."""
    ending = ".gz" if gz else ""
    named = {f"p/train-images-idx3-ubyte{ending}": images, f"p/train-labels-idx1-ubyte{ending}": labels}
    return pictures({name: data for name, data in named.items() if data is not None}, *words, format="idx", **settings)


def cifar(data: bytes, *words: str, name: str = "data_batch_1") -> Case:
    """One batch of CIFAR-10."""
    return pictures({f"p/{name}": data}, name, *words, format="cifar10")


def vast(width: int, height: int) -> bytes:
    """A PNG of few bytes whose header announces so many pixels."""
    head = b"IHDR" + struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n\0\0\0\r" + head + struct.pack(">L", zlib.crc32(head)) + picture()[33:]


def one_odd(data: bytes, *words: str, name: str = "1.png") -> Case:
    """An odd picture among good ones."""
    return pictures({f"p/a/{name}": data, "p/b/2.png": picture()}, f"a/{name}", *words)


def one_odd_text(data: bytes, *words: str, **settings: Any) -> Case:
    """A text in another encoding among good ones."""
    return texts({"x/a/1.txt": data, "x/b/2.txt": b"text"}, "a/1.txt", *words, **settings)


PLANETOID: dict[str, Case] = {
    "a planetoid set with a part missing": planetoid(
        ("ind.tiny.graph is not there", "from the same place"), graph=None
    ),
    "a planetoid pickle that holds code": planetoid(
        ("ind.tiny.graph is a pickle that holds data and no code", "posix.system", "nothing of it was run"),
        graph=pickle.dumps(Call(os.system, "touch data/bad/raw/run"), 2),
    ),
    "a planetoid pickle that is cut off": planetoid(
        ("ind.tiny.allx is a whole pickle",), allx=pickle.dumps([1, 2], 2)[:-3]
    ),
    "a planetoid part that is text": planetoid(("ind.tiny.ty",), ty=b"1 0\n0 1\n"),
    "a planetoid part of no bytes": planetoid(("ind.tiny.tx",), tx=b""),
    "planetoid features that are a list": planetoid(("ind.tiny.tx holds a sparse matrix",), tx=pickle.dumps([1], 2)),
    "planetoid labels that are no 0 and 1": planetoid(
        ("ind.tiny.ally holds a row of 0 and 1",), ally=pickle.dumps(np.eye(3, 2) * 2, 2)
    ),
    "planetoid test nodes that are words": planetoid(
        ("ind.tiny.test.index", "line 2 holds b'two'"), test_index=b"3\ntwo\n5\n"
    ),
    "planetoid test nodes that are too few": planetoid(("test.index", "3 and 2 came"), test_index=b"3\n4\n"),
    "a planetoid graph with words for nodes": planetoid(
        ("ind.tiny.graph holds a list of node numbers",), graph=pickle.dumps({1: ["a"]}, 2)
    ),
    "a planetoid test node far away": planetoid(("max_gigabytes",), test_index=b"3\n4\n999999999\n"),
    "a planetoid folder with no set": (
        {"family": "graph", "source": "data/mine/g", "format": "planetoid"},
        {"g/nodes.csv": b"id,label\n1,a\n"},
        ("ind.NAME.*", "none of its 1 files", "Correct `source:`"),
    ),
}
PUBLISHED: dict[str, Case] = {
    "IDX labels without images": mnist("train-labels-idx1-ubyte is alone", "Put the other beside it", images=None),
    "IDX images that are cut off": mnist("train-images-idx3-ubyte", "only 161 follow", images=IMAGES[:-1]),
    "IDX images with bytes behind them": mnist("train-images-idx3-ubyte", "more follow", images=IMAGES + b"x"),
    "IDX images that are text": mnist("train-images-idx3-ubyte", "00 00 08 03 must stand", images=b"1,2,3\n"),
    "IDX images of other numbers": mnist("train-images-idx3-ubyte", images=idx((2, 9, 9), bytes(162), kind=13)),
    "IDX images that announce a terabyte": mnist("max_gigabytes", images=idx((10**6, 1000, 1000), b"")),
    "IDX images of no pixels": mnist("train-images-idx3-ubyte", images=idx((2, 0, 0), b"")),
    "IDX files of other lengths": mnist("hold equally many items", "there are 2 and 3", labels=idx((3,), b"\0\1\0")),
    "an IDX label past the classes": mnist(
        "row 1 of train-images", "has 9", labels=idx((2,), b"\0\x09"), classes=["a", "b"]
    ),
    "an IDX .gz that is cut off": mnist(
        "train-images-idx3-ubyte.gz", images=gzip.compress(IMAGES)[:-9], labels=gzip.compress(LABELS), gz=True
    ),
    "an IDX .gz that is none": mnist(
        "train-images-idx3-ubyte.gz", images=IMAGES, labels=gzip.compress(LABELS), gz=True
    ),
    "a CIFAR-10 batch that is cut off": cifar(bytes(3072), "records of 3073 bytes", name="data_batch_1.bin"),
    "a CIFAR-10 batch of no bytes": cifar(b"", "records of 3073 bytes", name="data_batch_1.bin"),
    "a CIFAR-10 pickle that holds code": cifar(
        pickle.dumps(Call(os.system, "true"), 2), "posix.system", "nothing of it was run"
    ),
    "a CIFAR-10 pickle that is cut off": cifar(pickle.dumps({"data": [1]}, 2)[:-4], "is a whole pickle"),
    "a CIFAR-10 pickle without pictures": cifar(
        pickle.dumps({"labels": [1]}, 2), "an array `data` (N, 3072)", "NoneType"
    ),
    "a CIFAR-10 pickle of floats": cifar(pickle.dumps({"data": np.zeros((1, 3072)), "labels": [1]}, 2), "float64"),
    "a CIFAR-10 pickle with a label missing": cifar(
        pickle.dumps({"data": np.zeros((2, 3072), np.uint8), "labels": [1]}, 2), "a label per picture", "1 for 2"
    ),
}
ODD: dict[str, Case] = {
    "a picture that announces a billion pixels": one_odd(
        vast(40_000, 40_000), "it has more pixels than any reader takes"
    ),
    "a picture of more pixels than `max_megapixels`": one_odd(vast(9000, 9000), "9000 x 9000 pixels", "max_megapixels"),
    "a picture of more pixels than a number holds": one_odd(vast(2**31 - 1, 2**31 - 1), "'a/1.png'"),
    "a picture with a damaged chunk": one_odd(with_byte(picture((40, 40)), 60), "'a/1.png'", "PNG or JPEG"),
    "a JPEG that is cut off": one_odd(picture((40, 40), "JPEG")[:300], "a/1.jpg", name="1.jpg"),
    "an SVG called PNG": one_odd(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "it is no PNG"),
    "an EPS called PNG": one_odd(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n", "it is no PNG"),
    "text where pictures must be": (
        {"family": "image", "source": "data/mine/p.parquet", "picture": "file", "target": "kind"},
        {"p.parquet": rows_with(file=["no bytes"] * 100)},
        ("row", "PNG or JPEG"),
    ),
    "a text in another encoding": one_odd_text(b"caf\xe9", "byte 3", "0xe9", "encoding:"),
    "a text in UTF-16 without a mark": one_odd_text("text".encode("utf-16-le"), "byte 1", "0x00", "encoding:"),
    "a text that does not fit `encoding:`": one_odd_text(b"abc", "encoding", encoding="utf-16"),
    "an encoding of no texts": texts({"x/a/1.txt": b"x"}, "encoding", "'zlib' came", encoding="zlib"),
}
CASES = PLANETOID | PUBLISHED | ODD
