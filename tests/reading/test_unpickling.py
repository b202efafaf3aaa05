"""Pickles from outside: data are read as pickle itself reads them, and what is no data is named, never run."""

import collections
import os
import pickle
import re
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from quartet.errors import SourceError
from quartet.reading.unpickling import loads as loads_named

loads = partial(loads_named, name="some.pkl")
RANDOM = np.random.default_rng(0)
MATRIX = sparse.random(9, 7, 0.4, format="csr", random_state=RANDOM)
DATA = [
    {"a": [1, -2, 3.5, None, True], "b": {"ä": b"\xff\x00", 3: (1, (2, ()))}, "c": [{1, 2}, bytearray(b"xy"), 2**40]},
    collections.defaultdict(list, {0: [633, 1862], 1: []}),
    [RANDOM.random((3, 4)), np.arange(6, dtype=">i2"), np.asfortranarray(RANDOM.random((2, 5))), np.zeros((0, 3))],
    [np.array([b"ab", b"c"]), np.array([True, False]), np.float32(0.5), np.int64(-7)],
]


def same(a, b):
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b) and a.dtype == b.dtype.newbyteorder("=")
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("data", DATA, ids=["plain", "defaultdict", "arrays", "small arrays"])
def test_data_are_read_as_pickle_reads_them(data, protocol):
    assert same(loads(pickle.dumps(data, protocol)), data)


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_a_sparse_matrix_is_read_as_pickle_reads_it(protocol):
    read = loads(pickle.dumps(MATRIX, protocol))
    assert read.shape == MATRIX.shape
    assert (read != MATRIX).nnz == 0


def as_python_2_wrote_it(data):
    """Protocol 2 as Python 2 and numpy of its time wrote it: byte strings, and the old places of names."""
    old = pickle.dumps(data, 2).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    return old.replace(b"scipy.sparse._csr", b"scipy.sparse.csr").replace(b"cbuiltins", b"c__builtin__")


def test_the_old_places_of_names_are_known():
    read = loads(as_python_2_wrote_it([MATRIX, {1, 2}, np.arange(3)]))
    assert (read[0] != MATRIX).nnz == 0
    assert read[1:] == [{1, 2}, pytest.approx(np.arange(3))]


def test_a_byte_string_of_python_2_is_read_as_latin_1():
    assert loads(b"\x80\x02U\x02\xe4bq\x00.") == "äb"


def test_an_array_that_is_read_may_be_written_to():
    loads(pickle.dumps(np.zeros(3), 2))[0] = 1


class Calls:
    """What a pickle asks to be called with some arguments."""

    def __init__(self, function, *arguments):
        self.asked = function, arguments

    def __reduce__(self):
        return self.asked


def global_(module, name):
    return f"c{module}\n{name}\n".encode()


MALICIOUS = {
    "posix.system": pickle.dumps(Calls(os.system, "touch HERE"), 2),
    "builtins.eval": pickle.dumps([1, Calls(eval, "open('HERE', 'w')")], 4),
    "subprocess.Popen": pickle.dumps({"a": Calls(subprocess.Popen, ["touch", "HERE"])}, 5),
    "builtins.getattr": pickle.dumps(Calls(getattr, 1, "real"), 4),
    "numpy.core.multiarray.frombuffer": b"\x80\x04\x8c\x05numpy\x8c\x1acore.multiarray.frombuffer\x93.",
    "numpy.load": b"\x80\x02" + global_("numpy", "load") + b"U\x04HERE\x85R.",
    "numpy.testing._private.utils.runstring": b"\x80\x02" + global_("numpy.testing._private.utils", "runstring") + b".",
    "copy_reg._reconstructor": b"\x80\x02" + global_("copy_reg", "_reconstructor") + b".",
    "builtins.print": b"\x80\x02" + global_("builtins", "print") + b")R.",
    "the opcode INST": b"(S'touch HERE'\nios\nsystem\n.",
    "the opcode OBJ": b"(o.",
    "the opcode EXT1": b"\x80\x02\x82\x01.",
    "the opcode PERSID": b"PHERE\n.",
    "the opcode NEXT_BUFFER": b"\x80\x05\x97.",
    "the opcode DUP": b"]20.",
    "an array of type 'O8'": pickle.dumps(np.array([print, None], dtype=object), 2),
    "an array of type 'V8'": pickle.dumps(np.zeros(2, dtype="i4,i4"), 2),
    "posix.system\\n\\x1b": b"\x80\x04\x8c\x05posix\x8c\x08system\n\x1b\x93.",
}


