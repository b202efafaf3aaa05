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
        mend = "Open it where it was made and save it again, with UTF-8 text and as many fields in each row as in the header."
        raise SourceError(f"{file.name} is a readable {suffix} table", came=reason, mend=mend) from error
