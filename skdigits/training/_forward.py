"""What a network of any layers predicts from arrays, in one traced program an architecture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from skdigits._ground.pixels import WHITE
from skdigits._ground.runtime import start_tensorflow, without_tensorflow_log
from skdigits.training._cache import LRUCache
from skdigits.training._plan import Untold

# Enough rows to keep the cores busy, and few enough to stay near their caches.
_ROWS_AT_ONCE = 500
_MAX_PREDICTORS = 16

_predictors = LRUCache(_MAX_PREDICTORS)
# Those of networks that no configuration tells, as long as an estimator holds what they stand for.
_untold: WeakKeyDictionary[Untold, Callable] = WeakKeyDictionary()


def logits(
    X: np.ndarray, weights: list[np.ndarray], key: str, build: Callable[[], Any]
) -> np.ndarray:
    """Forward pass of a network up to the values before its softmax.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features), float32 or uint8
        The rows; those of uint8 are pixels, and divided by 255.
    weights : list of ndarray
        The network's weights, in Keras' order.
    key : str
        A hash of the network's content: its program is traced once and found again.
    build : callable
        `build()` returns the `keras.Model`, which ends in a softmax; its own weights do not matter.

    Returns
    -------
    logits : ndarray of shape (n_samples, n_classes), float32
        The network's outputs before the softmax.
    """
    start_tensorflow()
    predict = _predictors.get(key, lambda: _traced(before_softmax(build())))
    return _in_blocks(predict, X, weights)


def keep_untold(model: Any) -> Untold:
    """Keep the predictor of a network that its configuration does not tell.

    Parameters
    ----------
    model : keras.Model
        As it was trained; nobody else uses it any more.

    Returns
    -------
    untold : Untold
        What the predictor is found by.
    """
    untold = Untold()
    _untold[untold] = _traced(before_softmax(model))
    return untold


def logits_of_untold(X: np.ndarray, weights: list[np.ndarray], untold: Untold) -> np.ndarray:
    """Return the values before the softmax of a network that was kept; as `logits`."""
    return _in_blocks(_untold[untold], X, weights)


def fingerprint(untold: Untold, weights: list[np.ndarray], n_features: int) -> np.ndarray:
    """Return what a network that was kept makes of fixed rows with fixed weights.

    Parameters
    ----------
    untold : Untold
        What its predictor is found by.
    weights : list of ndarray
        Weights of the network; only their shapes are read.
    n_features : int
        Number of features of a row.

    Returns
    -------
    logits : ndarray of shape (4, n_classes), float32
        Another network gives others.
    """
    rng = np.random.default_rng(0)
    rows = rng.random((4, n_features), dtype=np.float32)
    fixed = [_fixed(array, rng) for array in weights]
    return logits_of_untold(rows, fixed, untold)


def _fixed(array, rng):
    """Draw weights of a shape that saturate no activation; vectors, as of variances, positive."""
    if array.ndim < 2:
        return rng.uniform(0.5, 1, array.shape).astype(array.dtype)
    fan_in = np.prod(array.shape[:-1])
    return (rng.uniform(-1, 1, array.shape) / np.sqrt(fan_in)).astype(array.dtype)


def _in_blocks(predict, X, weights):
    import tensorflow as tf

    weights = [tf.constant(array) for array in weights]
    starts = range(0, len(X), _ROWS_AT_ONCE)
    parts = [predict(_unit(X[i : i + _ROWS_AT_ONCE]), weights) for i in starts]
    return np.concatenate([part.numpy() for part in parts])


def relu_outputs(model: Any, X: np.ndarray) -> dict[str, np.ndarray]:
    """Return what each layer with ReLU makes of rows.

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
    import keras

    relu = {
        layer.name: layer.output
        for layer in model.layers
        if isinstance(layer, keras.layers.ReLU)
        or getattr(layer, "activation", None) is keras.activations.relu
    }
    if not relu:
        return {}
    outputs = keras.Model(model.inputs[0], relu)(_unit(X), training=False)
    return {name: output.numpy() for name, output in outputs.items()}


def before_softmax(model: Any) -> Any:
    """Take the softmax from the end of a network.

    Parameters
    ----------
    model : keras.Model
        The caller's own, and changed: its last layer has the activation "softmax", or is
        `keras.layers.Softmax`.

    Returns
    -------
    model : keras.Model
        With the same weights.
    """
    import keras

    from skdigits.training._compile import in_float32

    last = model.layers[-1]
    if isinstance(last, keras.layers.Softmax):
        return in_float32(keras.Model(model.inputs[0], last.input))
    last.activation = keras.activations.linear
    return in_float32(model)


def _traced(model):
    import tensorflow as tf

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
    import tensorflow as tf

    rows = tf.constant(rows)
    return tf.cast(rows, tf.float32) / WHITE if rows.dtype == tf.uint8 else rows
