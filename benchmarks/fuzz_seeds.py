"""Valid files of every kind that fuzz.py mutates, and what reads them: the functions that `ingest` calls."""

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

Read = Callable[[Path], object]
Pack = Callable[[bytes], bytes]
LIMIT = 0.02  # max_gigabytes
ROWS = b"size,kind,day\n" + b"".join(b'%d.5,"%s",2026-01-%02d\n' % (i, b"ab"[i % 2 :][:1], i) for i in range(1, 29))


@dataclass(frozen=True)
class Seed:
    """Valid files by their path inside data/mine, and how they are packed once changed."""

    files: dict[str, bytes]
    pack: Pack | None = None


def reader(source: str, family: str, **settings: Any) -> Read:
    """What `ingest` does with a source that lies in a folder, without writing: read, then canonical."""
    from quartet.family import Family
    from quartet.project import Project
    from quartet.sources import read

    known = Family(family)
    given = {"family": family, "source": f"data/mine/{source}", "max_gigabytes": LIMIT, **settings}
    plan = SimpleNamespace(**known.settings.Dataset.model_validate(given).for_step("ingest"))
    return lambda folder: known.tables.canonical(
        read(SimpleNamespace(**vars(plan) | {"source": source}), Project(folder), known.tables), plan, 0
    )


def by_name(**settings: Any) -> Read:
    """A reader of the one file or folder that a case lays, whatever its name."""
    family = settings.pop("family")
    return lambda folder: reader(next(folder.iterdir()).name, family, **settings)(folder)


def picture(kind: str, mode: str = "RGB") -> bytes:
    """A small picture in a format."""
    from PIL import Image

    stream = io.BytesIO()
    Image.radial_gradient("L").resize((24, 17)).convert(mode).save(stream, kind)
    return stream.getvalue()


def archives() -> tuple[Read, list[Seed]]:
    """Pictures in a zip and in tars, the latter changed inside of their compression too."""
    files = {f"train/{name}/{i}.png": picture("PNG") for name in ("a", "b") for i in range(2)} | {"a.txt": b"text" * 99}
    stream, tar = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    with tarfile.open(fileobj=tar, mode="w:", format=tarfile.PAX_FORMAT) as archive:
        for name, data in {**files, f"train/a/{chr(120) * 120}ü.png": picture("PNG")}.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    packs: dict[str, Pack | None] = {
        "tar": None,
        "tar.gz": gzip.compress,
        "tar.xz": lzma.compress,
        "tar.bz2": bz2.compress,
    }
    seeds = [Seed({f"p.{ending}": tar.getvalue()}, pack) for ending, pack in packs.items()]
    read = by_name(family="image")
    return read, [Seed({"p.zip": stream.getvalue()}), Seed({"p.zip": stream.getvalue()}), *seeds]


