"""Rows as pictures, kept as plain values."""

import base64
from dataclasses import dataclass

import numpy as np

from skdigits._ground.validation import checked_image_shape


@dataclass(frozen=True)
class Picture:
    """A test row as a picture.

    Attributes
    ----------
    row : int
        Number of the row among all test rows, counted from 0.
    label : object
        Its true label.
    shape : tuple of int
        Height and width in pixels.
    pixels : str
        The pixels row by row, one byte each, 0-255, in Base64.
    sample : bool
        Whether it is there as one of the first of its label, chosen before any model was asked;
        otherwise because a model confused it.
    """

    row: int
    label: object
    shape: tuple[int, int]
    pixels: str
    sample: bool

    @classmethod
    def from_array(cls, row, label, image, sample):
        """Make a picture of an array of shape (height, width), uint8."""
        pixels = base64.b64encode(np.ascontiguousarray(image, dtype=np.uint8).tobytes()).decode()
        return cls(row, label, tuple(image.shape), pixels, sample)

    def array(self):
        """Give the pixels.

        Returns
        -------
        image : ndarray of shape (height, width), uint8
            The pixels, 0-255.
        """
        return np.frombuffer(base64.b64decode(self.pixels), dtype=np.uint8).reshape(self.shape)


def pictures(rows, labels, pixels, shape, samples):
    """Give rows as pictures, from the darkest pixel among them to the lightest.

    Parameters
    ----------
    rows : sequence of int
        Their numbers.
    labels : sequence
        Their labels.
    pixels : ndarray of shape (n_rows, n_features)
        Their pixels, of any scale.
    shape : tuple of two int
        Height and width.
    samples : collection of int
        Which of them were chosen before any model was asked.

    Returns
    -------
    pictures : tuple of Picture
        In the order of the rows.
    """
    low, high = float(pixels.min()), float(pixels.max())
    grey = np.rint((pixels - low) / max(high - low, 1e-9) * 255)
    return tuple(
        Picture.from_array(int(row), label, image.reshape(shape), row in samples)
        for row, label, image in zip(rows, labels, grey, strict=True)
    )


def first_rows(y, labels, each):
    """Choose the first rows of each label, label by label."""
    return np.concatenate([np.flatnonzero(y == label)[:each] for label in labels])


def image_shape_of(shape, n_features):
    """Give the shape asked for, else 28x28 where there are 784 features, else None.

    Raises
    ------
    ValueError
        If the shape asked for does not fit.
    """
    if shape is None:
        return (28, 28) if n_features == 784 else None
    return checked_image_shape(shape, n_features)
