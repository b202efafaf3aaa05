"""What to say where files cannot be read or written: no room left, or no right to."""

import errno

from quartet.errors import StorageError

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}
SAY_FULL = ("No space left on device", "Disk quota exceeded", "File too large", "database or disk is full")
SAY_CLOSED = ("Read-only file system", "Permission denied", "attempt to write a readonly database")


def storage_error(error: BaseException) -> StorageError | None:
    """The error to show in place of one that a full disk or a closed folder caused; None where neither did."""
    cause: BaseException | None = error
    while cause is not None:
        number = cause.errno if isinstance(cause, OSError) else None
        told = told_of(f"{cause}", full=number in FULL, closed=number in CLOSED)
        if told:
            return told
        cause = cause.__cause__ or cause.__context__
    return None


def told_of(text: str, *, full: bool = False, closed: bool = False) -> StorageError | None:
    """The same of what a process printed; libraries and DVC hand the system's words on without its number."""
    line = next((line for line in text.splitlines() if any(words in line for words in SAY_FULL + SAY_CLOSED)), text)
    if full or any(words in line for words in SAY_FULL):
        mend = "Make room there and run again: what was finished is kept, a training goes on from its last checkpoint."
        return StorageError("there is room for what is written", came=line.strip(), mend=mend)
    if closed or any(words in line for words in SAY_CLOSED):
        mend = "Give yourself the right to, or work in a copy of the project; then run again, nothing was lost."
        return StorageError("the project's files can be read and written", came=line.strip(), mend=mend)
    return None