def tables() -> tuple[Read, list[Seed]]:
    """Tables of every ending."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    parquet = io.BytesIO()
    columns = {
        "kind": ["a", "b"] * 14,
        "x": [i % 5 / 2 for i in range(28)],
        "y": [None, 1.5] * 14,
        "c": pa.array(["u", "v"] * 14),
    }
    columns["c"] = columns["c"].dictionary_encode()
    pq.write_table(pa.table(columns), parquet)
    marked = ROWS.decode().encode("utf-16")
    packed = [
        Seed({"t.csv.gz": ROWS}, gzip.compress),
        Seed({"t.csv.xz": ROWS}, lzma.compress),
        Seed({"t.csv.bz2": ROWS}, bz2.compress),
    ]
    plain = [Seed({"t.csv": ROWS}), Seed({"t.csv": marked}), Seed({"t.tsv": ROWS.replace(b",", b"\t")})]
    return by_name(family="tabular", target="kind"), [*plain, *packed, Seed({"t.parquet": parquet.getvalue()})]


def pictures() -> tuple[Read, list[Seed]]:
    """A picture of every format beside a good one."""
    kinds = {
        "PNG": ("RGB", "RGBA", "P", "L", "1", "I;16"),
        "JPEG": ("RGB", "L", "CMYK"),
        "GIF": ("P",),
        "BMP": ("RGB", "1"),
    }
    kinds |= {"TIFF": ("RGB", "CMYK", "I;16", "F"), "WEBP": ("RGB", "RGBA"), "PPM": ("RGB", "L")}
    good = picture("PNG")
    odd = [(f"p/a/1.{kind.lower()}", picture(kind, mode)) for kind, modes in kinds.items() for mode in modes]
    return reader("p", "image", max_megapixels=4.0), [Seed({name: data, "p/b/2.png": good}) for name, data in odd]


def pickles() -> tuple[Read, list[Seed]]:
    """Pickles of every protocol, of what data sets hold."""
    import numpy as np
    from scipy import sparse

    from quartet.reading.unpickling import loads

    values: list[Any] = [
        {"data": np.zeros((2, 30), np.uint8), "labels": [0, 1], b"name": "ü", "t": (1, 2.5, None, True, 10**12)},
        sparse.csr_matrix(np.eye(4, dtype="f4")),
        np.arange(12, dtype=">i4").reshape(3, 4),
        {i: [i + 1, i + 2] for i in range(20)},
    ]
    data = [pickle.dumps(value, protocol) for value in values for protocol in (2, 3, 4)]
    return lambda folder: loads((folder / "f.pkl").read_bytes(), name="f.pkl"), [Seed({"f.pkl": one}) for one in data]


def planetoid() -> tuple[Read, list[Seed]]:
    """A planetoid set of six nodes."""
    import numpy as np
    from scipy import sparse

    x, y = sparse.csr_matrix(np.eye(3, 2, dtype="f4")), np.eye(3, 2, dtype=int)
    parts = {
        "x": x[:1],
        "y": y[:1],
        "tx": x,
        "ty": y,
        "allx": x,
        "ally": y,
        "graph": {i: [(i + 1) % 6] for i in range(6)},
    }
    seeds = []
    for protocol in (2, 3, 4):
        files = {f"g/ind.tiny.{name}": pickle.dumps(value, protocol) for name, value in parts.items()}
        seeds.append(Seed(files | {"g/ind.tiny.test.index": b"3\n4\n5\n"}))
    return reader("g", "graph", format="planetoid"), seeds


def graphs() -> tuple[Read, list[Seed]]:
    """nodes.csv and edges.csv."""
    nodes = b"id,label,x,split\n" + b"".join(b"n%d,%s,%d,\n" % (i, b"ab"[i % 2 :][:1], i) for i in range(20))
    edges = b"source,target,weight\n" + b"".join(b"n%d,n%d,1.5\n" % (i, (i + 3) % 20) for i in range(20))
    return reader("g", "graph"), [Seed({"g/nodes.csv": nodes, "g/edges.csv": edges})]


def texts() -> tuple[Read, list[Seed]]:
    """Texts in class folders, and in a table."""
    long = "Ünïcode, <br/>&amp; 🦆 \u202eright to left\u202c\r\n".encode() * 3
    seeds = [
        Seed({"x/a/1.txt": long, "x/b/2.txt": b"text"}),
        Seed({"x/a/1.txt": long.decode().encode("utf-16"), "x/b/2.txt": b""}),
    ]
    return reader("x", "text"), seeds


def idx() -> tuple[Read, list[Seed]]:
    """IDX files, plain and packed."""
    images = bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 9, 0, 0, 0, 9]) + bytes(range(162))
    labels = bytes([0, 0, 8, 1, 0, 0, 0, 2, 0, 1])
    files = {"p/train-images-idx3-ubyte": images, "p/train-labels-idx1-ubyte": labels}
    packed = {
        "p/train-images-idx3-ubyte.gz": gzip.compress(images),
        "p/train-labels-idx1-ubyte.gz": gzip.compress(labels),
    }
    return reader("p", "image", format="idx"), [Seed(files), Seed(packed)]


def cifar10() -> tuple[Read, list[Seed]]:
    """CIFAR-10's batches, binary and pickled."""
    import numpy as np

    batch = {"data": np.arange(6144, dtype=np.uint8).reshape(2, 3072), "labels": [0, 1]}
    names = pickle.dumps({"label_names": ["a", "b"]}, 2)
    pickled = [Seed({"p/data_batch_1": pickle.dumps(batch, n), "p/batches.meta": names}) for n in (0, 2, 4)]
    return reader("p", "image", format="cifar10"), [*pickled, Seed({"p/data_batch_1.bin": bytes(2 * 3073)})]


KINDS: dict[str, Callable[[], tuple[Read, list[Seed]]]] = {
    "archives": archives,
    "tables": tables,
    "pictures": pictures,
    "pickles": pickles,
    "planetoid": planetoid,
    "graphs": graphs,
    "texts": texts,
    "idx": idx,
    "cifar10": cifar10,
}
