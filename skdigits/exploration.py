"""Exploratory data analysis of digits: counts, pixels, duplicates, samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils.validation import column_or_1d

from skdigits._ground.pixels import in_words, recognise
from skdigits._ground.public import public
from skdigits._ground.validation import picture_shape
from skdigits._ground.words import shortened
from skdigits.evaluation import Picture, first_rows, pictures

_PICTURES = 40


@public()
@dataclass(frozen=True)
class Exploration:
    """Results of `explore`, as plain values.

    Attributes
    ----------
    title : str
        Name of the rows.
    n_rows : int
        Number of rows.
    n_features : int
        Number of features (pixels).
    dtype : str
        Dtype of the pixels.
    labels : tuple
        The labels, sorted.
    counts : tuple of int
        Number of rows of each label.
    pixel_min, pixel_max, pixel_mean, pixel_std : float
        Minimum, maximum, mean and standard deviation of all pixels of all rows.
    pixel_range : str
        The range that the pixels seem to have, such as "0-255" or "0-1"; empty if it is none of
        the known ones.
    zero_share : float
        Share of the pixels that are 0.
    constant_features : int
        Number of features that have the same value in every row.
    duplicates : int
        Number of rows that are equal to an earlier one.
    histogram : tuple of float
        Share of the pixels in each of 16 bins of equal width.
    edges : tuple of float
        Edges of the bins.
    pictures : tuple of Picture
        The first rows of each label, if rows are images.
    """

    title: str
    n_rows: int
    n_features: int
    dtype: str
    labels: tuple
    counts: tuple[int, ...]
    pixel_min: float
    pixel_max: float
    pixel_mean: float
    pixel_std: float
    zero_share: float
    constant_features: int
    duplicates: int
    histogram: tuple[float, ...]
    edges: tuple[float, ...]
    pictures: tuple[Picture, ...] = ()
    pixel_range: str = ""

    def facts(self) -> dict[str, str]:
        """Return the numbers as text.

        Returns
        -------
        facts : dict of str to str
            Values by name, in the order of display.
        """
        range_ = f"taken for {self.pixel_range}" if self.pixel_range else "no known range"
        shape = "{}x{} pixels".format(*self.pictures[0].shape) if self.pictures else "no picture"
        return {
            "rows": f"{self.n_rows:,}",
            "features": f"{self.n_features:,} of {self.dtype} ({shape})",
            "labels": f"{len(self.labels):,}: {shortened(self.labels)}",
            "rows a label": f"{min(self.counts):,} to {max(self.counts):,}",
            "pixel values": f"{self.pixel_min:g} to {self.pixel_max:g} ({range_})",
            "mean, standard deviation": f"{self.pixel_mean:.2f}, {self.pixel_std:.2f}",
            "pixels that are 0": f"{self.zero_share:.1%}",
            "pixels that never change": f"{self.constant_features:,}",
            "rows that repeat another": f"{self.duplicates:,}",
        }


@public()
def explore(
    X: ArrayLike,
    y: ArrayLike,
    *,
    title: str = "",
    image_shape: tuple[int, int] | None = None,
) -> Exploration:
    """Explore digits before any model is trained on them.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The rows, pixels 0-255 or of any scale.
    y : array-like of shape (n_samples,)
        Their labels.
    title : str, default=""
        Name of the rows.
    image_shape : tuple of two int, default=None
        Height and width of a row as a picture; by default 28x28 for rows of 784 features. Of other
        rows no pictures are kept.

    Returns
    -------
    exploration : Exploration
        Class balance, distribution of the pixels, duplicates, and sample digits.

    Raises
    ------
    ImageError
        If `image_shape` does not fit the rows.
    ValueError
        If `X` is empty, not two-dimensional or not numeric, or `y` differs in length.

    Examples
    --------
    >>> from skdigits import explore, load_sample_digits
    >>> digits = explore(*load_sample_digits(return_X_y=True))
    >>> digits.n_rows, digits.counts[:3], digits.pixel_max
    (1797, (178, 182, 177), 255.0)
    """
    pixels: np.ndarray = check_array(X, dtype="numeric")
    check_consistent_length(pixels, y)
    truth = column_or_1d(y)
    labels, counts = np.unique(truth, return_counts=True)
    histogram, edges = pixel_histogram(pixels)
    return Exploration(
        title=str(title),
        n_rows=len(pixels),
        n_features=pixels.shape[1],
        dtype=str(pixels.dtype),
        labels=tuple(labels.tolist()),
        counts=tuple(counts.tolist()),
        pixel_min=float(pixels.min()),
        pixel_max=float(pixels.max()),
        pixel_mean=float(pixels.mean(dtype=np.float64)),
        pixel_std=float(pixels.std(dtype=np.float64)),
        zero_share=float((pixels == 0).mean()),
        constant_features=int((pixels.min(axis=0) == pixels.max(axis=0)).sum()),
        duplicates=len(pixels) - len({row.tobytes() for row in pixels}),
        histogram=tuple(histogram.tolist()),
        edges=tuple(edges.tolist()),
        pictures=_pictures(pixels, truth, labels, image_shape),
        pixel_range=_range_in_words(pixels),
    )


def _range_in_words(X: np.ndarray) -> str:
    seen = recognise(X)
    if seen.range is None:
        return ""
    outside = f", {seen.strays:,} of them outside" if seen.strays else ""
    return f"{in_words(seen.range)}{outside}{'' if seen.sure else ', which is doubtful'}"


def pixel_histogram(
    X: np.ndarray, bins: int | Sequence[float] | np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of the pixels in each bin, and the edges of the bins.

    By default there are 16 bins: over 0-255 for pixels of uint8, else from the least to the
    greatest pixel.
    """
    if bins is None:
        bins = np.linspace(0, 256, 17) if X.dtype == np.uint8 else 16
    counts, edges = np.histogram(X, bins=bins)
    return counts / X.size, edges


def _pictures(
    X: np.ndarray, y: np.ndarray, labels: np.ndarray, image_shape: Any
) -> tuple[Picture, ...]:
    shape = picture_shape(image_shape, X.shape[1])
    if shape is None:
        return ()
    rows = first_rows(y, labels, max(1, _PICTURES // len(labels)))[:_PICTURES]
    return pictures(rows.tolist(), y[rows].tolist(), X[rows], shape, samples=rows.tolist())
