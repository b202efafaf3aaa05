"""What a batch scoring is about: inputs, and where the predictions of each go."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from quartet.errors import SourceError, UsageError
from quartet.table_file import check_table_name


def batches(source: str, target: str, day: date) -> dict[Path, Path]:
    """Each input, and the file of its predictions.

    Args:
        source: a path; or a pattern such as incoming/*.csv, each match of which, hidden ones aside, is an input.
        target: a .csv or .parquet file; {name} in it stands for an input's name without its ending, {date} for the day.

    Raises:
        SourceError: there is no such path; a pattern may match nothing.
        UsageError: two inputs would write one file, or it is to be neither .csv nor .parquet.
    """
    check_table_name(Path(target))
    found = {path: target_of(path, target, day) for path in inputs(source)}
    written = {path.resolve() for path in found.values()}
    found = {path: file for path, file in found.items() if path.resolve() not in written}
    shared = [file for file, n in Counter(found.values()).items() if n > 1]
    if shared:
        both = " and ".join(str(path) for path, file in found.items() if file == shared[0])
        mend = "Put {name} into the path of the predictions, or rename an input."
        raise UsageError("each input has predictions of its own", came=f"{both} would write {shared[0]}", mend=mend)
    return found


def inputs(source: str) -> Iterator[Path]:
    """The path itself, or what a pattern matches, in order."""
    if Path(source).exists():
        yield Path(source)
    elif any(mark in source for mark in "*?["):
        top = Path(Path(source).anchor)
        found = top.glob(str(Path(source).relative_to(top)))
        yield from sorted(path for path in found if not path.name.startswith("."))
    else:
        mend = "Name a file, a folder, or a pattern such as 'incoming/*.csv', from the project's folder."
        raise SourceError("what is to be scored is there", came=f"there is no {source}", mend=mend)


def target_of(path: Path, target: str, day: date) -> Path:
    """Where the predictions of one input go."""
    return Path(target.replace("{name}", path.stem).replace("{date}", day.isoformat()))
