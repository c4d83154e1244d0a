"""Networks as plain functions: what is known of the data in, a Keras model out."""

import keras
import numpy as np

from skdigits._ground.runtime import keras_seed
from skdigits.errors import ParameterError


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
            layers.append(_dropout(dropout, i, next(seeds)))
    layers.append(_dense(meta["n_classes_"], "softmax", "classes", next(seeds)))
    return keras.Sequential(layers, name="dense")


def conv_network(
    meta, *, image_shape, conv_layers, hidden_layer_sizes, activation, batch_norm, dropout, seed
):
    """Convolutional network with a softmax output.

    Parameters
    ----------
    meta : dict
        What SciKeras knows of the data: `n_features_in_` and `n_classes_` are read.
    image_shape : sequence of two int
        Height and width of a row.
    conv_layers : sequence of (int, int, int)
        Filters, side of the kernel and stride of each convolution; the edges are padded with 0.
    hidden_layer_sizes : sequence of int
        Units of each dense layer between the convolutions and the classes.
    activation : str
        Activation of every layer but the last, by its Keras name.
    batch_norm : bool
        Whether batch normalization follows each convolution.
    dropout : float
        Share of the inputs of each dense layer that is dropped in training.
    seed : int
        Seed of the start weights.

    Returns
    -------
    model : keras.Sequential
        Not yet compiled. Start weights of convolutions are He normal (He et al., 2015), of dense
        layers Glorot uniform.
    """
    seeds = _seeds(seed)
    own = keras.layers
    layers = [
        keras.Input((meta["n_features_in_"],), name="pixels", dtype="float32"),
        own.Reshape((*image_shape, 1), name="images", dtype="float32"),
    ]
    for i, (filters, side, stride) in enumerate(conv_layers, start=1):
        convolution = own.Conv2D(
            filters,
            side,
            strides=stride,
            padding="same",
            use_bias=not batch_norm,
            kernel_initializer=keras.initializers.HeNormal(seed=next(seeds)),
            name=f"conv_{i}",
            dtype="float32",
        )
        layers.append(convolution)
        if batch_norm:
            layers.append(own.BatchNormalization(momentum=0.9, name=f"norm_{i}", dtype="float32"))
        layers.append(own.Activation(activation, name=f"active_{i}", dtype="float32"))
    layers.append(own.Flatten(name="flat", dtype="float32"))
    for i, units in enumerate([*hidden_layer_sizes, None], start=1):
        if dropout:
            layers.append(_dropout(dropout, i, next(seeds)))
        if units:
            layers.append(_dense(units, activation, f"hidden_{i}", next(seeds)))
    layers.append(_dense(meta["n_classes_"], "softmax", "classes", next(seeds)))
    return keras.Sequential(layers, name="convolutional")


def checked_network(meta, *, network, params, image_shape, seed):
    """Network that a user's function makes.

    Parameters
    ----------
    meta : dict
        What SciKeras knows of the data: `n_features_in_` and `n_classes_` are read.
    network : callable
        `network(meta, **params)` gives the model.
    params : dict
        Its further arguments.
    image_shape : sequence of two int, or None
        Told to the function in `meta`.
    seed : int
        Seed of whatever the function leaves without one.

    Returns
    -------
    model : keras.Model
        Not yet compiled.

    Raises
    ------
    ParameterError
        If it is no functional or sequential model, of other shapes than the data, or does not end
        in a softmax.
    """
    n_features, n_classes = meta["n_features_in_"], int(meta["n_classes_"])
    told = {
        "n_features_in_": n_features,
        "n_classes_": n_classes,
        "image_shape": image_shape and tuple(image_shape),
    }
    with keras_seed(seed):
        model = network(told, **params)
    name = getattr(network, "__name__", type(network).__name__)
    if not isinstance(model, keras.Model) or not getattr(model, "inputs", None):
        raise ParameterError(
            f"{name} must give a functional or sequential keras.Model, got {model!r}."
        )
    shapes = {"input": (None, n_features), "output": (None, n_classes)}
    for side, wanted in shapes.items():
        shape = getattr(model, f"{side}_shape")
        if shape != wanted:
            raise ParameterError(
                f"The model of {name} must have the {side} shape {wanted}, got {shape}."
            )
    last = model.layers[-1]
    if (
        not isinstance(last, keras.layers.Softmax)
        and getattr(last, "activation", None) is not keras.activations.softmax
    ):
        raise ParameterError(
            f"The model of {name} must end in class probabilities: its last layer {last.name!r} "
            f"is a {type(last).__name__}; give it activation='softmax'."
        )
    return model


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


def _dropout(share, i, seed):
    return keras.layers.Dropout(share, seed=seed, name=f"dropout_{i}", dtype="float32")
