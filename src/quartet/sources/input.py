"""What a user asks predictions for."""

from pathlib import Path
from typing import TYPE_CHECKING

from quartet.errors import SourceError
from quartet.reading.decoding import decode, undecodable, wrong
from quartet.reading.files import quoted
from quartet.reading.tables import AUTO, CSV, read_table
from quartet.sources.archives import files_of, is_archive

if TYPE_CHECKING:
    import pandas as pd

MAX_GIGABYTES = 8.0  # of an archive, unpacked


def read_input(path: Path, options: CSV = AUTO) -> "pd.DataFrame":
    """A table, a .txt with a text per line, or a folder or archive of pictures or of .txt files, a text each.

    Raises:
        SourceError: it is none of these, or cannot be read.
    """
    import pandas as pd

    if path.is_dir() or is_archive(path):
        rows = [(file.name, file.read()) for file in files_of(path, MAX_GIGABYTES)]
        if not rows:
            mend = "Name a folder of pictures or texts, a .csv, a .parquet or a .txt."
            raise SourceError("a folder to predict holds pictures or texts", came=f"{path} is empty", mend=mend)
        if are_texts([name for name, _ in rows]):
            texts = [(name, text_of(name, data, options.encoding)) for name, data in rows]
            return pd.DataFrame(texts, columns=["name", "text"])
        return pd.DataFrame(rows, columns=["name", "picture"])
    if path.suffix.lower() == ".txt":
        return pd.DataFrame({"text": lines_of(text_of(path.name, path.read_bytes(), options.encoding))}, dtype=object)
    return read_table(path, options)


def are_texts(names: list[str]) -> bool:
    """Whether files are texts by their ending.

    Raises:
        SourceError: some are, and some are not.
    """
    others = [name for name in names if not name.lower().endswith(".txt")]
    if others and len(others) < len(names):
        came = f"{quoted(others[0])} is no .txt, others are"
        mend = "Keep texts and other files apart."
        raise SourceError("a folder to predict holds pictures, or .txt files only", came=came, mend=mend)
    return not others


def text_of(name: str, data: bytes, encoding: str) -> str:
    """The text of a file to predict.

    Raises:
        SourceError: it is in another encoding.
    """
    try:
        return decode(data, encoding)
    except UnicodeDecodeError as error:
        raise undecodable(name, wrong(error)) from error


def lines_of(text: str) -> list[str]:
    """Lines, however they end; the end of the last one starts no other."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines
