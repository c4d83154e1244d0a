"""The peers: the same 784-128-10 network, batches of 32, Adam at 0.001, in their own words.

A peer has `start`, which imports what it needs and is not timed, and `fit`, which makes a new
model, trains it and gives something with `predict`. One that is searched over also has `model`, and
its names of the learning rate and the hidden layer.
"""

import warnings
from functools import partial

import numpy as np
from sklearn.exceptions import ConvergenceWarning

HIDDEN, BATCH, RATE = 128, 32, 0.001


class Skdigits:
    """`DigitANNClassifier`, as it comes."""

    name = "skdigits"
    parameters = ("learning_rate", "hidden_layer_sizes")

    def start(self):
        """Start TensorFlow."""
        from skdigits._ground.runtime import start_tensorflow

        start_tensorflow()
        import skdigits.training  # noqa: F401

    def model(self, seed, epochs):
        """Make a model that is not fitted."""
        from skdigits import DigitANNClassifier

        return DigitANNClassifier(random_state=seed, epochs=epochs)

    def fit(self, X, y, seed, epochs):
        """Train a new model."""
        return self.model(seed, epochs).fit(X, y)


class Keras:
    """`keras.Model.fit`, with what `compile` is told beside loss and optimizer."""

    def __init__(self, name, **compile_options):
        self.name = name
        self.compile_options = compile_options

    def start(self):
        """Start TensorFlow."""
        import keras  # noqa: F401
        import tensorflow as tf

        tf.constant(0)

    def fit(self, X, y, seed, epochs):
        """Train a new model."""
        import keras

        keras.utils.set_random_seed(seed)
        model = keras_network({"n_features_in_": X.shape[1]}, HIDDEN)
        model.compile(
            loss="sparse_categorical_crossentropy",
            optimizer=keras.optimizers.Adam(RATE),
            metrics=["accuracy"],
            **self.compile_options,
        )
        model.fit(X, y, batch_size=BATCH, epochs=epochs, verbose=0)
        return _Highest(partial(model.predict, verbose=0))


class SkdigitsCNN(Skdigits):
    """`DigitCNNClassifier`, as it comes."""

    name = "skdigits, CNN"

    def epochs(self, X, y, seed):
        """Train epoch by epoch; yield the model after each."""
        from skdigits import DigitCNNClassifier

        model = DigitCNNClassifier(random_state=seed)
        while True:
            yield model.partial_fit(X, y, classes=np.unique(y))


class KerasConvnet(Keras):
    """Keras' own example, "Simple MNIST convnet" (F. Chollet, 2015), on all training rows."""

    def __init__(self):
        super().__init__("Keras, convnet example")

    def epochs(self, X, y, seed):
        """Train epoch by epoch; yield the model after each."""
        import keras
        from keras import layers

        keras.utils.set_random_seed(seed)
        model = keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                layers.Conv2D(32, 3, activation="relu"),
                layers.MaxPooling2D(2),
                layers.Conv2D(64, 3, activation="relu"),
                layers.MaxPooling2D(2),
                layers.Flatten(),
                layers.Dropout(0.5),
                layers.Dense(10, activation="softmax"),
            ]
        )
        model.compile(
            loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"]
        )
        images = X.reshape(-1, 28, 28, 1)
        while True:
            model.fit(images, y, batch_size=128, epochs=1, verbose=0)
            yield _Highest(lambda rows: model.predict(rows.reshape(-1, 28, 28, 1), verbose=0))


class SciKeras:
    """SciKeras' `KerasClassifier`."""

    name = "SciKeras"
    parameters = ("optimizer__learning_rate", "hidden")

    def start(self):
        """Start TensorFlow."""
        import scikeras.wrappers  # noqa: F401
        import tensorflow as tf

        tf.constant(0)

    def model(self, seed, epochs):
        """Make a model that is not fitted."""
        import keras
        from scikeras.wrappers import KerasClassifier

        # `random_state=` would switch on TensorFlow's op determinism, which makes it slower still.
        keras.utils.set_random_seed(seed)
        return KerasClassifier(
            keras_network,
            hidden=HIDDEN,
            loss="sparse_categorical_crossentropy",
            optimizer="adam",
            optimizer__learning_rate=RATE,
            batch_size=BATCH,
            epochs=epochs,
            verbose=0,
        )

    def fit(self, X, y, seed, epochs):
        """Train a new model."""
        return self.model(seed, epochs).fit(X, y)


