"""The files that a source holds, wherever they lie: a folder, an archive, a download."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Self

from quartet.errors import SourceError
from quartet.reading.compressed import MAX_BYTES

if TYPE_CHECKING:
    import pandas as pd

SPLIT_FOLDERS = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
}
LITTER = ("__MACOSX", "Thumbs.db", "desktop.ini")  # what operating systems leave behind
ARCHIVES = (".zip", ".tar", ".tgz", ".txz", ".7z", ".rar", ".zst", ".gz", ".xz", ".bz2")
SIGNATURES = {
    "zip": rb"PK\x03\x04|PK\x05\x06",
    "gzip": rb"\x1f\x8b",
    "xz": rb"\xfd7zXZ\x00",
    "bzip2": rb"BZh[1-9]1AY&SY|BZh[1-9]\x17rE8P\x90",
    "7z": rb"7z\xbc\xaf\x27\x1c",
    "rar": rb"Rar!\x1a\x07",
    "zstandard": rb"\x28\xb5\x2f\xfd",
    "parquet": rb"PAR1\x15",
    "PDF": rb"%PDF-",
    "old Excel": rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "HTML": rb"(?i:\s*<(!doctype html|html))",
    "tar": rb"(?s:.{257}ustar)",
}
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


@dataclass(frozen=True)
class File:
    """One file of a source.

    Args:
        name: its path inside the source, with slashes.
        read: gives its bytes; while an archive is walked, only until the next file comes.
        path: where it lies on disk, for a file of its own.
        max_bytes: what it may hold unpacked, where it is compressed.
    """

    name: str
    read: Callable[[], bytes]
    path: Path | None = None
    max_bytes: int = MAX_BYTES

    @property
    def suffix(self) -> str:
        """Its ending in lower case, such as .png."""
        return PurePosixPath(self.name).suffix.lower()


@dataclass
class LeftOut:
    """What a source holds and nothing reads: named on the report page, so that nothing is lost silently."""

    rows: list[tuple[str, str, bool]] = field(default_factory=list)

    @classmethod
    def of(cls, tables: "dict[str, pd.DataFrame]") -> Self:
        """What was noted so far."""
        return cls(list(tables["left_out"].itertuples(index=False, name=None)) if "left_out" in tables else [])

    def add(self, name: object, reason: str, *, asked: bool = False) -> None:
        """Note one file, row or column, and why; `asked` where params.yaml says so."""
        self.rows.append((str(name), reason, asked))

    def came(self, verb: str) -> str:
        """That no file is what it must be, for a message."""
        if not self.rows:
            return "it is empty"
        name, reason, _ = self.rows[0]
        return f"none of its {len(self.rows)} files {verb}; of {quoted(name)}, {reason}"

    def table(self) -> "pd.DataFrame":
        """`id` (what was left out), `reason` and `asked`."""
        import pandas as pd

        types = {"id": "str", "reason": "str", "asked": "bool"}
        return pd.DataFrame(self.rows, columns=list(types)).astype(types)


def plain(name: str) -> str:
    """A name without what could forge a message: control characters, marks of direction and no-text are spelt out."""
    return UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), name)


def quoted(name: str) -> str:
    """A name as a message shows it, a long one without its middle."""
    name = plain(name)
    return f"'{name}'" if len(name) <= 100 else f"'{name[:60]}…{name[-30:]}'"


def signature(head: bytes) -> str:
    """What the first 512 bytes of a file say that it is; "" where they say nothing."""
    return next((kind for kind, pattern in SIGNATURES.items() if re.match(pattern, head)), "")


def is_litter(name: str) -> bool:
    """Whether a file is what an operating system leaves behind: hidden, or known by name."""
    return any(part.startswith(".") or part in LITTER for part in PurePosixPath(name).parts)


def why_unread(file: File, reason: str) -> str:
    """Why a file is left out: what an archive inside a source holds is not looked at."""
    return "it is an archive inside the source: unpack it there" if file.suffix in ARCHIVES else reason


def unless_ignored(files: Iterable[File], patterns: list[str], left_out: LeftOut) -> Iterator[File]:
    """The files that no pattern matches; * stands for any characters, slashes too. Others are counted, and not read."""
    ignored: Counter[str] = Counter()
    for file in files:
        matched = next((pattern for pattern in patterns if fnmatchcase(file.name, pattern)), None)
        if matched is None:
            yield file
        else:
            ignored[matched] += 1
    for pattern, n in sorted(ignored.items()):
        left_out.add(f"{n} files", f"`ignore: {pattern}` of params.yaml leaves them out", asked=True)


def class_folders(files: Iterable[File], endings: tuple[str, ...], content: str) -> "dict[str, pd.DataFrame]":
    """Files in folders named as their classes, these optionally in folders named as splits (train/cat/1.png).

    Args:
        endings: which files are items; others are left out, and noted.
        content: the column that holds the files' bytes.

    Returns:
        `items` with `id` (the file's path), `label`, the content and, where the folders name them, `split`;
        and `left_out`.

    Raises:
        SourceError: no file lies in a class folder, or they lie at different depths.
    """
    import pandas as pd

    left_out = LeftOut()
    rows = [(*place, file.name, file.read()) for file, place in in_class_folders(files, endings, left_out)]
    if not rows:
        raise SourceError(
            f"a folder or archive holds {', '.join(endings)} files, each in a folder named as its class",
            came=left_out.came("does"),
            mend="Make a folder per class, or folders train and test that hold one per class.",
        )
    rows = in_deepest_folders(rows, left_out)
    refuse_mixed_depths(rows)
    frame = pd.DataFrame(rows, columns=["root", "split", "label", "id", content])
    unused = ["root", *([] if rows[0][1] else ["split"])]
    return {"items": frame.drop(columns=unused), "left_out": left_out.table()}


def in_class_folders(
    files: Iterable[File], endings: tuple[str, ...], left_out: LeftOut
) -> Iterator[tuple[File, tuple[str, str, str]]]:
    """The items among files, each with (what is above, split or "", class)."""
    for file in files:
        *above, folder, _ = ("", *PurePosixPath(file.name).parts)
        if file.suffix not in endings:
            left_out.add(file.name, why_unread(file, f"it does not end in {', '.join(endings)}"))
        elif not folder or folder.lower() in SPLIT_FOLDERS:
            left_out.add(file.name, "it lies in no folder named as a class")
        else:
            split = SPLIT_FOLDERS.get(above[-1].lower(), "") if above else ""
            yield file, ("/".join(above[:-1] if split else above), split, folder)


def in_deepest_folders(
    rows: list[tuple[str, str, str, str, bytes]], left_out: LeftOut
) -> list[tuple[str, str, str, str, bytes]]:
    """The rows without the files that lie beside folders of splits or classes, as published archives hold some."""
    top = max((row[0] for row in rows), key=lambda root: root.count("/"))
    found = []
    for row in rows:
        root, split, label, name, _ = row
        if not split and f"{top}/".startswith(f"{root}/{label}/"):
            left_out.add(name, "it lies beside the folders of classes")
        else:
            found.append(row)
    return found


def refuse_mixed_depths(rows: list[tuple[str, str, str, str, bytes]]) -> None:
    """Raise SourceError where two files do not lie at the same place of the tree, so that a class is not sure."""
    first = rows[0]
    for row in rows:
        if row[0] != first[0] or bool(row[1]) != bool(first[1]):
            raise SourceError(
                "all items lie at the same depth, in one folder per class",
                came=f"{quoted(first[3])} and {quoted(row[3])} do not",
                mend="Move them, so that the last folder of each path is its class.",
            )
