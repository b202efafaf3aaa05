import bz2
import gzip
import io
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quartet.errors import SourceError
from quartet.reading.compressed import unpacked

PACKS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


def read(data, ending, max_bytes=10**6):
    return unpacked(io.BytesIO(data), ending, f"f{ending}", max_bytes).read()


@given(st.lists(st.binary(max_size=100_000), min_size=1, max_size=3), st.sampled_from(sorted(PACKS)))
def test_streams_one_behind_the_other_are_read_as_one(parts, ending):
    assert read(b"".join(map(PACKS[ending], parts)), ending) == b"".join(parts)


def test_zeros_between_the_streams_of_an_xz_are_skipped():
    assert read(lzma.compress(b"a") + bytes(8) + lzma.compress(b"b") + bytes(4), ".xz") == b"ab"


@pytest.mark.parametrize("ending", sorted(PACKS))
def test_as_many_bytes_as_allowed_are_read_and_no_more(ending):
    assert len(read(PACKS[ending](bytes(1000)), ending, 1000)) == 1000
    with pytest.raises(SourceError, match=rf"f{ending} holds at most 1e-06 GB unpacked.*max_gigabytes"):
        read(PACKS[ending](bytes(1001)), ending, 1000)


def test_bytes_with_another_ending_are_read_as_they_are():
    assert read(b"x", ".csv") == b"x"