@pytest.mark.parametrize("asked", MALICIOUS)
def test_a_pickle_that_holds_code_is_refused_by_what_it_asks_for_and_not_run(asked, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError, match=re.escape(f"however, it asks for {asked}, and nothing of it was run")):
        loads(MALICIOUS[asked])
    assert list(tmp_path.iterdir()) == []


ARRAY = global_("numpy.core.multiarray", "_reconstruct") + global_("numpy", "ndarray") + b"K\x00\x85U\x01b\x87R"


def dtype(code, *, inside=b"NNN"):
    return (
        global_("numpy", "dtype")
        + b"U"
        + bytes([len(code)])
        + code
        + b"K\x00K\x01\x87R(K\x03U\x01<"
        + inside
        + b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    )


def array(shape, kind, content):
    return b"\x80\x02" + ARRAY + b"(K\x01" + shape + kind + b"\x89" + content + b"tb."


DOUBLING = b"".join(b"](h%ch%ceq%c" % (i, i, i + 1) for i in range(60))
DICT_OF = global_("collections", "defaultdict")
MATRIX_OF = global_("scipy.sparse.csr", "csr_matrix")
BROKEN = {
    "empty": b"",
    "no pickle at all": b"PK\x03\x04 this is a zip",
    "text": b"id,label\n1,2\n",
    "cut off": pickle.dumps(DATA[2], 2)[:-40],
    "nothing on the stack": b"\x80\x02.",
    "a mark that was not set": b"\x80\x02t.",
    "a place never remembered": b"\x80\x02h\x05.",
    "a name alone": b"\x80\x02" + global_("numpy", "ndarray") + b".",
    "a name in a list": b"\x80\x02]" + global_("numpy", "ndarray") + b"a.",
    "a list that contains itself": pickle.dumps((lambda a: a.append(a) or a)([]), 2),
    "a dict that contains itself": b"\x80\x02}q\x00K\x01h\x00s.",
    "nested without end": b"\x80\x02" + b"]" * 5000 + b"a" * 4999 + b".",
    "shared lists that grow by doubling": b"\x80\x02]q\x00" + DOUBLING + b".",
    "nested tuples as a key": b"\x80\x02}K\x01\x85K\x02s.",
    "nested tuples as a member": b"\x80\x04\x8f(K\x01\x85\x90.",
    "a number as a place of 2 GB": b"\x80\x02Kr\xff\xff\xff\x7f\x00.",
    "a text of 4 GB that is not there": b"\x80\x02X\xff\xff\xff\xff.",
    "a bytearray of 2^60 that is not there": b"\x80\x05\x96" + (2**60).to_bytes(8, "little") + b".",
    "a bytearray of 10^9 zeros": b"\x80\x02" + global_("__builtin__", "bytearray") + b"J\x00\xca\x9a\x3b\x85R.",
    "an array larger than its bytes": array(b"J\x00\x00\x00\x7f\x85", dtype(b"f8"), b"U\x08" + bytes(8)),
    "an array of one text of 2 GB": array(b"K\x01\x85", dtype(b"S2000000000"), b"U\x01a"),
    "an array of nothing, many times": array(b"J\x00\x00\x00\x7f\x85", dtype(b"S0"), b"U\x00"),
    "an array of negative length": array(b"J\xff\xff\xff\xff\x85", dtype(b"f8"), b"U\x00"),
    "an array of a list": array(b"K\x01\x85", dtype(b"f8"), b"]"),
    "an array of a type with fields": array(b"K\x01\x85", dtype(b"f8", inside=b"N)}"), b"U\x08" + bytes(8)),
    "an array not ended": b"\x80\x02" + ARRAY + b".",
    "a state for a name": b"\x80\x02" + global_("numpy", "ndarray") + b"}U\x07__new__K\x01sb.",
    "a state for a function": b"\x80\x02" + global_("_codecs", "encode") + b"N}U\x0c__defaults__)s\x86b.",
    "a state for a list": b"\x80\x02]}b.",
    "a matrix of a size": b"\x80\x02" + MATRIX_OF + b"J\x00\x00\x00\x7fK\x01\x86\x85R.",
    "a matrix without arrays": b"\x80\x02" + MATRIX_OF + b")\x81}b.",
    "a defaultdict that calls": b"\x80\x02" + DICT_OF + global_("__builtin__", "bytearray") + b"\x85R.",
    "bytes in another encoding": b"\x80\x02" + global_("_codecs", "encode") + b"U\x01aU\x03zip\x86R.",
}  # fmt: skip


