"""What the names in a pickle stand for, and what its containers may hold. Read quartet/reading/unpickling.py first."""

import math
import re
from collections.abc import Callable, Sized
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_ITEMS = 10_000_000  # in all containers together, what is shared counted wherever it stands
MAX_DEPTH = 100
INT32, INT64 = 2**31, 2**63
KEYS = (str, bytes, int, float, type(None))  # no tuple: hashing nested shared ones takes forever
PLAIN = re.compile(r"[biufcS][1-9]\d{0,8}")  # numpy's codes of numbers and bytes of a fixed size
NAMES = {
    "numpy ndarray": "ndarray",
    "numpy dtype": "dtype",
    "collections defaultdict": "defaultdict",
    "_codecs encode": "encode",
    **{f"numpy.{core}.multiarray {name}": name for core in ("core", "_core") for name in ("_reconstruct", "scalar")},
    **{f"scipy.sparse.{module} csr_matrix": "csr_matrix" for module in ("csr", "_csr")},
    **{
        f"{module} {name}": name
        for module in ("__builtin__", "builtins")
        for name in ("list", "set", "bytes", "bytearray")
    },
}


class Foreign(Exception):
    """A name that is no data's."""


@dataclass(frozen=True)
class Named:
    """A name that a pickle may use, as a word."""

    word: str


@dataclass
class Pending:
    """What one opcode begins and BUILD ends: an array, the type of one, or a matrix.

    Args:
        word: which of these.
        code: numpy's code of a type.
        value: what it became; None before that.
    """

    word: str
    code: str = ""
    value: Any = None


def length(part: Any) -> int:
    """How many bytes or items a call that reads it takes."""
    return len(part) if isinstance(part, Sized) else 1


class Arguments(tuple[Any, ...]):
    """A tuple that holds a name, as the arguments of a call may."""


def bounded(value: Any) -> Any:
    """A value as an opcode holds it."""
    if isinstance(value, int) and not -INT64 <= value < 2 * INT64:
        raise ValueError("a whole number has more than 64 bits")
    return value


def settled(item: Any) -> Any:
    """An item as a container may hold it: what was begun is ended, and no name is bare."""
    if isinstance(item, Pending) and item.value is not None:
        return item.value
    if isinstance(item, Named | Pending | Arguments):
        raise TypeError("a name stands where data should")
    return item


def members(items: list[Any]) -> tuple[Any, ...]:
    """A tuple; as the arguments of a call it may hold names."""
    kept = [item if isinstance(item, Named) else settled(item) for item in items]
    return Arguments(kept) if any(isinstance(item, Named) for item in kept) else tuple(kept)


def keys(items: list[Any]) -> list[Any]:
    """Items as keys of a dict or members of a set."""
    odd = [type(item).__name__ for item in items if not isinstance(item, KEYS)]
    if odd:
        raise TypeError(f"a key is a text or a number, not a {odd[0]}")
    return items


def pairs(items: list[Any]) -> dict[Any, Any]:
    """Keys and values in turn as a dict."""
    return dict(zip(keys(items[::2]), map(settled, items[1::2]), strict=True))


def measure(value: Any, known: dict[int, tuple[int, int]], above: int) -> tuple[int, int]:
    """How many items a value holds at all depths, and how many levels; what is shared is counted wherever it is.

    Args:
        known: what was measured, by identity.
        above: how many levels the value is in.

    Raises:
        ValueError: it contains itself, nests too deep, or holds too much.
    """
    if not isinstance(value, list | tuple | dict):
        return 1, 0
    if id(value) not in known and above < MAX_DEPTH:
        known[id(value)] = (0, MAX_DEPTH)  # until it is measured: what contains itself is too deep
        inner = value.values() if isinstance(value, dict) else value
        sizes = [measure(item, known, above + 1) for item in inner]
        known[id(value)] = 1 + sum(n for n, _ in sizes), 1 + max((levels for _, levels in sizes), default=0)
    n, levels = known.get(id(value), (0, MAX_DEPTH))
    if levels >= MAX_DEPTH or n > MAX_ITEMS:
        raise ValueError(f"it contains itself, nests {MAX_DEPTH} levels or holds more than {MAX_ITEMS:,} items")
    return n, levels


