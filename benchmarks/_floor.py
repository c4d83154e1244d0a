"""The floor: an epoch's matrix products and Adam updates in bare BLAS, on one thread."""

import time

import numpy as np
from threadpoolctl import threadpool_limits

SIZES = (784, 128, 10)


def epoch_seconds(n_steps, batch=32, seed=0):
    """Time the arithmetic of one epoch.

    Parameters
    ----------
    n_steps : int
        Steps an epoch.
    batch : int
        Rows a step.
    seed : int
        Seed of the numbers that are multiplied.

    Returns
    -------
    seconds : float
        Five products a step (two forward, three back) and Adam's update of both matrices, done in
        place without a temporary array. Biases, activations and the loss are left out.
    """
    rng = np.random.default_rng(seed)

    def matrix(*shape):
        return rng.normal(0, 0.01, shape).astype(np.float32)

    n_in, n_hidden, n_out = SIZES
    x, w1, w2 = matrix(batch, n_in), matrix(n_in, n_hidden), matrix(n_hidden, n_out)
    hidden, out, back = matrix(batch, n_hidden), matrix(batch, n_out), matrix(batch, n_hidden)
    adams = [_Adam(w1), _Adam(w2)]
    with threadpool_limits(1):
        start = time.perf_counter()
        for _ in range(n_steps):
            np.matmul(x, w1, out=hidden)
            np.matmul(hidden, w2, out=out)
            np.matmul(out, w2.T, out=back)
            np.matmul(hidden.T, out, out=adams[1].gradient)
            np.matmul(x.T, back, out=adams[0].gradient)
            for adam in adams:
                adam.step()
        return time.perf_counter() - start


class _Adam:
    def __init__(self, weights):
        self.weights = weights
        self.gradient, self.scratch = np.empty_like(weights), np.empty_like(weights)
        self.first, self.second = np.zeros_like(weights), np.zeros_like(weights)

    def step(self):
        gradient, scratch = self.gradient, self.scratch
        self.first *= np.float32(0.9)
        np.multiply(gradient, np.float32(0.1), out=scratch)
        self.first += scratch
        np.square(gradient, out=scratch)
        scratch *= np.float32(0.001)
        self.second *= np.float32(0.999)
        self.second += scratch
        np.sqrt(self.second, out=scratch)
        scratch += np.float32(1e-7)
        np.divide(self.first, scratch, out=scratch)
        scratch *= np.float32(0.001)
        self.weights -= scratch
