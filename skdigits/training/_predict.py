"""What a network of any layers predicts from arrays, in one traced program an architecture."""

import keras
import numpy as np
import tensorflow as tf

from skdigits._ground.pixels import WHITE
from skdigits._ground.runtime import keras_seed, without_tensorflow_log
from skdigits.training._cache import LRUCache
from skdigits.training._program import in_float32

# Enough rows to keep the cores busy, and few enough to stay near their caches.
_ROWS_AT_ONCE = 500
_MAX_PREDICTORS = 16

_predictors = LRUCache(_MAX_PREDICTORS)


def logits(X, weights, key, build):
    """Forward pass of a network up to the values before its softmax.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features), float32 or uint8
        The rows; those of uint8 are pixels, and divided by 255.
    weights : list of ndarray
        The network's weights, in Keras' order.
    key : hashable
        Says which network it is: its program is traced once and found again.
    build : callable
        `build()` gives the `keras.Model`, which ends in a softmax; its own weights do not matter.

    Returns
    -------
    logits : ndarray of shape (n_samples, n_classes), float32
        The network's outputs before the softmax.
    """
    predict = _predictors.get(key, lambda: _traced(before_softmax(build())))
    weights = [tf.constant(array) for array in weights]
    starts = range(0, len(X), _ROWS_AT_ONCE)
    parts = [predict(_unit(X[i : i + _ROWS_AT_ONCE]), weights) for i in starts]
    return np.concatenate([part.numpy() for part in parts])


def relu_outputs(model, X):
    """Give what each layer with ReLU makes of rows.

    Parameters
    ----------
    model : keras.Model
        Any of functional or sequential kind.
    X : ndarray of shape (n_samples, n_features), float32 or uint8
        The rows; those of uint8 are pixels, and divided by 255.

    Returns
    -------
    outputs : dict of str to ndarray of shape (n_samples, ..., n_units)
        By the layer's name.
    """
    relu = {
        layer.name: layer.output
        for layer in model.layers
        if isinstance(layer, keras.layers.ReLU)
        or getattr(layer, "activation", None) is keras.activations.relu
    }
    if not relu:
        return {}
    outputs = keras.Model(model.inputs, relu)(_unit(X), training=False)
    return {name: output.numpy() for name, output in outputs.items()}


def before_softmax(model):
    """Give a network without the softmax at its end.

    Parameters
    ----------
    model : keras.Model
        Its last layer has the activation "softmax", or is `keras.layers.Softmax`.

    Returns
    -------
    model : keras.Model
        With weights of the same shapes; whether they are the same ones is left open.
    """
    last = model.layers[-1]
    if isinstance(last, keras.layers.Softmax):
        return in_float32(keras.Model(model.inputs, last.input))

    def clone(layer):
        changed = {"activation": "linear"} if layer.name == last.name else {}
        return type(layer).from_config({**layer.get_config(), **changed})

    with keras_seed(0):  # the start weights do not matter
        return in_float32(keras.models.clone_model(model, clone_function=clone))


def _traced(model):
    places = {id(variable): i for i, variable in enumerate(model.weights)}

    def values(variables, weights):
        return [
            weights[places[id(v)]] if id(v) in places else tf.convert_to_tensor(v)
            for v in variables
        ]

    def predict(rows, weights):
        return model.stateless_call(
            values(model.trainable_variables, weights),
            values(model.non_trainable_variables, weights),
            rows,
            training=False,
        )[0]

    specs = [tf.TensorSpec(w.shape, w.dtype) for w in model.weights]
    rows = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
    with without_tensorflow_log():
        return tf.function(predict, autograph=False).get_concrete_function(rows, specs)


def _unit(rows):
    rows = tf.constant(rows)
    return tf.cast(rows, tf.float32) / WHITE if rows.dtype == tf.uint8 else rows
