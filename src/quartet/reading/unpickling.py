"""Pickles from outside as plain data: nothing is imported, called or run, whatever they ask for.

A pickle is a program for a small stack machine. `pickletools` decodes its opcodes, and the machine here knows only
those that data need; a name such as numpy.ndarray is a word to it, which stands for a way to read bytes.

Source: the opcodes as https://github.com/python/cpython/blob/3.11/Lib/pickletools.py describes them.
    Differs: a defaultdict comes as a dict and a Python-2 string as text (latin-1); what contains itself, arrays of
    objects, keys that are no plain values and every name but those in NAMES are refused.
"""

import pickletools
import struct
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from quartet.errors import SourceError
from quartet.reading.pickled import (
    BUILDERS,
    MAKERS,
    NAMES,
    Foreign,
    Named,
    Pending,
    bounded,
    keys,
    length,
    measure,
    members,
    pairs,
    settled,
)

GROWTH = 8  # what is made of a pickle's bytes is at most so many times as large
VALUES = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4"),
    *("FLOAT", "BINFLOAT", "STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE"),
    *("BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
}


def loads(data: bytes, *, name: str) -> Any:
    """The data that a pickle of any protocol holds: plain values, containers, numpy arrays, scipy csr matrices.

    Args:
        name: the file it comes from, for messages.

    Raises:
        SourceError: it names anything else, is broken, contains itself, or would become larger than it may.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # pickletools of escapes in names
            return Machine(GROWTH * len(data)).run(data)
    except Foreign as error:
        mend = "Do not trust this file; take it from where it was published, or bring the data as CSV."
        came = f"it asks for {error.args[0]}, and nothing of it was run"
        raise SourceError(f"{name} is a pickle that holds data and no code", came=came, mend=mend) from error
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, MemoryError, struct.error) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        mend = "Download it again, or save it again where it was made."
        raise SourceError(f"{name} is a whole pickle of data", came=reason[:200], mend=mend) from error


class Machine:
    """The stack machine of pickles, for data only.

    Args:
        budget: how many bytes and items calls may take, so that what is shared cannot be copied without end.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []  # what lay on the stack at each MARK
        self.memo: dict[int, Any] = {}

    def run(self, data: bytes) -> Any:
        """What lies on the stack at the end."""
        for opcode, argument, _ in pickletools.genops(data):
            if opcode.name in VALUES:
                self.push(bounded(argument))
            elif opcode.name in OPCODES:
                OPCODES[opcode.name](self, argument)
            elif opcode.name not in ("PROTO", "FRAME", "STOP"):
                raise Foreign(f"the opcode {opcode.name}")
        value = settled(self.stack.pop())
        measure(value, {}, 0)
        return value

    def push(self, item: Any) -> None:
        """Lay on top; called with what `group` gives, which changes what the stack is."""
        self.stack.append(item)

    def mark(self) -> None:
        """Begin a group of items."""
        self.below.append(self.stack)
        self.stack = []

    def group(self) -> list[Any]:
        """The items since the last MARK."""
        items, self.stack = self.stack, self.below.pop()
        return items

    def last(self, n: int) -> list[Any]:
        """The n items on top."""
        items = [self.stack.pop() for _ in range(n)]
        return items[::-1]

    def remember(self, place: int | None = None) -> None:
        """Keep what is on top, for `memo` to give again."""
        self.memo[len(self.memo) if place is None else place] = self.stack[-1]

    def extend(self, items: list[Any]) -> None:
        """Add to the list or set on top."""
        target = self.stack[-1]
        if isinstance(target, list):
            target.extend(map(settled, items))
        elif isinstance(target, set):
            target.update(keys(items))
        else:
            raise TypeError(f"{type(target).__name__} takes no items")

    def assign(self, items: list[Any]) -> None:
        """Set keys of the dict on top."""
        target = self.stack[-1]
        if not isinstance(target, dict):
            raise TypeError(f"{type(target).__name__} takes no keys")
        target.update(pairs(items))

    def name(self, words: str) -> None:
        """Push what stands for a name, given as module and name."""
        if words not in NAMES:
            raise Foreign(words[:100].encode("unicode_escape").decode("ascii").replace(" ", "."))
        self.push(Named(NAMES[words]))

    def name_from_stack(self) -> None:
        """Push what stands for a name whose module and name are on the stack."""
        self.name(" ".join(self.last(2)))

    def make(self) -> None:
        """Make what a name stands for, of the arguments on top."""
        called, arguments = self.last(2)
        if not isinstance(called, Named) or not isinstance(arguments, tuple):
            raise TypeError("arguments do not follow a name")
        self.spend(arguments)
        self.push(MAKERS[called.word](*arguments))

    def build(self) -> None:
        """End what was begun below the top, with the state on top."""
        begun, state = self.last(2)
        if not isinstance(begun, Pending) or begun.value is not None or not isinstance(state, tuple | dict):
            raise TypeError(f"{type(begun).__name__} takes no state")
        self.spend(state.values() if isinstance(state, dict) else state)
        begun.value = BUILDERS[begun.word](begun, state)
        self.push(begun)

    def spend(self, parts: Iterable[Any]) -> None:
        """Take from the budget what a call reads."""
        self.budget -= sum(part.nbytes if isinstance(part, np.ndarray) else length(part) for part in parts)
        if self.budget < 0:
            raise ValueError("it makes more of its bytes than there can be in data")


OPCODES: dict[str, Callable[[Machine, Any], Any]] = {
    "MARK": lambda m, _: m.mark(),
    "NONE": lambda m, _: m.push(None),
    "NEWTRUE": lambda m, _: m.push(True),
    "NEWFALSE": lambda m, _: m.push(False),
    "EMPTY_LIST": lambda m, _: m.push([]),
    "EMPTY_DICT": lambda m, _: m.push({}),
    "EMPTY_SET": lambda m, _: m.push(set()),
    "EMPTY_TUPLE": lambda m, _: m.push(()),
    "LIST": lambda m, _: m.push(list(map(settled, m.group()))),
    "DICT": lambda m, _: m.push(pairs(m.group())),
    "TUPLE": lambda m, _: m.push(members(m.group())),
    "TUPLE1": lambda m, _: m.push(members(m.last(1))),
    "TUPLE2": lambda m, _: m.push(members(m.last(2))),
    "TUPLE3": lambda m, _: m.push(members(m.last(3))),
    "FROZENSET": lambda m, _: m.push(frozenset(keys(m.group()))),
    "APPEND": lambda m, _: m.extend(m.last(1)),
    **dict.fromkeys(("APPENDS", "ADDITEMS"), lambda m, _: m.extend(m.group())),
    "SETITEM": lambda m, _: m.assign(m.last(2)),
    "SETITEMS": lambda m, _: m.assign(m.group()),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"), lambda m, place: m.remember(place)),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), lambda m, place: m.push(m.memo[place])),
    "GLOBAL": lambda m, words: m.name(words),
    "STACK_GLOBAL": lambda m, _: m.name_from_stack(),
    **dict.fromkeys(("REDUCE", "NEWOBJ"), lambda m, _: m.make()),
    "BUILD": lambda m, _: m.build(),
}
