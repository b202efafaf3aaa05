"""What can be set for texts, and which models there are for them."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from quartet.settings import BaselineSettings, ModelSettings, NetworkSettings, RowSettings, read_by


class Dataset(RowSettings):
    """A table with a column of texts and a column of classes, or .txt files in folders named as their classes."""

    family: Literal["text"]
    task: Literal["classification"] = read_by("prepare", default="classification", description="what the target is")
    text: str = read_by("ingest", "prepare", default="text", description="the column that holds the texts")
    target: str = read_by("ingest", default="label", description="the column to predict")
    unreadable: Literal["refuse", "leave_out"] = read_by(
        "ingest", default="refuse", description="what becomes of a .txt file that is not in the encoding"
    )
    vocab_size: int = read_by(
        "prepare", default=10_000, ge=3, description="token ids at most, padding and out-of-vocabulary included"
    )
    max_length: int = read_by("prepare", default=256, ge=1, description="tokens of a text that are read, at most")


class RecurrentSettings(NetworkSettings):
    """What all recurrent networks share."""

    epochs: int = Field(6, ge=1, le=100_000, description="passes over the training split, at most")
    patience: int | None = Field(
        2, ge=1, description="stop after so many epochs without a lower validation loss; null never stops early"
    )
    embedding: int = Field(64, ge=1, le=65_536, description="width of a token's vector")
    hidden: int = Field(64, ge=1, le=65_536, description="width of the state, in each direction")
    layers: int = Field(1, ge=1, le=100, description="recurrent layers, one on top of the other")
    dropout: float = Field(0.5, ge=0, lt=1, description="share of a layer's inputs, and of the last state, dropped")


class RNNSettings(RecurrentSettings):
    """The simple recurrent network."""

    network: ClassVar[str] = "recurrent.RNN"

    architecture: Literal["rnn"]


class GRUSettings(RecurrentSettings):
    """Gated recurrent units."""

    network: ClassVar[str] = "recurrent.GRU"

    architecture: Literal["gru"]


class LSTMSettings(RecurrentSettings):
    """Long short-term memory."""

    network: ClassVar[str] = "recurrent.LSTM"

    architecture: Literal["lstm"]


class BiLSTMSettings(RecurrentSettings):
    """Long short-term memory that reads in both directions."""

    network: ClassVar[str] = "recurrent.BiLSTM"

    architecture: Literal["bilstm"]
    layers: int = Field(2, ge=1, le=100, description="recurrent layers, one on top of the other")


class Conv1DSettings(NetworkSettings):
    """A convolution over time, then the maximum over time."""

    network: ClassVar[str] = "conv1d.Conv1D"

    architecture: Literal["conv1d"]
    epochs: int = Field(6, ge=1, le=100_000, description="passes over the training split, at most")
    patience: int | None = Field(
        2, ge=1, description="stop after so many epochs without a lower validation loss; null never stops early"
    )
    embedding: int = Field(64, ge=1, le=65_536, description="width of a token's vector")
    kernel_size: int = Field(3, ge=1, le=1_000, description="tokens that a filter sees at once")
    n_filters: int = Field(128, ge=1, le=65_536, description="filters, each giving its maximum over time")
    dropout: float = Field(0.5, ge=0, lt=1, description="share of the maxima dropped in training")


class BagOfWordsSettings(BaselineSettings):
    """Logistic regression on counts of words, the baseline."""

    network: ClassVar[str] = "bag_of_words.BagOfWords"

    architecture: Literal["bag_of_words"]
    c: float = Field(3.0, gt=0, description="inverse strength of the L2 penalty")


ARCHITECTURES: Mapping[str, type[ModelSettings]] = {
    "rnn": RNNSettings,
    "gru": GRUSettings,
    "lstm": LSTMSettings,
    "bilstm": BiLSTMSettings,
    "conv1d": Conv1DSettings,
    "bag_of_words": BagOfWordsSettings,
}
BASELINE = {"classification": "bag_of_words"}
