"""Small distortions of digits: the same digit, written a little differently."""

from numbers import Real

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils import check_array, check_random_state
from sklearn.utils._param_validation import Interval

from skdigits._ground.blas import one_blas_thread
from skdigits._ground.public import public
from skdigits._ground.validation import checked_image_shape

# Few enough that the images and what is made of them stay in a core's cache.
_IMAGES_AT_ONCE = 128


@public()
class Augmentation(BaseEstimator):
    """Small distortions of digits: shift, rotation, scale, shear, and an elastic one.

    Each image gets distortions of its own. A classifier's `augment=` trains on them, new ones in
    every epoch; `distort` makes them for anything else.

    Parameters
    ----------
    shift : float, default=1.0
        Greatest shift along each axis, in pixels.
    rotation : float, default=7.5
        Greatest rotation to either side, in degrees.
    scale : float, default=0.1
        Greatest change of size: 0.1 makes an image up to 1.1 times as large or as small.
    shear : float, default=0.1
        Greatest slant to either side: 0.1 moves a line one pixel for every ten of height.
    elastic : float, default=0.8
        Standard deviation of the elastic displacement of a pixel along each axis, in pixels.
    smoothness : float, default=4.0
        Over how many pixels the elastic displacement stays alike: the standard deviation of the
        Gaussian that smooths it.

    See Also
    --------
    skdigits.plots.AugmentationDisplay : See what they do to some digits.

    Notes
    -----
    Pixels between two are interpolated linearly; outside the image everything is 0. Shift,
    rotation, scale and shear are uniform between their limits. The elastic displacement is random
    on a grid as wide as the smoothness, and smoothed between.

    References
    ----------
    P. Simard, D. Steinkraus, J. Platt (2003), "Best practices for convolutional neural networks
    applied to visual document analysis".

    Examples
    --------
    >>> from skdigits import Augmentation, load_sample_digits
    >>> X, y = load_sample_digits(return_X_y=True)
    >>> Augmentation(rotation=15).distort(X[:3], random_state=0).shape
    (3, 784)
    """

    _parameter_constraints = {  # noqa: RUF012
        "shift": [Interval(Real, 0, None, closed="left")],
        "rotation": [Interval(Real, 0, 180, closed="both")],
        "scale": [Interval(Real, 0, None, closed="left")],
        "shear": [Interval(Real, 0, None, closed="left")],
        "elastic": [Interval(Real, 0, None, closed="left")],
        "smoothness": [Interval(Real, 1, None, closed="left")],
    }

    def __init__(
        self,
        *,
        shift: float = 1.0,
        rotation: float = 7.5,
        scale: float = 0.1,
        shear: float = 0.1,
        elastic: float = 0.8,
        smoothness: float = 4.0,
    ):
        self.shift = shift
        self.rotation = rotation
        self.scale = scale
        self.shear = shear
        self.elastic = elastic
        self.smoothness = smoothness

    def distort(
        self,
        X: ArrayLike,
        *,
        image_shape: tuple[int, int] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> np.ndarray:
        """Distort images.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The images as rows, whatever their scale; 0 is the background. They are not changed.
        image_shape : tuple of two int, default=None
            Height and width of an image, one of which may be -1; by default a square.
        random_state : int, RandomState instance or None, default=None
            Seed of the distortions.

        Returns
        -------
        X_distorted : ndarray of shape (n_samples, n_features), float32
            The distorted images, on the scale they came in.

        Raises
        ------
        ValueError
            If a parameter is out of its range, `X` holds NaN or infinity, or a row is no image of
            that shape.
        """
        self._validate_params()
        rows: np.ndarray = check_array(X, dtype=[np.float32, np.uint8], order="C")
        height, width = checked_image_shape(image_shape, rows.shape[1])
        rng = np.random.default_rng(check_random_state(random_state).randint(2**31 - 1))
        return self.distorted(rows, height, width, rng)

    def distorted(
        self, X: np.ndarray, height: int, width: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Distort rows that are known to be images of this shape: `distort` without its checks.

        Parameters
        ----------
        X : ndarray of shape (n_samples, height * width), float32 or uint8
            The images.
        height, width : int
            Their shape.
        rng : numpy.random.Generator
            Draws the distortions.

        Returns
        -------
        X_distorted : ndarray of shape (n_samples, height * width), float32
            The distorted images.
        """
        result = np.empty(X.shape, dtype=np.float32)
        with one_blas_thread():
            for start in range(0, len(X), _IMAGES_AT_ONCE):
                rows = slice(start, start + _IMAGES_AT_ONCE)
                images = X[rows].reshape(-1, height, width)
                places = self._places(len(images), height, width, rng)
                result[rows] = _interpolated(images, *places)
        return result

    def _places(self, n, height, width, rng):
        """Draw where in its image each pixel comes from: rows and columns, each (n, pixels)."""
        turn, size, slant, down, right = (rng.random((5, n), dtype=np.float32) * 2 - 1).tolist()
        angle = np.deg2rad(self.rotation * np.array(turn))
        shrink = (1 + self.scale) ** -np.array(size)
        cos, sin, shear = (
            np.cos(angle) * shrink,
            np.sin(angle) * shrink,
            self.shear * np.array(slant),
        )
        middle = (height - 1) / 2, (width - 1) / 2
        # Of each image: row and column it comes from = matrix @ (row, column, 1) from the middle.
        matrix = np.empty((2, n, 3), dtype=np.float32)
        matrix[0] = np.transpose([cos, sin, middle[0] + self.shift * np.array(down)])
        matrix[1] = np.transpose(
            [shear * cos - sin, shear * sin + cos, middle[1] + self.shift * np.array(right)]
        )
        rows, columns = np.mgrid[:height, :width].reshape(2, -1) - np.reshape(middle, (2, 1))
        from_middle = np.stack([rows, columns, np.ones_like(rows)]).astype(np.float32)
        places = matrix.reshape(2 * n, 3) @ from_middle
        if self.elastic:
            places += self._displacement(2 * n, height, width, rng)
        return places.reshape(2, n, -1)

    def _displacement(self, n, height, width, rng):
        """Draw n smooth fields of displacements in pixels, as rows."""
        down, across = (_smoothing(side, self.smoothness) for side in (height, width))
        grids = rng.standard_normal((n, down.shape[1] * across.shape[1]), dtype=np.float32)
        return grids @ (np.kron(down, across).T * np.float32(self.elastic))


def _smoothing(side, smoothness):
    """Return each pixel's weights of the grid's points along one side; their squares sum to 1."""
    points = np.arange(-1, (side - 1) / smoothness + 2) * smoothness
    weights = np.exp(-0.5 * ((np.arange(side)[:, None] - points) / smoothness) ** 2)
    return (weights / np.linalg.norm(weights, axis=1, keepdims=True)).astype(np.float32)


def _interpolated(images, rows, columns):
    """Read images of shape (n, height, width) at places between their pixels, linearly."""
    n, height, width = images.shape
    # With a margin of 0, into which everything that is outside falls.
    padded = np.zeros((n, height + 3, width + 3), dtype=np.float32)
    padded[:, 1:-2, 1:-2] = images
    pixels, stride = padded.reshape(-1), width + 3
    rows, columns = (
        np.clip(place + np.float32(1), 0, side + np.float32(1))
        for place, side in ((rows, height), (columns, width))
    )
    top, left = rows.astype(np.int32), columns.astype(np.int32)
    rows -= top
    columns -= left
    corner = top.astype(np.intp) * stride + left
    corner += (np.arange(n) * (height + 3) * stride)[:, None]

    def across(offset):
        result = pixels[offset:].take(corner)
        beside = pixels[offset + 1 :].take(corner)
        beside -= result
        beside *= columns
        result += beside
        return result

    result, below = across(0), across(stride)
    below -= result
    below *= rows
    result += below
    return result