class ScikitLearn:
    """scikit-learn's `MLPClassifier`, without its penalty, which the others have not."""

    name = "MLPClassifier"
    parameters = ("learning_rate_init", "hidden_layer_sizes")

    def start(self):
        """Import it."""
        import sklearn.neural_network  # noqa: F401

    def model(self, seed, epochs):
        """Make a model that is not fitted."""
        from sklearn.neural_network import MLPClassifier

        return MLPClassifier(
            (HIDDEN,),
            batch_size=BATCH,
            learning_rate_init=RATE,
            alpha=0,
            max_iter=epochs,
            random_state=seed,
        )

    def fit(self, X, y, seed, epochs):
        """Train a new model."""
        with warnings.catch_warnings(category=ConvergenceWarning, action="ignore"):
            return self.model(seed, epochs).fit(X, y)


class PyTorch:
    """A bare PyTorch loop, with what `torch.optim.Adam` is told beside the learning rate."""

    def __init__(self, name, **adam_options):
        self.name = name
        self.adam_options = adam_options

    def start(self):
        """Import it."""
        import torch  # noqa: F401

    def fit(self, X, y, seed, epochs):
        """Train a new model."""
        import torch

        torch.manual_seed(seed)
        network = torch_network(X.shape[1])
        optimizer = torch.optim.Adam(network.parameters(), lr=RATE, **self.adam_options)
        loss = torch.nn.CrossEntropyLoss()
        rows, labels = torch.from_numpy(X), torch.from_numpy(y)
        for _ in range(epochs):
            order = torch.randperm(len(rows))
            for start in range(0, len(rows), BATCH):
                batch = order[start : start + BATCH]
                optimizer.zero_grad()
                loss(network(rows[batch]), labels[batch]).backward()
                optimizer.step()

        def logits(X):
            with torch.no_grad():
                return network(torch.from_numpy(X)).numpy()

        return _Highest(logits)


class Skorch:
    """skorch's `NeuralNetClassifier`."""

    name = "skorch"

    def start(self):
        """Import it."""
        import skorch  # noqa: F401
        import torch  # noqa: F401

    def fit(self, X, y, seed, epochs):
        """Train a new model."""
        import torch
        from skorch import NeuralNetClassifier

        torch.manual_seed(seed)
        return NeuralNetClassifier(
            torch_network(X.shape[1]),
            criterion=torch.nn.CrossEntropyLoss,
            optimizer=torch.optim.Adam,
            lr=RATE,
            batch_size=BATCH,
            max_epochs=epochs,
            iterator_train__shuffle=True,
            train_split=None,
            verbose=0,
        ).fit(X, y)


# The tuned Keras is the fastest of steps_per_execution 1, 75, 625 with and without jit_compile,
# from arrays and from tf.data.
PEERS = {
    peer.name: peer
    for peer in (
        Skdigits(),
        Keras("Keras"),
        Keras("Keras, tuned", steps_per_execution=625, jit_compile=True),
        SciKeras(),
        ScikitLearn(),
        Skorch(),
        PyTorch("PyTorch"),
        PyTorch("PyTorch, fused Adam", fused=True),
    )
}


def keras_network(meta, hidden):
    """Build the network, not compiled."""
    import keras

    return keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(hidden, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def torch_network(n_features):
    """Build the network up to its logits."""
    from torch import nn

    return nn.Sequential(nn.Linear(n_features, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 10))


class _Highest:
    """`predict` as the place of the highest output."""

    def __init__(self, outputs):
        self.outputs = outputs

    def predict(self, X):
        return np.argmax(self.outputs(X), axis=1)
