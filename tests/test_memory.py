"""Run in a process of its own: what the C library is told holds for the rest of a process."""

import platform
import subprocess
import sys

import pytest

FAULTS = """
import ctypes, resource, sys
from contextlib import nullcontext
from quartet.memory import freed_memory_kept
c = ctypes.CDLL(None)
c.malloc.restype, c.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
c.free.argtypes = [ctypes.c_void_p]
def use():
    blocks = [c.malloc(8 * 2**20) for _ in range(12)]
    for block in blocks:
        ctypes.memset(block, 1, 8 * 2**20)
    for block in reversed(blocks):
        c.free(block)
def faults():
    use()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    use()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
with freed_memory_kept() if sys.argv[1] == "inside" else nullcontext():
    print(faults())
"""


def faults(where):
    """Pages that the system hands out for 96 MiB when as much was freed just before."""
    ran = subprocess.run([sys.executable, "-c", FAULTS, where], capture_output=True, text=True, check=True)
    return int(ran.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_freed_memory_is_used_again_without_asking_the_system():
    assert faults("inside") < 100 < 1_000 < faults("outside")
