"""What a user asks predictions for."""

from pathlib import Path
from typing import TYPE_CHECKING

from quartet.errors import SourceError
from quartet.sources.archives import files_of, is_archive
from quartet.tables import read_table

if TYPE_CHECKING:
    import pandas as pd

MAX_GIGABYTES = 8.0  # of an archive, unpacked


def read_input(path: Path) -> "pd.DataFrame":
    """A table, a .txt with a text per line, or a folder or archive of pictures.

    Raises:
        SourceError: it is none of these, or cannot be read.
    """
    import pandas as pd

    if path.is_dir() or is_archive(path):
        rows = [(file.name, file.read()) for file in files_of(path, MAX_GIGABYTES)]
        if not rows:
            mend = "Name a folder of pictures, a .csv, a .parquet or a .txt."
            raise SourceError("a folder to predict holds pictures", came=f"{path} is empty", mend=mend)
        return pd.DataFrame(rows, columns=["name", "picture"])
    if path.suffix == ".txt":
        return pd.DataFrame({"text": path.read_text(encoding="utf-8-sig").splitlines()})
    return read_table(path)
