"""Networks as plain functions: what is known of the data in, a Keras model out."""

import keras
import numpy as np


def dense_network(meta, *, hidden_layer_sizes, activation, dropout, seed):
    """Fully connected network with a softmax output.

    Parameters
    ----------
    meta : dict
        What SciKeras knows of the data: `n_features_in_` and `n_classes_` are read.
    hidden_layer_sizes : sequence of int
        Units of each hidden layer.
    activation : str
        Activation of the hidden layers, by its Keras name.
    dropout : float
        Share of each hidden layer's outputs that is dropped in training.
    seed : int
        Seed of the start weights.

    Returns
    -------
    model : keras.Sequential
        Not yet compiled. Start weights are Glorot uniform (Glorot and Bengio, 2010), biases zero.
    """
    # Every layer has a name and a seed of its own: Keras would otherwise count names and draw
    # seeds from Python's `random`, both of them global state.
    seeds = _seeds(seed)
    layers = [keras.Input((meta["n_features_in_"],), name="pixels", dtype="float32")]
    for i, units in enumerate(hidden_layer_sizes, start=1):
        layers.append(_dense(units, activation, f"hidden_{i}", next(seeds)))
        if dropout:
            layers.append(
                keras.layers.Dropout(
                    dropout, seed=next(seeds), name=f"dropout_{i}", dtype="float32"
                )
            )
    layers.append(_dense(meta["n_classes_"], "softmax", "classes", next(seeds)))
    return keras.Sequential(layers, name="dense")


def _seeds(seed):
    """Yield independent seeds drawn from one."""
    rng = np.random.default_rng(seed)
    while True:
        yield int(rng.integers(2**31))


def _dense(units, activation, name, seed):
    return keras.layers.Dense(
        units,
        activation=activation,
        kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
        name=name,
        dtype="float32",
    )
