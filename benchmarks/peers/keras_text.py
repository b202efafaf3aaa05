"""keras.io's two networks for IMDb, on any backend: bidirectional_lstm_imdb and text_classification_from_scratch.

bilstm: the last 200 tokens, padded before; an embedding of 128, two bidirectional LSTMs of 64, 2 epochs.
conv1d: the first 500 tokens, padded after; an embedding of 128, two convolutions of 128 filters over 7 tokens by steps
of 3, the maximum over time, a dense layer of 128, 3 epochs. Both: 20,000 words, Adam, batches of 32.
"""

import os

from measuring import Training, padded, parser, say, split, training

VOCABULARY = 20_000
LENGTH, EPOCHS = {"bilstm": 200, "conv1d": 500}, {"bilstm": 2, "conv1d": 3}
DISTRIBUTION = {"tensorflow": "tensorflow-cpu", "jax": "jax", "torch": "torch"}


def build(model: str):  # Keras is imported once its backend is known
    """The example's network, compiled as there."""
    import keras
    from keras import layers

    inputs = keras.Input(shape=(None,), dtype="int32")
    x = layers.Embedding(VOCABULARY, 128)(inputs)
    if model == "bilstm":
        x = layers.Bidirectional(layers.LSTM(64, return_sequences=True))(x)
        x = layers.Bidirectional(layers.LSTM(64))(x)
    else:
        x = layers.Dropout(0.5)(x)
        x = layers.Conv1D(128, 7, padding="valid", activation="relu", strides=3)(x)
        x = layers.Conv1D(128, 7, padding="valid", activation="relu", strides=3)(x)
        x = layers.GlobalMaxPooling1D()(x)
        x = layers.Dense(128, activation="relu")(x)
        x = layers.Dropout(0.5)(x)
    network = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    network.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return network


def train(seed: int, data: dict, options) -> Training:
    """One training; with --keep best the weights of the epoch that scored best on validation."""
    import keras
    from keras_clock import best_epoch, callbacks

    keras.utils.set_random_seed(seed)
    keras.backend.clear_session()
    network = build(options.model)
    watch, found = callbacks(keep_best=options.keep == "best")
    epochs = options.epochs or EPOCHS[options.model]
    network.fit(
        *data["train"], batch_size=32, epochs=epochs, validation_data=data["validation"], callbacks=found, verbose=0
    )
    score = network.evaluate(*data["test"], batch_size=256, verbose=0)[1]
    return training(seed, watch.clock, score, kept=best_epoch(watch.clock) if options.keep == "best" else None)


if __name__ == "__main__":
    options = parser(__doc__)
    options.add_argument("--backend", choices=list(DISTRIBUTION), required=True)
    options.add_argument("--model", choices=list(LENGTH), required=True)
    options.add_argument("--keep", choices=("best", "last"), default="last")
    given = options.parse_args()
    os.environ["KERAS_BACKEND"] = given.backend
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    parts = {name: split(given.data, name) for name in ("train", "validation", "test")}
    items = {
        name: (padded(arrays, LENGTH[given.model], left=given.model == "bilstm"), arrays["target"].astype("float32"))
        for name, arrays in parts.items()
    }
    say(given, lambda seed: train(seed, items, given), ("keras", DISTRIBUTION[given.backend]))
