"""Tables in files."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from quartet.errors import SourceError

READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": lambda file: pd.read_csv(file, encoding="utf-8-sig"),
    ".parquet": pd.read_parquet,
}


def read_table(file: Path) -> pd.DataFrame:
    """Read a .csv (also .gz, .bz2, .xz) or .parquet file.

    Raises:
        SourceError: it is neither, or cannot be read.
    """
    suffix = next((ending for ending in file.suffixes if ending in READERS), "")
    if not suffix:
        kinds = " or ".join(READERS)
        raise SourceError(
            f"a table is a {kinds} file", came=f"{file.name} came", mend="Convert it and name the new file."
        )
    try:
        return READERS[suffix](file)
    except (OSError, ValueError, EOFError) as error:  # pandas' and pyarrow's parser errors are ValueErrors
        reason = str(error).strip().splitlines()[0]
        mend = "Save it again where it was made: UTF-8, and as many fields in each row as in the header."
        raise SourceError(f"{file.name} is a readable {suffix} table", came=reason, mend=mend) from error


def read_input(path: Path) -> pd.DataFrame:
    """What a user asks predictions for: a table, a .txt with a text per line, or a folder of pictures.

    Raises:
        SourceError: it is none of these, or cannot be read.
    """
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
        if not files:
            mend = "Name a folder of pictures, a .csv, a .parquet or a .txt."
            raise SourceError("a folder to predict holds pictures", came=f"{path} is empty", mend=mend)
        return pd.DataFrame({"name": [file.name for file in files], "picture": [file.read_bytes() for file in files]})
    if path.suffix == ".txt":
        return pd.DataFrame({"text": path.read_text(encoding="utf-8-sig").splitlines()})
    return read_table(path)