def text_as_bytes(text: str = "", encoding: str = "latin-1") -> bytes:
    """Bytes, which protocol 2 spells as text."""
    if encoding not in ("latin1", "latin-1"):
        raise ValueError("bytes are not spelt in latin-1")
    return text.encode("latin-1")


def make_bytearray(content: str | bytes = b"", encoding: str = "latin-1") -> bytearray:
    """A bytearray; protocol 2 spells it as text."""
    if isinstance(content, str):
        content = text_as_bytes(content, encoding)
    if not isinstance(content, bytes):  # a number would be how many bytes to take
        raise TypeError("a bytearray is not made of bytes")
    return bytearray(content)


def make_dict(factory: Named = Named("list")) -> dict[Any, Any]:
    """A defaultdict of lists, as the dict it is."""
    if factory != Named("list"):
        raise TypeError("a defaultdict makes lists")
    return {}


def make_array(kind: Named, *_: Any) -> Pending:
    """An array whose shape, type and bytes follow."""
    if kind != Named("ndarray"):
        raise TypeError("an array is no numpy.ndarray")
    return Pending("array")


def make_type(code: str, *_: Any) -> Pending:
    """A numpy type whose byte order follows."""
    if not PLAIN.fullmatch(code):
        raise Foreign(f"an array of type {code[:20]!r}")
    return Pending("type", code)


def end_type(begun: Pending, state: Any) -> np.dtype[Any]:
    """The numpy type: its byte order, and nothing inside it."""
    _, order, *inside = state
    if order not in ("<", ">", "|", "=") or inside[:3] != [None, None, None]:
        raise ValueError("a numpy type is not one of plain numbers or bytes")
    kind: np.dtype[Any] = np.dtype(order + begun.code)
    return kind


def end_array(_: Pending, state: Any) -> np.ndarray:
    """The array, of shape, type, whether it is stored by columns, and bytes."""
    shape, kind, by_columns, content = state[-4:]
    content = content.encode("latin-1") if isinstance(content, str) else content
    if not isinstance(kind, np.dtype) or not isinstance(content, bytes):
        raise TypeError("an array lacks its type or bytes")
    if math.prod(lengths(shape)) * kind.itemsize != len(content):
        raise ValueError(f"an array of shape {shape} and type {kind} comes with {len(content)} bytes")
    array = np.frombuffer(content, kind).reshape(shape, order="F" if by_columns else "C")
    return array.astype(kind.newbyteorder("="))  # a copy, which may be written to


def lengths(shape: Any) -> tuple[int, ...]:
    """A shape of whole numbers."""
    if not isinstance(shape, tuple) or not all(isinstance(n, int) and 0 <= n < INT64 for n in shape):
        raise ValueError("a shape holds something else than lengths")
    return shape


def make_scalar(kind: Any, content: Any) -> Any:
    """A numpy scalar as a plain value."""
    return end_array(Pending("array"), ((), kind, False, content)).item()


def end_matrix(_: Pending, state: Any) -> Any:
    """The csr matrix, of three arrays that fit its shape."""
    from scipy.sparse import csr_matrix

    shape = lengths(state["_shape"] if "_shape" in state else state["shape"])
    data, *places = (state[part] for part in ("data", "indices", "indptr"))
    if not all(
        isinstance(a, np.ndarray) and a.dtype.kind in kinds
        for a, kinds in ((data, "biuf"), *((p, "iu") for p in places))
    ):
        raise TypeError("a csr matrix lacks its values or places")
    if max(shape) >= INT32:
        raise ValueError(f"a matrix of shape {shape} is too large")
    if (np.diff(places[1].astype(np.int64)) < 0).any():  # scipy looks at it only where the last row ends above 0
        raise ValueError("a row of a csr matrix ends before it begins")
    matrix = csr_matrix((data, *places), shape=shape)
    matrix.check_format(full_check=True)
    return matrix


MAKERS: dict[str, Callable[..., Any]] = {
    "_reconstruct": make_array,
    "dtype": make_type,
    "scalar": make_scalar,
    "csr_matrix": lambda: Pending("matrix"),
    "defaultdict": make_dict,
    **dict.fromkeys(("encode", "bytes"), text_as_bytes),
    "set": lambda items=(): set(keys(list(items))),
    "bytearray": make_bytearray,
}
BUILDERS: dict[str, Callable[[Pending, Any], Any]] = {"array": end_array, "type": end_type, "matrix": end_matrix}
