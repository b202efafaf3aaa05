"""What can be set for texts, and which models there are for them."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from quartet.settings import BaselineSettings, Keep, ModelSettings, NetworkSettings, RowSettings, Schedule, read_by

Pooling = Literal["last", "mean", "max", "mean_max"]
KernelSize = Annotated[int, Field(ge=1, le=1_000)]
POOLING = "what stands for a text: the state after its last token, or the mean or maximum over its tokens, or both"


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
    truncate: Literal["end", "start"] = read_by(
        "prepare", default="end", description="which end of a longer text is cut off"
    )
    oov: Literal["token", "drop"] = read_by(
        "prepare",
        default="token",
        description="a word beyond the vocabulary becomes the one token that all such words share, or is left out",
    )
    bigrams: int = read_by(
        "prepare",
        default=100_000,
        ge=0,
        description="pairs of neighbouring words, at most, that nb_svm and region_cnn know as such",
    )


class TextNetworkSettings(NetworkSettings):
    """What all networks on texts share."""

    epochs: int = Field(6, ge=1, le=100_000, description="passes over the training split, at most")
    patience: int | None = Field(
        2, ge=1, description="stop after so many epochs without a lower validation loss; null never stops early"
    )
    word_dropout: float = Field(
        0.0, ge=0, lt=1, description="share of the words that training replaces by the token of unknown ones"
    )


class RecurrentSettings(TextNetworkSettings):
    """What all recurrent networks share."""

    embedding: int = Field(64, ge=1, le=65_536, description="width of a token's vector")
    hidden: int = Field(64, ge=1, le=65_536, description="width of the state, in each direction")
    layers: int = Field(1, ge=1, le=100, description="recurrent layers, one on top of the other")
    pooling: Pooling = Field("last", description=POOLING)
    dropout: float = Field(0.5, ge=0, lt=1, description="share of a layer's inputs, and of the pooled state, dropped")


class RNNSettings(RecurrentSettings):
    """The simple recurrent network."""

    network: ClassVar[str] = "recurrent.RNN"

    architecture: Literal["rnn"]


class GRUSettings(RecurrentSettings):
    """Gated recurrent units."""

    network: ClassVar[str] = "recurrent.GRU"

    architecture: Literal["gru"]


class MemorySettings(RecurrentSettings):
    """What networks with long short-term memory share."""

    forget_bias: float = Field(1.0, ge=-10, le=10, description="bias of the forget gate at the start; above 0 it keeps")


class LSTMSettings(MemorySettings):
    """Long short-term memory."""

    network: ClassVar[str] = "recurrent.LSTM"

    architecture: Literal["lstm"]


class BiLSTMSettings(MemorySettings):
    """Long short-term memory that reads in both directions."""

    network: ClassVar[str] = "recurrent.BiLSTM"

    architecture: Literal["bilstm"]
    layers: int = Field(2, ge=1, le=100, description="recurrent layers, one on top of the other")


class Conv1DSettings(TextNetworkSettings):
    """A convolution over time, then the maximum over time."""

    network: ClassVar[str] = "conv1d.Conv1D"

    architecture: Literal["conv1d"]
    embedding: int = Field(64, ge=1, le=65_536, description="width of a token's vector")
    kernel_size: KernelSize | Annotated[list[KernelSize], Field(min_length=1, max_length=20)] = Field(
        3, description="tokens that a filter sees at once; a list of several for filters of each size"
    )
    n_filters: int = Field(128, ge=1, le=65_536, description="filters of each size")
    stride: int = Field(1, ge=1, le=1_000, description="tokens, or windows below, from one window to the next")
    layers: int = Field(1, ge=1, le=100, description="convolutions, one on top of the other")
    pooling: Literal["mean", "max", "mean_max"] = Field("max", description="what a filter gives of all its windows")
    hidden: int | None = Field(
        None, ge=1, le=65_536, description="width of a fully connected layer after pooling; null: none"
    )
    dropout: float = Field(0.5, ge=0, lt=1, description="share of what the output sees dropped in training")
    embedding_dropout: float = Field(0.0, ge=0, lt=1, description="share of the tokens' vectors' values dropped")

    @property
    def kernel_sizes(self) -> list[int]:
        """The sizes of filters that there are."""
        return [self.kernel_size] if isinstance(self.kernel_size, int) else self.kernel_size


class RegionCNNSettings(TextNetworkSettings):
    """A convolution over one-hot words and pairs of neighbours, which starts as naive Bayes."""

    network: ClassVar[str] = "region_cnn.RegionCNN"

    architecture: Literal["region_cnn"]
    epochs: int = Field(3, ge=1, le=100_000, description="passes over the training split, at most")
    batch_size: int = Field(128, ge=1, description="items per optimiser step")
    learning_rate: float = Field(0.03, gt=0, le=10, description="step size, at its peak")
    schedule: Schedule = Field("one_cycle", description="one_cycle: the step size climbs to its peak and falls to 0")
    keep: Keep = Field("last", description="the weights of the lowest validation loss, or the last ones")
    patience: int | None = Field(
        None, ge=1, description="stop after so many epochs without a lower validation loss; null never stops early"
    )
    n_filters: int = Field(8, ge=1, le=65_536, description="filters, shared out among the classes")
    alpha: float = Field(10.0, gt=0, description="added to each count of texts that hold a word or pair")
    word_dropout: float = Field(0.3, ge=0, lt=1, description="share of the words and pairs that training leaves out")
    dropout: float = Field(0.2, ge=0, lt=1, description="share of the pooled values dropped in training")


class BagOfWordsSettings(BaselineSettings):
    """Logistic regression on counts of words, the baseline."""

    network: ClassVar[str] = "bag_of_words.BagOfWords"

    architecture: Literal["bag_of_words"]
    c: float = Field(3.0, gt=0, description="inverse strength of the L2 penalty")


class NBSVMSettings(BaselineSettings):
    """A linear classifier of words and pairs weighed as naive Bayes weighs them, the stronger baseline."""

    network: ClassVar[str] = "nb_svm.NBSVM"

    architecture: Literal["nb_svm"]
    c: float = Field(0.1, gt=0, description="inverse strength of the L2 penalty")
    alpha: float = Field(1.0, gt=0, description="added to each count of texts that hold a word or pair")
    beta: float = Field(0.25, ge=0, le=1, description="share of the classifier; the rest is naive Bayes")


ARCHITECTURES: Mapping[str, type[ModelSettings]] = {
    "rnn": RNNSettings,
    "gru": GRUSettings,
    "lstm": LSTMSettings,
    "bilstm": BiLSTMSettings,
    "conv1d": Conv1DSettings,
    "region_cnn": RegionCNNSettings,
    "bag_of_words": BagOfWordsSettings,
    "nb_svm": NBSVMSettings,
}
BASELINE = {"classification": "bag_of_words"}
