"""Compressed streams, unpacked while they are read: no more bytes than allowed, no more memory than xz -9 asks for."""

import bz2
import gzip
import io
import lzma
from typing import IO, Any, cast

from quartet.errors import SourceError

GIGABYTE = 10**9
MAX_BYTES = 8 * GIGABYTE  # unpacked, where no setting says otherwise
MAX_DICTIONARY = 256 * 2**20  # bytes; xz -9 needs 65 MiB, and a file may ask for 4 GiB
BLOCK = 2**16  # bytes
ENDINGS = (".gz", ".bz2", ".xz")


def too_large(name: str, max_bytes: int, came: str = "it is larger") -> SourceError:
    """The error of what expands past the limit."""
    mend = "If you trust it, raise `max_gigabytes` of the dataset in params.yaml."
    return SourceError(f"{name} holds at most {max_bytes / GIGABYTE:g} GB unpacked", came=came, mend=mend)


def unpacked(stream: IO[bytes], ending: str, name: str, max_bytes: int = MAX_BYTES) -> IO[bytes]:
    """The bytes of a stream that is compressed as its ending says; any other ending gives the stream's own bytes.

    Raises:
        SourceError: while reading: there are more bytes than `max_bytes`, or an .xz needs too much memory.
    """
    if ending not in ENDINGS:
        return stream
    openers: dict[str, Any] = {
        ".gz": lambda it: gzip.GzipFile(fileobj=it),
        ".bz2": bz2.BZ2File,
        ".xz": lambda it: XZ(it, name),
    }
    return cast("IO[bytes]", io.BufferedReader(Counted(openers[ending](stream), name, max_bytes), BLOCK))


class Counted(io.RawIOBase):
    """A stream that may give so many bytes and no more."""

    def __init__(self, stream: Any, name: str, max_bytes: int) -> None:
        self.stream, self.name, self.max_bytes = stream, name, max_bytes
        self.n_bytes = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; 0 at the end."""
        n_bytes = int(self.stream.readinto(buffer))
        self.n_bytes += n_bytes
        if self.n_bytes > self.max_bytes:
            raise too_large(self.name, self.max_bytes)
        return n_bytes


class XZ(io.RawIOBase):
    """The streams of an .xz, one after the other; lzma.open would take whatever memory they ask for."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self.stream, self.name = stream, name
        self.decompressor = self._start()

    @staticmethod
    def _start() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(memlimit=MAX_DICTIONARY)

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; 0 at the end."""
        while True:
            if not self.decompressor.eof:
                packed = self.stream.read(BLOCK) if self.decompressor.needs_input else b""
                if self.decompressor.needs_input and not packed:
                    raise EOFError("it ends early")
            elif packed := self._next_stream():
                self.decompressor = self._start()
            else:
                return 0
            data = self._decompress(packed, len(buffer))
            if data:
                buffer[: len(data)] = data
                return len(data)

    def _decompress(self, packed: bytes, n_bytes: int) -> bytes:
        try:
            return self.decompressor.decompress(packed, n_bytes)
        except lzma.LZMAError as error:
            if "Memory usage limit" not in str(error):
                raise
            must = f"{self.name} needs at most {MAX_DICTIONARY // 10**6} MB of memory to be unpacked"
            raise SourceError(must, came="it asks for more", mend="Pack it anew, as with xz -9 or less.") from error

    def _next_stream(self) -> bytes:
        rest = self.decompressor.unused_data.lstrip(b"\0")
        while not rest and (block := self.stream.read(BLOCK)):
            rest = block.lstrip(b"\0")
        return rest
