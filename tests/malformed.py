"""What a user may bring and nothing may take: a sentence → settings, files of data/mine, words of the message.

A file's content is bytes, or what makes something else of its path. The words say what, where and how to mend.
"""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from hostile import (
    Content,
    encrypted,
    link,
    lying,
    member,
    pipe,
    sparse,
    tarred,
    with_byte,
    zeros,
    zipped,
    zipped_twice,
)

Case = tuple[dict[str, Any], dict[str, Content], tuple[str, ...]]

ROWS = b"size,kind\n" + b"".join(b"%d.5,%s\n" % (i * 7 % 37, b"ab"[i % 2 :][:1]) for i in range(100))
NAMED = b"id," + b"\nr".join(b"%d,%s" % (i, row) for i, row in enumerate(ROWS.splitlines(), -1)).replace(b"-1,", b"")
NODES = b"id,label,x\n" + b"".join(b"n%d,%s,%d\n" % (i, b"ab"[i % 2 :][:1], i) for i in range(60))
EDGES = b"source,target\n" + b"".join(b"n%d,n%d\n" % (i, (i + 2) % 60) for i in range(60))


def picture(size: tuple[int, int] = (9, 9), kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.effect_noise(size, 80).save(stream, kind)
    return stream.getvalue()


def parquet(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()


def rows_with(**columns: Any) -> bytes:
    return parquet(pa.table({"kind": ["a", "b"] * 50, **columns}))


def table(content: Content, *words: str, name: str = "t.csv", **settings: Any) -> Case:
    """A tabular data set whose source is one file."""
    return {"family": "tabular", "source": f"data/mine/{name}", "target": "kind", **settings}, {name: content}, words


def pictures(files: dict[str, Content], *words: str, name: str = "p", **settings: Any) -> Case:
    """An image data set: a file, or a folder with files."""
    return {"family": "image", "source": f"data/mine/{name}", **settings}, files, words


def texts(files: dict[str, Content], *words: str, name: str = "x", **settings: Any) -> Case:
    """A text data set."""
    return {"family": "text", "source": f"data/mine/{name}", **settings}, files, words


def graph(files: dict[str, Content], *words: str) -> Case:
    """A graph in the folder g."""
    settings = {"family": "graph", "source": "data/mine/g"}
    return settings, {f"g/{name}": content for name, content in files.items()}, words


def archive(name: str, content: bytes, *words: str, **settings: Any) -> Case:
    """Pictures in an archive."""
    return pictures({name: content}, *words, name=name, **settings)


TEXT_TABLES: dict[str, Case] = {
    "an empty CSV": table(b"", "t.csv holds a table", "empty"),
    "a CSV of empty lines": table(b"\n\r\n\r", "t.csv holds a table", "empty"),
    "a CSV with a header only": table(b"size,kind\n", "t.csv holds rows", "no row below its header"),
    "a quote that is never closed": table(ROWS + b'"7,a\n8,b\n', "t.csv", "starts in line 102", "Close its quotes"),
    "text behind a closing quote": table(ROWS + b'"7"x,a\n', "t.csv", "starts in line 102", "Close its quotes"),
    "a row with too many cells": table(
        ROWS + b"7,a,b\n", "t.csv", "row 100, counted from 0, in line 102", "separator:"
    ),
    "a row with too few cells": table(ROWS + b"7\n", "t.csv", "row 100", "has 1: '7'", "separator:"),
    "two columns of one name": table(b"size,size,kind\n1,2,a\n", "t.csv", "'size' stands twice", "Rename"),
    "a byte that is no UTF-8": table(ROWS + b"7,\xe9\n", "t.csv", "row 100, counted from 0, in line 102", "encoding:"),
    "a header in another encoding": table(b"gr\xf6\xdfe,kind\n1,a\n", "t.csv", "its header", "encoding:"),
    "UTF-16 without a mark": table(ROWS.decode().encode("utf-16-le"), "t.csv", "NUL", "Set `encoding: utf-16-le`"),
    "UTF-16 with the other end first": table(ROWS.decode().encode("utf-16-be"), "t.csv", "Set `encoding: utf-16-be`"),
    "a NUL in a cell": table(ROWS + b"7,\0\n", "t.csv is text", "line 102 holds NUL", "Save it again"),
    "UTF-16 that ends in the middle": table(ROWS.decode().encode("utf-16")[:-1], "t.csv", "encoding:"),
    "an Excel file called CSV": table(zipped({"xl/book.xml": b"x"}), "t.csv is text", "zip's", "save it as CSV"),
    "a parquet called CSV": table(rows_with(), "t.csv is text", "parquet's"),
    "a login page called CSV": table(b"\n<!DOCTYPE HTML><p>Sign in", "t.csv is text", "HTML's"),
    "an Excel file": table(b"PK\3\4", "holds one .csv, .tsv, .parquet file", "'t.xlsx'", name="t.xlsx"),
    "a truncated .csv.gz": table(gzip.compress(ROWS)[:-9], "t.csv.gz is a readable .csv", name="t.csv.gz"),
    "a .csv.gz that is no gzip": table(ROWS, "t.csv.gz is a readable .csv", "gzip", name="t.csv.gz"),
    "a truncated .csv.xz": table(lzma.compress(ROWS)[:-9], "t.csv.xz is a readable .csv", name="t.csv.xz"),
    "a damaged .csv.bz2": table(with_byte(bz2.compress(ROWS), 40), "t.csv.bz2 is a readable", name="t.csv.bz2"),
    "a .csv.gz that grows without end": table(
        zeros(2_000_000),
        "t.csv.gz holds at most 0.001 GB",
        "raise `max_gigabytes`",
        name="t.csv.gz",
        max_gigabytes=0.001,
    ),
    "a `header:` that is too short": table(
        ROWS, "has 1 cells, as `header:` of the dataset names", "row 0", header=["kind"]
    ),
    "a `separator:` that splits nothing": table(ROWS, "size,kind", "Correct the names", separator=";"),
    "an `encoding:` that does not fit": table(ROWS, "t.csv", "encoding", encoding="utf-32"),
    "a title above the header": table(
        b"Report\nsize,kind\n1,a\n", "t.csv", "row 0", "Take out lines above", name="t.csv"
    ),
    "a TSV with a ragged row": table(b"size\tkind\n1\ta\n2\n", "t.tsv", "row 1", "separator:", name="t.tsv"),
    "a target that is no column": table(ROWS, "sort is not among size, kind", "Correct the names", target="sort"),
    "a column to drop that is not there": table(ROWS, "id2 is not among size, kind", drop=["id2"]),
    "nothing but the target": table(b"kind\na\nb\n", "feature columns", "only the target is left"),
    "too few rows": table(b"\n".join(ROWS.splitlines()[:12]), "enough_items", "Mend these rows"),
    "labels that are missing": table(ROWS + b"7,\n8,\n", "label_is_there", "items: 100, 101", "Mend these rows"),
    "an id that is missing": table(NAMED.replace(b"\nr3,", b"\n,"), "id_is_there", "id: 1 of 100 items: row 3"),
    "words where numbers are to be predicted": table(
        ROWS, "column kind holds numbers", "row 0 has 'a'", "missing_values:", task="regression"
    ),
}
PARQUETS: dict[str, Case] = {
    "an empty parquet": table(b"", "t.parquet is a readable", "Save it again", name="t.parquet"),
    "a CSV called parquet": table(ROWS, "t.parquet is a readable", name="t.parquet"),
    "a truncated parquet": table(rows_with(size=range(100))[:-20], "t.parquet is a readable", name="t.parquet"),
    "a parquet with a damaged page": table(with_byte(rows_with(size=range(100)), 12), "t.parquet", name="t.parquet"),
    "a parquet without rows": table(parquet(pa.table({"kind": pa.array([], pa.string())})), "rows", name="t.parquet"),
    "a parquet without columns": table(parquet(pa.table({})), "t.parquet holds rows", "no column", name="t.parquet"),
    "lists in a parquet": table(
        rows_with(size=[[1]] * 100), "t.parquet", "'size' holds list", "column of its own", name="t.parquet"
    ),
    "spans of time in a parquet": table(
        rows_with(size=pa.array([1] * 100, pa.duration("s"))), "t.parquet", "'size' holds duration", name="t.parquet"
    ),
    "two columns of one name in a parquet": table(
        parquet(pa.table([["a"], ["b"]], ["kind", "kind"])), "t.parquet", "'kind' stands twice", name="t.parquet"
    ),
    "text in a parquet that is no UTF-8": table(
        rows_with(size=pa.array([b"\xff"] * 100).view(pa.string())), "t.parquet", "UTF8", name="t.parquet"
    ),
    "a parquet whose few bytes stand for many": table(
        rows_with(size=["x" * 10**5] * 100), "t.parquet holds at most 0.001 GB", name="t.parquet", max_gigabytes=1e-3
    ),
    "pictures in a parquet whose few bytes stand for many": table(
        rows_with(size=[{"bytes": bytes(10**5)}] * 100), "t.parquet holds at most", name="t.parquet", max_gigabytes=1e-3
    ),
    "a parquet that is larger than allowed": table(
        rows_with(size=range(100)),
        "t.parquet holds at most 1e-06 GB",
        "max_gigabytes",
        name="t.parquet",
        max_gigabytes=1e-6,
    ),
}
FOLDERS: dict[str, Case] = {
    "a folder without a file": pictures({"p/.hidden": b""}, "folder named as its class", "it is empty", "per class"),
    "no class folders": pictures({"p/a.png": picture()}, "folder named as its class", "'a.png'", "folder per class"),
    "no pictures": pictures({"p/a/b.doc": b"x"}, "none of its 1 files", "'a/b.doc'", "folder per class"),
    "class folders at two depths": pictures(
        {"p/a/1.png": b"", "p/b/c/2.png": b""}, "same depth", "'a/1.png' and 'b/c/2.png'"
    ),
    "a link to a file": pictures({"p/a/1.png": link("/etc/passwd")}, "'a/1.png' is a link", "Put the file itself"),
    "a link to a folder": pictures({"p/a/1.png": b"", "p/b": link("/etc")}, "'b' is a link", "Put the file itself"),
    "a link to nothing": pictures({"p/a/1.png": link("nothing")}, "'a/1.png' is a link", "Put the file itself"),
    "a pipe among the files": pictures({"p/a/1.png": pipe}, "'a/1.png' is a link or a device", "Put the file itself"),
    "a source that is a pipe": table(pipe, "'t.csv' is a link or a device", "Put the file itself"),
    "a source that is a link": table(link("/etc/passwd"), "'t.csv' is a link or a device", "Put the file itself"),
    "two tables in a folder": texts(
        {"x/a.csv": ROWS, "x/b.csv": ROWS}, "one .csv", "'a.csv' and 'b.csv' came", "Name the one"
    ),
    "an archive in a folder": pictures({"p/a/1.zip": zipped({"1.png": picture()})}, "'a/1.zip'", "unpack it"),
    "a picture that is text": pictures({"p/a/1.png": b"no picture", "p/b/2.png": picture()}, "a/1.png", "PNG or JPEG"),
    "a picture that is cut off": pictures({"p/a/1.png": picture()[:60], "p/b/2.png": picture()}, "a/1.png"),
    "a picture of no bytes": pictures({"p/a/1.png": b"", "p/b/2.png": picture()}, "a/1.png", "PNG or JPEG"),
    "texts of one class": texts(
        {f"x/a/{i}.txt": b"text %d" % i for i in range(60)}, "enough_classes", "Mend these rows"
    ),
    "texts without a class": texts({"x/1.txt": b"text"}, "'1.txt'", "folder per class"),
    "a text column that is not there": texts({"x.csv": ROWS}, "text, label is not among size, kind", name="x.csv"),
}
GRAPHS: dict[str, Case] = {
    "a graph without edges": graph({"nodes.csv": NODES}, "there is no edges.csv", "source, target"),
    "a graph without nodes": graph({"edges.csv": EDGES}, "there is no nodes.csv", "nodes.csv has the columns id"),
    "nodes without an id": graph(
        {"nodes.csv": b"x,label\n1,a\n", "edges.csv": EDGES},
        "columns id and label",
        "'x', 'label'",
        "Correct its header",
    ),
    "edges without an end": graph(
        {"nodes.csv": NODES, "edges.csv": b"source,x\nn1,2\n"}, "columns source and target", "'source', 'x'"
    ),
    "an edge to an unknown node": graph({"nodes.csv": NODES, "edges.csv": EDGES + b"n1,n99\n"}, "no_dangling_edge"),
    "a node that is there twice": graph({"nodes.csv": NODES + b"n1,b,1\n", "edges.csv": EDGES}, "n1"),
    "a quote in the nodes that is never closed": graph(
        {"nodes.csv": NODES + b'"n\n', "edges.csv": EDGES}, "nodes.csv", "line 62"
    ),
    "an edge with three ends": graph({"nodes.csv": NODES, "edges.csv": EDGES + b"n1,n2,n3\n"}, "edges.csv", "row 60"),
    "edges without a row": graph({"nodes.csv": NODES, "edges.csv": b"source,target\n"}, "edges.csv holds rows"),
}
ZIPS: dict[str, Case] = {
    "a zip of no bytes": archive("p.zip", b"", "p.zip is a whole archive", "download it again"),
    "a zip that is text": archive("p.zip", ROWS, "p.zip is a whole archive", "download it again"),
    "a zip that is cut off": archive("p.zip", zipped({"a/1.png": picture()})[:-30], "p.zip is a whole archive"),
    "a zip with a damaged member": archive(
        "p.zip", with_byte(zipped({"a/1.png": picture()}, zipfile.ZIP_STORED), 60), "p.zip", "CRC", "Make it anew"
    ),
    "a zip without files": archive("p.zip", zipped({}), "it is empty", "folder per class"),
    "a zip with a path up": archive(
        "p.zip", zipped({"../1.png": b""}), "p.zip", "'../1.png' leads out", "Do not trust"
    ),
    "a zip with a path up inside": archive("p.zip", zipped({"a/../../1.png": b""}), "p.zip", "leads out"),
    "a zip with an absolute path": archive("p.zip", zipped({"/etc/1.png": b""}), "'/etc/1.png' leads out"),
    "a zip with a drive letter": archive("p.zip", zipped({"C:x/1.png": b""}), "'C:x/1.png' leads out"),
    "a zip with backslashes that lead up": archive("p.zip", zipped({"a\\..\\..\\1.png": b""}), "leads out"),
    "a zip with a link": archive("p.zip", zipped({"a/1.png": b"/etc/passwd"}, mode=0o120777), "'a/1.png' is a link"),
    "a zip with a device": archive("p.zip", zipped({"a/1.png": b""}, mode=0o20666), "'a/1.png' is a link or a device"),
    "a zip with a password": archive(
        "p.zip", encrypted(zipped({"a/1.png": b"x"})), "'a/1.png' is encrypted", "Save it without"
    ),
    "a zip packed by bzip2": archive("p.zip", zipped({"a/1.png": b"x"}, zipfile.ZIP_BZIP2), "'a/1.png'", "method 12"),
    "a zip past its limit": archive(
        "p.zip", zipped({"a/1.png": bytes(10**6)}), "'a/1.png'", "raise `max_gig", max_gigabytes=1e-4
    ),
    "a zip that says less than it holds": archive("p.zip", lying(zipped({"a/1.png": bytes(10**6)}), 9), "p.zip", "CRC"),
    "a zip that says more than it holds": archive(
        "p.zip", lying(zipped({"a/1.png": bytes(100)}), 999), "p.zip", "ends early"
    ),
    "a zip with one path twice": archive(
        "p.zip", zipped_twice("a/1.png"), "p.zip holds each path once", "'a/1.png' stands in it twice"
    ),
    "a zip of zips": archive("p.zip", zipped({"a/1.zip": zipped({})}), "'a/1.zip'", "unpack it"),
    "a tar called zip": archive(
        "p.zip", tarred(member("a/1.png")), "p.zip is a .zip archive", "tar's", "ending of a tar"
    ),
}
PICTURE = member("a/1.png", picture())
TARS: dict[str, Case] = {
    "a .tar.gz of no bytes": archive("p.tar.gz", b"", "p.tar.gz is a whole archive", "download it again"),
    "a .tar.gz that is cut off": archive("p.tar.gz", tarred(PICTURE, mode="gz")[:-20], "p.tar.gz is a whole archive"),
    "a .tar.xz that is cut off": archive("p.tar.xz", tarred(PICTURE, mode="xz")[:-20], "p.tar.xz is a whole archive"),
    "a .tar.bz2 that is cut off": archive(
        "p.tar.bz2", tarred(PICTURE, mode="bz2")[:-20], "p.tar.bz2 is a whole archive"
    ),
    "a .tar.gz with a wrong checksum": archive(
        "p.tar.gz", with_byte(tarred(PICTURE, mode="gz"), -6), "p.tar.gz", "CRC"
    ),
    "a .tar.xz with a damaged block": archive(
        "p.tar.xz", with_byte(tarred(PICTURE, mode="xz"), 70), "p.tar.xz is a whole"
    ),
    "a zip called .tar.gz": archive("p.tar.gz", zipped({"a/1.png": b""}), "p.tar.gz is a .tar.gz archive", "zip's"),
    "a .tar.xz called .tar.gz": archive(
        "p.tar.gz", tarred(PICTURE, mode="xz"), "p.tar.gz", "xz's", "ending of a xz file"
    ),
    "a .tar called .tar.gz": archive("p.tar.gz", tarred(PICTURE), "p.tar.gz is a .tar.gz archive", "tar's"),
    "a .tar.gz of no tar": archive("p.tar.gz", gzip.compress(ROWS * 9), "p.tar.gz is a whole archive", "at byte 512"),
    "a .7z": archive("p.7z", b"7z\xbc\xaf\x27\x1c", "an archive is a .zip", "'p.7z' came", "pack its files anew"),
    "a tar with a path up": archive("p.tar", tarred(member("a/../../1.png")), "p.tar", "'a/../../1.png' leads out"),
    "a tar with an absolute path": archive("p.tar", tarred(member("/a/1.png")), "'/a/1.png' leads out", "Do not trust"),
    "a tar with a link": archive("p.tar", tarred(member("a", kind=tarfile.SYMTYPE, linkname="/etc")), "'a' is a link"),
    "a tar with a hard link": archive(
        "p.tar", tarred(PICTURE, member("b/1.png", kind=tarfile.LNKTYPE, linkname="/etc/passwd")), "'b/1.png' is a link"
    ),
    "a tar with a device": archive(
        "p.tar", tarred(member("a/1.png", kind=tarfile.CHRTYPE)), "'a/1.png' is a link or a device"
    ),
    "a tar with a pipe": archive(
        "p.tar", tarred(member("a/1.png", kind=tarfile.FIFOTYPE)), "'a/1.png' is a link or a device"
    ),
    "a tar with a damaged header": archive(
        "p.tar", with_byte(tarred(PICTURE, PICTURE), 1024 + 3), "p.tar", "at byte 1,536"
    ),
    "a tar that is cut off between two files": archive(
        "p.tar", tarred(PICTURE)[:1024], "p.tar is a whole", "empty header"
    ),
    "a tar that is cut off in a file": archive("p.tar", tarred(PICTURE)[:600], "p.tar is a whole archive"),
    "two tars, one behind the other": archive("p.tar", tarred(PICTURE) * 2, "p.tar", "behind its end mark"),
    "a tar with one path twice": archive("p.tar", tarred(PICTURE, PICTURE), "p.tar holds each path once", "twice"),
    "a .tar.gz that grows without end": archive(
        "p.tar.gz", zeros(10**6), "p.tar.gz holds at most 0.0001 GB", max_gigabytes=1e-4
    ),
    "a .tar.gz with one file that grows": archive(
        "p.tar.gz", tarred(member("a/1.png", bytes(10**6)), mode="gz"), "'a/1.png'", "max_gigabytes", max_gigabytes=1e-4
    ),
    "a tar with a file of holes": archive("p.tar", sparse("a/1.png", 10**9), "'a/1.png'", max_gigabytes=1e-4),
    "a tar with an endless name": archive(
        "p.tar", tarred(member("x", bytes(200_000), tarfile.GNUTYPE_LONGNAME)), "an extended header has 200,000 bytes"
    ),
    "a .tar.xz that asks for all memory": archive(
        "p.tar.xz",
        lzma.compress(bytes(99), filters=[{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 2**30}]),
        "p.tar.xz needs at most 268 MB of memory",
    ),
}
PARAMS: dict[str, Case] = {
    "a source that is not there": table(ROWS, "there is no data/mine/u.csv", "Put it there", source="data/mine/u.csv"),
    "a source outside of data/mine": table(ROWS, "must stay inside data/mine", source="data/mine/../../t.csv"),
}
CASES = TEXT_TABLES | PARQUETS | FOLDERS | GRAPHS | ZIPS | TARS | PARAMS
