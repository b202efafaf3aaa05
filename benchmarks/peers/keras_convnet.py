"""keras.io's simple convnet, on Fashion-MNIST: two convolutions with pooling, dropout, one dense layer.

32 and 64 maps, Adam, batches of 128, 15 epochs; a tenth of training is held out, as there.
"""

import os

from measuring import Training, parser, say, split, training

DISTRIBUTION = {"tensorflow": "tensorflow-cpu", "jax": "jax", "torch": "torch"}


def build(shape: tuple[int, int, int]):  # Keras is imported once its backend is known
    """The example's network, compiled as there."""
    import keras
    from keras import layers

    found = [
        keras.Input(shape=shape),
        layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ]
    network = keras.Sequential(found)
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return network


def train(seed: int, data: dict, options) -> Training:
    """One training, which ends with its last weights."""
    import keras
    from keras_clock import callbacks

    keras.utils.set_random_seed(seed)
    keras.backend.clear_session()
    network = build(data["train"][0].shape[1:])
    watch, found = callbacks(keep_best=False)
    epochs = options.epochs or 15
    network.fit(
        *data["train"], batch_size=128, epochs=epochs, validation_data=data["validation"], callbacks=found, verbose=0
    )
    return training(seed, watch.clock, network.evaluate(*data["test"], batch_size=256, verbose=0)[1])


if __name__ == "__main__":
    options = parser(__doc__)
    options.add_argument("--backend", choices=list(DISTRIBUTION), required=True)
    given = options.parse_args()
    os.environ["KERAS_BACKEND"] = given.backend
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    parts = {name: split(given.data, name) for name in ("train", "validation", "test")}
    items = {
        name: (arrays["x"].transpose(0, 2, 3, 1).astype("float32") / 255, arrays["target"])  # (N, H, W, C)
        for name, arrays in parts.items()
    }
    say(given, lambda seed: train(seed, items, given), ("keras", DISTRIBUTION[given.backend]))
