"""The one division that brings pixels to 0-1, so that all who do it have the same bits."""

import numpy as np

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
