"""Where rows come from, and the blocks that compiled programs are fed with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, Protocol

import numpy as np
from scipy.sparse import issparse

# At an address like this TensorFlow takes an array as it is.
ALIGNMENT = 64


class RowSource(Protocol):
    """What training asks of rows, wherever they are: only those of a block are copied at a time."""

    dtype: np.dtype
    n_features: int

    def take(self, places: np.ndarray, out: np.ndarray) -> None:
        """Copy the rows at these places, in this order, to `out`."""


class ArrayRows:
    """Rows of an array, a `np.memmap` too.

    Parameters
    ----------
    array : ndarray or CSR matrix of shape (n_samples, n_features), float32 or uint8
        The rows.
    """

    def __init__(self, array: np.ndarray):
        self._array = array
        self.dtype = array.dtype
        self.n_features = array.shape[1]

    def take(self, places: np.ndarray, out: np.ndarray) -> None:
        """Copy the rows at these places, in this order, to `out`."""
        if issparse(self._array):
            self._array[places].toarray(out=out)
            return
        np.take(self._array, places, axis=0, out=out, mode="clip")


class Block(NamedTuple):
    """Some batches at once: `rows` (n, n_features), `labels` and `weight` (n,), `n_steps`."""

    rows: np.ndarray
    labels: np.ndarray
    weight: np.ndarray
    n_steps: np.int32


def blocks(
    source: RowSource,
    codes: np.ndarray,
    sample_weight: np.ndarray | None,
    order: np.ndarray,
    steps: int,
    batch_size: int,
    *,
    padded: bool,
    augment: Callable[[np.ndarray, int], np.ndarray] | None = None,
) -> Iterator[Block]:
    """Yield rows in an order, `steps` batches at once.

    Parameters
    ----------
    source : RowSource
        The rows.
    codes : ndarray of shape (n_samples,), int
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
        rows = _zeros((shape, source.n_features), source.dtype)
        source.take(index, rows[:n])
        labels = np.zeros(shape, dtype=np.int32)
        labels[:n] = codes[index]
        weight = np.zeros(shape, dtype=np.float32)
        weight[:n] = 1 if sample_weight is None else sample_weight[index]
        rows = rows if augment is None else augment(rows, start)
        return Block(rows, labels, weight, np.int32(-(-n // batch_size)))

    starts = range(0, len(order), n_rows)
    return map(block, starts) if augment is None else _made_ahead(block, starts)


def _zeros(shape, dtype):
    """Return zeros at an address that TensorFlow takes without a copy.

    The system hands out pages of zeros when they are first touched: rows that only pad a block cost
    nothing, where filling and copying them took longer than training on the others.
    """
    n_bytes = int(np.prod(shape)) * np.dtype(dtype).itemsize
    memory = np.zeros(n_bytes + ALIGNMENT, dtype=np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + n_bytes].view(dtype).reshape(shape)


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
