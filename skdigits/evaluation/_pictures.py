"""Rows as pictures, kept as plain values."""

import base64
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from skdigits._ground.public import public

if TYPE_CHECKING:
    from pydantic import ConfigDict

# A label as JSON holds it; NumPy's are turned into these.
Label = bool | int | float | str
# How pydantic reads the JSON of results: nothing is converted, nothing is left out.
FORM: "ConfigDict" = {"strict": True, "extra": "forbid", "allow_inf_nan": False}


@public("skdigits.evaluation")
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
        Whether it is one of the first rows of its label, chosen before any model predicted it. Any
        other picture is kept for what the models predicted.
    """

    __pydantic_config__ = FORM

    row: int
    label: Label
    shape: tuple[int, int]
    pixels: str
    sample: bool

    @classmethod
    def from_array(cls, row: int, label: Any, image: np.ndarray, sample: bool) -> Self:
        """Return a picture of an array of shape (height, width), uint8."""
        pixels = base64.b64encode(np.ascontiguousarray(image, dtype=np.uint8).tobytes()).decode()
        height, width = image.shape
        return cls(row, label, (height, width), pixels, sample)

    def array(self) -> np.ndarray:
        """Return the pixels as an array.

        Returns
        -------
        image : ndarray of shape (height, width), uint8
            The pixels, 0-255.
        """
        return np.frombuffer(base64.b64decode(self.pixels), dtype=np.uint8).reshape(self.shape)


def pictures(
    rows: Sequence[int],
    labels: Sequence[Any],
    pixels: np.ndarray,
    shape: tuple[int, int],
    samples: Collection[int],
) -> tuple[Picture, ...]:
    """Return rows as pictures, scaled so that their pixels range from 0 to 255.

    Parameters
    ----------
    rows : sequence of int
        Their numbers.
    labels : sequence
        Their labels.
    pixels : ndarray of shape (n_rows, n_features)
        Their pixels, of any scale. The least of all becomes 0 and the greatest 255.
    shape : tuple of two int
        Height and width.
    samples : collection of int
        Those that were chosen before any model predicted them.

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


def first_rows(y: np.ndarray, labels: Iterable[Any], each: int) -> np.ndarray:
    """Return the first `each` rows of each label, label by label."""
    return np.concatenate([np.flatnonzero(y == label)[:each] for label in labels])
