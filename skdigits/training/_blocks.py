"""Rows in the blocks that compiled programs are fed with."""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np


class Block(NamedTuple):
    """Some batches at once: `rows` (n, n_features), `labels` and `weight` (n,), `n_steps`."""

    rows: np.ndarray
    labels: np.ndarray
    weight: np.ndarray
    n_steps: np.int32


def blocks(x, y, sample_weight, order, steps, batch_size, *, padded, augment=None):
    """Yield rows in an order, `steps` batches at once.

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
        Batches of a block, and rows of a batch.
    padded : bool
        Whether the last block is filled with rows of 0 that weigh nothing, and has the shape of
        the others.
    augment : callable, default=None
        `augment(rows, start)` distorts the rows of the block that begins with number `start`. The
        next block is then made ready while the last one is used.

    Yields
    ------
    block : Block
        `n_steps` is how many of its batches hold any of the rows.
    """
    n_rows = steps * batch_size

    def block(start):
        index = order[start : start + n_rows]
        n = len(index)
        shape = n_rows if padded else n
        rows = np.empty((shape, x.shape[1]), dtype=x.dtype)
        np.take(x, index, axis=0, out=rows[:n], mode="clip")
        rows[n:] = 0
        labels = np.zeros(shape, dtype=np.int32)
        labels[:n] = y[index]
        weight = np.zeros(shape, dtype=np.float32)
        weight[:n] = 1 if sample_weight is None else sample_weight[index]
        rows = rows if augment is None else augment(rows, start)
        return Block(rows, labels, weight, np.int32(-(-n // batch_size)))

    starts = range(0, len(order), n_rows)
    return map(block, starts) if augment is None else _made_ahead(block, starts)


def _made_ahead(make, arguments):
    """Yield `make(argument)` of each, one of them made in a thread while the last is used."""
    with ThreadPoolExecutor(1) as pool:
        coming = None
        for argument in arguments:
            ready, coming = coming, pool.submit(make, argument)
            if ready is not None:
                yield ready.result()
        if coming is not None:
            yield coming.result()
