"""What rows are: ready as they come, or images of which height and width."""

import math

import numpy as np

from skdigits.errors import ImageError


def is_ready(estimator, X, dtypes):
    """Return whether `validate_data(estimator, X, reset=False)` would change nothing.

    It takes 0.1 ms of general questions to find out, and a prediction of one row is short; the
    questions that matter for a plain array take a hundredth.

    Parameters
    ----------
    estimator : object
        Fitted, or not: then the answer is no.
    X : object
        What the user passed.
    dtypes : set of dtype
        Dtypes that need no conversion.

    Returns
    -------
    ready : bool
        True for a finite, C-contiguous array of such a dtype with at least one row and as many
        features as `estimator` was fitted with, without names. False says nothing: ask
        `validate_data`, which also has the errors.
    """
    known = vars(estimator)
    if (
        type(X) is not np.ndarray
        or X.dtype not in dtypes
        or X.ndim != 2
        or len(X) == 0
        or known.get("n_features_in_") != X.shape[1]
        or "feature_names_in_" in known
        or not X.flags.c_contiguous
    ):
        return False
    if X.dtype.kind != "f":
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(X.sum()))


def checked_image_shape(image_shape, n_features):
    """Return the height and width of rows that are images.

    Parameters
    ----------
    image_shape : tuple of two int, or None
        Height and width, of which one may be -1 and is then whatever fits; None takes a square.
    n_features : int
        Number of features of a row.

    Returns
    -------
    height, width : int
        Their product is the number of features.

    Raises
    ------
    ImageError
        If there is no such shape.
    """
    if image_shape is None:
        side = math.isqrt(n_features)
        if side * side == n_features:
            return side, side
        raise ImageError(
            f"Rows of {n_features} features are no square images, such as 784 (28x28) are; pass "
            "image_shape=(height, width)."
        )
    try:
        sides = tuple(int(side) for side in image_shape)
        fits = len(sides) == 2 and sides == tuple(image_shape)
    except (TypeError, ValueError):
        fits = False
    if fits and sides.count(-1) == 1 and max(sides) > 0:
        sides = tuple(n_features // max(sides) if side == -1 else side for side in sides)
    if not fits or min(sides) < 1 or math.prod(sides) != n_features:
        raise ImageError(
            f"image_shape={image_shape!r} does not fit rows of {n_features} features: it takes "
            "(height, width), whose product is that number; one of them may be -1."
        )
    return sides


def picture_shape(image_shape, n_features):
    """Return the shape in which rows are shown as pictures, or None where they are no pictures.

    Parameters
    ----------
    image_shape : tuple of two int, or None
        Height and width, as in `checked_image_shape`; None takes 28x28 for 784 features, and
        otherwise rows for no pictures, even where a square would fit.
    n_features : int
        Number of features of a row.

    Returns
    -------
    shape : tuple of two int, or None
        Height and width.

    Raises
    ------
    ImageError
        If `image_shape` does not fit the number of features.
    """
    if image_shape is None:
        return (28, 28) if n_features == 784 else None
    return checked_image_shape(image_shape, n_features)
