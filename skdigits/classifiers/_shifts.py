"""Test-time augmentation: what a network makes of an image, averaged over shifted copies of it."""

import numpy as np

# So many rows and their copies are in memory at once.
_ROWS_AT_ONCE = 500


def mean_over_shifts(logits, X, image_shape, shift):
    """Average the logits of rows over copies of them, shifted by up to `shift` pixels.

    Parameters
    ----------
    logits : callable
        `logits(X)` gives the array of shape (n_samples, n_classes) of rows.
    X : ndarray of shape (n_samples, n_features)
        The rows; 0 is the background, which comes in where the image is moved away.
    image_shape : tuple of two int
        Height and width of a row.
    shift : int
        Pixels, along each axis and to either side.

    Returns
    -------
    mean : ndarray of shape (n_samples, n_classes), float32
        The mean over (2 * shift + 1) ** 2 copies.
    """
    parts = []
    for start in range(0, len(X), _ROWS_AT_ONCE):
        rows = X[start : start + _ROWS_AT_ONCE]
        found = logits(_shifted(rows, image_shape, shift))
        parts.append(found.reshape(-1, len(rows), found.shape[1]).mean(axis=0))
    return np.concatenate(parts)


def _shifted(X, image_shape, shift):
    """Give all copies of rows, those of one shift after those of another."""
    height, width = image_shape
    padded = np.pad(X.reshape(-1, height, width), ((0, 0), (shift, shift), (shift, shift)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, image_shape, axis=(1, 2))
    return np.moveaxis(windows, 0, 2).reshape(-1, X.shape[1])
