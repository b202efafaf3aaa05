"""What a user asks predictions for."""

from pathlib import Path
from typing import TYPE_CHECKING

from quartet.errors import SourceError
from quartet.tables import read_table

if TYPE_CHECKING:
    import pandas as pd


def read_input(path: Path) -> "pd.DataFrame":
    """A table, a .txt with a text per line, or a folder of pictures.

    Raises:
        SourceError: it is none of these, or cannot be read.
    """
    import pandas as pd

    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
        if not files:
            mend = "Name a folder of pictures, a .csv, a .parquet or a .txt."
            raise SourceError("a folder to predict holds pictures", came=f"{path} is empty", mend=mend)
        return pd.DataFrame({"name": [file.name for file in files], "picture": [file.read_bytes() for file in files]})
    if path.suffix == ".txt":
        return pd.DataFrame({"text": path.read_text(encoding="utf-8-sig").splitlines()})
    return read_table(path)
