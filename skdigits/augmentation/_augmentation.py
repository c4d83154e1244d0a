"""The distortions that a classifier trains on, as one value."""

import inspect
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils import check_array, check_random_state
from sklearn.utils._param_validation import Interval

from skdigits._ground.blas import one_blas_thread
from skdigits._ground.public import public
from skdigits._ground.validation import checked_image_shape
from skdigits.augmentation import _faults

# Few enough that the images and what is made of them stay in a core's cache.
_IMAGES_AT_ONCE = 128


@public()
class Augmentation(BaseEstimator):
    """Small distortions of digits, and what pens, paper and cameras do to them.

    Shift, rotation, scale, shear and an elastic distortion are on by default. What photographs have
    beyond that is off: the width of the pen, the aspect, faint ink, missing pieces, lines, specks,
    shade, blur and noise. Each image gets distortions of its own. A classifier's `augment=` trains
    on them, new ones in every epoch; `distort` makes them for anything else.

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
    pen : float, default=0.0
        How much wider or narrower strokes become at most, in pixels to each side. The digit keeps
        its size.
    aspect : float, default=0.0
        Greatest change of width over height: 0.2 makes an image up to 1.2 times as wide or as
        narrow, at the same area.
    faint : float, default=0.0
        How much of the ink is lost at most: 0.6 leaves at least 40 %.
    patches : float, default=0.0
        Share of images that lose a piece of up to a quarter of their side.
    lines : float, default=0.0
        Share of images that get a line across, level or upright, mostly beside the digit.
    specks : float, default=0.0
        Greatest number of specks.
    shade : float, default=0.0
        Greatest ground on one side of an image, as a share of its darkest ink.
    blur : float, default=0.0
        Greatest standard deviation of a Gaussian blur, in pixels.
    noise : float, default=0.0
        Greatest standard deviation of normal noise, as a share of the darkest ink.

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
        "pen": [Interval(Real, 0, 4, closed="both")],
        "aspect": [Interval(Real, 0, None, closed="left")],
        "faint": [Interval(Real, 0, 1, closed="left")],
        "patches": [Interval(Real, 0, 1, closed="both")],
        "lines": [Interval(Real, 0, 1, closed="both")],
        "specks": [Interval(Real, 0, None, closed="left")],
        "shade": [Interval(Real, 0, 1, closed="both")],
        "blur": [Interval(Real, 0, 4, closed="both")],
        "noise": [Interval(Real, 0, 1, closed="both")],
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
        pen: float = 0.0,
        aspect: float = 0.0,
        faint: float = 0.0,
        patches: float = 0.0,
        lines: float = 0.0,
        specks: float = 0.0,
        shade: float = 0.0,
        blur: float = 0.0,
        noise: float = 0.0,
    ):
        self.shift = shift
        self.rotation = rotation
        self.scale = scale
        self.shear = shear
        self.elastic = elastic
        self.smoothness = smoothness
        self.pen = pen
        self.aspect = aspect
        self.faint = faint
        self.patches = patches
        self.lines = lines
        self.specks = specks
        self.shade = shade
        self.blur = blur
        self.noise = noise

    def __setstate__(self, state):
        super().__setstate__(state)
        for name, parameter in inspect.signature(type(self)).parameters.items():
            vars(self).setdefault(name, parameter.default)  # a file from before it existed

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
                pen = self.pen * (2 * rng.random(len(images)) - 1) if self.pen else None
                places = self._places(len(images), height, width, pen, rng)
                moved = _interpolated(images, *places).reshape(images.shape)
                result[rows] = self._with_faults(moved, pen, rng).reshape(len(images), -1)
        return result

    def _with_faults(self, images, pen, rng):
        """Return images of shape (n, height, width) with what pens, paper and cameras do."""
        if pen is not None:
            _faults.change_pen(images, pen)
        if self.patches:
            _faults.cut_patches(images, self.patches, rng)
        full = _faults.darkest(images)  # what lies on the paper does not fade with the ink
        if self.faint:
            _faults.fade(images, self.faint, rng)
        if self.lines:
            _faults.draw_lines(images, full, self.lines, rng)
        if self.specks:
            _faults.add_specks(images, full, self.specks, rng)
        if self.shade:
            _faults.shade(images, full, self.shade, rng)
        if self.blur:
            images = _faults.blur(images, self.blur, rng)
        if self.noise:
            _faults.add_noise(images, full, self.noise, rng)
        return images

    def _places(self, n, height, width, pen, rng):
        """Draw where in its image each pixel comes from: rows and columns, each (n, pixels)."""
        turn, size, slant, down, right = (rng.random((5, n), dtype=np.float32) * 2 - 1).tolist()
        angle = np.deg2rad(self.rotation * np.array(turn))
        shrink = (1 + self.scale) ** -np.array(size)
        if pen is not None:  # the digit, of 10 pixels to each side of 28, keeps its size
            shrink = shrink * (1 + pen / (10 / 28 * height))
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
        if self.aspect:
            stretch = (1 + self.aspect) ** (rng.random((n, 1), dtype=np.float32) - np.float32(0.5))
            matrix[0, :, :2] *= stretch
            matrix[1, :, :2] /= stretch
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
