"""A dense network's forward pass in NumPy: arrays in, arrays out, no TensorFlow."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy.special import erf, expit, log_softmax, softmax

from skdigits._ground.blas import one_blas_thread
from skdigits._ground.pixels import to_unit

# Few enough that the rows and what is made of them stay in a core's cache.
_ROWS_AT_ONCE = 1024


def _selu(x):
    # Constants of Klambauer et al. (2017), "Self-Normalizing Neural Networks", as in Keras.
    scale, alpha = np.float32(1.0507009873554805), np.float32(1.6732632423543772)
    return scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


ACTIVATIONS = {
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "gelu": lambda x: x * np.float32(0.5) * (1 + erf(x * np.float32(np.sqrt(0.5)))),
    "leaky_relu": lambda x: np.maximum(x, np.float32(0.2) * x),
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0, out=x),
    "selu": _selu,
    "sigmoid": expit,
    "silu": lambda x: x * expit(x),
    "softplus": lambda x: np.logaddexp(x, np.float32(0)),
    "tanh": np.tanh,
}


def logits(
    X: np.ndarray, coefs: list[np.ndarray], intercepts: list[np.ndarray], activation: str
) -> np.ndarray:
    """Forward pass of a dense network up to the values before its softmax.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features), float32 or uint8
        The rows; those of uint8 are pixels, and divided by 255.
    coefs : list of ndarray, float32
        Weight matrix of each layer, of shape (n_inputs, n_outputs).
    intercepts : list of ndarray, float32
        Bias vector of each layer, of shape (n_outputs,).
    activation : str
        Activation of every layer but the last: a key of `ACTIVATIONS`.

    Returns
    -------
    logits : ndarray of shape (n_samples, n_outputs), float32
        The last layer's outputs before the softmax.
    """
    act = ACTIVATIONS[activation]
    result = np.empty((len(X), len(intercepts[-1])), dtype=np.float32)

    def forward(start):
        rows = slice(start, start + _ROWS_AT_ONCE)
        hidden = X[rows]
        if hidden.dtype == np.uint8:
            hidden = to_unit(hidden)
        for coef, intercept in zip(coefs[:-1], intercepts[:-1], strict=True):
            hidden = act(_affine(hidden, coef, intercept))
        result[rows] = _affine(hidden, coefs[-1], intercepts[-1])

    starts = range(0, len(X), _ROWS_AT_ONCE)
    # joblib's workers run BLAS with one thread, their parent with several, and the two differ in
    # the last bits. One thread a product gives every process the same bits; several products, of
    # rows that are always the same ones, may run at once.
    with one_blas_thread() as n_cores:
        if min(n_cores, len(starts)) > 1:
            with ThreadPoolExecutor(min(n_cores, len(starts))) as pool:
                list(pool.map(forward, starts))
        else:
            for start in starts:
                forward(start)
    return result


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Class probabilities (softmax), each row summing to one."""
    return softmax(logits, axis=1)


def log_probabilities(logits: np.ndarray) -> np.ndarray:
    """Logarithms of the class probabilities, finite also where a probability rounds to zero."""
    return log_softmax(logits, axis=1)


def _affine(x, coef, intercept):
    y = x @ coef
    y += intercept
    return y
