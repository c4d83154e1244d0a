"""A network and its head as one Keras model."""

from __future__ import annotations

from typing import Any

import numpy as np

from skdigits.head import Head, Pixels, Shifts, Temperature
from skdigits.training import before_softmax, compile_options, in_float32


def keras_model(network: Any, head: Head, **compile_words: Any) -> Any:
    """Build a Keras model that predicts what a fitted classifier does.

    Parameters
    ----------
    network : keras.Model
        The network with its weights, which ends in a softmax; the caller's own, and changed.
    head : Head
        What stands around it.
    **compile_words : object
        `loss`, `label_smoothing`, `optimizer` and `learning_rate`.

    Returns
    -------
    model : keras.Model
        Compiled. It maps rows as the classifier takes them to class probabilities.
    """
    model = head.put_around(network, _WAYS, "a Keras model")
    model.compile(metrics=["accuracy"], **compile_options(**compile_words))
    return model


def _over_shifts(model, step):
    """Average a model's logits over shifted copies of each image."""
    from keras import Input, layers

    by, logits = step.by, before_softmax(model)
    rows = Input(model.input_shape[1:], name="image", dtype="float32")
    images = layers.Reshape((*step.image_shape, 1), name="unshifted", dtype="float32")(rows)
    padded = layers.ZeroPadding2D(by, name="margin", dtype="float32")(images)
    found = []
    for down, right in np.ndindex(2 * by + 1, 2 * by + 1):
        cropping, name = ((down, 2 * by - down), (right, 2 * by - right)), f"{down}_{right}"
        copy = layers.Cropping2D(cropping, name=f"shifted_{name}", dtype="float32")(padded)
        row = layers.Reshape(rows.shape[1:], name=f"row_{name}", dtype="float32")(copy)
        found.append(logits(row))
    mean = layers.Average(name="mean", dtype="float32")(found)
    return _model(rows, _softmax(mean), f"{model.name}_over_shifts")


def _with_temperature(model, step):
    """Divide a model's logits by a temperature."""
    from keras import layers

    logits = before_softmax(model)
    scaled = layers.Rescaling(1 / step.value, name="temperature", dtype="float32")
    return _model(logits.inputs[0], _softmax(scaled(logits.outputs[0])), model.name)


def _on_pixels(model, _):
    """Put the division of pixels by 255 before a model."""
    from keras import Input, layers

    pixels = Input(model.input_shape[1:], name="pixels", dtype="float32")
    scaled = layers.Rescaling(1 / 255, name="scale", dtype="float32")(pixels)
    return _model(pixels, model(scaled), f"{model.name}_on_pixels")


_WAYS = {Shifts: _over_shifts, Temperature: _with_temperature, Pixels: _on_pixels}


def _softmax(logits):
    from keras import layers

    return layers.Softmax(name="probabilities", dtype="float32")(logits)


def _model(inputs, outputs, name):
    from keras import Model

    return in_float32(Model(inputs, outputs, name=name))
