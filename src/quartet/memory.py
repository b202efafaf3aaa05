"""How this process gives memory back to the system."""

import ctypes
import platform
from collections.abc import Iterator
from contextlib import contextmanager

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # glibc's malloc.h
NEVER, LARGEST = -1, 32 * 2**20  # glibc takes no more than 32 MiB
USUAL = 128 * 2**10  # of both


@contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Let tensors of up to 32 MiB reuse what earlier ones freed, where the C library is glibc.

    Otherwise each batch asks the system for its memory anew, page by page, a good part of a small CNN's time. Larger
    tensors are still given back at once, so that what is kept stays near what a batch takes. Values are the same:
    torch's tensors lie at multiples of 64 bytes. NumPy's arrays do not where memory is reused, and sums of some of its
    and of BLAS's loops depend on where they lie: nothing but torch is to compute inside.
    """
    if platform.libc_ver()[0] != "glibc":
        yield
        return
    c_library = ctypes.CDLL(None)
    c_library.mallopt(TRIM_THRESHOLD, NEVER)
    c_library.mallopt(MMAP_THRESHOLD, LARGEST)
    try:
        yield
    finally:
        c_library.mallopt(TRIM_THRESHOLD, USUAL)
        c_library.mallopt(MMAP_THRESHOLD, USUAL)
