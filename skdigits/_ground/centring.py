"""A digit in the middle of an image, as MNIST has it."""

from __future__ import annotations

import numpy as np


def centred(digit: np.ndarray, side: int) -> np.ndarray:
    """Put a small image into a square one, with its centre of mass in the middle.

    Parameters
    ----------
    digit : ndarray of shape (height, width)
        The ink, on a ground of 0; no side longer than `side`.
    side : int
        Height and width of the result, in pixels.

    Returns
    -------
    image : ndarray of shape (side, side)
        Of the digit's dtype, with whole pixels moved. A digit without ink is put at the middle of
        its own pixels, and one whose ink lies at its edge is kept inside.
    """
    from scipy import ndimage

    image = np.zeros((side, side), dtype=digit.dtype)
    ink = digit if digit.any() else np.ones_like(digit)
    height, width = digit.shape
    middle = (side - 1) / 2
    down, right = ndimage.center_of_mass(ink)
    top = int(np.clip(round(middle - down), 0, side - height))
    left = int(np.clip(round(middle - right), 0, side - width))
    image[top : top + height, left : left + width] = digit
    return image
