"""What digits look like before any model sees them: counts, pixels, duplicates, samples."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils.validation import column_or_1d

from skdigits._ground.validation import picture_shape
from skdigits.evaluation import Picture, first_rows, pictures

_PICTURES = 40


@dataclass(frozen=True)
class Exploration:
    """What `explore` found: plain values.

    Attributes
    ----------
    title : str
        What the rows are.
    n_rows : int
        Number of rows.
    n_features : int
        Number of features (pixels).
    dtype : str
        Type of the pixels.
    labels : tuple
        The labels, sorted.
    counts : tuple of int
        Rows of each label.
    pixel_min, pixel_max, pixel_mean, pixel_std : float
        Of all pixels of all rows.
    zero_share : float
        Share of the pixels that are 0.
    constant_features : int
        Features that have the same value in every row.
    duplicates : int
        Rows that are the same as an earlier one.
    histogram : tuple of float
        Share of the pixels in each of 16 bins of the same width.
    edges : tuple of float
        Edges of the bins.
    pictures : tuple of Picture
        The first rows of each label, where rows are images.
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

    def facts(self):
        """Put the numbers into words.

        Returns
        -------
        facts : dict of str to str
            Values by their names, in the order to be read.
        """
        shape = "{}x{} pixels".format(*self.pictures[0].shape) if self.pictures else "no picture"
        return {
            "rows": f"{self.n_rows:,}",
            "features": f"{self.n_features:,} of {self.dtype} ({shape})",
            "labels": f"{len(self.labels)}: {', '.join(map(str, self.labels))}",
            "rows a label": f"{min(self.counts):,} to {max(self.counts):,}",
            "pixel values": f"{self.pixel_min:g} to {self.pixel_max:g}",
            "mean, standard deviation": f"{self.pixel_mean:.2f}, {self.pixel_std:.2f}",
            "pixels that are 0": f"{self.zero_share:.1%}",
            "pixels that never change": f"{self.constant_features:,}",
            "rows that repeat another": f"{self.duplicates:,}",
        }


def explore(X, y, *, title="", image_shape=None):
    """Look at digits before any model sees them.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The rows, pixels 0-255 or of any scale.
    y : array-like of shape (n_samples,)
        Their labels.
    title : str, default=""
        What the rows are.
    image_shape : tuple of two int, default=None
        Height and width of a row as a picture; by default 28x28 where there are 784 features, and
        otherwise no pictures are kept.

    Returns
    -------
    exploration : Exploration
        Class balance, distribution of the pixels, duplicates, and sample digits.

    Raises
    ------
    ValueError
        If `X` is empty, not two-dimensional or not numeric, or `y` differs in length.

    Examples
    --------
    >>> from skdigits import explore, load_sample_digits
    >>> digits = explore(*load_sample_digits(return_X_y=True))
    >>> digits.n_rows, digits.counts[:3], digits.pixel_max
    (1797, (178, 182, 177), 255.0)
    """
    X = check_array(X, dtype="numeric")
    check_consistent_length(X, y)
    y = column_or_1d(y)
    labels, counts = np.unique(y, return_counts=True)
    histogram, edges = pixel_histogram(X)
    return Exploration(
        title=str(title),
        n_rows=len(X),
        n_features=X.shape[1],
        dtype=str(X.dtype),
        labels=tuple(labels.tolist()),
        counts=tuple(counts.tolist()),
        pixel_min=float(X.min()),
        pixel_max=float(X.max()),
        pixel_mean=float(X.mean(dtype=np.float64)),
        pixel_std=float(X.std(dtype=np.float64)),
        zero_share=float((X == 0).mean()),
        constant_features=int((X.min(axis=0) == X.max(axis=0)).sum()),
        duplicates=len(X) - len({row.tobytes() for row in X}),
        histogram=tuple(histogram.tolist()),
        edges=tuple(edges.tolist()),
        pictures=_pictures(X, y, labels, image_shape),
    )


def pixel_histogram(X, bins=None):
    """Give the share of the pixels in each bin, and the bins' edges.

    By default 16 bins: of 0-255 where the pixels are bytes (uint8), else from the least to the
    greatest pixel.
    """
    if bins is None:
        bins = np.linspace(0, 256, 17) if X.dtype == np.uint8 else 16
    counts, edges = np.histogram(X, bins=bins)
    return counts / X.size, edges


def _pictures(X, y, labels, shape):
    shape = picture_shape(shape, X.shape[1])
    if shape is None:
        return ()
    rows = first_rows(y, labels, max(1, _PICTURES // len(labels)))[:_PICTURES]
    return pictures(rows, y[rows].tolist(), X[rows], shape, samples=rows)
