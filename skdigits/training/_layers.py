"""Layers as compiled programs have them: steady products, and normalization by weighted rows.

XLA multiplies matrices with Eigen, and Eigen's way of sharing a product among threads changes the
order of the additions in two cases (found by trying 500 shapes with one, two and eight threads,
TensorFlow 2.21): where few rows meet a large matrix, and where the left factor is read transposed,
as the gradient of the weights does. Both are put differently here; everything else may use all
threads.
"""

from itertools import pairwise

import keras
import tensorflow as tf
from tensorflow.compiler.tf2xla.python import xla

from skdigits._ground.runtime import keras_seed

# Fewer rows than this meet a matrix in pieces of at most so many elements.
_FEW_ROWS = 64
_PIECE = 2**16


def as_trained(model, weighted):
    """Clone a model with layers whose dense products are steady.

    Parameters
    ----------
    model : keras.Model
        Any network.
    weighted : bool
        Whether rows have weights, by which batch normalization takes its moments then. Layers of
        a model inside the model keep Keras' own.

    Returns
    -------
    model : keras.Model
        The same layers and shapes of weights, new variables; for compiled programs only.
    """

    def clone(layer):
        # A subclass may multiply or normalize in its own way, and keeps it.
        kind = kinds.get(type(layer), type(layer))
        return kind.from_config(layer.get_config())

    kinds = {keras.layers.Dense: _SteadyDense}
    if weighted:
        kinds[keras.layers.BatchNormalization] = WeightedNormalization

    with keras_seed(0):  # the start weights do not matter
        return keras.models.clone_model(model, clone_function=clone)


class WeightedNormalization(keras.layers.BatchNormalization):
    """Batch normalization in which a row of weight 2 counts as if it were there twice.

    Keras' own lets every row count alike, also those that the loss is told to leave out.
    `row_weight` is set to the weights of a batch before the layer is called.
    """

    row_weight = None

    def _moments(self, inputs, mask):
        axes = [axis for axis in self._reduction_axes if axis]
        weight = tf.reshape(self.row_weight, [-1] + [1] * (len(inputs.shape) - 1))
        weight = tf.math.divide_no_nan(weight, tf.reduce_sum(weight))

        def mean(values):
            return tf.reduce_sum(weight * tf.reduce_mean(values, axes, keepdims=True), 0)

        middle = mean(inputs)
        variance = mean(tf.square(inputs - middle))
        return tf.reshape(middle, [-1]), tf.reshape(variance, [-1])


class _SteadyDense(keras.layers.Dense):
    def call(self, inputs, training=None):
        if len(inputs.shape) != 2 or None in inputs.shape:
            return super().call(inputs, training=training)
        x = _product(inputs, tf.convert_to_tensor(self.kernel))
        if self.bias is not None:
            x += self.bias
        return x if self.activation is None else self.activation(x)


@tf.custom_gradient
def _product(x, kernel):
    def gradient(dy):
        # Without the barrier XLA would read x transposed in the product instead.
        transposed = tf.reshape(xla.optimization_barrier(tf.transpose(x)), x.shape[::-1])
        return tf.matmul(dy, kernel, transpose_b=True), tf.matmul(transposed, dy)

    return _in_pieces(x, kernel), gradient


def _in_pieces(x, kernel):
    n_rows, depth = x.shape
    least = -(-depth * kernel.shape[1] // _PIECE)
    if n_rows >= _FEW_ROWS or least == 1:
        return tf.matmul(x, kernel)
    pieces = next((n for n in range(least, 2 * least) if depth % n == 0), None)
    if pieces is None:
        bounds = [depth * i // least for i in range(least + 1)]
        return sum(tf.matmul(x[:, a:b], kernel[a:b]) for a, b in pairwise(bounds))
    # Equal pieces need no copy of the kernel.
    parts = tf.transpose(tf.reshape(x, (n_rows, pieces, -1)), (1, 0, 2))
    products = tf.matmul(parts, tf.reshape(kernel, (pieces, depth // pieces, -1)))
    return tf.reduce_sum(products, axis=0)
