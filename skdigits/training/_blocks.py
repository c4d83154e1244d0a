"""Rows in the blocks of one fixed shape that compiled programs are fed with."""

import numpy as np


def blocks(x, y, sample_weight, order, steps, batch_size):
    """Yield rows in an order, `steps` batches at once: what is left of the last block weighs 0.

    Parameters
    ----------
    x : ndarray of shape (n_samples, n_features), float32 or uint8
        The rows; only those of one block are copied at a time.
    y : ndarray of shape (n_samples,), int32
        The classes' numbers.
    sample_weight : ndarray of shape (n_samples,), float32, or None
        Weight of each row; None weighs all the same.
    order : ndarray of int
        Places of the rows.
    steps, batch_size : int
        The block's shape.

    Yields
    ------
    rows : ndarray of shape (steps, batch_size, n_features)
        Of the dtype of `x`.
    labels : ndarray of shape (steps, batch_size), int32
        Their classes' numbers.
    weight : ndarray of shape (steps, batch_size), float32
        Their weights.
    n_steps : int32
        How many of the batches hold any of the rows.
    """
    shape = (steps, batch_size)
    n_rows = steps * batch_size
    for start in range(0, len(order), n_rows):
        index = order[start : start + n_rows]
        n = len(index)
        rows = np.empty((n_rows, x.shape[1]), dtype=x.dtype)
        np.take(x, index, axis=0, out=rows[:n], mode="clip")
        rows[n:] = 0
        labels = np.zeros(n_rows, dtype=np.int32)
        labels[:n] = y[index]
        weight = np.zeros(n_rows, dtype=np.float32)
        weight[:n] = 1 if sample_weight is None else sample_weight[index]
        n_steps = np.int32(-(-n // batch_size))
        yield rows.reshape(*shape, -1), labels.reshape(shape), weight.reshape(shape), n_steps
