"""The one division that brings pixels to 0-1, so that all who do it have the same bits."""

import numpy as np
from scipy.sparse import issparse

WHITE = np.float32(255)


def to_unit(X):
    """Divide pixels by 255.

    Parameters
    ----------
    X : ndarray
        Pixels of any numeric dtype; not changed.

    Returns
    -------
    X_scaled : ndarray, float32
        A new array of the same shape.
    """
    return np.divide(X, WHITE, dtype=np.float32, casting="unsafe")


def unscaled_maximum(X):
    """Return the largest value of rows that look like pixels of 0-255; None for any others.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Of up to 1,000 of the rows, spread over all.

    Returns
    -------
    top : float or None
        Of whole numbers from 0 to more than 32 and at most 255.
    """
    some = X[:: max(1, X.shape[0] // 1000)]
    if issparse(some):
        some = np.append(some.data, 0)
    top = some.max()
    if not 32 < top <= 255 or some.min() < 0 or (some != np.round(some)).any():
        return None
    return float(top)