@pytest.mark.parametrize("sentence", BROKEN)
def test_a_broken_pickle_is_refused_by_its_file(sentence):
    with pytest.raises(SourceError, match=r"some\.pkl is a (whole )?pickle .* however, .*\. (Do not trust|Download)"):
        loads(BROKEN[sentence])


def test_bytes_that_are_shared_cannot_be_copied_without_end():
    shared = b"X\x10\x27\x00\x00" + b"a" * 10_000 + b"U\x06latin1\x86q\x00"
    copies = b"".join(global_("_codecs", "encode") + b"h\x00Ra" for _ in range(5000))
    with pytest.raises(SourceError, match="more of its bytes"):
        loads(b"\x80\x02](" + shared + b"e" + copies + b".")


def test_what_is_shared_is_not_read_again_wherever_it_stands():
    shared = b"(" + b"K\x00" * 200_000 + b"tq\x00"
    started = time.perf_counter()
    with pytest.raises(SourceError, match="more than 10,000,000 items"):
        loads(b"\x80\x02](" + shared + b"h\x00" * 20_000 + b"e.")  # read again it would be 4 * 10^9 items
    assert time.perf_counter() - started < 20


def matrix_with(**changes):
    other = MATRIX.copy()
    vars(other).update(changes)
    return pickle.dumps(other, 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"indices": MATRIX.indices + 7},
        {"indices": -MATRIX.indices},
        {"indptr": MATRIX.indptr[::-1].copy()},
        {"indptr": MATRIX.indptr[:-1]},
        {"indptr": np.array([0, 10**9, *[0] * (len(MATRIX.indptr) - 2)], dtype=np.int32)},
        {"data": MATRIX.data[:3]},
        {"_shape": (9, -7)},
        {"_shape": (2**40, 7)},
        {"_shape": (9, 2**40)},
        {"data": MATRIX.data.astype("S8")},
    ],
)
def test_a_sparse_matrix_whose_arrays_do_not_fit_is_refused(changes):
    with pytest.raises(SourceError, match=r"some\.pkl is a whole pickle"):
        loads(matrix_with(**changes))


def test_reading_a_pickle_imports_no_module_that_it_names():
    with pytest.raises(SourceError, match=r"antigravity\.fly"):
        loads(b"cantigravity\nfly\n.")
    assert "antigravity" not in sys.modules


WHOLE = [pickle.dumps(data, 2) for data in [*DATA, MATRIX]]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(WHOLE), st.data())
def test_whatever_is_changed_in_a_pickle_it_is_data_or_refused(whole, data):
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:place] + data.draw(st.binary(max_size=6)) + whole[place + data.draw(st.integers(0, 6)) :]
    with suppress(SourceError):
        assert not callable(loads(changed))
