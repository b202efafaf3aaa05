"""What to propose for texts: a table with a column of them, or .txt files in folders named as their classes."""

import numpy as np
import pandas as pd

from quartet.errors import SourceError, UsageError
from quartet.families.text.words import words
from quartet.gate.suites import suite_of
from quartet.proposing.sight import Proposal, Sight
from quartet.proposing.targets import propose_labels, propose_size, propose_split, target_of, task_of, tell_split
from quartet.reading.decoding import decode
from quartet.reading.files import class_folders
from quartet.rows import as_numbers, as_text

TEXTS = (".txt",)
MIN_WORDS = 5  # a column of texts has at least so many words a cell
MAX_OTHERS = 4  # with more columns beside the text, the table is learned from and the text left aside
SAMPLE = 2_000
FEW = 0.05  # the share of texts that may be in another encoding
LENGTHS = (32, 64, 128, 256, 512)
MANY_TEXTS, FEW_TEXTS = 20_000, 2_000


def propose(sight: Sight) -> Proposal | None:
    """Settings and models for texts; None for what holds none.

    Raises:
        UsageError, SourceError: it has no plausible target, or too few texts.
    """
    if sight.is_mostly(TEXTS):
        return from_folders(sight)
    return from_table(sight) if sight.table else None


def from_folders(sight: Sight) -> Proposal:
    """For a file per text."""
    frame = class_folders(sight.listed(), TEXTS, "text")["items"]
    saw = f"{sight.name}: {len(frame):,} texts in folders named as their classes"
    proposal = Proposal({"family": "text"}, models_for(len(frame)), saw)
    propose_labels(proposal, sight, frame, "label")
    texts = propose_encoding(proposal, dict(sight.sample(TEXTS, SAMPLE)))
    tell_split(proposal, frame)
    propose_length(proposal, texts, len(frame))
    propose_size(proposal, len(frame), "texts")
    return proposal


def from_table(sight: Sight) -> Proposal | None:
    """For a table; None where no column holds texts, or much else is there to learn from."""
    assert sight.table
    frame = sight.table.frame.rename(columns=str)
    try:
        target, why = target_of(sight, frame)
    except (UsageError, SourceError):
        return None
    texts = text_column(frame.drop(columns=target))
    if texts is None or task_of(frame[target]) == "regression" or frame.shape[1] - 2 > MAX_OTHERS:
        return None
    saw = f"{sight.name}: a table of {len(frame):,} rows, {frame.shape[1]} columns, one of them texts"
    proposal = Proposal({"family": "text"} | sight.table.settings, models_for(len(frame)), saw)
    proposal.set("text", texts, "its cells are sentences, nearly all different")
    proposal.set("target", target, why)
    propose_labels(proposal, sight, frame, target)
    propose_split(proposal, frame)
    used = (texts, target, "id", "split", proposal.settings.get("split"))
    if others := [str(name) for name in frame if name not in used]:
        proposal.hints.append(f"the text alone is learned from, not {', '.join(others)}")
    propose_limit(proposal, as_text(frame[texts]))
    propose_length(proposal, frame[texts].dropna().head(SAMPLE), len(frame))
    propose_size(proposal, len(frame), "texts")
    return proposal


def text_column(frame: pd.DataFrame) -> str | None:
    """The column with the longest texts, if there are any."""
    found: dict[str, float] = {}
    for column in frame:
        known = as_text(frame[column].dropna().head(SAMPLE))
        if len(known) and as_numbers(known) is None and known.nunique() > len(known) / 2:
            n_words = float(known.map(lambda text: len(words(text))).mean())
            found |= {str(column): n_words} if n_words >= MIN_WORDS else {}
    return max(found, key=lambda column: found[column]) if found else None


def propose_encoding(proposal: Proposal, files: dict[str, bytes]) -> pd.Series:
    """What becomes of files that are not UTF-8, of which a sample came by name; the texts of the sample."""
    texts = {name: text for name, data in files.items() if (text := decoded(data, "auto")) is not None}
    wrong = [name for name in files if name not in texts]
    if len(wrong) > FEW * len(files):
        proposal.set(
            "encoding", "cp1252", f"{len(wrong)} of {len(files)} looked at are not UTF-8: see that accents read right"
        )
        return pd.Series([data.decode("cp1252", "replace") for data in files.values()])
    if wrong:
        why = f"{len(wrong)} of {len(files)} looked at are not UTF-8, such as {wrong[0]}"
        proposal.set("unreadable", "leave_out", why)
    return pd.Series(list(texts.values()))


def decoded(data: bytes, encoding: str) -> str | None:
    """The text of a file, or None where it is in another encoding."""
    try:
        return decode(data, encoding)
    except UnicodeDecodeError:
        return None


def propose_limit(proposal: Proposal, texts: pd.Series) -> None:
    """Let the gate pass long texts.

    Raises:
        SourceError: a row has no text.
    """
    if texts.isna().any():
        came = f"{int(texts.isna().sum()):,} of {len(texts):,} have none, such as row {int(texts.isna().argmax())}"
        raise SourceError("each row has a text", came=came, mend="Leave these rows, counted from 0, out of the file.")
    longest = int(texts.str.len().max())
    if longest > suite_of("text")["length"]["max_value"]:
        proposal.check("length", f"the longest text has {longest:,} characters", max_value=longest)


def propose_length(proposal: Proposal, texts: pd.Series, n_texts: int) -> None:
    """How many words are read, so that nineteen texts of twenty are read whole."""
    lengths = as_text(texts).map(lambda text: len(words(text)))
    wanted = float(np.percentile(lengths, 95))
    lengths_to_read = LENGTHS if n_texts <= MANY_TEXTS else LENGTHS[:-1]  # longer takes hours without a GPU
    length = next((length for length in lengths_to_read if length >= wanted), lengths_to_read[-1])
    proposal.set("max_length", length, f"19 of 20 texts have at most {wanted:.0f} words")


def models_for(n_texts: int) -> dict[str, dict[str, object]]:
    """A baseline and two networks, their passes fewer the more texts there are."""
    few, many = {"epochs": 30, "patience": 5}, {"epochs": 3}
    passes = few if n_texts < FEW_TEXTS else many if n_texts > MANY_TEXTS else {}
    return {"bag_of_words": {}, "conv1d": dict(passes), "lstm": dict(passes)}
